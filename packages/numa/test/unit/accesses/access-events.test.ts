import { describe, expect, it } from 'vitest';
import { fakeEnvironment, loadHost, type HostName } from '@hftmon/testkit';
import { accessEvents } from '../../../src/accesses/access-events.js';
import { readNumaHost } from '../../../src/host/numa-host.js';

function on(name: HostName) {
  using roots = loadHost(name);
  const { procRoot, sysRoot } = roots;
  const env = fakeEnvironment({ procRoot, sysRoot, capabilities: 'all' });
  return accessEvents(env, readNumaHost(sysRoot));
}

describe('events of local and remote accesses', () => {
  it('are loads that memory served on Intel', () => {
    const { groups, localSupport, remoteSupport } = on('icelake-2s');
    // MEM_LOAD_L3_MISS_RETIRED, event 0xd3: umask 2 is remote, 1 local DRAM.
    expect(groups).toMatchObject([
      { pmu: 'cpu', events: [{ config: 0x02d3 }, { config: 0x01d3 }] },
    ]);
    expect(localSupport).toMatchObject({ ok: true, tier: 'hardware' });
    expect(remoteSupport).toMatchObject({ ok: true, tier: 'hardware' });
  });

  it('are demand fills on AMD', () => {
    const { groups } = on('zen4-nps2');
    expect(groups).toMatchObject([{ events: [{ config: 0x4043 }, { config: 0x0843 }] }]);
  });

  it('are accesses that another chip served on Arm, and no local ones', () => {
    const { groups, localSupport, remoteSupport } = on('neoverse-n1');
    expect(groups).toMatchObject([{ events: [{ metric: 'remote_accesses', config: 0x31 }] }]);
    expect(groups[0]!.events).toHaveLength(1);
    expect(remoteSupport).toMatchObject({ ok: true, tier: 'hardware' });
    expect(localSupport).toMatchObject({ ok: false });
  });

  it('are none without a PMU, with the reason', () => {
    const { groups, localSupport, remoteSupport } = on('vm-no-pmu');
    expect(groups).toEqual([]);
    for (const support of [localSupport, remoteSupport]) {
      expect(support).toMatchObject({
        ok: false,
        reason: expect.stringContaining('no measurement'),
      });
    }
  });
});
