import { beforeEach, describe, expect, it } from 'vitest';
import { needs, skipUnless, spawnSharing } from '@hftmon/testkit';
import { LIMIT_S } from '../support/line-sharing.js';
import { reportAs } from '../support/run-as.js';

const NOBODY = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];

describe('a monitor of few rights', () => {
  beforeEach((context) => skipUnless(context, needs.root, needs.cpus(2), needs.tool('setpriv')));

  it('says of each process that its threads may not be sampled', async () => {
    await using target = await spawnSharing({ layout: 'false', limitS: LIMIT_S });
    target.begin();
    await target.running();
    const { gaps, lines, samples, source } = await reportAs(NOBODY, target.pid);
    expect(lines).toEqual([]);
    expect(samples?.taken).toBe(0);
    expect(source).toMatchObject({ ok: false, code: 'HFTMON_E_NOT_PERMITTED' });
    expect(gaps).toEqual([
      {
        pid: target.pid,
        code: 'HFTMON_E_NOT_PERMITTED',
        threads: 3,
        reason: expect.stringContaining('does not permit sampling its threads'),
        remedy: expect.stringContaining('root'),
      },
    ]);
  });

  it('says that code may not be read, and gives no address that it cannot know', async () => {
    await using target = await spawnSharing({ layout: 'false', limitS: LIMIT_S });
    target.begin();
    await target.running();
    // It may sample, by CAP_PERFMON, but not ptrace a process that has more rights than itself.
    const wrapper = ['setpriv', '--bounding-set=-sys_ptrace'];
    const { gaps, lines, samples, source } = await reportAs(wrapper, target.pid);
    expect(lines).toEqual([]);
    expect(source).toMatchObject({ ok: false, code: 'HFTMON_E_MEMORY_NOT_PERMITTED' });
    expect(gaps).toEqual([
      {
        pid: target.pid,
        code: 'HFTMON_E_MEMORY_NOT_PERMITTED',
        reason: expect.stringContaining('memory of process'),
        remedy: expect.stringContaining('CAP_SYS_PTRACE'),
      },
    ]);
    expect(samples).toMatchObject({ attributed: 0, dropped: { code_unreadable: samples?.taken } });
  });
});
