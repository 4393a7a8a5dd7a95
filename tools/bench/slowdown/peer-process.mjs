import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { listBpfFds, listFds } from '@hftmon/testkit';
import { atEnd } from '../cleanup.mjs';

const READY_TIMEOUT_MS = 15_000;
const POLL_MS = 20;
/** Attached when nothing was added for so long. */
const STABLE_MS = 160;
const END_TIMEOUT_MS = 20_000;

const path = `${process.env.PATH ?? ''}:/usr/sbin:/sbin`;

/** A peer that runs beside the target: started, waited for, and ended with SIGINT by its id. */
export class PeerProcess {
  #child;
  #ended;
  #done;
  #failure;
  output = '';

  /**
   * @param control - two more pipes, descriptors 3 and 4, that perf takes commands on
   * @param hear - gets its standard output as it comes
   */
  constructor([command, ...args], { control = false, hear } = {}) {
    const extra = control ? ['pipe', 'pipe'] : [];
    this.#child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe', ...extra],
      env: { ...process.env, PATH: path, LC_ALL: 'C' },
    });
    this.#done = atEnd(() => this.#child.kill('SIGKILL'));
    if (hear !== undefined) this.#child.stdout.on('data', hear);
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text) => (this.output += text));
    }
    this.#ended = new Promise((resolve) => {
      this.#child.once('error', (error) => {
        this.#failure = error.message;
        resolve();
      });
      this.#child.once('close', (code, signal) => {
        this.#failure ??= `ended with ${signal ?? `exit code ${code}`}`;
        this.#done();
        resolve();
      });
    });
  }

  /** Sends perf a command and waits until it is carried out. */
  async control(command) {
    const acknowledged = new Promise((resolve) => this.#child.stdio[4].once('data', resolve));
    this.#child.stdio[3].on('error', () => undefined); // it may be gone; that is seen below
    this.#child.stdio[3].write(`${command}\n`);
    await this.#orFail(acknowledged, `no answer to "${command}"`);
  }

  /** Waits until it holds BPF links or perf events, and then no more than that for a while. */
  async attached() {
    let held = 0;
    let since = Date.now();
    const settled = async () => {
      for (;;) {
        await sleep(POLL_MS);
        const now = this.#attachments();
        if (now !== held) since = Date.now();
        held = now;
        if (this.#failure !== undefined || (held > 0 && Date.now() - since >= STABLE_MS)) return;
      }
    };
    await this.#orFail(settled(), 'attached to nothing');
  }

  /** Ends it the way a user does, and waits for what it prints then. */
  async end() {
    this.#child.kill('SIGINT');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), END_TIMEOUT_MS);
    await this.#ended;
    clearTimeout(timer);
    return this.output;
  }

  #attachments() {
    try {
      const { pid } = this.#child;
      const links = listBpfFds(pid).filter(({ type }) => type === 'link').length;
      const events = [...listFds(pid).values()].filter((link) => link.includes('perf_event'));
      return links + events.length;
    } catch {
      return 0; // not there yet, or gone
    }
  }

  async #orFail(ready, what) {
    const abort = new AbortController();
    const late = sleep(READY_TIMEOUT_MS, what, { signal: abort.signal }).catch(() => undefined);
    const failed = this.#ended.then(() => 'ended');
    const first = await Promise.race([ready.then(() => undefined), late, failed]);
    abort.abort();
    if (first === undefined && this.#failure === undefined) return;
    await this.end();
    const lastLine = this.output.trim().split('\n').at(-1);
    throw new Error([this.#failure ?? what, lastLine].filter(Boolean).join(': '));
  }
}
