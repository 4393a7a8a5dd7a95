import { allowedCpus, needs, skipUnless, spawnHog } from '@hftmon/testkit';
import { beforeEach, describe, expect, it } from 'vitest';
import { attached } from '../support/attached.js';
import { runCli, startCli } from '../support/run-cli.js';

const [, cpu = 1] = allowedCpus();
const CPU = String(cpu);

beforeEach((context) => skipUnless(context, needs.bpf, needs.cpus(2)));

interface Gap {
  readonly schema: string;
  readonly monotonicNs: number;
  readonly durationNs: number;
  readonly cause: string;
  readonly receipt: { readonly parts: { readonly cause: string; readonly ns: number }[] };
}

describe('hftmon noise', () => {
  it('tells each gap with its causes as a line, and ends on Ctrl-C with its report', async (context) => {
    skipUnless(context, needs.realtime);
    await using hog = await spawnHog({ cpu, policy: 'fifo', burstUs: 1500, count: 7 });
    const run = startCli(['noise', '--cpu', CPU, '-d', '1m', '--jsonl']);
    await attached(run);
    const { bursts } = await hog.go();
    run.child.kill('SIGINT');
    const { code, signal, stdout, stderr } = await run.result;
    expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: '' });
    const lines = stdout.trim().split('\n');
    const report = JSON.parse(lines.pop()!) as Record<string, unknown>;
    const gaps = lines.map((line) => JSON.parse(line) as Gap);
    expect(report).toMatchObject({
      schema: 'hftmon.noise/1',
      cpu,
      end: 'stopped',
      mode: 'periodic',
      kernelEvents: { ok: true },
      gaps: { count: gaps.length },
    });
    for (const { schema, durationNs, receipt } of gaps) {
      expect(schema).toBe('hftmon.gap/1');
      expect(receipt.parts.reduce((sum, { ns }) => sum + ns, 0)).toBe(durationNs);
    }
    for (const { startNs, endNs, cpuNs } of bursts) {
      const around = gaps.filter(
        (gap) => gap.monotonicNs <= startNs && gap.monotonicNs + gap.durationNs >= endNs,
      );
      expect(around).toHaveLength(1);
      const { cause, receipt } = around[0]!;
      const stolenNs = receipt.parts.find((part) => part.cause === 'steal')?.ns ?? 0;
      // Unless a hypervisor took more than the hog had, by its own account.
      if (stolenNs < cpuNs) expect(cause).toBe('preemption');
    }
  });

  it('prints one document, or a text with the rate that it reached', async () => {
    const words = ['noise', '--cpu', CPU, '-d', '300ms'];
    const json = await runCli([...words, '--rate', 'max', '--json']);
    expect({ code: json.code, stderr: json.stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(json.stdout)).toMatchObject({
      schema: 'hftmon.noise/1',
      mode: 'continuous',
      end: 'done',
      slots: null,
      gaps: { list: expect.any(Array) },
    });
    const text = await runCli([...words, '--rate', '100khz', '--threshold', '20us']);
    expect({ code: text.code, stderr: text.stderr }).toEqual({ code: 0, stderr: '' });
    expect(text.stdout).toMatch(/samples a second of 100 000 asked for/);
    expect(text.stdout).toMatch(/gaps? over 20us/);
  });

  it.each([
    [['--cpu', '4095'], 'HFTMON_E_CPU_NOT_FOUND'],
    [['--cpu', '-1'], 'HFTMON_E_USAGE'],
    [['--cpu', CPU, '-d', '2h'], 'HFTMON_E_CONFIG_INVALID'],
    [['--cpu', CPU, '--rate', '2mhz'], 'HFTMON_E_USAGE'],
    [['--cpu', CPU, '--priority', '100'], 'HFTMON_E_USAGE'],
    [[], 'HFTMON_E_USAGE'],
  ])('refuses %j in one line', async (words, error) => {
    const { code, stdout, stderr } = await runCli(['noise', ...words]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^hftmon: [^\n]+\. Remedy: [^\n]+ \[HFTMON_E_[A-Z_]+\]\n$/);
    expect(stderr).toContain(`[${error}]`);
  });
});
