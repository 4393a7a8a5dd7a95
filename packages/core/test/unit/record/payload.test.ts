import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as core from '../../../src/index.js';

type Accessor = (u32: Uint32Array, base: number) => unknown;
type Case = [name: keyof typeof core, words: Record<number, number>, expected: unknown];

const LOW = 0xdeadbeef;
const HIGH = 0x1f2e3;
const U64 = LOW + HIGH * 2 ** 32;
const BIG = (BigInt(HIGH) << 32n) + BigInt(LOW);
const pair = (w: number): Record<number, number> => ({ [w]: LOW, [w + 1]: HIGH });
const halves = { low: 0x8765_4321 };

/** The words that a field stands in, by the table of the wire format. All others are noise. */
const CASES: Case[] = [
  ['switchNextTid', { 0: LOW }, LOW],
  ['switchPreviousTid', { 1: LOW }, LOW],
  ['switchWakerTid', { 2: LOW }, LOW],
  ['switchWaitNs', { 3: LOW, 4: 0xffff_ff81 }, LOW + 0x81 * 2 ** 32],
  ['switchQueueDepth', { 4: 0xfedc_fe81 }, 0xfe],
  ['switchCpuFrom', { 4: 0xfedc_8001 }, 0xfedc],
  ['switchUserStack', { 5: halves.low }, 0x4321],
  ['switchKernelStack', { 5: halves.low }, 0x8765],
  ['switchFlags', { 6: halves.low }, 0x4321],
  ['switchSyscall', { 6: 0x0001_ffff }, 0],
  ['switchSyscall', { 6: 0x0000_ffff }, -1],
  ['switchSyscallArgument', pair(7), U64],
  ['switchSyscallArgument', { 7: LOW, 8: 0x0600_0000 | HIGH }, U64],
  ['switchFutexOperation', { 8: 0x0600_1234 }, 6],
  ['switchSyscallArgumentExact', { 7: LOW, 8: 0xffffffff }, 0xffffffff_deadbeefn],
  ['ranTargetsWaiting', { 0: 3 }, 3],
  ['ranUserStack', { 1: halves.low }, 0x4321],
  ['ranKernelStack', { 1: halves.low }, 0x8765],
  ['migrateCpuFrom', { 0: 3 }, 3],
  ['migrateCpuTo', { 1: 4 }, 4],
  ['migrateMoverTid', { 2: LOW }, LOW],
  ['threadStartParentTid', { 0: LOW }, LOW],
  ['threadStartPid', { 1: LOW }, LOW],
  ['threadExitPid', { 0: LOW }, LOW],
  ['threadExitCode', { 1: 0x0100 }, 0x0100],
  ['threadExitVoluntarySwitches', pair(2), U64],
  ['threadExitInvoluntarySwitches', pair(4), U64],
  ['taskPid', { 0: LOW }, LOW],
  ['taskPolicy', { 1: 0x0063_0001 }, 1],
  ['taskPriority', { 1: 0x0063_0001 }, 99],
  ['taskComm', { 2: 0x64616572, 3: 0x2d3a7265, 4: 0x12345600, 5: 0x41414141 }, 'reader:-'],
  ['taskComm', { 2: 0x41414141, 3: 0x42424242, 4: 0x43434343, 5: 0x44444444 }, 'AAAABBBBCCCCDDDD'],
  ['taskFlags', { 6: 1 }, 1],
  ['taskCgroup', pair(7), U64],
  ['hardIrqNumber', { 0: 130 }, 130],
  ['hardIrqNetNs', pair(1), U64],
  ['hardIrqFlags', { 3: 3 }, 3],
  ['softirqVector', { 0: 7 }, 7],
  ['softirqNetNs', pair(1), U64],
  ['softirqFlags', { 3: 12 }, 12],
  ['softirqDelayNs', pair(4), U64],
  ['softirqRaiserTid', { 6: LOW }, LOW],
  ['vectorType', { 0: 4 }, 4],
  ['vectorNetNs', pair(1), U64],
  ['vectorFlags', { 3: 8 }, 8],
  ['vectorSenderTid', { 4: LOW }, LOW],
  ['vectorSenderCpu', { 5: halves.low }, 0x4321],
  ['vectorCoalesced', { 5: halves.low }, 0x8765],
  ['vectorCallSite', pair(6), BIG],
  ['vectorFlushPages', { 8: 0x00c_fffff }, 0xfffff],
  ['vectorFlushPages', { 8: 0x00c_00021 }, 0x21],
  ['vectorFlushSyscall', { 8: 0x00c_fffff }, 11],
  ['vectorFlushSyscall', { 8: 0x000_00021 }, -1],
  ['workFunction', pair(0), BIG],
  ['workFlags', { 2: 6 }, 6],
  ['workDelayNs', pair(3), U64],
  ['nmiNetNs', pair(1), U64],
  ['nmiFlags', { 3: 2 }, 2],
  ['nmiHandler', pair(4), BIG],
  ['addressSamplePid', { 0: LOW }, LOW],
  ['addressSampleAddress', pair(1), U64],
  ['addressSampleSize', { 3: halves.low }, 0x4321],
  ['addressSampleFlags', { 3: halves.low }, 0x8765],
  ['spanSource', { 0: halves.low }, 0x21],
  ['spanDepth', { 0: halves.low }, 0x43],
  ['spanFlags', { 0: halves.low }, 0x8765],
  ['spanOrigin', { 1: LOW }, LOW],
  ['spanName', { 2: LOW }, LOW],
  ['spanId', pair(3), U64],
  ['spanValue', { 5: 0, 6: 0xc004_0000 }, -2.5],
  ['faultType', { 0: 2 }, 2],
  ['faultNetNs', pair(1), U64],
  ['faultAddress', pair(3), U64],
  ['faultAddressExact', pair(3), BIG],
  ['faultErrorCode', { 5: 0x14 }, 0x14],
  ['faultInstruction', pair(6), U64],
  ['faultInstructionExact', pair(6), BIG],
  ['syscallNumber', { 0: 202 }, 202],
  ['syscallNetNs', pair(1), U64],
  ['syscallArgument', pair(3), U64],
  ['syscallArgumentExact', pair(3), BIG],
  ['syscallResult', { 5: 0xffff_fff5, 6: 0xffff_ffff }, -11],
  ['syscallResult', pair(5), U64],
  ['stealWindowNs', pair(0), U64],
  ['idleState', { 0: 3 }, 3],
  ['idleBeforeNs', pair(1), U64],
  ['lateTimerSlackNs', pair(0), U64],
  ['lateTimerIdleState', { 2: 3 }, 2],
  ['lateTimerIdleState', { 2: 0 }, undefined],
  ['lateTimerStolenNs', pair(3), U64],
  ['lateTimerIdleNs', pair(5), U64],
  ['memoryWorkType', { 0: 0x0502 }, 2],
  ['memoryWorkReason', { 0: 0x0502 }, 5],
  ['memoryWorkNetNs', pair(1), U64],
  ['memoryWorkPages', pair(3), U64],
  ['memoryWorkOrder', { 5: 0xffff_ffff }, -1],
  ['faultHugePages', { 0: 0x0302 }, 3],
  ['lockFlags', { 0: 0x105 }, 0x105],
  ['lockNetNs', pair(1), U64],
  ['lockAddress', pair(3), BIG],
  ['lockOwnerTid', { 5: LOW }, LOW],
  ['throttleType', { 0: 2 }, 2],
  ['throttleCgroup', pair(1), U64],
  ['throttleQuotaNs', pair(3), U64],
  ['throttlePeriodNs', pair(5), U64],
  ['piBoostDonorTid', { 0: LOW }, LOW],
  ['piBoostOldPriority', { 1: 0x0031_0078 }, 120],
  ['piBoostNewPriority', { 1: 0x0031_0078 }, 49],
  ['piBoostNewPriority', { 1: 0xffff_0078 }, -1],
  ['piBoostNormalPriority', { 2: 0x0031_ffff }, -1],
  ['piBoostDonorNormalPriority', { 2: 0x0031_0078 }, 49],
  ['piBoostSyscall', { 3: 203 }, 202],
  ['piBoostSyscall', { 3: 0 }, -1],
  ['piBoostSyscallArgument', { 4: LOW, 5: 0x0600_0000 | HIGH }, U64],
  ['piBoostFutexOperation', { 5: 0x0600_1234 }, 6],
  ['signalNumber', { 0: 9 }, 9],
  ['signalSenderTid', { 1: LOW }, LOW],
  ['signalCode', { 2: 0xffff_fffa }, -6],
  ['pauseType', { 0: LOW }, LOW],
  ['pauseReason', { 1: LOW }, LOW],
  ['gapInvoluntarySwitches', { 0: LOW }, LOW],
  ['gapVoluntarySwitches', { 1: LOW }, LOW],
  ['gapMinorFaults', { 2: LOW }, LOW],
  ['gapMajorFaults', { 3: LOW }, LOW],
  ['markName', { 0: 5 }, 5],
  ['markId', pair(1), U64],
  ['markValue', { 3: 0, 4: 0xc004_0000 }, -2.5],
];

/** What writes a record is tested by what it wrote. */
const isAccessor = (name: string | undefined): boolean => name?.startsWith('write') !== true;

describe('payload accessors', () => {
  it.each(CASES)('%s reads %o', (name, words, expected) => {
    for (const noise of [0xaaaa_aaaa, 0x5555_5555]) {
      const u32 = new Uint32Array(3 * core.RECORD_WORDS).fill(noise);
      const base = core.RECORD_WORDS;
      for (const [w, word] of Object.entries(words)) u32[base + 6 + Number(w)] = word;
      expect((core[name] as Accessor)(u32, base)).toBe(expected);
    }
  });

  it('are all tested', () => {
    const folder = join(import.meta.dirname, '../../../src/record/payload');
    const sources = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
    const functions = sources.join('\n').matchAll(/^export function (\w+)/gm);
    const accessors = [...functions].map((match) => match[1]).filter(isAccessor);
    expect(accessors.sort()).toEqual([...new Set(CASES.map(([name]) => name))].sort());
  });
});

describe('a sampled address', () => {
  const sample: core.SampledAccess = {
    pid: 4711,
    tid: 4712,
    cpu: 3,
    timeNs: 1e9 + 0.5,
    address: 0x7ffe_1234_5678,
    size: 8,
    flags: core.AddressSampleFlag.Load | core.AddressSampleFlag.Store,
  };

  it('is read as it was written', () => {
    const ring = core.createRing(4);
    expect(core.writeAddressSample(new core.SpscWriter(ring), sample)).toBe(true);
    const reader = new core.SpscReader(ring);
    expect(reader.poll()).toBe(1);
    const { u32, f64 } = reader.batch;
    expect(core.kindAt(u32, 0)).toBe(core.RecordKind.AddressSample);
    expect({
      pid: core.addressSamplePid(u32, 0),
      tid: core.tidAt(u32, 0),
      cpu: core.cpuAt(u32, 0),
      timeNs: core.timestampAt(f64, 0),
      address: core.addressSampleAddress(u32, 0),
      size: core.addressSampleSize(u32, 0),
      flags: core.addressSampleFlags(u32, 0),
    }).toEqual(sample);
  });

  it('is refused when there is no room', () => {
    const writer = new core.SpscWriter(core.createRing(2));
    while (writer.claim() >= 0) writer.commit();
    expect(core.writeAddressSample(writer, sample)).toBe(false);
  });
});

describe('common fields', () => {
  it('are read where they were written', () => {
    const u32 = new Uint32Array(64);
    const f64 = new Float64Array(u32.buffer);
    core.writeHeader(u32, f64, 32, 0xfffe, 0x1234, LOW, 123.5, 0.25);
    expect(core.kindAt(u32, 32)).toBe(0xfffe);
    expect(core.cpuAt(u32, 32)).toBe(0x1234);
    expect(core.tidAt(u32, 32)).toBe(LOW);
    expect(core.timestampAt(f64, 32)).toBe(123.5);
    expect(core.durationAt(f64, 32)).toBe(0.25);
    u32[32 + 6 + 8] = 77;
    expect(core.payloadAt(u32, 32, 8)).toBe(77);
    expect(core.wordOfRecord(2)).toBe(32);
  });

  it.each([0, -0, 1.5, -1e300, Infinity, Number.MIN_VALUE])('keep the bits of %d', (value) => {
    const u32 = new Uint32Array(4);
    core.writeF64(u32, 1, value);
    expect(core.readF64(u32, 1)).toBe(value);
  });

  it('have every kind below the number of kernel kinds, once', () => {
    const kinds = Object.values(core.RecordKind);
    expect(new Set(kinds).size).toBe(kinds.length);
    expect(Math.max(...kinds)).toBeLessThan(core.KERNEL_KINDS);
  });
});
