import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { needs, skipUnless } from '@hftmon/testkit';

const native = join(import.meta.dirname, '..', '..', 'native');
const arch = process.arch === 'arm64' ? 'arm64' : 'x64';

describe.each(['plain', 'thread', 'address'])(
  'rings, pump, loader, samples, SPE, noise and marks in C (%s)',
  (variant) => {
    const programs = [
      'broadcast',
      'spsc',
      'pump',
      'pump busy',
      'pump pulled',
      'object',
      'samples',
      'spe',
      'spe_drain',
      'noise',
      'markers honest',
      'markers hostile',
    ];

    beforeAll(() => {
      if ([needs.tool('gcc'), needs.tool('make')].some((unmet) => unmet() !== undefined)) return;
      execFileSync('make', ['-s', '-C', native, 'test', `VARIANTS=${variant}`], { stdio: 'pipe' });
    });

    it.for(programs)('%s', (command, context) => {
      skipUnless(context, needs.tool('gcc'), needs.tool('make'));
      const [program, ...args] = command.split(' ');
      const path = join(native, '.output', arch, 'test', `${program}-${variant}`);
      const { status, signal, stderr } = spawnSync(path, args, {
        encoding: 'utf8',
        timeout: 240_000,
      });
      expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: '' });
    });
  },
);
