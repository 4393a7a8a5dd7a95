import { describe, expect, it } from 'vitest';
import { PerfEncoder, perfTool, skipUnless } from '@hftmon/testkit';
import { findMemoryEvents } from '../../../src/bandwidth/memory-events.js';
import {
  GENOA,
  MILAN,
  ROME,
  dataFabricHost,
  type FabricOf,
} from '../../support/data-fabric-host.js';

const CPUS: readonly (readonly [cpu: string, cpuid: string, FabricOf])[] = [
  ['Rome', 'AuthenticAMD-23-31-0', ROME],
  ['Milan', 'AuthenticAMD-25-1-1', MILAN],
  ['Genoa', 'AuthenticAMD-25-11-1', GENOA],
];

describe('events of the data fabric', () => {
  for (const [cpu, cpuid, fabric] of CPUS) {
    it(`are those of perf's table for ${cpu}`, (context) => {
      skipUnless(context, perfTool);
      using roots = dataFabricHost(fabric);
      const perf = new PerfEncoder({ cpuid, sysRoot: roots.sysRoot });
      const events = findMemoryEvents(roots)!.turns.flat();
      skipUnless(context, () =>
        perf.encode(events[0]!.name) === undefined
          ? `the tables of this perf have no data fabric of ${cpu}`
          : undefined,
      );
      for (const { name, config } of events) {
        expect(perf.encode(name), name).toEqual({ config, config1: 0n });
      }
    });
  }
});
