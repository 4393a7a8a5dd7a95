import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { needs, type Requirement } from '../requirements/requirements.js';

/** What {@link spawnHolder} needs. */
export const holderTools: Requirement = () =>
  needs.root() ?? needs.tool('unshare')() ?? needs.tool('flock')();

/** A process that holds a file. */
export interface Holder extends AsyncDisposable {
  /** Returns when it has ended. Idempotent. */
  kill(): Promise<void>;
}

/**
 * Holds a file or a directory by flock(2), as pid 1 of a pid namespace of its own, until it is killed
 * or this process ends.
 * @throws when another has it
 */
export async function spawnHolder(path: string): Promise<Holder> {
  const lock = ['flock', '--no-fork', '--nonblock', path, 'cat'];
  const child = spawn('unshare', ['--pid', '--fork', '--kill-child', ...lock], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  const kill = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  // What comes back says that it has the lock.
  child.stdin.write('\n');
  const answer = await Promise.race([once(child.stdout, 'data'), ended.then(() => undefined)]);
  if (answer === undefined) throw new Error(`${path} can not be held`);
  return { kill, [Symbol.asyncDispose]: kill };
}
