import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createProbeEnvironment } from '../../src/capabilities/probe-environment.js';
import { Symbolizer } from '../../src/symbols/symbolizer.js';

const PROGRAM = `
#include <stdio.h>
#include <unistd.h>
__attribute__((noinline)) int contained_function(int x) { return x + 1; }
int main(int argc, char **argv) {
  FILE *map = fopen("/tmp/perf-1.map", "w");
  fprintf(map, "1000 1000 contained_jit\\n");
  fclose(map);
  printf("%p\\n", (void *)contained_function);
  fflush(stdout);
  return contained_function(getchar());
}
`;

const canUnshare =
  spawnSync('unshare', ['--pid', '--fork', '--mount', 'true']).status === 0 &&
  spawnSync('gcc', ['--version']).status === 0;

describe.skipIf(!canUnshare)('a process in namespaces of its own (needs root and gcc)', () => {
  it('is named through its own file system and its own pid', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hftmon-symbols-'));
    writeFileSync(join(folder, 'contained.c'), PROGRAM);
    execFileSync('gcc', ['-O1', '-static', join(folder, 'contained.c'), '-o', join(folder, 'app')]);
    // Nothing outside sees this tmpfs over /tmp, nor the program in it.
    const script = `cp ${folder}/app /run/ && mount -t tmpfs none /tmp && mv /run/app /tmp/ && exec /tmp/app`;
    const launcher = spawn(
      'unshare',
      ['--pid', '--mount', '--fork', '--kill-child', 'sh', '-c', script],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    );
    const exit = once(launcher, 'exit');
    try {
      const [bytes] = (await once(launcher.stdout, 'data')) as [Buffer];
      const address = BigInt(bytes.toString().trim());
      const children = `/proc/${launcher.pid}/task/${launcher.pid}/children`;
      const pid = Number(readFileSync(children, 'utf8').trim());
      const symbolizer = new Symbolizer();
      expect(symbolizer.capture(pid)).toMatchObject({ ok: true });
      const expected = [
        { symbol: 'contained_function', offset: 0, module: '/tmp/app' },
        { symbol: 'contained_jit', offset: 0x800, module: '[jit]' },
      ];
      expect(symbolizer.user(pid, [address, 0x1800n])).toMatchObject(expected);
      launcher.stdin.end();
      await exit;
      expect(symbolizer.user(pid, [address, 0x1800n])).toMatchObject(expected);
    } finally {
      launcher.kill('SIGKILL');
      rmSync(folder, { recursive: true });
    }
  });
});

describe('capabilities of this host', () => {
  const environment = createProbeEnvironment();

  it.skipIf(!existsSync('/sys/kernel/btf/vmlinux'))(
    'finds the tracepoints of the scheduler in BTF quickly (needs BTF)',
    () => {
      const begin = process.cpuUsage();
      expect(environment.hasTracepoint('sched_switch')).toBe(true);
      const { user, system } = process.cpuUsage(begin);
      expect(environment.hasTracepoint('no_such_tracepoint')).toBe(false);
      expect(environment.tracepoints.size).toBeGreaterThan(100);
      expect(user + system).toBeLessThan(500_000);
    },
  );

  it('knows its own kernel and capabilities as other tools do', () => {
    expect(environment.kernelRelease).toBe(
      execFileSync('uname', ['-r'], { encoding: 'utf8' }).trim(),
    );
    if (process.getuid?.() === 0) expect(environment.hasCapability('CAP_CHOWN')).toBe(true);
  });

  it.skipIf(process.getuid?.() !== 0)('names what an unprivileged user lacks (needs root)', () => {
    const status = execFileSync('cat', ['/proc/self/status'], {
      encoding: 'utf8',
      uid: 65534,
      gid: 65534,
    });
    const folder = mkdtempSync(join(tmpdir(), 'hftmon-caps-'));
    try {
      execFileSync('mkdir', ['-p', join(folder, 'self')]);
      writeFileSync(join(folder, 'self/status'), status);
      const nobody = createProbeEnvironment({ procRoot: folder });
      if (!environment.bpf.ok && environment.bpf.code === 'HFTMON_E_BTF_MISSING') return;
      expect(nobody.bpf).toMatchObject({
        ok: false,
        code: 'HFTMON_E_CAPABILITY_MISSING',
        reason: expect.stringContaining('CAP_BPF and CAP_PERFMON') as string,
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
