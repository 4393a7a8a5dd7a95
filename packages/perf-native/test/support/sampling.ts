import { readFileSync } from 'node:fs';
import type { AddressSampler } from '../../src/sampling/address-sampler.js';

/** A sample, copied. */
export interface SeenSample {
  readonly timeNs: number;
  readonly tid: number;
  readonly pid: number;
  readonly cpu: number;
  readonly ip: number;
}

/** All samples taken so far that were not read yet. */
export function readSamples(sampler: AddressSampler): SeenSample[] {
  const seen: SeenSample[] = [];
  sampler.flush();
  const { batch } = sampler;
  while (sampler.poll() > 0) {
    for (let i = 0; i < batch.count; i++) {
      seen.push({
        timeNs: batch.timeNs(i),
        tid: batch.tid(i),
        pid: batch.pid(i),
        cpu: batch.cpu(i),
        ip: batch.ip(i),
      });
    }
  }
  return seen;
}

/** Executable mappings of a process: start and end of each. */
export function textOf(pid: number): (readonly [number, number])[] {
  return readFileSync(`/proc/${pid}/maps`, 'utf8')
    .split('\n')
    .map((line) => /^([0-9a-f]+)-([0-9a-f]+) r-xp/.exec(line))
    .filter((match) => match !== null)
    .map(([, start, end]) => [parseInt(start!, 16), parseInt(end!, 16)] as const);
}

/** CPU time of a thread, ns: /proc/PID/task/TID/schedstat. */
export function cpuNsOf(pid: number, tid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${tid}/schedstat`, 'utf8').split(' ')[0]);
}
