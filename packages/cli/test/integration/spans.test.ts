import { beforeEach, describe, expect, it } from 'vitest';
import { needs, skipUnless, spawnMarks, spawnProbed, spawnSleeper } from '@hftmon/testkit';
import { attached } from '../support/attached.js';
import { runCli, startCli } from '../support/run-cli.js';

beforeEach((context) => skipUnless(context, needs.bpf));

interface Line {
  readonly type: string;
  readonly name?: string;
  readonly id?: number;
  readonly durationNs: number;
  readonly receipt?: { readonly parts: { readonly ns: number }[] };
  readonly shown?: number;
  readonly spans?: { readonly name: string; readonly count: number }[];
}

/** Runs a verb on a process that marks seven spans of 2 ms. */
async function onMarks(words: readonly string[]): Promise<string> {
  await using target = await spawnMarks({ spans: 7, spanUs: 2000 });
  const [verb, ...rest] = words;
  const run = startCli([verb!, '-p', String(target.pid), ...rest]);
  await attached(run);
  await target.go();
  const { code, stdout, stderr } = await run.interrupt();
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

describe('hftmon spans', () => {
  it('prints one object per slow span, and a summary in the end', async () => {
    const stdout = await onMarks(['spans', '--budget', '1ms', '--jsonl']);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
    const spans = lines.filter(({ type }) => type === 'span');
    expect(spans.map(({ name, id }) => [name, id])).toEqual(
      Array.from({ length: 7 }, (_, i) => ['outside', i + 1]),
    );
    for (const { receipt, durationNs } of spans) {
      const sum = receipt!.parts.reduce((total, { ns }) => total + ns, 0);
      expect(sum).toBeCloseTo(durationNs, 1);
    }
    const summary = lines.at(-1)!;
    expect(summary).toMatchObject({ type: 'summary', shown: 7 });
    expect(summary.spans).toMatchObject([{ name: 'outside', count: 7 }]);
  });

  it('prints lines for people', async () => {
    const stdout = await onMarks(['spans', '--budget', '1ms']);
    expect(stdout.match(/marks\/\d+ .* outside \d .*own work/g)).toHaveLength(7);
    expect(stdout).toContain('7 spans over 1ms');
  });

  it('tells of a target that marks nothing', async () => {
    await using target = await spawnSleeper({ count: 1, sleepUs: 100 });
    const run = startCli(['spans', '-p', String(target.pid)]);
    await attached(run);
    const { code, stdout } = await run.interrupt();
    expect(code).toBe(0);
    expect(stdout).toContain('the target marked nothing');
  });
});

describe('hftmon spans of a program that is probed', () => {
  it('leaves the program as it was when it is killed', async () => {
    await using target = await spawnProbed({ calls: 101 });
    const words = ['spans', '-p', String(target.pid), '--span', 'work=probed:probed_work'];
    const run = startCli(words);
    await attached(run);
    run.child.kill('SIGKILL');
    expect(await run.result).toMatchObject({ signal: 'SIGKILL' });
    const { changed } = await target.go();
    expect(changed).toBe(false);
  });
});

describe('hftmon stat', () => {
  it('sums up the spans of a target that marks', async () => {
    const words = ['stat', '--collectors', 'latency'];
    expect(await onMarks(words)).toMatch(/outside +7 /);
    const document = JSON.parse(await onMarks([...words, '--json'])) as {
      readonly details: { readonly latency: { readonly spans: { readonly spans: Line[] } } };
    };
    expect(document.details.latency.spans.spans).toMatchObject([{ name: 'outside', count: 7 }]);
  });

  it('sums up the calls of a function of a target that marks nothing', async () => {
    await using target = await spawnProbed({ calls: 101 });
    const words = ['stat', '-p', String(target.pid), '--span', 'work=probed:probed_work'];
    const run = startCli([...words, '--collectors', 'latency', '--json']);
    await attached(run);
    await target.go();
    const { code, stdout, stderr } = await run.interrupt();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const document = JSON.parse(stdout) as {
      readonly details: { readonly latency: { readonly spans: object } };
    };
    expect(document.details.latency.spans).toMatchObject({
      spans: [{ name: 'work', source: 'uprobe', count: 101, errors: 0 }],
      probes: [{ name: 'work', counts: { begun: 101, spans: 101, open: 0 } }],
    });
  });

  it('wants the collector of spans for them', async () => {
    const words = ['stat', '-p', '1', '--span', 'a=b:c', '--collectors', 'ctxsw'];
    const { code, stderr } = await runCli(words);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining('spans come from the collector latency'),
    });
  });
});
