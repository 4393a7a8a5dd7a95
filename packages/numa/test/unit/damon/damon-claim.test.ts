import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileHold } from '@hftmon/perf-native';
import { FakeRoots } from '@hftmon/testkit';
import {
  readClaim,
  removeClaim,
  removeStaleClaim,
  writeClaim,
  type DamonClaim,
} from '../../../src/damon/damon-claim.js';

const claimOf = (pid: number): DamonClaim => {
  return { pid, startTimeTicks: 7, bootId: 'b', targetPid: 4242 };
};

describe('the claim on DAMON', () => {
  let roots: FakeRoots;
  let path: string;
  beforeEach(() => {
    roots = new FakeRoots();
    path = `${roots.sysRoot}/run/hftmon/damon.json`;
  });
  afterEach(() => roots.dispose());

  it('is of the first, and nothing else is left beside it', () => {
    const hold = writeClaim(path, claimOf(1)) as FileHold;
    expect(FileHold.take(path)).toBe('held');
    expect(writeClaim(path, claimOf(2))).toBe('held');
    hold.release();
    expect(readClaim(path)).toEqual(claimOf(1));
    expect(readdirSync(dirname(path))).toEqual(['damon.json']);
    removeClaim(path);
    expect(existsSync(dirname(path))).toBe(false);
  });

  it('of a dead monitor is taken away by one of those that found it', () => {
    writeClaim(path, claimOf(1));
    const found = readClaim(path);
    expect(removeStaleClaim(path, found)).toBe(true);
    expect(existsSync(dirname(path))).toBe(false);
    // The first goes on to claim it; the second still believes what it has found.
    writeClaim(path, claimOf(2));
    expect(removeStaleClaim(path, found)).toBe(false);
    expect(readClaim(path)).toEqual(claimOf(2));
    expect(readdirSync(dirname(path))).toEqual(['damon.json']);
  });

  it('that makes no sense is taken away, and none is none', () => {
    expect(removeStaleClaim(path, undefined)).toBe(true);
    writeClaim(path, claimOf(1));
    writeFileSync(path, '{"pid":');
    expect(removeStaleClaim(path, readClaim(path))).toBe(true);
    expect(existsSync(path)).toBe(false);
  });
});
