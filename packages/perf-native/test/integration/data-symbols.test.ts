import { describe, expect, it } from 'vitest';
import { DataSymbols } from '@hftmon/perf-native';
import { sharingPlace, spawnSharing } from '@hftmon/testkit';

describe('data symbols', () => {
  it.each(['false', 'padded'] as const)(
    'name a variable in .bss of a running program (%s)',
    async (layout) => {
      await using target = await spawnSharing({ layout });
      const { symbol, line, threads } = sharingPlace(target);
      const symbols = new DataSymbols();
      const map = symbols.readMap(target.pid);
      for (const { address } of threads) {
        expect(symbols.find(target.pid, map, BigInt(address))).toMatchObject({
          mapping: { writable: true },
          symbol: { name: symbol, start: BigInt(line), module: expect.stringMatching(/sharing$/) },
        });
      }
      const size = symbols.find(target.pid, map, BigInt(line))?.symbol?.size;
      expect(size).toBe(layout === 'false' ? 128 : 512);
    },
  );

  it('tell variables in the file, the heap and the stack from each other', async () => {
    await using target = await spawnSharing();
    const symbols = new DataSymbols();
    const map = symbols.readMap(target.pid);
    const stack = map.mappings.find(({ path }) => path === '[stack]')!;
    expect(symbols.find(target.pid, map, stack.end - 8n)).toEqual({ mapping: stack });
    expect(symbols.find(target.pid, map, 0x10n)).toBeUndefined();
    const libc = map.mappings.find(({ path, writable }) => writable && /libc\.so/.test(path))!;
    const found = Array.from({ length: 256 }, (_, i) => {
      return symbols.find(target.pid, map, libc.start + BigInt(8 * i))?.symbol?.module;
    });
    // Debian's libc is stripped to its exported symbols, of which a few are data.
    expect(found.some((module) => module === libc.path)).toBe(true);
  });

  it('say that a process is gone', () => {
    expect(() => new DataSymbols().readMap(2 ** 22)).toThrow(/ENOENT|ESRCH/);
  });
});
