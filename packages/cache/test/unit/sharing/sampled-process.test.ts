import { describe, expect, it } from 'vitest';
import { FakeRoots } from '@hftmon/testkit';
import type { RegisterBatch } from '../../../src/decode/access-cache.js';
import { SampledProcess } from '../../../src/sharing/sampled-process.js';

const LIBRARY = '7f0000000000-7f0000100000 r-xp 00000000 08:01 77   /lib/a.so\n';
const OTHER = '7f0000000000-7f0000100000 r-xp 00000000 08:01 78   /lib/b.so\n';
const JIT = '7f1000000000-7f1000100000 r-xp 00000000 00:00 0\n';
const REGISTERS: RegisterBatch = { registerLow: () => 0, registerHigh: () => 0 };

/** Counts how often an instruction is looked at anew: each time its function is asked for. */
function counted(
  body: (process: SampledProcess, maps: (text: string) => void, looks: () => number) => void,
) {
  using roots = new FakeRoots();
  let looks = 0;
  const symbolizer = {
    user() {
      looks++;
      return [];
    },
  };
  const maps = (text: string): void => void roots.write(`proc/${process.pid}/maps`, text);
  maps(LIBRARY);
  const sampled = new SampledProcess(process.pid, symbolizer, roots.procRoot);
  sampled.refresh(0);
  const decode = (): number => {
    sampled.decoder.decode(0x1000, REGISTERS, 0);
    return looks;
  };
  body(sampled, maps, decode);
}

describe('decoded code', () => {
  it('is kept as long as the mappings stay', () => {
    counted((sampled, _maps, looks) => {
      expect([looks(), looks()]).toEqual([1, 1]);
      sampled.refresh(5000);
      expect(looks()).toBe(1);
    });
  });

  it('is forgotten when they change, once it is time to look', () => {
    counted((sampled, maps, looks) => {
      expect(looks()).toBe(1);
      maps(OTHER);
      sampled.refresh(4999);
      expect(looks()).toBe(1);
      sampled.refresh(5000);
      expect(looks()).toBe(2);
    });
  });

  it('is forgotten four times a second when it was compiled at run time', () => {
    counted((sampled, maps, looks) => {
      maps(LIBRARY + JIT);
      sampled.refresh(5000);
      expect(looks()).toBe(1);
      sampled.refresh(5249);
      expect(looks()).toBe(1);
      sampled.refresh(5250);
      expect(looks()).toBe(2);
    });
  });
});
