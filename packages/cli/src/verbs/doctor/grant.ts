/** How this process gets capabilities, by their names as in `CAP_PERFMON`. */
export function grant(...capabilities: readonly string[]): string {
  const names = capabilities.map((name) => name.toLowerCase()).join(',');
  return `run as root (sudo), or grant it: sudo setcap ${names}+ep $(readlink -f $(which node))`;
}
