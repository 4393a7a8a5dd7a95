import { policyName } from '@hftmon/core';
import type { AttributeChange, PriorityInversion, ThrottlingInfo } from '@hftmon/monitor';
import { cpuRanges } from '../../format/cpu-ranges.js';
import { plural } from '../../format/plural.js';
import { shortDuration } from '../../format/short-duration.js';
import type { SchedulingDetails } from './details.js';

/** Inversions, and changes, that are shown one by one. */
const SHOWN = 5;

type Attributes = AttributeChange['before'];

/** What is notable of how a process was scheduled, for people. */
export function schedulingLines(details: SchedulingDetails): string[] {
  return [
    ...inversionLines(details.priorityInversions),
    ...throttlingLines(details.throttling),
    ...changeLines(details.attributeChanges),
  ];
}

function inversionLines(inversions: readonly PriorityInversion[]): string[] {
  const longest = [...inversions].sort((a, b) => b.durationUs - a.durationUs);
  const lines = longest.slice(0, SHOWN).map(({ durationUs, chain, inherited }) => {
    const names = chain.map(({ tid, comm, waitsFor }) => {
      const lock = waitsFor === undefined ? '' : ` at ${waitsFor.futexAddress}`;
      return `${comm}/${tid}${lock}`;
    });
    const lent = inherited ? 'priority lent' : 'no priority lent';
    return `  inversion of ${shortDuration(durationUs * 1000)}, ${lent}: ${names.join(' waits for ')}`;
  });
  const left = inversions.length - lines.length;
  return left > 0 ? [...lines, `  and ${plural(left, 'shorter inversion')}`] : lines;
}

/** Groups that used their quota up meanwhile. */
function throttlingLines(throttling: ThrottlingInfo | undefined): string[] {
  return (throttling?.cgroups ?? [])
    .filter(({ sinceFirstSeen }) => sinceFirstSeen.throttledPeriods > 0)
    .map(({ path, quotaUs, periodUs, sinceFirstSeen }) => {
      const { periods, throttledPeriods, throttledUs } = sinceFirstSeen;
      const quota = quotaUs === undefined ? '' : ` of ${quotaText(quotaUs, periodUs)}`;
      const off = shortDuration(throttledUs * 1000);
      return `  throttled: control group ${path} used its quota${quota} up in ${throttledPeriods} of ${plural(periods, 'period')}; its CPUs were kept from it for ${off}`;
    });
}

function quotaText(quotaUs: number, periodUs: number | undefined): string {
  const per = periodUs === undefined ? '' : ` per ${shortDuration(periodUs * 1000)}`;
  return shortDuration(quotaUs * 1000) + per;
}

function changeLines(changes: readonly AttributeChange[]): string[] {
  const lines = changes.slice(-SHOWN).map(({ tid, comm, changed, before, after }) => {
    const what = changed.map(
      (name) => `${name} ${valueText(before, name)} to ${valueText(after, name)}`,
    );
    return `  changed: ${comm}/${tid}: ${what.join(', ')}`;
  });
  const left = changes.length - lines.length;
  return left > 0
    ? [`  ${plural(left, 'earlier change')} of how threads are scheduled`, ...lines]
    : lines;
}

function valueText(attributes: Attributes, name: AttributeChange['changed'][number]): string {
  if (name === 'policy') return policyName(attributes.policy);
  if (name === 'affinity') return cpuRanges(attributes.affinity);
  if (name !== 'deadline') return String(attributes[name]);
  const { deadline } = attributes;
  if (deadline === undefined) return 'none';
  const { runtimeNs, deadlineNs, periodNs } = deadline;
  return [runtimeNs, deadlineNs, periodNs].map(shortDuration).join('/');
}
