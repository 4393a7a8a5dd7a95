#!/usr/bin/env node
// Boots a virtual machine of two NUMA nodes under software emulation, runs a program of hftmon in
// it, and prints what the program printed.
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { bootGuest } from './boot.mjs';
import { GuestError } from './guest-error.mjs';
import { writeImage } from './image.mjs';
import { guestKernel, KERNEL_SERIES } from './kernel.mjs';
import { openNamelessFile } from './nameless-file.mjs';
import { hostReason, missingPackages } from './requirements.mjs';

const USAGE = `usage: node tools/guest/main.mjs [--kernel SERIES] [--timeout SECONDS] PROGRAM [ARG…]
       node tools/guest/main.mjs --check
  PROGRAM    JavaScript module; it may import every package of this repository, as built
  --kernel   ${KERNEL_SERIES.join(' or ')}: Debian's newest kernel of that series (default ${KERNEL_SERIES[0]})
  --timeout  seconds until the machine is switched off (default 300)
  --check    fetch the kernels and say whether a guest can run here
exit code: 0 when the program's was 0, 1 when not, 2 bad usage, 3 no guest can run here`;

const ExitCode = { Ok: 0, Failed: 1, Usage: 2, NotPossible: 3 };
/** Lines of the guest's console that are shown when it failed. */
const CONSOLE_LINES = 60;

process.exitCode = await main();

async function main() {
  const { values, positionals } = parsed();
  const [program, ...args] = positionals;
  const misused = values === undefined || (program === undefined) !== values.check;
  if (misused || !(Number(values.timeout) > 0)) {
    console.error(USAGE);
    return ExitCode.Usage;
  }
  try {
    return values.check ? check() : await run(program, args, values);
  } catch (error) {
    if (!(error instanceof GuestError)) throw error;
    console.error(error.message);
    return ExitCode.NotPossible;
  }
}

function parsed() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        kernel: { type: 'string', default: KERNEL_SERIES[0] },
        timeout: { type: 'string', default: '300' },
        check: { type: 'boolean', default: false },
      },
    });
  } catch {
    return { positionals: [] };
  }
}

function check() {
  requireHost();
  for (const series of KERNEL_SERIES) console.log(guestKernel(series));
  return ExitCode.Ok;
}

async function run(program, args, { kernel, timeout }) {
  requireHost();
  const image = openNamelessFile();
  const root = dirname(dirname(import.meta.dirname));
  const packages = ['@hftmon/monitor', '@hftmon/testkit'];
  writeImage({ root, image, program, args, packages });
  const started = { kernel: guestKernel(kernel), image, timeoutMs: Number(timeout) * 1000 };
  const { output, console: messages, exitCode } = await bootGuest(started);
  process.stdout.write(output);
  if (exitCode === 0) return ExitCode.Ok;
  const how = exitCode === undefined ? 'the guest ended too early' : `exit code ${exitCode}`;
  const tail = messages.split('\n').slice(-CONSOLE_LINES).join('\n');
  console.error(`${tail}\n${program}: ${how}`);
  return ExitCode.Failed;
}

function requireHost() {
  const reason = hostReason();
  if (reason !== undefined) throw new GuestError(reason);
  const missing = missingPackages();
  if (missing.length > 0) {
    throw new GuestError(
      `install ${missing.join(' and ')}: sudo apt-get install ${missing.join(' ')}`,
    );
  }
}
