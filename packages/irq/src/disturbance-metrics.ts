import type { InterruptTotals, ThreadTotals } from '@hftmon/core';

/** Values of the metrics that are about what interrupts bring and put off. */
export function disturbanceMetrics(
  totals: InterruptTotals,
  threads: readonly ThreadTotals[],
): Record<string, number> {
  const { deferrals = [], work, deviceWork, ticks, tlbSends } = totals;
  return {
    softirq_delay_count: sum(deferrals, ({ delay }) => delay.count),
    softirq_delay_ns: sum(deferrals, ({ delay }) => delay.ns),
    ksoftirqd_count: sum(deferrals, ({ ksoftirqdCount }) => ksoftirqdCount),
    ksoftirqd_ns: sum(deferrals, ({ ksoftirqdNs }) => ksoftirqdNs),
    ...(work && {
      work_count: sum(work, ({ count }) => count),
      work_ns: sum(work, ({ ns }) => ns),
      work_target_count: sum(work, ({ targetCount }) => targetCount),
      work_target_ns: sum(work, ({ targetNs }) => targetNs),
      work_delay_count: sum(work, ({ delay }) => delay.count),
      work_delay_ns: sum(work, ({ delay }) => delay.ns),
    }),
    ...(deviceWork && deviceMetrics(totals, deviceWork)),
    ...(ticks && {
      tick_stop_count: sum(ticks, ({ stopped }) => stopped),
      tick_kept_count: sum(ticks, ({ kept }) => sum(Object.values(kept), (count) => count)),
    }),
    ...(tlbSends && {
      tlb_send_count: sum(tlbSends, ({ count }) => count),
      tlb_send_page_count: sum(tlbSends, ({ pages }) => pages),
      tlb_send_target_count: sum(threads, ({ tlbSendCount = 0 }) => tlbSendCount),
    }),
  };
}

function deviceMetrics(
  { hardIrqs }: InterruptTotals,
  deviceWork: NonNullable<InterruptTotals['deviceWork']>,
): Record<string, number> {
  const known = deviceWork.filter(({ irq }) => irq !== undefined);
  const interruptsOf = (brought: typeof known): number => {
    const irqs = new Set(brought.map(({ irq }) => irq));
    return sum(
      hardIrqs.filter(({ number }) => irqs.has(number)),
      ({ count }) => count,
    );
  };
  return {
    network_poll_count: sum(deviceWork, ({ polls }) => polls),
    network_packet_count: sum(deviceWork, ({ packets }) => packets),
    network_interrupt_packet_count: sum(known, ({ packets }) => packets),
    network_interrupt_count: interruptsOf(known.filter(({ polls }) => polls > 0)),
    block_request_count: sum(deviceWork, ({ requests }) => requests),
    block_interrupt_request_count: sum(known, ({ requests }) => requests),
    block_interrupt_count: interruptsOf(known.filter(({ requests }) => requests > 0)),
  };
}

function sum<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
