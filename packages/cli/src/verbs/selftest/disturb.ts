import type { RunEnd } from '../../run/run-end.js';
import type { Progress } from '../../io/progress.js';
import { deedOf, type Deed } from './deed.js';
import type { Kind } from './kinds.js';
import type { Stage } from './stage.js';

/** What was done, or why it was not. */
export type Attempt = { readonly kind: Kind } & (
  { readonly deed: Deed } | { readonly reason: string }
);

/** Injects every kind so many times, in an order that the seed says. Ends early with the run. */
export async function disturb(
  stage: Stage,
  kinds: readonly Kind[],
  { count, limitMs, seed, end, progress }: Plan,
): Promise<Attempt[]> {
  let ended = false;
  void end.reason.then(() => (ended = true));
  const attempts: Attempt[] = [];
  for (const kind of shuffled(kinds, seed)) {
    if (ended) break;
    progress.step(`[${attempts.length + 1}/${kinds.length}] ${kind.title}`);
    attempts.push(await attempt(stage, kind, count, limitMs));
  }
  return attempts;
}

export interface Plan {
  /** Injections of each kind, and the time that they may take, ms. */
  readonly count: number;
  readonly limitMs: number;
  readonly seed: number;
  readonly end: RunEnd;
  readonly progress: Progress;
}

async function attempt(
  { director }: Stage,
  kind: Kind,
  count: number,
  limitMs: number,
): Promise<Attempt> {
  const answer = await director.ask(kind.id, count, limitMs);
  const { skipped } = answer;
  return skipped === undefined ? { kind, deed: deedOf(answer) } : { kind, reason: String(skipped) };
}

/** Fisher and Yates, with the generator of Park and Miller. */
function shuffled<Item>(items: readonly Item[], seed: number): Item[] {
  const list = [...items];
  let state = (seed % 2147483646) + 1;
  for (let i = list.length - 1; i > 0; i--) {
    state = (state * 48271) % 2147483647;
    const j = state % (i + 1);
    [list[i], list[j]] = [list[j]!, list[i]!];
  }
  return list;
}
