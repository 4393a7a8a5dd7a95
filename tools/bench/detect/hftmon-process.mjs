// One run of hftmon in a process of its own: `hftmon-process.mjs DELIVERY COUNT CPUS`, with the CPUs as JSON.
import { HFTResourceMonitor, installedCollectors } from '@hftmon/monitor';
import { disturb, THRESHOLD_US } from './disturb.mjs';
import { delays } from './match.mjs';

const [delivery, count, cpus] = process.argv.slice(2);
const tellings = [];

function attach({ pid, tid }) {
  const monitor = new HFTResourceMonitor({ collectors: installedCollectors(['latency']) });
  monitor.configure({ delivery, spikeThresholdUs: THRESHOLD_US });
  monitor.on('verdict', (verdict) => {
    const heardNs = Number(process.hrtime.bigint());
    if (verdict.tid !== tid) return;
    // What the listener does next: ask why. That writes the receipt.
    void verdict.cause;
    const receiptNs = Number(process.hrtime.bigint()) - heardNs;
    tellings.push({ heardNs, endNs: verdict.monotonicNs + verdict.durationNs, receiptNs });
  });
  monitor.attachProcess(pid);
  monitor.startMonitoring();
  return () => monitor.dispose();
}

const bursts = await disturb({ cpus: JSON.parse(cpus), count: Number(count), attach });
const found = delays(bursts, tellings);
const [first] = bursts;
const receipts = tellings
  .filter(({ endNs }) => endNs > first.startNs)
  .map(({ receiptNs }) => receiptNs);
console.log(JSON.stringify({ bursts: bursts.length, delays: found, receipts }));
