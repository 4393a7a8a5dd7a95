import { spawn } from 'node:child_process';
import { atEnd } from './cleanup.mjs';

/**
 * Runs a script in a fresh Node process on the given CPUs and returns the JSON of its last line.
 * Fresh, because what V8 learned from one measurement changes the next.
 */
export async function runChild(script, args, cpus, nodeOptions = []) {
  const command = ['-c', cpus.join(','), process.execPath, ...nodeOptions, script, ...args];
  const child = spawn('taskset', command.map(String), { stdio: ['ignore', 'pipe', 'inherit'] });
  const done = atEnd(() => child.kill('SIGKILL'));
  let output = '';
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (text) => (output += text));
  const [code, signal] = await new Promise((resolve) =>
    child.once('close', (...result) => resolve(result)),
  );
  done();
  if (code !== 0) throw new Error(`${script} ended with ${signal ?? `exit code ${code}`}`);
  return { result: lastJson(output), output };
}

function lastJson(output) {
  const line = output.trim().split('\n').at(-1);
  return line?.startsWith('{') ? JSON.parse(line) : undefined;
}
