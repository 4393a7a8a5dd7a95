import { isWorkingMemory } from '../placement/process-placement.js';
import type { Rule } from './process-evidence.js';

/** Pages in use from which no first-level data TLB of today holds them (at most 96 entries). */
const MANY_PAGES = 512;
const SMALL_PAGE = 65_536;

/** Use huge pages for mappings of which many small pages are in use. */
export const hugePages: Rule = ({ pid, comm, used, hugePages: facts }) => {
  if (used === undefined || facts === undefined || facts.anonymousHugeBytes > 0) return [];
  return used.mappings
    .filter(
      ({ mapping, sampledPages }) =>
        isWorkingMemory(mapping) &&
        mapping.hugetlb !== true &&
        mapping.pageBytes <= SMALL_PAGE &&
        sampledPages >= MANY_PAGES,
    )
    .map(({ mapping, sampledPages }) => ({
      rule: 'huge-pages',
      pid,
      summary: `${comm} uses at least ${sampledPages} pages of ${mapping.pageBytes / 1024} KiB of the mapping at ${mapping.address}: use huge pages`,
      when: 'in_code',
      evidence: [
        {
          what: 'different small pages that samples hit',
          value: sampledPages,
          unit: 'count',
          source: used.source,
        },
        {
          what: 'size of these pages',
          value: mapping.pageBytes,
          unit: 'bytes',
          source: '/proc/PID/numa_maps',
        },
        {
          what: 'memory of the process in transparent huge pages',
          value: facts.anonymousHugeBytes,
          unit: 'bytes',
          source: '/proc/PID/smaps_rollup',
        },
        {
          what: 'mode of transparent huge pages',
          value: facts.mode,
          source: '/sys/kernel/mm/transparent_hugepage/enabled',
        },
      ],
      expectedEffect:
        'one TLB entry covers 2 MiB instead of one small page, so fewer page walks; the time that walks take now was not measured',
      call:
        facts.mode === 'never'
          ? 'mmap with MAP_HUGETLB | MAP_POPULATE'
          : `madvise(${mapping.address}, …, MADV_HUGEPAGE) before the first write, or mmap with MAP_HUGETLB | MAP_POPULATE`,
      caution:
        facts.mode === 'never'
          ? 'pages for MAP_HUGETLB have to be set aside on the right node: nodeN/hugepages/hugepages-2048kB/nr_hugepages'
          : 'transparent huge pages may be split and compacted by the kernel while the program runs; MAP_HUGETLB pages are not',
    }));
};
