import { describe, expect, it } from 'vitest';
import { FakeRoots, loadHost } from '@hftmon/testkit';
import { encodeEvent, readPmuDevices } from '../../../src/system/event-encoding.js';

describe('PMUs of a host', () => {
  it('tell where to count, what they name, and in which unit', () => {
    using host = loadHost('icelake-2s');
    const pmus = readPmuDevices(host.sysRoot, /^uncore_imc_\d+$/);
    expect(pmus.map(({ name }) => name)).toEqual(
      Array.from({ length: 12 }, (_, i) => `uncore_imc_${i}`),
    );
    expect(pmus[0]).toMatchObject({ type: 20, cpumask: [0, 8] });
    expect(pmus[0]!.events.get('cas_count_read')).toEqual({
      terms: 'event=0x04,umask=0x0f',
      scale: 6.103515625e-5,
      unit: 'MiB',
    });
    expect([...pmus[0]!.events.keys()].sort()).toEqual([
      'cas_count_read',
      'cas_count_write',
      'clockticks',
    ]);
  });

  it('are none without a PMU, and without those whose files make no sense', () => {
    using roots = new FakeRoots();
    expect(readPmuDevices(roots.sysRoot, /./)).toEqual([]);
    const folder = 'sys/bus/event_source/devices';
    roots.write(`${folder}/uncore_imc_0/type`, 'x\n');
    roots.write(`${folder}/uncore_imc_1/type`, '7\n');
    roots.write(`${folder}/uncore_imc_1/cpumask`, '0-x\n');
    roots.write(`${folder}/uncore_imc_2/type`, '8\n');
    expect(readPmuDevices(roots.sysRoot, /./)).toMatchObject([{ type: 8, cpumask: [] }]);
  });
});

describe('words of an event', () => {
  const format = new Map([
    ['event', 'config:0-7,32-37'],
    ['umask', 'config:8-15,24-27'],
    ['edge', 'config:18'],
    ['filter', 'config1:4-11'],
    ['ext', 'config2:60-63'],
  ]);
  const encode = (terms: string) => encodeEvent(terms, format);

  it('have each term where the format says, also in parts', () => {
    expect(encode('event=0x04,umask=0x0f')).toEqual({ config: 0x0f04n, config1: 0n, config2: 0n });
    // event 0x123 is 0x23 below and 0x1 from bit 32; umask 0x7fe is 0xfe and 0x7 from bit 24.
    expect(encode('event=0x123,umask=0x7fe')?.config).toBe((1n << 32n) | 0x0700fe23n);
    expect(encode('edge,event=1,filter=0xff,ext=15')).toEqual({
      config: 0x40001n,
      config1: 0xff0n,
      config2: 0xf000000000000000n,
    });
  });

  it('take the last value of a term, and other values for it', () => {
    expect(encode('event=0xff,event=0x1')?.config).toBe(1n);
    const words = encodeEvent('event=0xcd,filter=3', format, { filter: 30, edge: 1 });
    expect(words).toEqual({ config: 0x400cdn, config1: 30n << 4n, config2: 0n });
    expect(encodeEvent('event=1', format, { filter: 256 })).toBeUndefined();
  });

  it('of an event without terms are 0', () => {
    expect(encode('')).toEqual({ config: 0n, config1: 0n, config2: 0n });
  });

  it('are none when a term is unknown, or does not fit', () => {
    for (const terms of ['cmask=1', 'edge=2', 'event=0x4000', 'event=?', 'event=-1']) {
      expect(encode(terms), terms).toBeUndefined();
    }
    expect(encodeEvent('event=1', new Map([['event', 'config:8-4']]))).toBeUndefined();
    expect(encodeEvent('event=1', new Map([['event', 'elsewhere:0']]))).toBeUndefined();
  });
});
