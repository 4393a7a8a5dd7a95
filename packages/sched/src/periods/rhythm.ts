/** A time is regular if it is that close to a multiple of the period, as a share of it ... */
const TOLERANCE = 0.25;
/** ... of at most so many periods: a longer one is a pause. */
const LONGEST_MULTIPLE = 4;

/** How wake-ups follow a period. */
export interface Rhythm {
  /** Wake-ups that came in time. */
  readonly regular: number;
  /** Time from regular wake-up to regular wake-up, ns, and the periods that it makes. */
  readonly stretchNs: number;
  readonly cycles: number;
  /** Times between wake-ups, ns, and the periods that each took; pauses are left out. */
  readonly steps: readonly { readonly ns: number; readonly periods: number }[];
}

/**
 * Counts periods from wake-up to wake-up.
 *
 * A wake-up is regular if it comes a whole number of periods after the one before it, or after the
 * latest regular one: so a late one spoils itself alone, and not also the next, which comes in
 * time. Both rules are needed: a thread with absolute deadlines returns to its rhythm after a late
 * wake-up, one that sleeps for a fixed time begins a new one there.
 */
export function rhythmOf(times: readonly number[], periodNs: number): Rhythm {
  const steps: { ns: number; periods: number }[] = [];
  let regular = 0;
  let stretchNs = 0;
  let cycles = 0;
  let anchor = times[0]!;
  // Periods from the anchor to the wake-up before.
  let passed = 0;
  for (let i = 1; i < times.length; i++) {
    const ns = times[i]! - times[i - 1]!;
    const sinceAnchor = times[i]! - anchor;
    const fromLast = wholePeriods(ns, periodNs);
    const fromAnchor = wholePeriods(sinceAnchor, periodNs);
    if (fromLast > 0 || fromAnchor > 0) {
      steps.push({ ns, periods: fromLast || fromAnchor - passed });
      regular++;
      stretchNs += fromLast > 0 ? ns : sinceAnchor;
      cycles += fromLast || fromAnchor;
      anchor = times[i]!;
      passed = 0;
    } else if (sinceAnchor > (LONGEST_MULTIPLE + TOLERANCE) * periodNs) {
      anchor = times[i]!;
      passed = 0;
    } else {
      // Timers are late, never early.
      const reached = Math.floor(sinceAnchor / periodNs + TOLERANCE);
      steps.push({ ns, periods: reached - passed });
      passed = reached;
    }
  }
  return { regular, stretchNs, cycles, steps };
}

/** How many periods a time is, 0 if it is not near a whole number of them. */
function wholePeriods(ns: number, periodNs: number): number {
  const multiple = Math.round(ns / periodNs);
  if (multiple > LONGEST_MULTIPLE) return 0;
  return Math.abs(ns - multiple * periodNs) <= TOLERANCE * periodNs ? multiple : 0;
}
