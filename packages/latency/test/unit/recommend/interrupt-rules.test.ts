import { describe, expect, it } from 'vitest';
import { Advised } from '../../support/recommend.js';

describe('an interrupt', () => {
  const details = { irqs: [{ irq: 41, name: 'eth0-rx', ns: 90_000, count: 3 }] };

  it('is sent elsewhere, if it comes here and the kernel lets it go', () => {
    const advised = new Advised();
    advised.roots
      .write('proc/irq/41/smp_affinity_list', '0-3\n')
      .write('proc/irq/41/effective_affinity_list', '2\n');
    advised.spike('hard_irq', details);
    expect(advised.first).toMatchObject({
      rule: 'move-irq',
      lostNs: 90_000,
      command: 'echo 0-1,3 > /proc/irq/41/smp_affinity_list',
      undo: 'echo 0-3 > /proc/irq/41/smp_affinity_list',
    });
    advised.roots.write('proc/irq/41/effective_affinity_list', '1\n');
    expect(advised.all).toEqual([]);
  });

  it('stays when it is not there', () => {
    expect(new Advised().spike('hard_irq', details).all).toEqual([]);
  });
});

describe('received packets', () => {
  const details = {
    vectors: [{ vector: 3, name: 'NET_RX', ns: 40_000, count: 1, inKsoftirqd: 0 }],
  };

  it('are steered away where RPS brings them', () => {
    const advised = new Advised().spike('softirq', details);
    const file = `${advised.roots.sysRoot}/class/net/eth0/queues/rx-0/rps_cpus`;
    advised.roots.write('sys/class/net/eth0/queues/rx-0/rps_cpus', 'f\n');
    expect(advised.first).toMatchObject({
      rule: 'steer-packets',
      command: `echo b > ${file}`,
      undo: `echo f > ${file}`,
    });
  });

  it('come with their interrupt where there is no RPS', () => {
    const advised = new Advised().spike('softirq', details);
    advised.roots
      .write('sys/class/net/eth0/queues/rx-0/rps_cpus', '0\n')
      .write('sys/class/net/eth0/device/msi_irqs/41', 'msi\n')
      .write('proc/irq/41/smp_affinity_list', '2\n');
    expect(advised.first.command).toBe('echo 0-1,3 > /proc/irq/41/smp_affinity_list');
  });

  it('stay when it is neither', () => {
    expect(new Advised().spike('softirq', details).all).toEqual([]);
  });
});

describe('the timer tick', () => {
  it('is stopped, with its softirqs, on kernels that can', () => {
    const advised = new Advised().spike(
      'timer_tick',
      { count: 1, cpu: 0, nohzFull: false },
      { ns: 3000 },
    );
    const vectors = [{ vector: 1, name: 'TIMER', ns: 4000, count: 1, inKsoftirqd: 0 }];
    advised.spike('softirq', { vectors }, { ns: 4000 });
    expect(advised.all).toEqual([]);
    advised.roots.write('sys/devices/system/cpu/nohz_full', '(null)\n');
    expect(advised.all).toHaveLength(1);
    expect(advised.first).toMatchObject({
      lostNs: 7000,
      bootParameters: 'nohz_full=2 rcu_nocbs=2',
    });
    advised.roots.write('sys/devices/system/cpu/nohz_full', '2\n');
    expect(advised.all).toEqual([]);
  });
});
