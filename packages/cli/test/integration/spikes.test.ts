import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { allowedCpus, needs, skipUnless, spawnHog, spawnSpinner } from '@hftmon/testkit';
import { attached } from '../support/attached.js';
import { runCli, startCli, type CliResult } from '../support/run-cli.js';

const FOLDER = mkdtempSync(join(tmpdir(), 'hftmon-spikes-'));
afterAll(() => rmSync(FOLDER, { recursive: true }));
beforeEach((context) => skipUnless(context, needs.bpf, needs.realtime));

interface Spike {
  readonly type: 'spike';
  readonly id: number;
  readonly supersedes?: readonly number[];
  readonly monotonicNs: number;
  readonly tid: number;
  readonly cpu: number;
  readonly cause: string;
  readonly causeClass: string;
  readonly receipt: { readonly durationNs: number; readonly parts: { readonly ns: number }[] };
}

interface Summary {
  readonly type: 'summary';
  readonly spikes: { readonly total: number; readonly byCause: Record<string, number> };
  readonly losses: Record<string, number>;
  readonly notObserved: { readonly cause: string; readonly reason: string }[];
  readonly durationNs: number;
}

/** Those that no later one replaced. */
function standing(spikes: readonly Spike[]): Spike[] {
  const replaced = new Set(spikes.flatMap(({ supersedes = [] }) => supersedes));
  return spikes.filter(({ id }) => !replaced.has(id));
}

/**
 * Runs the command on a spinner that a real-time hog takes the CPU from.
 * @param wanted - what the output has to hold: the hog goes on, to a limit, until it does
 */
async function disturbed(
  words: readonly string[],
  wanted?: RegExp,
): Promise<CliResult & { readonly tid: number }> {
  const cpu = allowedCpus().at(-1)!;
  await using target = await spawnSpinner({ cpu });
  const run = startCli(['spikes', '-p', String(target.pid), ...words]);
  await attached(run);
  target.begin();
  await target.running();
  // Long enough to be the longest in a gap in which many others run too.
  const bursts = { burstUs: 10_000, periodMs: 40, count: 5 };
  for (let round = 0; round < 10; round++) {
    await using hog = await spawnHog({ policy: 'fifo', cpu, ...bursts });
    await hog.go();
    if (wanted === undefined || wanted.test(run.stdout())) break;
  }
  const { tid } = await target.stop();
  const result = await (words.includes('--once') ? run.result : run.interrupt());
  return { ...result, tid };
}

describe('hftmon spikes --jsonl', () => {
  it('prints one object per spike, and a summary in the end', async () => {
    const words = ['--threshold', '50us', '--jsonl'];
    const { code, stdout, stderr, tid } = await disturbed(words);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const objects = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Spike | Summary);
    const summary = objects.at(-1) as Summary;
    const spikes = objects.slice(0, -1) as Spike[];
    expect(spikes.filter(({ cause }) => cause === 'preemption').length).toBeGreaterThan(0);
    for (const spike of spikes) {
      expect(spike).toMatchObject({
        schema: 'hftmon.spike/1',
        type: 'spike',
        comm: expect.any(String),
        cpu: expect.any(Number),
        cause: expect.any(String),
        causeClass: expect.any(String),
      });
      expect(Number.isSafeInteger(spike.monotonicNs)).toBe(true);
      const sum = spike.receipt.parts.reduce((total, { ns }) => total + ns, 0);
      expect(sum).toBe(spike.receipt.durationNs);
      expect(spike.receipt.durationNs).toBeGreaterThanOrEqual(50_000);
    }
    expect(spikes.some((spike) => spike.tid === tid)).toBe(true);
    expect(summary).toMatchObject({ schema: 'hftmon.summary/1', type: 'summary' });
    expect(summary.spikes.total).toBe(standing(spikes).length);
    const { seen, emitted, filtered, dropped } = summary.losses;
    expect(seen).toBe(emitted! + filtered! + dropped!);
    expect(summary.notObserved.every(({ reason }) => reason !== '')).toBe(true);
  });
});

describe('hftmon spikes', () => {
  it('prints a line per spike with its receipt', async () => {
    // The hog is named if few others ran in between too, and took longer.
    const line = /^\d\d:\d\d:\d\d\.\d{3} .* cpu \d+ .* preemption .*by .*SCHED_FIFO/m;
    const { code, stdout } = await disturbed([], line);
    expect(code).toBe(0);
    expect(stdout).toMatch(line);
    expect(stdout).toMatch(/\d+ spikes? of 50us or longer in /);
    expect(stdout).not.toContain('\x1b');
  });

  it('ends after the first one with --once', async () => {
    const { code, stdout } = await disturbed(['--once', '--jsonl']);
    expect(code).toBe(0);
    const types = stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as Spike).type);
    expect(types).toEqual(['spike', 'summary']);
  });

  it('leaves out what stands after --min-class', async () => {
    const words = ['--min-class', 'context_switch', '--threshold', '10us', '--jsonl'];
    const { stdout } = await disturbed(words);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Spike);
    const classes = new Set(lines.slice(0, -1).map(({ causeClass }) => causeClass));
    expect([...classes]).toEqual(['context_switch']);
  });

  it('writes one JSON document to a file', async () => {
    const file = join(FOLDER, 'spikes.json');
    const { code, stdout } = await disturbed(['--json', '-o', file]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    const document = JSON.parse(readFileSync(file, 'utf8')) as {
      schema: string;
      spikes: Spike[];
      summary: Summary;
    };
    expect(document.schema).toBe('hftmon.spikes/1');
    expect(document.summary.spikes.total).toBe(standing(document.spikes).length);
  });

  it('makes a valid document of no spike at all', async () => {
    const words = ['spikes', '-p', String(process.pid), '-d', '200ms', '--threshold', '1h'];
    const { stdout } = await runCli([...words, '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ spikes: [], summary: { spikes: { total: 0 } } });
  });
});
