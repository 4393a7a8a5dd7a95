import { readFileSync } from 'node:fs';

/** Text of a file, or why there is none. */
export type FileText =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; /** `ENOENT`, `EACCES`, … */ readonly errno: string };

/** Reads a file of /proc or /sys. What the kernel refuses is an answer, not an exception. */
export function readText(path: string): FileText {
  try {
    return { ok: true, text: readFileSync(path, 'utf8') };
  } catch (error) {
    return { ok: false, errno: (error as NodeJS.ErrnoException).code ?? String(error) };
  }
}

/** Text of a file that may be missing; `undefined` then. */
export function optionalText(path: string): string | undefined {
  const file = readText(path);
  return file.ok ? file.text : undefined;
}
