import { fileURLToPath } from 'node:url';
import { runChild } from '../run-child.mjs';
import { summary } from '../statistics.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const coreBench = here('../../../packages/core/bench/ring.bench.mjs');

/** The history ring's default size. */
const DEFAULT_CAPACITY = 2 ** 19;
/** A ring that may stay in the caches. */
const SMALL_CAPACITY = 2 ** 15;

/** Records per second from a native writer to JavaScript, beside other ways to move records. */
export async function measureThroughput({ millions, rounds, cpus, log }) {
  const records = millions * 1e6;
  const native = (capacity, consumers) => async () => {
    const args = [records, capacity, consumers, cpus.target];
    // The writer has the target's CPU; consumers share the others, and all if there is but one.
    const enough = cpus.housekeeping.length >= consumers;
    const { result } = await runChild(
      here('native-process.mjs'),
      args,
      enough ? cpus.housekeeping : cpus.all,
    );
    return result;
  };
  const ways = [
    { id: 'one', name: 'native writer, 1 consumer, 32 MiB ring', run: native(DEFAULT_CAPACITY, 1) },
    {
      id: 'small',
      name: 'native writer, 1 consumer, 2 MiB ring',
      run: native(SMALL_CAPACITY, 1),
    },
    {
      id: 'two',
      name: 'native writer, 2 consumers, 32 MiB ring',
      run: native(DEFAULT_CAPACITY, 2),
    },
    {
      id: 'shared',
      name: 'JavaScript writer in a worker, the same ring over a SharedArrayBuffer',
      run: () => sharedArrayBuffer(millions / 2, cpus),
    },
    {
      id: 'port',
      name: 'JavaScript writer in a worker, batches of 1024 over a MessagePort',
      run: async () =>
        (await runChild(here('message-port-process.mjs'), [records / 8], cpus.all)).result,
    },
  ];
  const runs = new Map(ways.map((way) => [way, []]));
  for (let round = 0; round < rounds; round++) {
    for (const way of ways) runs.get(way).push(await way.run());
    log(`ring: round ${round + 1} of ${rounds}`);
  }
  return {
    rounds,
    millions,
    crowded: cpus.all.length < 3,
    ways: ways.map((way) => ({
      id: way.id,
      name: way.name,
      // The slowest consumer of a run is what counts.
      rate: summary(runs.get(way).map(({ rates }) => Math.min(...rates))),
      exact: runs.get(way).every(({ exact }) => exact),
    })),
  };
}

/** The core's own benchmark, which says it in words. */
async function sharedArrayBuffer(millions, cpus) {
  const { output } = await runChild(coreBench, [millions, 1], cpus.all);
  const [, rate, lost] = /([\d.]+) M records\/s each, (\d+) lost/.exec(output);
  return { rates: [Number(rate)], exact: lost === '0' };
}
