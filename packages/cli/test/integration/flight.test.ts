import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readFlight } from '@hftmon/monitor';
import { allowedCpus, needs, skipUnless, spawnHog, spawnSpinner } from '@hftmon/testkit';
import { attached } from '../support/attached.js';
import { runCli, startCli } from '../support/run-cli.js';

const [, cpu = 1] = allowedCpus();

let directory: string;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'hftmon-flights-'))));
afterEach(() => rmSync(directory, { recursive: true, force: true }));

interface Line {
  readonly type: string;
  readonly id: number;
}

function recordings(): string[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith('.flight'))
    .map((name) => join(directory, name));
}

describe('hftmon spikes --flight', () => {
  it('records the spikes that it shows, and flight shows them again', async (context) => {
    skipUnless(context, needs.bpf, needs.realtime);
    await using target = await spawnSpinner({ cpu, gapUs: 20 });
    await using hog = await spawnHog({ cpu, policy: 'fifo', burstUs: 5000, count: 3 });
    target.begin();
    await target.running();
    const words = ['spikes', '-p', String(target.pid), '--threshold', '2ms', '--jsonl'];
    const run = startCli([...words, '--flight', directory, '--flight-before', '300ms']);
    await attached(run);
    await hog.go();
    await run.until('hftmon: recorded');
    run.child.kill('SIGINT');
    const { code, stdout } = await run.result;
    expect(code).toBe(0);
    const shown = new Map(
      stdout
        .trim()
        .split('\n')
        .map((text) => [(JSON.parse(text) as Line).id, text] as const),
    );
    const files = recordings();
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      const { code: ended, stdout: json } = await runCli(['flight', file, '--json']);
      expect(ended).toBe(0);
      const document = JSON.parse(json) as { schema: string; spikes: readonly Line[] };
      expect(document.schema).toBe('hftmon.flight/1');
      expect(document.spikes.length).toBeGreaterThan(0);
      for (const spike of document.spikes) expect(JSON.stringify(spike)).toBe(shown.get(spike.id));
    }
    const { stdout: text } = await runCli(['flight', files[0]!]);
    expect(text).toMatch(/^set off by spike \d+ of /m);
    expect(text).toMatch(/^spinner\/\d+ +\d+ {2}longest .*Switch/m);
  });

  it('leaves nothing that is taken for a recording when it is killed', async (context) => {
    skipUnless(context, needs.bpf, needs.realtime);
    await using target = await spawnSpinner({ cpu, gapUs: 20 });
    target.begin();
    await target.running();
    const words = ['spikes', '-p', String(target.pid), '--threshold', '1us', '--jsonl'];
    const run = startCli([...words, '--flight', directory, '--flight-after', '1ms']);
    await run.until('hftmon: recorded');
    run.child.kill('SIGKILL');
    const { signal } = await run.result;
    expect(signal).toBe('SIGKILL');
    const files = recordings();
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) expect(readFlight(file).meta.type).toBe('flight');
  });
});

describe('hftmon flight', () => {
  it('says what is wrong with a file', async () => {
    const file = join(directory, 'x.flight');
    writeFileSync(file, readFileSync(process.execPath).subarray(0, 4096));
    const foreign = await runCli(['flight', file]);
    expect(foreign).toMatchObject({ code: 2, stdout: '' });
    expect(foreign.stderr).toMatch(/is no recording of hftmon.*HFTMON_E_RECORDING_FOREIGN/);
    writeFileSync(file, 'HFTMREC\n');
    const damaged = await runCli(['flight', file]);
    expect(damaged).toMatchObject({ code: 1, stdout: '' });
    expect(damaged.stderr).toMatch(/cut off.*HFTMON_E_RECORDING_DAMAGED/);
    const absent = await runCli(['flight', join(directory, 'none')]);
    expect(absent.code).toBe(2);
    const times = await runCli(['spikes', '-p', '1', '--flight-after', '1ms']);
    expect(times).toMatchObject({ code: 2 });
    expect(times.stderr).toMatch(/add --flight DIR/);
  });
});
