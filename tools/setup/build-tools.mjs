import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { canInstall, installCommand, installPackages } from './debian.mjs';
import { SetupError, say } from './report.mjs';
import { searchDirs } from './run.mjs';

const onPath = (name) => searchDirs().some((dir) => existsSync(join(dir, name)));

/** What the native build and its tests need, and the Debian package that has it. */
const tools = [
  { name: 'clang-19', package: 'clang-19', present: () => onPath('clang-19') },
  { name: 'llvm-strip', package: 'llvm', present: () => onPath('llvm-strip') },
  { name: 'bpftool', package: 'bpftool', present: () => onPath('bpftool') },
  {
    name: 'libbpf headers',
    package: 'libbpf-dev',
    present: () => existsSync('/usr/include/bpf/bpf_helpers.h'),
  },
  { name: 'gcc', package: 'gcc', present: () => onPath('gcc') },
  { name: 'C headers', package: 'libc6-dev', present: () => existsSync('/usr/include/stdio.h') },
  { name: 'make', package: 'make', present: () => onPath('make') },
];

export function ensureBuildTools() {
  let missing = tools.filter((tool) => !tool.present());
  if (missing.length === 0) return say('build tools: up to date');

  say(`build tools: missing ${names(missing)}`);
  const packages = missing.map((tool) => tool.package);
  if (!canInstall()) {
    throw new SetupError(`install them, then run this again:\n  ${installCommand(packages)}`);
  }
  installPackages(packages);
  missing = missing.filter((tool) => !tool.present());
  if (missing.length > 0) {
    throw new SetupError(`still missing after the installation: ${names(missing)}`);
  }
}

function names(list) {
  return list.map((tool) => tool.name).join(', ');
}
