import { describe, expect, it } from 'vitest';
import type { SampledAccess } from '../../../src/sharing/access-table.js';
import { suspectSharing, type LineEvidence } from '../../../src/sharing/suspicion.js';

function access(tid: number, offset: number, values: Partial<SampledAccess> = {}): SampledAccess {
  return {
    tid,
    offset,
    size: 8,
    load: true,
    store: true,
    ip: 0x1000,
    samples: 50,
    transfers: 0,
    ...values,
  };
}

function suspect(accesses: SampledAccess[], values: Partial<LineEvidence> = {}) {
  return suspectSharing({
    accesses,
    alternations: 40,
    sharedStores: 5,
    samplesOfThread: () => 1000,
    hasDataSource: false,
    ...values,
  });
}

const FALSE = [access(11, 0), access(12, 16)];

describe('suspicion from clock samples', () => {
  it('falls on a line that threads take turns on, with stores', () => {
    expect(suspect(FALSE)).toBe('false');
    expect(suspect([access(11, 0), access(12, 0)])).toBe('true');
  });

  it('spares one thread, and readers', () => {
    expect(suspect([access(11, 0), access(11, 16)])).toBeUndefined();
    const reads = { store: false };
    expect(suspect([access(11, 0, reads), access(12, 16, reads)])).toBeUndefined();
  });

  it('spares memory that was handed over', () => {
    expect(suspect(FALSE, { alternations: 2 })).toBeUndefined();
  });

  it('spares a line that was written before it was shared, or hardly ever', () => {
    expect(suspect(FALSE, { sharedStores: 0 })).toBeUndefined();
    const often = FALSE.map((each) => ({ ...each, samples: 2000 }));
    const all = { samplesOfThread: () => 10_000 };
    expect(suspect(often, { ...all, sharedStores: 7 })).toBeUndefined();
    expect(suspect(often, { ...all, sharedStores: 9 })).toBe('false');
  });

  it('spares a line at which no time is spent', () => {
    expect(suspect(FALSE, { samplesOfThread: () => 100_000 })).toBeUndefined();
  });

  it('does not rest on a stray sample', () => {
    expect(suspect([access(11, 0), access(12, 16, { samples: 2 })])).toBeUndefined();
  });
});

describe('suspicion from samples with data sources', () => {
  it('falls on lines that were taken from another core', () => {
    const accesses = [access(11, 0, { transfers: 3 }), access(12, 16)];
    expect(suspect(accesses, { hasDataSource: true, alternations: 0 })).toBe('false');
  });

  it('spares lines that were not', () => {
    expect(suspect(FALSE, { hasDataSource: true })).toBeUndefined();
  });
});
