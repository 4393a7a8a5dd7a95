import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeRoots, fakeEnvironment } from '@hftmon/testkit';
import type { SamplingEvent } from '../../../src/sampling/sampling-event.js';
import { probeAddressSampling } from '../../../src/sampling/sampling-support.js';
import {
  MIDR_CORTEX_A55,
  MIDR_NEOVERSE_V1,
  SKYLAKE,
  SPE,
  ZEN4_IBS,
  ZEN4_IBS_FILTERED,
  writeMidr,
  writeSamplingPmu,
} from '../../support/sampling-host.js';

let roots: FakeRoots;
let tried: SamplingEvent[];

beforeEach(() => {
  roots = new FakeRoots();
  tried = [];
});

afterEach(() => roots[Symbol.dispose]());

function probe(capabilities: readonly string[], results: Readonly<Record<string, number>> = {}) {
  const { procRoot, sysRoot } = roots;
  const env = fakeEnvironment({ procRoot, sysRoot, capabilities });
  return probeAddressSampling(env, (event) => {
    tried.push(event);
    return results[event.name] ?? 0;
  });
}

describe('a host without a PMU', () => {
  it('has the CPU clock alone', () => {
    expect(probe(['CAP_PERFMON'])).toMatchObject({
      pebs: {
        ok: false,
        code: 'HFTMON_E_UNSUPPORTED',
        reason: expect.stringContaining('no core PMU'),
      },
      ibs: { ok: false, code: 'HFTMON_E_UNSUPPORTED' },
      spe: {
        ok: false,
        code: 'HFTMON_E_UNSUPPORTED',
        reason: expect.stringContaining('no PMU arm_spe'),
      },
      'cpu-clock': { ok: true, tier: 'kernel' },
    });
    expect(tried.map(({ name }) => name)).toEqual(['cpu-clock']);
  });

  it('says what an ordinary user gets', () => {
    expect(probe([])['cpu-clock']).toMatchObject({ degraded: 'only processes of the same user' });
    expect(probe(['CAP_SYS_PTRACE'])['cpu-clock']).not.toHaveProperty('degraded');
  });

  it('says when perf events are forbidden', () => {
    expect(probe([], { 'cpu-clock': -13 })['cpu-clock']).toMatchObject({
      ok: false,
      code: 'HFTMON_E_NOT_PERMITTED',
      remedy: expect.stringContaining('perf_event_paranoid'),
    });
  });
});

describe('an Intel host', () => {
  it('has PEBS when both events open', () => {
    writeSamplingPmu(roots, SKYLAKE);
    expect(probe(['CAP_PERFMON']).pebs).toMatchObject({ ok: true, tier: 'hardware' });
    const names = tried.map(({ name }) => name);
    expect(names).toEqual(['cpu/mem-loads/', 'cpu/mem-stores/', 'cpu-clock']);
  });

  it('has none when the hypervisor keeps it', () => {
    writeSamplingPmu(roots, SKYLAKE);
    expect(probe(['CAP_PERFMON'], { 'cpu/mem-stores/': -95 }).pebs).toMatchObject({
      ok: false,
      code: 'HFTMON_E_UNSUPPORTED',
      reason: expect.stringContaining('sampling by cpu/mem-stores/'),
    });
  });

  it('has none when its PMU has no memory events', () => {
    writeSamplingPmu(roots, { name: 'cpu', type: 4 });
    expect(probe(['CAP_PERFMON']).pebs).toMatchObject({
      ok: false,
      reason: expect.stringContaining('no event mem-loads'),
    });
  });
});

describe('an AMD host', () => {
  it('has IBS for those who may trace the kernel, where it cannot be left out', () => {
    writeSamplingPmu(roots, ZEN4_IBS);
    expect(probe(['CAP_PERFMON']).ibs).toMatchObject({ ok: true, tier: 'hardware' });
    expect(probe([], { ibs_op: -13 }).ibs).toMatchObject({
      ok: false,
      code: 'HFTMON_E_NOT_PERMITTED',
      reason: expect.stringContaining('cannot leave the kernel out'),
    });
    expect(probe([]).ibs, 'where kernel.perf_event_paranoid allows it').toMatchObject({ ok: true });
  });

  it('has IBS for everybody where it can', () => {
    writeSamplingPmu(roots, ZEN4_IBS_FILTERED);
    expect(probe([]).ibs).toMatchObject({ ok: true, degraded: 'only processes of the same user' });
  });

  it('has none when the kernel samples whole CPUs alone', () => {
    writeSamplingPmu(roots, ZEN4_IBS);
    expect(probe(['CAP_PERFMON'], { ibs_op: -22 }).ibs).toMatchObject({
      ok: false,
      code: 'HFTMON_E_UNSUPPORTED',
      reason: expect.stringContaining('whole CPUs'),
    });
  });
});

describe('an Arm host', () => {
  it('has SPE when the kernel opens the event', () => {
    writeSamplingPmu(roots, SPE);
    writeMidr(roots, 0, MIDR_NEOVERSE_V1);
    expect(probe(['CAP_PERFMON']).spe).toEqual({
      ok: true,
      tier: 'hardware',
      source: 'SPE loads and stores',
    });
    expect(new Set(tried.map(({ name }) => name))).toEqual(new Set(['arm_spe_0', 'cpu-clock']));
    expect(probe([]).spe).toMatchObject({ degraded: 'only processes of the same user' });
  });

  it('says when the data sources of its CPU are not known', () => {
    writeSamplingPmu(roots, SPE);
    writeMidr(roots, 0, MIDR_CORTEX_A55);
    expect(probe(['CAP_PERFMON']).spe).toMatchObject({
      ok: true,
      degraded: expect.stringMatching(/^the data sources of this CPU are not known/),
    });
    expect(probe([]).spe).toMatchObject({
      degraded: expect.stringMatching(/^only processes of the same user; the data sources/),
    });
  });

  it.each([
    ['somebody samples whole CPUs', -16, 'HFTMON_E_UNSUPPORTED', /whole CPUs/],
    ['it is not permitted', -13, 'HFTMON_E_NOT_PERMITTED', /sampling by arm_spe_0/],
    ['the hardware has no filter', -95, 'HFTMON_E_UNSUPPORTED', /sampling by arm_spe_0/],
  ])('has none when %s', (_what, result, code, reason) => {
    writeSamplingPmu(roots, SPE);
    expect(probe([], { arm_spe_0: result }).spe).toMatchObject({
      ok: false,
      code,
      reason: expect.stringMatching(reason),
      remedy: expect.stringMatching(/./),
    });
  });

  it('has none when its PMU cannot filter', () => {
    writeSamplingPmu(roots, { name: 'arm_spe_0', type: 11 });
    expect(probe(['CAP_PERFMON']).spe).toMatchObject({
      ok: false,
      reason: expect.stringContaining('loads and stores alone'),
    });
  });
});
