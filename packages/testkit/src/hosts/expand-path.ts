import { parseCpuList } from '../requirements/cpu-list.js';

/** A path without number lists, and the number that stands in it for each of them. */
export interface ExpandedPath {
  readonly path: string;
  readonly numbers: readonly number[];
}

const LIST = /\[(\d[\d,-]*)\]/;

/** Paths that a pattern such as `cpu[0-3]/cache/index[0,2]` stands for; the first list is slowest. */
export function expandPath(pattern: string): ExpandedPath[] {
  const list = LIST.exec(pattern);
  if (list === null) return [{ path: pattern, numbers: [] }];
  const before = pattern.slice(0, list.index);
  const rest = expandPath(pattern.slice(list.index + list[0].length));
  return parseCpuList(list[1] ?? '').flatMap((number) =>
    rest.map(({ path, numbers }) => ({
      path: `${before}${number}${path}`,
      numbers: [number, ...numbers],
    })),
  );
}

/** Puts numbers in the place of `{1}`, `{2}`, …: `{1}` is that of the pattern's first list. */
export function fillIn(text: string, numbers: readonly number[]): string {
  return text.replace(/\{([1-9])\}/g, (placeholder, position: string) => {
    const number = numbers[Number(position) - 1];
    if (number === undefined) throw new Error(`no list in the path for ${placeholder}`);
    return String(number);
  });
}
