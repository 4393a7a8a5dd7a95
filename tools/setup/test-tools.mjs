import { existsSync } from 'node:fs';
import { canInstall, installCommand, installPackages } from './debian.mjs';
import { SetupError, say } from './report.mjs';

/** What single tests compare with; those are skipped where it is missing. */
const tools = [
  {
    name: 'libpfm4 (an independent encoder of hardware events)',
    package: 'libpfm4-dev',
    present: () => existsSync('/usr/include/perfmon/pfmlib.h'),
  },
  {
    name: 'perf (another encoder, with the tables of the kernel)',
    package: 'linux-perf',
    present: () => existsSync('/usr/bin/perf'),
  },
  {
    name: 'bpftrace (an independent observer of the scheduler)',
    package: 'bpftrace',
    present: () => existsSync('/usr/bin/bpftrace'),
  },
];

/** Never stops the set-up: what can't be had is skipped by its tests, with the reason. */
export function ensureTestTools() {
  const missing = tools.filter((tool) => !tool.present());
  if (missing.length === 0) return say('test tools: up to date');
  const packages = missing.map((tool) => tool.package);
  const names = missing.map((tool) => tool.name).join(', ');
  if (!canInstall()) return say(`test tools: without ${names}: needs ${installCommand(packages)}`);
  try {
    installPackages(packages);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(`test tools: without ${names}: ${error.message}`);
  }
}
