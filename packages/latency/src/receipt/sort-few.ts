/** `Array.prototype.sort` allocates more than a kilobyte, however short the list; most are shorter. */
const FEW = 16;

/** Sorts a list in place, as `sort` does, without allocating anything when it is short. */
export function sortFew<T>(items: T[], order: (a: T, b: T) => number): T[] {
  if (items.length > FEW) return items.sort(order);
  for (let i = 1; i < items.length; i++) {
    const item = items[i]!;
    let to = i;
    for (; to > 0 && order(items[to - 1]!, item) > 0; to--) items[to] = items[to - 1]!;
    items[to] = item;
  }
  return items;
}
