import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readProcess } from '@hftmon/core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parseMaps } from '../../src/symbols/maps.js';
import { Symbolizer } from '../../src/symbols/symbolizer.js';
import { SymbolTarget } from '../support/symbol-target.js';

/** Prints the run-time address of main, so that the load address is known without our parser. */
const PROGRAM = `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
__attribute__((noinline)) int order_book_insert(int x) { return x * 3 + 1; }
static __attribute__((noinline)) int match_orders(int x) { return order_book_insert(x) ^ 5; }
static void *stay(void *unused) { pause(); return unused; }
int main(int argc, char **argv) {
  void *library = 0;
  if (argc > 1 && strcmp(argv[1], "leader") == 0) {
    pthread_t thread;
    pthread_create(&thread, 0, stay, 0);
  }
  printf("main %p\\n", (void *)main);
  printf("result %d\\n", match_orders(argc));
  fflush(stdout);
  if (argc > 1 && strcmp(argv[1], "leader") == 0) pthread_exit(0);
  char line[4096];
  while (fgets(line, sizeof line, stdin)) {
    line[strcspn(line, "\\n")] = 0;
    if (library) dlclose(library);
    library = dlopen(line, RTLD_NOW);
    printf("symbol %p\\n", library ? dlsym(library, "plugin_entry") : 0);
    fflush(stdout);
  }
  return 0;
}
`;

const noCompiler =
  spawnSync('gcc', ['--version']).status !== 0 || spawnSync('nm', ['--version']).status !== 0;

/** Functions of a file as nm prints them: name to address and size. */
function nm(path: string): Map<string, { address: bigint; size: number }> {
  const output = execFileSync('nm', ['-S', path], { encoding: 'utf8', maxBuffer: 1 << 28 });
  const functions = new Map<string, { address: bigint; size: number }>();
  for (const match of output.matchAll(/^([0-9a-f]+) ([0-9a-f]+) [tTwWi] (.+)$/gm)) {
    const [, address, size, name] = match as unknown as [string, string, string, string];
    functions.set(name, { address: BigInt(`0x${address}`), size: Number.parseInt(size, 16) });
  }
  return functions;
}

describe.skipIf(noCompiler)('symbolising a real process (needs gcc and nm)', () => {
  let folder: string;
  const targets: SymbolTarget[] = [];

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'hftmon-symbols-'));
    writeFileSync(join(folder, 'target.c'), PROGRAM);
  });
  afterEach(async () => {
    for (const target of targets.splice(0)) await target.end();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const build = (name: string, ...flags: string[]) => {
    const output = join(folder, name);
    const source = join(folder, 'target.c');
    execFileSync('gcc', ['-O1', '-rdynamic', source, '-o', output, ...flags, '-ldl', '-pthread']);
    return output;
  };
  const buildPlugin = (name: string, padding: number) => {
    const source = join(folder, `${name}.c`);
    writeFileSync(
      source,
      `__attribute__((noinline)) int ${name}_helper(int x) { return x + ${padding}; }
       int plugin_entry(int x) { return ${name}_helper(x) * ${padding}; }`,
    );
    const output = join(folder, `${name}.so`);
    execFileSync('gcc', ['-O1', '-shared', '-fPIC', source, '-o', output]);
    return output;
  };
  const start = (command: string, ...args: string[]) => {
    const target = new SymbolTarget(command, args);
    targets.push(target);
    return target;
  };

  it.each([
    ['position-independent', ['-pie', '-fPIE']],
    ['fixed', ['-no-pie', '-fno-pie']],
    ['lld-like segments', ['-Wl,-z,separate-code', '-pie', '-fPIE']],
    ['joint segments', ['-Wl,-z,noseparate-code', '-pie', '-fPIE']],
  ])('names every byte of every function as nm does: %s', async (kind, flags) => {
    const path = build(kind.replaceAll(' ', '-'), ...flags);
    const target = start(path);
    const main = BigInt(await target.read('main'));
    const functions = nm(path);
    const bias = main - (functions.get('main')?.address ?? 0n);
    const symbolizer = new Symbolizer();
    for (const name of ['main', 'order_book_insert', 'match_orders', 'stay']) {
      const known = functions.get(name);
      if (known === undefined) throw new Error(`nm does not list ${name}`);
      for (let offset = 0; offset < known.size; offset++) {
        const address = known.address + bias + BigInt(offset);
        expect(symbolizer.user(target.pid, [address])).toEqual([
          { address, symbol: name, offset, module: path },
        ]);
      }
      // As a return address: the one behind the last instruction still belongs to the call.
      const behind = known.address + bias + BigInt(known.size);
      expect(symbolizer.user(target.pid, [main, behind])[1]).toMatchObject({
        symbol: name,
        offset: known.size,
      });
    }
    expect(symbolizer.user(target.pid, [1n, 0n])).toEqual(
      [1n, 0n].map((address) => ({
        address,
        symbol: undefined,
        offset: undefined,
        module: undefined,
      })),
    );
  });

  it('names exported functions alone in a stripped program, and the module of the others', async () => {
    const whole = build('unstripped');
    const path = build('stripped', '-s');
    const functions = nm(whole);
    const target = start(path);
    const main = BigInt(await target.read('main'));
    const bias = main - (functions.get('main')?.address ?? 0n);
    const at = (name: string) => (functions.get(name)?.address ?? 0n) + bias;
    const symbolizer = new Symbolizer();
    expect(symbolizer.user(target.pid, [at('order_book_insert')])[0]?.symbol).toBe(
      'order_book_insert',
    );
    expect(symbolizer.user(target.pid, [at('match_orders')])[0]).toMatchObject({
      symbol: undefined,
      module: path,
    });
  });

  it('goes on after the process has ended, also when its file was deleted', async () => {
    for (const when of ['kept', 'deleted while it ran'] as const) {
      const path = build('mortal');
      const target = start(path);
      const main = BigInt(await target.read('main'));
      if (when !== 'kept') unlinkSync(path);
      const symbolizer = new Symbolizer();
      expect(symbolizer.capture(target.pid)).toMatchObject({ ok: true });
      await target.end();
      expect(symbolizer.user(target.pid, [main])[0]).toMatchObject({
        symbol: 'main',
        module: path,
      });
    }
  });

  it('does not name functions of a file that was rebuilt meanwhile', async () => {
    const path = build('rebuilt');
    const target = start(path);
    const main = BigInt(await target.read('main'));
    const symbolizer = new Symbolizer();
    symbolizer.capture(target.pid);
    await target.end();
    unlinkSync(path);
    build('rebuilt', '-O0', '-DREBUILT');
    expect(symbolizer.user(target.pid, [main])[0]).toMatchObject({
      symbol: undefined,
      module: path,
    });
  });

  it('notices libraries that are loaded and replaced', async () => {
    const first = buildPlugin('first', 3);
    const second = buildPlugin('second', 7);
    const target = start(build('loader'));
    await target.read('main');
    let now = 0;
    const symbolizer = new Symbolizer({ nowMs: () => now });
    symbolizer.capture(target.pid);
    const entry = BigInt(await target.ask(first, 'symbol'));
    expect(symbolizer.user(target.pid, [entry])[0]?.module).toBeUndefined();
    now += 100;
    expect(symbolizer.user(target.pid, [entry])[0]).toMatchObject({
      symbol: 'plugin_entry',
      module: first,
    });
    const helper = nm(second).get('second_helper')?.address ?? 0n;
    const bias =
      BigInt(await target.ask(second, 'symbol')) - (nm(second).get('plugin_entry')?.address ?? 0n);
    symbolizer.invalidate(target.pid);
    expect(symbolizer.user(target.pid, [helper + bias])[0]).toMatchObject({
      symbol: 'second_helper',
      module: second,
    });
  });

  it('names the vDSO, and functions of libc that nm -D lists', async () => {
    const target = start(build('vdso'));
    await target.read('main');
    const map = parseMaps(readFileSync(`/proc/${target.pid}/maps`, 'utf8'));
    const symbolizer = new Symbolizer();
    const vdso = map.mappings.find((mapping) => mapping.path === '[vdso]');
    if (vdso !== undefined) {
      const names = new Set<string>();
      for (let address = vdso.start; address < vdso.end; address += 16n) {
        const name = symbolizer.user(target.pid, [address])[0]?.symbol;
        if (name !== undefined) names.add(name);
      }
      expect([...names].join(' ')).toMatch(/clock_gettime/);
    }
    const libc = map.mappings.find((m) => /libc[.-]/.test(m.path) && m.offset === 0n);
    if (libc === undefined) throw new Error('libc is not mapped');
    const output = execFileSync('nm', ['-D', '--defined-only', libc.path], { encoding: 'utf8' });
    const address = BigInt(`0x${/^([0-9a-f]+) [TW] getppid@/m.exec(output)?.[1] ?? '0'}`);
    expect(symbolizer.user(target.pid, [libc.start + address])[0]).toMatchObject({
      symbol: 'getppid',
      offset: 0,
      module: libc.path,
    });
  });

  it('follows a process whose main thread has ended', async () => {
    const target = start(build('leader'), 'leader');
    const main = BigInt(await target.read('main'));
    while (readProcess(target.pid).state !== 'Z') await new Promise((done) => setTimeout(done, 5));
    expect(new Symbolizer().user(target.pid, [main])[0]?.symbol).toBe('main');
  });

  it('leaves no descriptor open, and stays within its limits', async () => {
    const target = start(build('bounded'));
    const main = BigInt(await target.read('main'));
    const symbolizer = new Symbolizer({ elfCacheBytes: 1, processLimit: 1, answerLimit: 4 });
    const before = descriptors();
    for (let round = 0; round < 50; round++) {
      const addresses = Array.from({ length: 40 }, (_, i) => main + BigInt(i));
      expect(symbolizer.user(target.pid, addresses)[0]?.symbol).toBe('main');
      symbolizer.user(process.pid, [1n]);
    }
    expect(descriptors()).toBe(before);
  });

  it('answers with the reason for a process that is not there', () => {
    const symbolizer = new Symbolizer();
    expect(symbolizer.capture(4_194_304)).toMatchObject({
      ok: false,
      code: 'HFTMON_E_PROCESS_NOT_FOUND',
    });
    expect(symbolizer.user(4_194_304, [0x401000n])).toEqual([
      { address: 0x401000n, symbol: undefined, offset: undefined, module: undefined },
    ]);
  });
});

function descriptors(): number {
  return readdirSync('/proc/self/fd').length;
}
