import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { atEnd } from '../cleanup.mjs';

const SWITCH = '/proc/sys/kernel/bpf_stats_enabled';

/** Lets the kernel time every BPF program, and puts the switch back as it was. */
export async function withBpfStats(work) {
  const before = readFileSync(SWITCH, 'utf8').trim();
  const restore = atEnd(() => writeFileSync(SWITCH, before));
  writeFileSync(SWITCH, '1');
  try {
    return await work();
  } finally {
    restore();
  }
}

/** Every loaded program with its runs and their time so far. */
export function readPrograms() {
  const env = { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin` };
  const text = execFileSync('bpftool', ['-j', 'prog', 'show'], {
    encoding: 'utf8',
    env,
    maxBuffer: 64 * 1024 * 1024,
  });
  return JSON.parse(text).map(({ id, name = '', run_cnt = 0, run_time_ns = 0 }) => ({
    id,
    name,
    runs: run_cnt,
    ns: run_time_ns,
  }));
}
