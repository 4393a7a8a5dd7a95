import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

/** A BPF program or map that the kernel holds, whoever keeps it alive. */
export interface BpfObject {
  readonly id: number;
  /** `tracing`, `raw_tracepoint`, `ringbuf`, … */
  readonly type: string;
  /** At most 15 characters; empty when it has none. */
  readonly name: string;
}

/** All BPF programs in the kernel, asked of bpftool. @throws when bpftool is missing or refused */
export function listBpfPrograms(): BpfObject[] {
  return list('prog');
}

/** All BPF maps in the kernel, asked of bpftool. */
export function listBpfMaps(): BpfObject[] {
  return list('map');
}

/**
 * Waits until no program or map is left that was not there before: the kernel frees them a little
 * after their last reference is gone.
 * @param before - ids that may stay
 * @returns what is still left after `timeoutMs` (default 30 s)
 */
export async function awaitBpfGone(
  before: ReadonlySet<number>,
  listNow: () => BpfObject[] = listBpfPrograms,
  timeoutMs = 30_000,
): Promise<BpfObject[]> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const left = listNow().filter((object) => !before.has(object.id));
    if (left.length === 0 || Date.now() > end) return left;
    await sleep(50);
  }
}

function list(what: 'prog' | 'map'): BpfObject[] {
  const path = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`; // not in a plain user's PATH
  const text = execFileSync('bpftool', ['-j', what, 'show'], {
    encoding: 'utf8',
    env: { ...process.env, PATH: path },
    maxBuffer: 64 * 1024 * 1024,
  });
  const objects = JSON.parse(text) as { id: number; type: string; name?: string }[];
  return objects.map(({ id, type, name }) => ({ id, type, name: name ?? '' }));
}
