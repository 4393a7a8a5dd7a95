import { describe, expect, it } from 'vitest';
import { syscallName } from '../../../src/index.js';

describe('syscallName', () => {
  it.each([
    [0, 'x64', 'read'],
    [24, 'x64', 'sched_yield'],
    [35, 'x64', 'nanosleep'],
    [202, 'x64', 'futex'],
    [232, 'x64', 'epoll_wait'],
    [334, 'x64', 'rseq'],
    [424, 'x64', 'pidfd_send_signal'],
    [441, 'x64', 'epoll_pwait2'],
    [22, 'arm64', 'epoll_pwait'],
    [62, 'arm64', 'lseek'],
    [63, 'arm64', 'read'],
    [98, 'arm64', 'futex'],
    [124, 'arm64', 'sched_yield'],
    [222, 'arm64', 'mmap'],
    [441, 'arm64', 'epoll_pwait2'],
  ])('%i on %s is %s', (number, arch, name) => {
    expect(syscallName(number, arch)).toBe(name);
  });

  it.each([
    [-1, 'x64'],
    [335, 'x64'],
    [9999, 'x64'],
    [244, 'arm64'],
    [0, 'riscv64'],
  ])('%i on %s has no name', (number, arch) => {
    expect(syscallName(number, arch)).toBeUndefined();
  });

  it('takes the architecture of this host', () => {
    expect(syscallName(process.arch === 'arm64' ? 63 : 0)).toBe('read');
  });
});
