/** Value of a workload option; `undefined` and `false` leave it out, `true` is a bare flag. */
export type OptionValue = string | number | boolean | undefined;

/** Command line of a workload: `{ burstUs: 50 }` becomes `--burst-us=50`. */
export function toArguments(options: object): string[] {
  const list: string[] = [];
  for (const [name, value] of Object.entries(options) as [string, OptionValue][]) {
    if (value === undefined || value === false) continue;
    const option = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    list.push(value === true ? option : `${option}=${value}`);
  }
  return list;
}
