import assert from 'node:assert/strict';
import type { CollectorMeta, MetricSupport, ProbeEnvironment, Support } from '@hftmon/core';
import { bpfWorks, fakeEnvironment } from '../fakes/fake-environment.js';
import { FakeRoots } from '../fakes/fake-roots.js';
import type { CheckGroup, Subject } from './options.js';
import { prepare } from './prepare.js';
import { leftBehind, takeStock } from './resources.js';

const TIERS = ['hardware', 'kernel', 'procfs'];

export const probeChecks: CheckGroup = (subject) => [
  {
    name: 'probes a host that offers nothing, with empty /proc and /sys',
    run: () => probeOn(subject, (roots) => fakeEnvironment(roots)),
  },
  {
    name: 'probes a host without BTF',
    run: () =>
      probeOn(subject, (roots) =>
        fakeEnvironment({ ...rootsOf(prepare(roots)), capabilities: 'all' }),
      ),
  },
  {
    name: 'probes a host without privileges',
    run: () =>
      probeOn(subject, (roots) =>
        fakeEnvironment({ ...rootsOf(prepare(roots)), tracepoints: 'all', bpf: refused }),
      ),
  },
  {
    name: 'probes a host that offers all, with empty /proc and /sys',
    run: () =>
      probeOn(subject, (roots) =>
        fakeEnvironment({
          ...rootsOf(roots),
          bpf: bpfWorks,
          tracepoints: 'all',
          capabilities: 'all',
        }),
      ),
  },
  {
    name: 'probes a host whose files are rubbish',
    run: () =>
      probeOn(subject, (roots) => {
        prepare(roots);
        for (const [path, text] of roots.tree()) {
          if (!path.endsWith('/') && !text.startsWith('(')) roots.write(path, '\u0000\uffff:\n-1');
        }
        return fakeEnvironment({ ...rootsOf(roots), bpf: bpfWorks, tracepoints: 'all' });
      }),
  },
];

const refused: Support = {
  ok: false,
  code: 'HFTMON_E_CAPABILITY_MISSING',
  reason: 'CAP_BPF is missing',
  remedy: 'setcap cap_bpf,cap_perfmon+ep',
};

function rootsOf({ procRoot, sysRoot }: FakeRoots): { procRoot: string; sysRoot: string } {
  return { procRoot, sysRoot };
}

/** Probes twice, on one instance, and sees that the answers are valid, equal and free. */
function probeOn<C, Q, S>(
  { create }: Subject<C, Q, S>,
  environmentOf: (roots: FakeRoots) => ProbeEnvironment,
): void {
  using roots = new FakeRoots();
  const environment = environmentOf(roots);
  const collector = create();
  const first = collector.probe(environment); // also loads what is loaded once per process
  const metrics = collector.probeMetrics?.(environment);
  const files = roots.tree();
  const before = takeStock();
  const second = collector.probe(environment);
  assertSupport(first);
  assert.deepEqual(second, first, 'a second probe answers otherwise');
  if (metrics !== undefined) {
    assertMetricSupport(collector.meta, metrics);
    assert.deepEqual(
      collector.probeMetrics!(environment),
      metrics,
      'a second probe of the metrics answers otherwise',
    );
  }
  assert.deepEqual(leftBehind(before, takeStock()), [], 'probe has side effects');
  assert.deepEqual(roots.tree(), files, 'probe changes files');
}

/** Every answer is about a metric that is declared, and as complete as that for the whole. */
export function assertMetricSupport({ metrics }: CollectorMeta, answers: MetricSupport): void {
  const declared = new Set(metrics.map(({ name }) => name));
  for (const [name, support] of answers) {
    assert.ok(declared.has(name), `metric ${name} is answered for, but not declared`);
    assertSupport(support);
  }
}

function assertSupport(support: Support): void {
  assert.equal(typeof support, 'object');
  if (support.ok) {
    assert.ok(TIERS.includes(support.tier), `tier ${support.tier} is unknown`);
    assertText(support.source, 'source');
    if (support.degraded !== undefined) assertText(support.degraded, 'degraded');
    if (support.remedy !== undefined) assertText(support.remedy, 'remedy');
  } else {
    assert.match(support.code, /^HFTMON_E_[A-Z0-9_]+$/);
    assertText(support.reason, 'reason');
    assertText(support.remedy, 'remedy');
  }
}

function assertText(text: string, what: string): void {
  assert.ok(typeof text === 'string' && text.trim() !== '', `${what} is empty`);
}
