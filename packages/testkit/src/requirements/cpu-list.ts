/** Numbers of a kernel CPU list: `0-2,5` is 0, 1, 2, 5. */
export function parseCpuList(text: string): number[] {
  const cpus: number[] = [];
  for (const part of text.trim().split(',')) {
    if (part === '') continue;
    const [first = '', last = first] = part.split('-');
    for (let cpu = Number(first); cpu <= Number(last); cpu++) cpus.push(cpu);
  }
  return cpus;
}
