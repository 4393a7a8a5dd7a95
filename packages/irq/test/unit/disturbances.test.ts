import { describe, expect, it } from 'vitest';
import { TLB_ALL_PAGES, VectorFlag, VectorType } from '@hftmon/core';
import { taskRecord } from '@hftmon/testkit';
import { hosted } from '../support/hosted.js';
import { hardIrqRecord, vectorRecord, workRecord } from '../support/interrupt-records.js';

const MADVISE = process.arch === 'arm64' ? 233 : 28;
const FLUSH = { flags: VectorFlag.TlbFlush | 1 };

function introduced() {
  const host = hosted();
  host.source.kernelSymbols.set(0xffff_8000_0000_1000n, 'flush_tlb_mm_range');
  host.source.kernelSymbols.set(0xffff_8000_0000_2000n, 'vmstat_update');
  host.source.push(
    taskRecord({ tid: 7, pid: 5, comm: 'engine' }),
    taskRecord({ tid: 8, pid: 5, comm: 'loader' }),
    taskRecord({ tid: 30, comm: 'kworker/0:1' }),
  );
  return host;
}

describe('senders of TLB shootdowns', () => {
  const sender = { tid: 8, cpu: 1, sends: 1, callSite: 0xffff_8000_0000_1000n };

  it('are summed up by call site and system call, with what they flushed', () => {
    const host = introduced();
    const calls = [
      { ...sender, pages: 3, syscall: MADVISE },
      { ...sender, pages: TLB_ALL_PAGES, syscall: MADVISE },
      { ...sender, pages: 1 },
    ];
    for (const call of calls) {
      host.source.push(
        vectorRecord(VectorType.CallFunction, { ...FLUSH, durationNs: 2000, sender: call }),
      );
    }
    host.source.push(
      vectorRecord(VectorType.CallFunction, { sender }),
      vectorRecord(VectorType.CallFunction, FLUSH),
      hardIrqRecord(38),
    );
    const who = { tid: 8, comm: 'loader', callSite: 'flush_tlb_mm_range' };
    expect(host.collector.tlbSenders()).toEqual([
      { ...who, syscall: 'madvise', count: 2, totalUs: 4, all: 1, pages: 3 },
      { ...who, count: 1, totalUs: 2, all: 0, pages: 1 },
    ]);
    expect(host.collector.tlbSenders({ tid: 99 })).toEqual([]);
  });

  it('say with each interrupt what was flushed, where that was seen', () => {
    const host = introduced();
    const seen = { ...sender, pages: 3, syscall: MADVISE };
    host.source.push(
      vectorRecord(VectorType.CallFunction, { ...FLUSH, sender: seen }),
      vectorRecord(VectorType.CallFunction, { ...FLUSH, sender }),
      vectorRecord(VectorType.CallFunction, { sender: seen }),
    );
    const [flushed, unseen, other] = host.collector.snapshot();
    expect(flushed).toMatchObject({ flushedPages: 3, flushSyscall: 'madvise' });
    expect(unseen).not.toHaveProperty('flushedPages');
    expect(other).not.toHaveProperty('flushedPages');
  });
});

describe('work of kernel threads', () => {
  it('is told with its function, its worker and how long it was queued', () => {
    const host = introduced();
    host.source.push(
      workRecord({
        cpu: 1,
        timestampNs: 2e9,
        durationNs: 1500,
        delayNs: 2 ** 33,
        address: 0xffff_8000_0000_2000n,
      }),
      workRecord({ timestampNs: 3e9, durationNs: 500 }),
    );
    const work = host.collector.workRuns();
    expect(work[0]).toEqual({
      timestamp: new Date(2000),
      timestampNs: 2e9,
      cpu: 1,
      durationUs: 1.5,
      worker: { tid: 30, comm: 'kworker/0:1' },
      function: 'vmstat_update',
      delayUs: 2 ** 33 / 1e3,
    });
    expect(work[1]).not.toHaveProperty('function');
    expect(work[1]).not.toHaveProperty('delayUs');
    expect(host.collector.workRuns({ minDurationUs: 1 })).toHaveLength(1);
    expect(host.collector.snapshot()).toEqual([]);
  });
});
