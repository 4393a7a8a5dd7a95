import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { machineArguments } from './machine.mjs';
import { openNamelessFile } from './nameless-file.mjs';

/** Written by init.sh as the last line. */
const EXIT_LINE = /\n?exit (\d+)\s*$/;

/**
 * Boots the guest, waits until it has powered off, and says what its program printed.
 *
 * @param {object} options
 * @param {string} options.kernel path of a kernel image
 * @param {number} options.image file descriptor of its root file system
 * @param {number} options.timeoutMs then the emulator is killed
 * @returns {Promise<{ output: string, console: string, exitCode: number | undefined }>} without an
 *   exit code when the guest ended before its program did; `console` has the kernel's messages and
 *   what the program wrote to stderr
 */
export async function bootGuest({ kernel, image, timeoutMs }) {
  const console = openNamelessFile();
  const output = openNamelessFile();
  const machine = machineArguments({
    kernel,
    image: '/dev/fd/3',
    console: '/dev/fd/4',
    output: '/dev/fd/5',
  });
  // The emulator ends with this process, even when that is killed.
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', 'qemu-system-x86_64', ...machine], {
    stdio: ['ignore', 'inherit', 'inherit', image, console, output],
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  });
  await once(child, 'close');
  const text = readAll(output);
  const exit = EXIT_LINE.exec(text);
  return {
    output: text.slice(0, exit?.index),
    console: readAll(console),
    exitCode: exit === null ? undefined : Number(exit[1]),
  };
}

/** From the begin, wherever the descriptor stands. */
function readAll(fd) {
  return readFileSync(`/proc/self/fd/${fd}`, 'utf8');
}
