import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { RecordKind } from '@hftmon/core';
import { MARKING_PROGRAM } from '../../support/marking-program.js';
import { Monitor } from '../../support/monitor.js';
import { onlyProbe } from '../../support/probe-states.js';
import { ProgramFolder } from '../../support/program.js';

let folder: ProgramFolder;
let program: string;

beforeAll(() => {
  folder = new ProgramFolder();
  program = folder.compile('marking', MARKING_PROGRAM);
});
afterAll(() => folder[Symbol.dispose]());

describe('a process that executes the program that is to be probed', () => {
  it('is probed without waiting for the next look at all processes', async () => {
    const words = ['-c', 'echo shell; read go; exec "$0"', program];
    const child = spawn('sh', words, { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    try {
      expect(await lines.next()).toMatchObject({ value: 'shell' });
      const probe = { name: 'mark', binary: program, function: 'mark', nothrow: true };
      using monitor = Monitor.start([RecordKind.Span], [child.pid!], { spanProbes: [probe] });
      monitor.reap();
      expect(onlyProbe(monitor).refusal).toMatchObject({ code: 'HFTMON_E_SPAN_PROBE_PLACE' });
      const clock = vi.spyOn(performance, 'now').mockReturnValue(performance.now());
      child.stdin.write('go\n');
      expect(await lines.next()).toMatchObject({ value: 'run-0' });
      monitor.reap();
      clock.mockRestore();
      expect(onlyProbe(monitor).refusal).toBeUndefined();
      child.stdin.write('threads\n');
      await lines.next();
      monitor.read();
      expect(onlyProbe(monitor).counts).toMatchObject({ begun: 3, spans: 3 });
      expect(monitor.of(RecordKind.Span).length).toBeGreaterThanOrEqual(3);
    } finally {
      child.kill('SIGKILL');
    }
  });
});
