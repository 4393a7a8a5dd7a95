import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

export interface FakeProcess {
  readonly comm?: string;
  readonly state?: string;
  readonly flags?: number;
  readonly startTimeTicks?: number;
  readonly tgid?: number;
}

/** A /proc of its own, removed when the test ends. */
export class FakeProc {
  readonly root = mkdtempSync(join(tmpdir(), 'hftmon-proc-'));

  constructor() {
    onTestFinished(() => rmSync(this.root, { recursive: true, force: true }));
  }

  add(pid: number, process: FakeProcess = {}): void {
    const { comm = 'trader', state = 'S', flags = 0x400000, startTimeTicks = 5000 } = process;
    const fields = [state, 1, pid, pid, 0, -1, flags, ...Array<number>(12).fill(7), startTimeTicks];
    mkdirSync(join(this.root, String(pid)), { recursive: true });
    writeFileSync(
      join(this.root, String(pid), 'stat'),
      `${pid} (${comm}) ${fields.join(' ')} 0 0\n`,
    );
    const status = `Name:\t${comm}\nTgid:\t${process.tgid ?? pid}\nPid:\t${pid}\n`;
    writeFileSync(join(this.root, String(pid), 'status'), status);
  }

  remove(pid: number): void {
    rmSync(join(this.root, String(pid)), { recursive: true });
  }
}
