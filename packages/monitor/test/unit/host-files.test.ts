import { RECORD_WORDS, RecordKind, createBatch } from '@hftmon/core';
import { FakeRoots, writeFakeRecord } from '@hftmon/testkit';
import { expect, it, onTestFinished } from 'vitest';
import { hostFiles } from '../../src/flight/host-files.js';

it('keeps what the idle states are called on the CPUs that left one, and on no other', () => {
  const roots = new FakeRoots();
  onTestFinished(() => roots[Symbol.dispose]());
  for (const cpu of [1, 2, 3]) {
    const folder = `sys/devices/system/cpu/cpu${cpu}/cpuidle/state1`;
    roots.write(`${folder}/name`, 'C1\n').write(`${folder}/latency`, '2\n');
  }
  const batch = createBatch(2);
  for (let i = 0; i < 2; i++) {
    // One by another CPU, one by its own timer.
    const kind = i === 0 ? RecordKind.Idle : RecordKind.LateTimer;
    const record = { kind, tid: 0, cpu: 2 + i, timestampNs: i, words: [1, 0, 2, 0, 0, 0, 0] };
    writeFakeRecord(batch.u32, batch.f64, i * RECORD_WORDS, record);
  }
  batch.count = 2;
  const { procRoot, sysRoot } = roots;
  const { files } = hostFiles(batch, { procRoot, sysRoot, pids: [], pidOf: () => undefined });
  const folders = [2, 3].map((cpu) => `sys/devices/system/cpu/cpu${cpu}/cpuidle/state1`);
  expect(files).toEqual(
    folders.flatMap((folder) => [
      { path: `${folder}/name`, text: 'C1\n' },
      { path: `${folder}/latency`, text: '2\n' },
    ]),
  );
});
