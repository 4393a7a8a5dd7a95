import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { needs, skipUnless } from '@hftmon/testkit';

const PACKAGE = join(import.meta.dirname, '..', '..');
const FOLDER = mkdtempSync(join(tmpdir(), 'hftmon-marker-'));
const FLAGS = ['-O2', '-Wall', '-Wextra', '-Wpedantic', '-Werror', '-pthread'];

const TESTS = ['marks', 'wrap', 'threads', 'full', 'names', 'options', 'fork', 'file'];
const C11 = ['-std=c11', '-x', 'c'];
const CXX11 = ['-std=c++11', '-x', 'c++'];
const CXX20 = ['-std=c++20', '-x', 'c++'];

afterAll(() => rmSync(FOLDER, { recursive: true }));

describe.each([
  ['gcc', C11, []],
  ['g++', CXX11, ['span']],
  ['clang-19', C11, []],
  ['clang++-19', CXX20, ['span']],
  ['gcc', [...C11, '-fsanitize=address,undefined', '-fno-sanitize-recover=all'], []],
  ['gcc', [...C11, '-O0', '-fPIE', '-pie', '-ftls-model=global-dynamic'], []],
])('hftmon_marker.h with %s %j', (compiler, flags, more) => {
  const program = join(FOLDER, `${compiler}-${flags.length}`);

  beforeAll(() => {
    if (needs.tool(compiler)() !== undefined) return;
    const source = join(PACKAGE, 'test', 'native', 'test_marker.c');
    const include = join(PACKAGE, 'include');
    execFileSync(compiler, [...FLAGS, ...flags, '-I', include, source, '-o', program]);
  }, 120_000);

  it.for([...TESTS, ...more])('%s', (test, context) => {
    skipUnless(context, needs.tool(compiler));
    const { status, signal, stderr } = spawnSync(program, [test], { encoding: 'utf8' });
    expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: '' });
  });
});
