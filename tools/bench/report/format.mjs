/** Markdown pieces of the report. */

export function table(header, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

export const fixed = (value, digits = 2) => value.toFixed(digits);

/** Median with its quartiles. */
export const spread = ({ median, q1, q3 }, digits = 2) =>
  `${fixed(median, digits)} (${fixed(q1, digits)}–${fixed(q3, digits)})`;

export const count = (value) => Math.round(value).toLocaleString('en-US');
