import { describe, expect, it } from 'vitest';
import { needs, skipUnless, spawnSleeper } from '@hftmon/testkit';
import { runCli } from '../support/run-cli.js';

/** What the remedy of HFTMON_E_CAPABILITY_MISSING tells a user without privileges to grant. */
const ADVISED = '+bpf,+perfmon';

describe('a user with just the capabilities that the remedy names', () => {
  it('can count', async (context) => {
    skipUnless(context, needs.root, needs.bpf);
    const wrapper = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'];
    wrapper.push(`--inh-caps=-all,${ADVISED}`, `--ambient-caps=-all,${ADVISED}`);
    const probe = await runCli(['--version'], { wrapper });
    if (probe.code !== 0) context.skip('the checkout is not readable by others');
    await using target = await spawnSleeper({ count: 23 });
    const result = await runCli(['stat', '-p', String(target.pid), '-d', '300ms', '--json'], {
      wrapper,
    });
    expect(result.code, result.stderr).toBe(0);
    const { threads, collectors } = JSON.parse(result.stdout);
    expect(threads).toMatchObject([{ tid: target.pid }]);
    // Where kernel addresses are hidden, nobody knows which function call flushes the TLB.
    expect(collectors.irq.metrics.tlb_shootdown_count ?? null).toBeNull();
  });
});
