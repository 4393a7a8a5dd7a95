import { it } from 'vitest';
import { RecordKind } from '@hftmon/core';
import { execSync } from 'node:child_process';
import { spawnChurn, spawnPingpong } from '@hftmon/testkit';
import { Monitor } from '../support/monitor.js';
it('x', async () => {
  for (let r = 0; r < 6; r++) {
  await using churn = await spawnChurn({ threads: 4, generations: 8, switches: 1009 });
  using m = new Monitor([churn.pid], RecordKind.Switch, { kernelRecordsPerCpu: 1 << 18, historyRecords: 1 << 21 });
  const t0 = Number(m.source.epochMonotonicNs);
  const rep = await churn.go();
  m.session.flush();
  const list = m.collector.snapshot();
  const progs = execSync('/usr/sbin/bpftool prog show | grep -c hftmon_switch || true').toString().trim();
  for (const t of m.collector.totals()) { const d = m.delivered.get(t.tid) ?? 0; const s = t.voluntarySwitches + t.involuntarySwitches; if (d !== s) {
    const own = list.filter(x => x.tid === t.tid);
    const life = rep.lives.find(l => l.tid === t.tid)!;
    let gap = 0, at = 0;
    for (let i = 1; i < own.length; i++) { const g = own[i]!.timestampNs - own[i-1]!.timestampNs - own[i-1]!.durationUs * 1e3; if (g > gap) { gap = g; at = i; } }
    console.log(r, t.tid, 'records', d, 'books', s, 'first', own[0]!.newThread, 'firstAt', own[0]!.timestampNs + t0 - life.startNs, 'lastEnd', life.endNs - t0 - own.at(-1)!.timestampNs- own.at(-1)!.durationUs*1e3, 'gap', gap, 'at', at, 'gapTime', own[at]!.timestampNs, 'state', JSON.stringify(own[0]), life.generation);
  } }
  console.log(r, progs, m.session.lostRecords, m.fate(RecordKind.Switch), m.fate(RecordKind.ThreadStart));
  }
});
