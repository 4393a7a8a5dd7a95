import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Symbolizer } from '../../src/symbols/symbolizer.js';
import { SymbolTarget } from '../support/symbol-target.js';

describe('symbolising node --perf-basic-prof', () => {
  const script = `
    function hftmonHotFunction(n) { let s = 0; for (let i = 0; i < n; i++) s = (s * 31 + i) | 0; return s; }
    for (let i = 0; i < 2000; i++) hftmonHotFunction(1000);
    console.log('ready ' + process.pid);
    process.stdin.once('data', () => {
      new Function('globalThis.hftmonLate = function hftmonLateFunction(x) { return x + 1; }')();
      for (let i = 0; i < 200000; i++) globalThis.hftmonLate(i);
      console.log('late 1');
    });`;

  it('names compiled functions, also those compiled later, and after the end', async () => {
    const target = new SymbolTarget(process.execPath, ['--perf-basic-prof', '-e', script]);
    const file = `/tmp/perf-${target.pid}.map`;
    try {
      await target.read('ready');
      let now = 0;
      const symbolizer = new Symbolizer({ nowMs: () => now });
      symbolizer.capture(target.pid);
      const last = (name: string) => {
        const lines = readFileSync(file, 'utf8').split('\n');
        const line = lines.filter((text) => text.includes(name)).at(-1);
        if (line === undefined) throw new Error(`${file} has no ${name}`);
        const [address, size] = line.split(' ') as [string, string];
        return { address: BigInt(`0x${address}`), size: Number.parseInt(size, 16) };
      };
      const hot = last('hftmonHotFunction');
      const inside = hot.address + BigInt(hot.size - 1);
      const [frame] = symbolizer.user(target.pid, [inside]);
      expect(frame).toMatchObject({ offset: hot.size - 1, module: '[jit]' });
      expect(frame?.symbol).toContain('hftmonHotFunction');

      await target.ask('go', 'late');
      now += 250;
      const late = last('hftmonLateFunction');
      expect(symbolizer.user(target.pid, [late.address])[0]?.symbol).toContain(
        'hftmonLateFunction',
      );

      await target.end();
      expect(symbolizer.user(target.pid, [late.address])[0]?.symbol).toContain(
        'hftmonLateFunction',
      );
    } finally {
      await target.end();
      rmSync(file, { force: true });
    }
  });

  it.skipIf(process.getuid?.() !== 0)(
    'believes no map of another user, and no FIFO (needs root to make them)',
    async () => {
      const target = new SymbolTarget(process.execPath, [
        '-e',
        "console.log('ready 1'); process.stdin.resume()",
      ]);
      const file = `/tmp/perf-${target.pid}.map`;
      try {
        await target.read('ready');
        writeFileSync(file, '1000 1000 planted\n');
        execFileSync('chown', ['65534', file]);
        expect(new Symbolizer().user(target.pid, [0x1800n])[0]?.symbol).toBeUndefined();
        rmSync(file);
        execFileSync('mkfifo', [file]);
        expect(new Symbolizer().user(target.pid, [0x1800n])[0]?.symbol).toBeUndefined();
        rmSync(file);
        writeFileSync(file, '1000 1000 own\n');
        expect(new Symbolizer().user(target.pid, [0x1800n])[0]?.symbol).toBe('own');
      } finally {
        await target.end();
        rmSync(file, { force: true });
      }
    },
  );
});
