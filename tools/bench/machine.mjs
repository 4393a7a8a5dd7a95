import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';

/** What the figures were taken on; a figure without its machine says nothing. */
export function describeMachine() {
  return {
    date: new Date().toISOString().slice(0, 16).replace('T', ' ') + ' UTC',
    cpu: `${cpus()[0]?.model ?? process.arch}, ${cpus().length} CPUs${hypervisor()}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    kernel: `Linux ${release()}`,
    distribution: field('/etc/os-release', /^PRETTY_NAME="?([^"\n]*)/m) ?? 'unknown',
    governor:
      field('/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor', /(\S+)/) ?? 'not shown',
    node: `${process.version}, V8 ${process.versions.v8}`,
    load: loadavg()
      .map((value) => value.toFixed(2))
      .join(' '),
  };
}

/** Versions of the Debian packages that the peers come from. */
export function packageVersions(names) {
  return names.map((name) => {
    try {
      const args = ['-W', '-f', '${Version}', name];
      return { name, version: execFileSync('dpkg-query', args, { stdio: 'pipe' }).toString() };
    } catch {
      return { name, version: undefined };
    }
  });
}

function hypervisor() {
  return /\bhypervisor\b/.test(field('/proc/cpuinfo', /^flags\s*:(.*)/m) ?? '')
    ? ', virtual machine'
    : '';
}

function field(path, pattern) {
  try {
    return pattern.exec(readFileSync(path, 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}
