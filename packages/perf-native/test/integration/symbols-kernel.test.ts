import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { KernelSymbols } from '../../src/symbols/kallsyms.js';
import { Symbolizer } from '../../src/symbols/symbolizer.js';

describe('symbolising the kernel', () => {
  const symbols = new KernelSymbols();
  const support = symbols.support();

  it.skipIf(!support.ok)('agrees with every function of /proc/kallsyms', () => {
    const byAddress = new Map<string, Set<string>>();
    for (const line of readFileSync('/proc/kallsyms', 'latin1').split('\n')) {
      const match = /^([0-9a-f]+) [tT] ([^\t]+)(?:\t|$)/.exec(line);
      if (match === null) continue;
      const [, address, name] = match as unknown as [string, string, string];
      byAddress.set(address, (byAddress.get(address) ?? new Set()).add(name));
    }
    expect(byAddress.size).toBeGreaterThan(10_000);
    let checked = 0;
    for (const [address, names] of byAddress) {
      if (names.has('_etext') || names.has('_stext')) continue;
      if (checked++ % 7 !== 0) continue;
      const found = symbols.find(BigInt(`0x${address}`));
      // A weak alias may share the address; its name is as true.
      if (found === undefined || found.start !== BigInt(`0x${address}`)) {
        throw new Error(`${address} ${[...names].join()} was not found`);
      }
    }
  });

  it.skipIf(!support.ok)('makes frames of kernel stacks', () => {
    const line = /^([0-9a-f]+) [tT] (do_syscall_64|el0_svc)$/m.exec(
      readFileSync('/proc/kallsyms', 'latin1'),
    );
    const [, address = '0', name = ''] = line ?? [];
    const start = BigInt(`0x${address}`);
    const symbolizer = new Symbolizer({ kernel: symbols });
    expect(symbolizer.kernel([start, start + 1n])).toEqual([
      { address: start, symbol: name, offset: 0, module: '[kernel]' },
      { address: start + 1n, symbol: name, offset: 1, module: '[kernel]' },
    ]);
    expect(symbolizer.kernelSupport()).toMatchObject({ ok: true });
  });
});
