import { readFileSync } from 'node:fs';
import { parseKeyValues } from '../books/key-values.js';

/** Bit numbers of include/uapi/linux/capability.h; those that hftmon and its tests care about. */
const BITS: Readonly<Record<string, number>> = {
  CAP_KILL: 5,
  CAP_NET_ADMIN: 12,
  CAP_IPC_LOCK: 14,
  CAP_SYS_RAWIO: 17,
  CAP_SYS_PTRACE: 19,
  CAP_SYS_ADMIN: 21,
  CAP_SYS_NICE: 23,
  CAP_SYS_RESOURCE: 24,
  CAP_SYSLOG: 34,
  CAP_PERFMON: 38,
  CAP_BPF: 39,
};

/** Effective capabilities in the text of a /proc/PID/status. */
export function parseCapabilities(status: string): ReadonlySet<string> {
  const mask = BigInt(`0x${parseKeyValues(status).get('CapEff') ?? '0'}`);
  const held = Object.keys(BITS).filter((name) => (mask >> BigInt(BITS[name] ?? 0)) & 1n);
  return new Set(held);
}

/** Effective capabilities of this process. */
export function ownCapabilities(procRoot = '/proc'): ReadonlySet<string> {
  return parseCapabilities(readFileSync(`${procRoot}/self/status`, 'utf8'));
}
