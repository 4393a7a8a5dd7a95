import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { KernelSymbols } from '../../src/symbols/kallsyms.js';
import { Symbolizer } from '../../src/symbols/symbolizer.js';

/** BPF programs and modules come and go on a host where others work. */
const TRIES = 50;

/** Names by address, of a text that stayed the same while the symbols were read from it. */
function readSettled(): { symbols: KernelSymbols; byAddress: Map<string, Set<string>> } {
  for (let i = 0; i < TRIES; i++) {
    const before = readFileSync('/proc/kallsyms', 'latin1');
    const symbols = new KernelSymbols();
    symbols.support();
    if (readFileSync('/proc/kallsyms', 'latin1') === before) {
      return { symbols, byAddress: functionsOf(before) };
    }
  }
  throw new Error(`/proc/kallsyms changed ${TRIES} times while it was read`);
}

function functionsOf(kallsyms: string): Map<string, Set<string>> {
  const byAddress = new Map<string, Set<string>>();
  for (const line of kallsyms.split('\n')) {
    const match = /^([0-9a-f]+) [tT] ([^\t]+)(?:\t|$)/.exec(line);
    if (match === null) continue;
    const [, address, name] = match as unknown as [string, string, string];
    byAddress.set(address, (byAddress.get(address) ?? new Set()).add(name));
  }
  return byAddress;
}

describe('symbolising the kernel', () => {
  const symbols = new KernelSymbols();
  const support = symbols.support();

  it.skipIf(!support.ok)('agrees with every function of /proc/kallsyms', () => {
    const { symbols, byAddress } = readSettled();
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
