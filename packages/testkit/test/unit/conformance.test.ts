import { openSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  CPU_KIND_WORD,
  HOST_API_VERSION,
  RECORD_WORDS,
  RecordKind,
  kindAt,
  tidAt,
  type Collector,
  type CollectorContext,
  type MetricSupport,
  type ProbeEnvironment,
  type RecordBatch,
  type Support,
  type Target,
} from '@hftmon/core';
import { conformanceChecks, describeCollectorConformance } from '../../src/index.js';

interface Answer {
  readonly faults: number;
}

/** Counts faults. Each mistake that the suite must find is a subclass of it. */
class FaultCounter implements Collector<{ readonly label: string }, object, Answer> {
  readonly meta = {
    name: 'fault-counter',
    version: '1.0.0',
    apiVersion: HOST_API_VERSION,
    summary: 'Counts faults',
    kinds: [RecordKind.Fault],
    metrics: [{ name: 'faults', unit: 'count', type: 'counter', help: 'Page faults seen' }],
    needs: [],
  } as const;
  protected faults = 0;

  probe(environment: ProbeEnvironment): Support {
    return environment.bpf.ok
      ? { ok: true, tier: 'kernel', source: 'page faults by BPF' }
      : environment.bpf;
  }

  open(context: CollectorContext, config: { readonly label: string }): void {
    context.log.debug(config.label);
    this.faults = 0;
  }

  attach(_target: Target): void {}

  onRecords(batch: RecordBatch): void {
    for (let i = 0; i < batch.count; i++) {
      if (kindAt(batch.u32, i * RECORD_WORDS) === RecordKind.Fault) this.faults++;
    }
  }

  snapshot(_query: object): Answer {
    return { faults: this.faults };
  }

  close(): void {}
}

const options = {
  config: () => ({ label: 'test' }),
  query: {},
  records: [{ kind: RecordKind.Fault, tid: 7 }],
  metricNames: (answer: Answer) => Object.keys(answer),
};

describeCollectorConformance('fault-counter', () => new FaultCounter(), options, { describe, it });

/** Names of the checks that a collector fails. */
async function failures(create: () => FaultCounter): Promise<string[]> {
  const failed: string[] = [];
  for (const check of conformanceChecks(create, options)) {
    try {
      await check.run();
    } catch {
      failed.push(check.name);
    }
  }
  return failed;
}

describe('the suite finds', () => {
  it('nothing wrong with a good one', async () => {
    expect(await failures(() => new FaultCounter())).toEqual([]);
  });

  it('a probe that throws', async () => {
    class Throws extends FaultCounter {
      override probe(environment: ProbeEnvironment): Support {
        if (!environment.bpf.ok) throw new Error('no BPF');
        return super.probe(environment);
      }
    }
    expect(await failures(() => new Throws())).toContain('probes a host without BTF');
  });

  it('answers for a metric that is not declared', async () => {
    class Strange extends FaultCounter {
      probeMetrics(): MetricSupport {
        return new Map([['no_such_count', { ok: true, tier: 'kernel', source: 'BPF' }]]);
      }
    }
    expect(await failures(() => new Strange())).toContain('probes a host without privileges');
  });

  it('a value for a metric that is said to be missing', async () => {
    class Pretends extends FaultCounter {
      metrics(): object {
        return Object.fromEntries(this.meta.metrics.map(({ name }) => [name, 0]));
      }
      metricSupport(): MetricSupport {
        const missing = {
          ok: false,
          code: 'HFTMON_E_X',
          reason: 'no PMU',
          remedy: 'none',
        } as const;
        return new Map(this.meta.metrics.map(({ name }) => [name, missing]));
      }
    }
    expect(await failures(() => new Pretends())).toEqual([
      'has values only for metrics that it declares and does not call missing',
    ]);
  });

  it('a probe with side effects', async () => {
    class Writes extends FaultCounter {
      override probe(environment: ProbeEnvironment): Support {
        writeFileSync(`${environment.sysRoot}/touched`, String(performance.now()));
        return super.probe(environment);
      }
    }
    expect(await failures(() => new Writes())).toContain(
      'probes a host that offers nothing, with empty /proc and /sys',
    );
  });

  it('a file that stays open', async () => {
    class Leaks extends FaultCounter {
      override open(context: CollectorContext, config: { readonly label: string }): void {
        super.open(context, config);
        openSync('/dev/null', 'r');
      }
    }
    expect(await failures(() => new Leaks())).toContain('gives back everything when it is closed');
  });

  it('a tunable that is not restored when open fails', async () => {
    class Forgets extends FaultCounter {
      override open(context: CollectorContext, config: { readonly label: string }): void {
        const file = `${context.sysRoot}/devices/system/cpu/online`;
        writeFileSync(file, '0\n');
        super.open(context, config);
        context.onUndo(() => writeFileSync(file, '0-1\n'));
      }
    }
    expect(await failures(() => new Forgets())).toEqual([
      'gives back everything when open fails, and opens after that',
    ]);
  });

  it('an answer with NaN', async () => {
    class Divides extends FaultCounter {
      override snapshot(): Answer {
        return { faults: this.faults / this.faults };
      }
    }
    expect(await failures(() => new Divides())).toContain('answers before any record');
  });

  it('a target that leaves and is forgotten too early', async () => {
    class Forgets extends FaultCounter {
      #targets: Set<number> | undefined = new Set();
      leave(_target: Target): void {
        this.#targets = undefined;
      }
      override onRecords(batch: RecordBatch): void {
        super.onRecords(batch);
        this.#targets!.clear();
      }
    }
    expect(await failures(() => new Forgets())).toEqual([
      'takes records of a target that leaves, until it has left',
    ]);
  });

  it('a target that leaves and was never known', async () => {
    class Expects extends FaultCounter {
      readonly #targets = new Set<number>();
      override attach(target: Target): void {
        this.#targets.add(target.pid);
      }
      leave({ pid }: Target): void {
        if (!this.#targets.has(pid)) throw new Error(`${pid} is not known`);
      }
    }
    expect(await failures(() => new Expects())).toEqual([
      'is not disturbed by targets that it does not know',
    ]);
  });

  it('something that is found where nothing has come', async () => {
    class Rehearses extends FaultCounter {
      idle(): void {
        this.faults++;
      }
    }
    expect(await failures(() => new Rehearses())).toEqual([
      'finds nothing when it is told that nothing has come',
    ]);
  });

  it('a map that grows with every tid', async () => {
    class Remembers extends FaultCounter {
      readonly #seen = new Map<number, object>();
      override onRecords(batch: RecordBatch): void {
        super.onRecords(batch);
        for (let i = 0; i < batch.count; i++) {
          this.#seen.set(tidAt(batch.u32, i * RECORD_WORDS), { at: i });
        }
      }
    }
    expect(await failures(() => new Remembers())).toEqual(['does not grow with what it is fed']);
  });

  it('trust in what a record says', async () => {
    class Trusts extends FaultCounter {
      readonly #perCpu = [{ faults: 0 }, { faults: 0 }];
      override onRecords(batch: RecordBatch): void {
        super.onRecords(batch);
        for (let i = 0; i < batch.count; i++) {
          const cpu = batch.u32[i * RECORD_WORDS + CPU_KIND_WORD]! & 0xffff;
          this.#perCpu[cpu]!.faults++;
        }
      }
    }
    expect(await failures(() => new Trusts())).toContain('takes random bytes');
  });

  it('records of others that are counted', async () => {
    class CountsAll extends FaultCounter {
      override onRecords(batch: RecordBatch): void {
        this.faults += batch.count;
      }
    }
    expect(await failures(() => new CountsAll())).toEqual([
      'takes records of foreign kinds, and they change nothing',
    ]);
  });

  it('a metric without its unit', async () => {
    class Unnamed extends FaultCounter {
      override readonly meta = {
        ...new FaultCounter().meta,
        metrics: [{ name: 'wait', unit: 'ns', type: 'counter', help: 'Time waited' }],
      } as never;
    }
    expect(await failures(() => new Unnamed())).toContain(
      'names each metric once, and with its unit',
    );
  });
});

it('refuses to skip a check that there is not', () => {
  expect(() =>
    conformanceChecks(() => new FaultCounter(), { ...options, skip: { nonsense: 'why' } }),
  ).toThrow('nonsense');
});
