import { present, type Present } from '../support/absent.js';

/** Where sampled addresses come from. */
export type SampleSource = 'pmu_samples' | 'cpu_clock_samples';

/** What samples of a source are. */
export const SAMPLE_SOURCES: Readonly<Record<SampleSource, Present>> = {
  pmu_samples: present('hardware', 'PMU address samples: memory accesses that the hardware picked'),
  cpu_clock_samples: present(
    'kernel',
    'cpu-clock samples, address of the instruction before the sampled one',
    'an estimate weighted by stalls: where time went, not how often memory was accessed',
    'hftmon stat --sample-accesses (option sampleAccesses), on bare metal with PEBS, IBS or SPE',
  ),
};

/** Best first. */
export const SOURCE_ORDER: readonly SampleSource[] = ['pmu_samples', 'cpu_clock_samples'];
