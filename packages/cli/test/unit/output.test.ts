import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Output } from '../../src/io/output.js';

const FOLDER = mkdtempSync(join(tmpdir(), 'hftmon-output-'));
afterAll(() => rmSync(FOLDER, { recursive: true }));

describe('the file of -o', () => {
  it('keeps what it held until there is something to replace it', async () => {
    const file = join(FOLDER, 'kept');
    writeFileSync(file, 'what it held');
    await new Output(file).close();
    expect(readFileSync(file, 'utf8')).toBe('what it held');
    const output = new Output(file);
    output.line('new');
    output.line('lines');
    await output.close();
    expect(readFileSync(file, 'utf8')).toBe('new\nlines\n');
  });

  it('is made with the first text', async () => {
    const file = join(FOLDER, 'made');
    const output = new Output(file);
    expect(() => readFileSync(file)).toThrow('ENOENT');
    output.line('text');
    await output.close();
    expect(readFileSync(file, 'utf8')).toBe('text\n');
  });

  it.each(['', FOLDER, join(FOLDER, 'no', 'such')])('may not be %j', (file) =>
    expect(() => new Output(file)).toThrow('give another file with -o'),
  );

  it('ends the run when it is full, and says so in the end', async () => {
    const output = new Output('/dev/full');
    let broken = 0;
    output.onBroken = () => broken++;
    output.line('one');
    output.line('two');
    expect(broken).toBe(1);
    await expect(output.close()).rejects.toMatchObject({
      code: 'HFTMON_E_OUTPUT',
      message: expect.stringMatching(/^cannot write \/dev\/full: no space left. Remedy: free/),
    });
  });
});
