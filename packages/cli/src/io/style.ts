/** Emphasis of text on a terminal; the text itself elsewhere. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  warning(text: string): string;
  bad(text: string): string;
}

const plain = (text: string): string => text;
const code =
  (on: number, off: number) =>
  (text: string): string =>
    `\x1b[${on}m${text}\x1b[${off}m`;

const PLAIN: Style = { bold: plain, dim: plain, good: plain, warning: plain, bad: plain };
const ANSI: Style = {
  bold: code(1, 22),
  dim: code(2, 22),
  good: code(32, 39),
  warning: code(33, 39),
  bad: code(31, 39),
};

/** Escape codes for terminals alone, and not where NO_COLOR or TERM=dumb ask for none. */
export function styleFor(isTerminal: boolean, env: NodeJS.ProcessEnv = process.env): Style {
  const wanted = isTerminal && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  return wanted ? ANSI : PLAIN;
}
