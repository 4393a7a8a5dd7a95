/** Names told at most. */
const MOST = 3;
/** Edits that a name may be away, for each so many characters of it. */
const CHARACTERS_PER_EDIT = 4;

/** The names that somebody may have meant, the nearest first. */
export function nearNames(wanted: string, names: Iterable<string>): string[] {
  const most = Math.max(1, Math.floor(wanted.length / CHARACTERS_PER_EDIT));
  const near: { readonly name: string; readonly distance: number }[] = [];
  for (const name of new Set(names)) {
    const distance = name.includes(wanted) ? 0 : edits(wanted, name, most);
    if (distance <= most) near.push({ name, distance });
  }
  near.sort((a, b) => a.distance - b.distance || a.name.length - b.name.length);
  return near.slice(0, MOST).map(({ name }) => name);
}

/** Levenshtein distance, or more than `most` when it is above that. */
function edits(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    if (Math.min(...next) > most) return most + 1;
    row = next;
  }
  return row[b.length]!;
}
