import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { LaunchedCommand } from '../../src/run/launched-command.js';
import { RunEnd } from '../../src/run/run-end.js';

const FOLDER = mkdtempSync(join(tmpdir(), 'hftmon-run-'));
afterAll(() => rmSync(FOLDER, { recursive: true }));

describe('the end of a run', () => {
  it('is the first reason that comes', async () => {
    using end = new RunEnd();
    end.after(3600e9);
    end.end('enough');
    const { atNs } = end;
    end.end('exit');
    expect(await end.reason).toBe('enough');
    expect(end.atNs).toBe(atNs);
    expect(atNs).toBeLessThanOrEqual(process.hrtime.bigint());
  });

  it('comes when the time is up, not before', async () => {
    using end = new RunEnd();
    const begin = performance.now();
    end.after(30e6);
    expect(await end.reason).toBe('duration');
    expect(performance.now() - begin).toBeGreaterThanOrEqual(30);
  });

  it('comes with a signal', async () => {
    using end = new RunEnd();
    process.kill(process.pid, 'SIGHUP');
    expect(await end.reason).toBe('signal');
  });

  it('stops listening in the end', () => {
    const before = process.listenerCount('SIGINT');
    {
      using _end = new RunEnd();
      expect(process.listenerCount('SIGINT')).toBe(before + 1);
    }
    expect(process.listenerCount('SIGINT')).toBe(before);
  });
});

describe('a launched command', () => {
  it('runs when it is let go, under the pid that it had before', async () => {
    const file = join(FOLDER, 'pid');
    const command = new LaunchedCommand(['sh', '-c', `echo $$ > ${file}.$$`], 'stderr');
    expect(existsSync(`${file}.${command.pid}`)).toBe(false);
    command.release();
    expect(await command.ended).toEqual({ exitCode: 0, signal: null });
    expect(existsSync(`${file}.${command.pid}`)).toBe(true);
  });

  it('is never run when it is not let go', async () => {
    const file = join(FOLDER, 'never');
    const command = new LaunchedCommand(['touch', file], 'stderr');
    await command.stop();
    await command.stop();
    expect(command.end).toBeDefined();
    expect(existsSync(file)).toBe(false);
  });

  it('must be a program', () => {
    expect(() => new LaunchedCommand(['no-such-program-here'], 'stderr')).toThrow(
      'not in the PATH',
    );
    expect(() => new LaunchedCommand(['/etc/passwd'], 'stderr')).toThrow('no program');
    expect(() => new LaunchedCommand(['/tmp'], 'stderr')).toThrow('no program');
  });
});
