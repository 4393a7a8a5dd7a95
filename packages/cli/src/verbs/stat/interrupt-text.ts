import type { InterruptAffinity, TlbSender } from '@hftmon/monitor';
import { cpuRanges } from '../../format/cpu-ranges.js';
import { plural } from '../../format/plural.js';
import { shortDuration } from '../../format/short-duration.js';
import type { InterruptDetails } from './details.js';

/** Senders of TLB shootdowns that are shown one by one. */
const SHOWN_SENDERS = 5;

/** What is notable of the interrupts that hit a process, for people. */
export function interruptLines({ affinity, tlbSenders }: InterruptDetails): string[] {
  return [...affinity.flatMap(affinityText), ...senderLines(tlbSenders)];
}

/** Of what can be moved away alone: nothing can be done about the rest. */
function affinityText({ irqNumber, source, targetCpus, command }: InterruptAffinity): string[] {
  if (command === undefined) return [];
  const cpus = `CPU${targetCpus.length === 1 ? '' : 's'} ${cpuRanges(targetCpus)}`;
  return [
    `  interrupt ${irqNumber} (${source}) goes to ${cpus}, which watched threads may use`,
    `    do: ${command}`,
  ];
}

function senderLines(senders: readonly TlbSender[]): string[] {
  const lines = senders.slice(0, SHOWN_SENDERS).map((sender) => {
    const { tid, comm, callSite, syscall, count, totalUs, all, pages } = sender;
    const from = [callSite, syscall && `in ${syscall}`].filter(Boolean).join(' ');
    const what = [all > 0 && `${all} of all pages`, pages > 0 && plural(pages, 'page')];
    const flushed = what.filter(Boolean).join(', ');
    const details = flushed === '' ? '' : `, flushing ${flushed}`;
    const took = shortDuration(totalUs * 1000);
    return `  TLB shootdowns by ${comm}/${tid}${from === '' ? '' : ` from ${from}`}: ${plural(count, 'interrupt')}, ${took}${details}`;
  });
  const left = senders.length - lines.length;
  return left > 0 ? [...lines, `  and by ${plural(left, 'other sender')}`] : lines;
}
