import { describe, expect, it } from 'vitest';
import { homeNode } from '../../../src/recommend/home-node.js';
import { evidenceOf, NEAR_HEAP, threadOn } from '../../support/evidence.js';

const anywhere = { allowedNodes: [0, 1] };

describe('the node that a process runs on', () => {
  it('is that of the affinity of all threads', () => {
    const home = homeNode(evidenceOf(NEAR_HEAP, { threads: [threadOn(1), threadOn(1)] }));
    expect(home).toMatchObject({ nodeId: 1, evidence: { source: '/proc/PID/task/TID/status' } });
  });

  it('is else where nearly all CPU time was spent', () => {
    const threads = [threadOn(0, anywhere), threadOn(1, anywhere)];
    const home = (zero: number, one: number) =>
      homeNode(
        evidenceOf(NEAR_HEAP, {
          threads,
          cpuNsByNode: new Map([
            [0, zero],
            [1, one],
          ]),
        }),
      );
    expect(home(5, 95)).toMatchObject({ nodeId: 1, evidence: { value: 0.95, unit: 'ratio' } });
    expect(home(11, 89)).toBeUndefined();
  });

  it('is else where all threads ran last, and none when they did not run on one', () => {
    const far = threadOn(1, anywhere);
    expect(homeNode(evidenceOf(NEAR_HEAP, { threads: [far, far] }))).toMatchObject({ nodeId: 1 });
    const spread = [far, threadOn(0, anywhere)];
    expect(homeNode(evidenceOf(NEAR_HEAP, { threads: spread }))).toBeUndefined();
    expect(homeNode(evidenceOf(NEAR_HEAP, { threads: [] }))).toBeUndefined();
  });
});
