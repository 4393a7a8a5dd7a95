import { readdirSync } from 'node:fs';

/** Names in a folder of /proc or /sys; none when there is no such folder. */
export function listEntries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
