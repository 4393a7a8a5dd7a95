import {
  AddressSampleFlag,
  writeAddressSample,
  type RecordWriter,
  type Refusal,
  type SampledAccess,
} from '@hftmon/core';
import {
  X86_REGISTER,
  MemoryLevel,
  MemoryOperation,
  isHitm,
  isPeer,
  memoryLevel,
  memoryOperation,
  type SampleBatch,
} from '@hftmon/perf-native';
import type { CodeSymbols } from '../decode/process-code.js';
import { DropReason } from '../decode/drop-reason.js';
import type { SamplingGap } from './report.js';
import { SampledProcess } from './sampled-process.js';
import type { AttributedSample, SharingTable } from './sharing-table.js';

/** What of a batch of samples is looked at. */
export type Samples = Pick<
  SampleBatch,
  | 'count'
  | 'timeNs'
  | 'tid'
  | 'pid'
  | 'cpu'
  | 'ip'
  | 'hasData'
  | 'address'
  | 'isExactAddress'
  | 'dataSourceLow'
  | 'dataSourceHigh'
  | 'hasRegisters'
  | 'is32Bit'
  | 'register'
  | 'registerLow'
  | 'registerHigh'
>;

/** Where samples come from: an AddressSampler. */
export interface SampleStream {
  readonly batch: Samples;
  /** Makes `batch` the next samples. @returns their number */
  poll(): number;
}

/** What a drain of samples needs. */
export interface LineSamplerOptions {
  readonly sampler: SampleStream;
  readonly table: SharingTable;
  readonly symbolizer: CodeSymbols;
  readonly procRoot: string;
  /** By CPU, the number of its core. */
  readonly cores: Uint16Array;
  /** Hears of each sample before it is looked at, with its CPU. */
  readonly onSample?: (tid: number, pid: number, cpu: number) => void;
  /** Where other collectors find the addresses. */
  readonly writer: RecordWriter;
  /** Can the mark of a line modified in another core's cache be trusted on this CPU? */
  readonly isHitmReliable: boolean;
}

const WORD = 2 ** 32;
const UNKNOWN_CORE = 0xffff;

/** Takes samples out of the sampler and sorts them by cache line. */
export class LineSampler {
  readonly #options: LineSamplerOptions;
  readonly #processes = new Map<number, SampledProcess>();
  /** Of processes that were released. */
  readonly #failures = new Map<number, Refusal>();
  readonly #sample: AttributedSample = {
    pid: 0,
    tid: 0,
    core: 0,
    timeNs: 0,
    address: 0,
    size: 0,
    isLoad: false,
    isStore: false,
    ipLow: 0,
    ipHigh: 0,
    isTransfer: false,
  };

  readonly #access: SampledAccess = {
    pid: 0,
    tid: 0,
    cpu: 0,
    timeNs: 0,
    address: 0,
    size: 0,
    flags: 0,
  };

  constructor(options: LineSamplerOptions) {
    this.#options = options;
  }

  /** Forgets the code of a process. */
  release(pid: number): void {
    const failure = this.#processes.get(pid)?.failure;
    if (failure !== undefined) this.#failures.set(pid, failure);
    this.#processes.delete(pid);
  }

  /** Processes whose code cannot be read, so that their samples have no addresses. */
  failures(): SamplingGap[] {
    const failures = new Map(this.#failures);
    for (const [pid, { failure }] of this.#processes) {
      if (failure !== undefined) failures.set(pid, failure);
    }
    return [...failures].map(([pid, { code, reason, remedy }]) => ({ pid, code, reason, remedy }));
  }

  /** Takes in what is there. Allocates nothing per sample, once an instruction is known. */
  drain(): void {
    const { sampler } = this.#options;
    if (sampler.poll() === 0) return;
    const nowMs = performance.now();
    for (const process of this.#processes.values()) process.refresh(nowMs);
    do {
      for (let i = 0; i < sampler.batch.count; i++) this.#take(sampler.batch, i);
    } while (sampler.poll() > 0);
  }

  #take(batch: Samples, i: number): void {
    const { table, cores } = this.#options;
    const sample = this.#sample;
    sample.pid = batch.pid(i);
    sample.tid = batch.tid(i);
    const cpu = batch.cpu(i);
    this.#options.onSample?.(sample.tid, sample.pid, cpu);
    sample.core = cores[cpu] ?? UNKNOWN_CORE;
    sample.timeNs = batch.timeNs(i);
    const stackPointer = batch.hasRegisters(i) ? batch.register(i, X86_REGISTER.sp) : 0;
    table.threads.add(sample.tid, sample.pid, stackPointer);
    const reason = batch.hasData(i) ? this.#fromHardware(batch, i) : this.#fromCode(batch, i);
    if (reason === DropReason.None) {
      table.add(sample);
      this.#tell(cpu, batch.hasData(i) ? AddressSampleFlag.Hardware : 0);
    } else {
      table.drop(reason);
    }
  }

  /** Writes the sample into the stream; when there is no room the writer counts it. */
  #tell(cpu: number, origin: number): void {
    const { pid, tid, timeNs, address, size, isLoad, isStore } = this.#sample;
    const access = this.#access;
    access.pid = pid;
    access.tid = tid;
    access.cpu = cpu;
    access.timeNs = timeNs;
    access.address = address;
    // The hardware doesn't say how many bytes were accessed.
    access.size = origin === AddressSampleFlag.Hardware ? 0 : size;
    access.flags =
      origin | (isLoad ? AddressSampleFlag.Load : 0) | (isStore ? AddressSampleFlag.Store : 0);
    writeAddressSample(this.#options.writer, access);
  }

  /** The hardware says what was accessed, how, and where it came from; not how many bytes. */
  #fromHardware(batch: Samples, i: number): DropReason {
    const sample = this.#sample;
    const operation = memoryOperation(batch.dataSourceLow(i));
    sample.isLoad =
      operation === MemoryOperation.Load || operation === MemoryOperation.LoadAndStore;
    sample.isStore =
      operation === MemoryOperation.Store || operation === MemoryOperation.LoadAndStore;
    if (!sample.isLoad && !sample.isStore) return DropReason.NoMemoryAccess;
    sample.address = batch.address(i);
    if (!batch.isExactAddress(i) || sample.address === 0) return DropReason.NotUserSpace;
    sample.size = 1;
    sample.isTransfer = this.#isTransfer(batch.dataSourceLow(i), batch.dataSourceHigh(i));
    this.#setInstruction(batch.ip(i));
    return DropReason.None;
  }

  /**
   * Did another core's cache answer? Where the mark of a modified line lies, any line of it counts;
   * so does, as in `perf c2c`, another socket that doesn't say whether its cache or memory did.
   */
  #isTransfer(low: number, high: number): boolean {
    if (isPeer(high)) return true;
    const level = memoryLevel(low, high);
    if (level === MemoryLevel.RemoteNode) return true;
    if (this.#options.isHitmReliable) return isHitm(low);
    return level === MemoryLevel.PeerCache || level === MemoryLevel.RemoteCache;
  }

  /** The instruction before the sampled one, and the registers, say what was accessed. */
  #fromCode(batch: Samples, i: number): DropReason {
    if (!batch.hasRegisters(i) || batch.is32Bit(i)) return DropReason.NoRegisters;
    const sample = this.#sample;
    const { decoder } = this.#process(sample.pid);
    const ip = batch.ip(i);
    const reason = decoder.decode(ip, batch, i);
    if (reason !== DropReason.None) return reason;
    sample.address = decoder.address;
    sample.size = decoder.size;
    sample.isLoad = decoder.isLoad;
    sample.isStore = decoder.isStore;
    sample.isTransfer = false;
    this.#setInstruction(ip - decoder.length);
    return DropReason.None;
  }

  #setInstruction(ip: number): void {
    this.#sample.ipLow = ip % WORD;
    this.#sample.ipHigh = (ip - this.#sample.ipLow) / WORD;
  }

  #process(pid: number): SampledProcess {
    const known = this.#processes.get(pid);
    if (known !== undefined) return known;
    const { symbolizer, procRoot } = this.#options;
    const process = new SampledProcess(pid, symbolizer, procRoot);
    process.refresh(performance.now());
    this.#processes.set(pid, process);
    return process;
  }
}
