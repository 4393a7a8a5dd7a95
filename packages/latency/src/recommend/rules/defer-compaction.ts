import type { Rule } from '../rule.js';
import { writeCommand } from '../shell.js';

/** Pages in a row of a huge page: 512 on x86-64, and on arm64 with 4 KiB pages. */
const HUGE_ORDER = 9;

/** Have memory for huge pages compacted in the background, and not by the thread that faults. */
export const deferCompaction: Rule = ({ facts }, host) => {
  const file = `${host.sysRoot}/kernel/mm/transparent_hugepage/defrag`;
  const mode = /\[(\S+)\]/.exec(host.read(file) ?? '')?.[1];
  const waits = mode === 'always' || mode === 'madvise' || mode === 'defer+madvise';
  if (!waits || facts.order === undefined || facts.order < HUGE_ORDER) return undefined;
  return {
    rule: 'defer-compaction',
    summary: 'threads compact memory themselves to get a huge page: leave that to kcompactd',
    when: 'now',
    evidence: [{ what: 'who waits for compaction', value: mode, source: file }],
    expectedEffect: 'a fault that finds no huge page takes small ones, and does not wait',
    command: writeCommand('defer', file),
    undo: writeCommand(mode, file),
    caution:
      'for the whole host, until the next boot: others get huge pages later; reserve them at boot (hugepages=) where they matter',
  };
};
