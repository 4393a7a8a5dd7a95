/** The kernel's mask of CPUs: hexadecimal, in words of 32 bits, `1,00000002`. */
export function cpuMask(cpus: readonly number[]): string {
  const words = new Array<number>(Math.floor(Math.max(0, ...cpus) / 32) + 1).fill(0);
  for (const cpu of cpus) words[cpu >> 5]! |= 1 << (cpu & 31);
  const [first = 0, ...rest] = words.reverse().map((word) => word >>> 0);
  return [first.toString(16), ...rest.map((word) => word.toString(16).padStart(8, '0'))].join(',');
}

/** CPUs of such a mask. */
export function parseCpuMask(text: string): number[] {
  const words = text.trim().split(',').reverse();
  return words.flatMap((word, index) => {
    const bits = Number.parseInt(word, 16);
    return Array.from({ length: 32 }, (_, bit) => bit)
      .filter((bit) => ((bits >>> bit) & 1) === 1)
      .map((bit) => index * 32 + bit);
  });
}
