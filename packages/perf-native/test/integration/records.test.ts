import { beforeEach, describe, expect, it } from 'vitest';
import {
  FaultType,
  RecordKind,
  faultAddress,
  faultInstruction,
  faultNetNs,
  faultType,
  migrateCpuFrom,
  migrateCpuTo,
  signalCode,
  signalNumber,
  signalSenderTid,
  syscallArgument,
  syscallNetNs,
  syscallNumber,
  syscallResult,
} from '@hftmon/core';
import {
  awaitAsleep,
  needs,
  readTaskStat,
  skipUnless,
  spawnFaults,
  spawnLongsyscall,
  spawnMigrator,
  spawnSignals,
  type Interval,
} from '@hftmon/testkit';
import { Monitor, type SeenRecord } from '../support/monitor.js';
import { runProgram } from '../support/program.js';

beforeEach((context) => skipUnless(context, needs.bpf));

/** si_code of tgkill(). */
const SI_TKILL = -6;

/** Does the record lie within, on the workload's clock? Its doubles are exact to the ns. */
function isWithin(monitor: Monitor, record: SeenRecord, { startNs, endNs }: Interval): boolean {
  const start = record.startNs + Number(monitor.source.epochMonotonicNs);
  return start >= startNs && start + record.durationNs <= endNs;
}

describe('page faults', () => {
  it('are all seen, each with its address and its time', async () => {
    await using target = await spawnFaults({ pages: 1009 });
    using monitor = Monitor.start([RecordKind.Fault], [target.pid]);
    const before = readTaskStat(target.pid);
    const report = await target.go();
    const after = readTaskStat(target.pid);
    const [totals] = monitor.source.totals(target.pid);
    monitor.read();
    const faults = monitor.of(RecordKind.Fault);

    expect(totals!.minorFaults).toBe(after.minorFaults - before.minorFaults);
    expect(totals!.majorFaults).toBe(after.majorFaults - before.majorFaults);
    expect(faults).toHaveLength(totals!.minorFaults! + totals!.majorFaults!);
    for (const { tid, durationNs, u32 } of faults) {
      expect(tid).toBe(target.pid);
      expect(faultNetNs(u32, 0)).toBeGreaterThan(0);
      expect(faultNetNs(u32, 0)).toBeLessThanOrEqual(durationNs);
      expect(faultInstruction(u32, 0)).toBeGreaterThan(0);
    }
    const net = faults.reduce((sum, { u32 }) => sum + faultNetNs(u32, 0), 0);
    expect(totals!.faultNs).toBe(net);

    // The pages of the workload: each once, while it was touched.
    const first = Number(report.address);
    const end = first + report.pages * report.pageBytes;
    const touched = faults.filter(({ u32 }) => {
      const address = faultAddress(u32, 0);
      return address >= first && address < end;
    });
    expect(report.usage.minorFaults).toBe(1009);
    expect(touched).toHaveLength(1009);
    touched.forEach((record, i) => {
      expect(faultType(record.u32, 0)).toBe(FaultType.Minor);
      expect(faultAddress(record.u32, 0)).toBe(first + i * report.pageBytes);
      expect(isWithin(monitor, record, report.touches[i]!)).toBe(true);
    });
  });
});

describe('system calls', () => {
  it('of some length are seen, shorter ones counted', async () => {
    await using target = await spawnLongsyscall({ count: 7, mib: 2 });
    const least = 500_000;
    using monitor = Monitor.start([RecordKind.Syscall], [target.pid], {
      minDurationNs: { [RecordKind.Syscall]: least },
    });
    const report = await target.go();
    const [totals] = monitor.source.totals(target.pid);
    monitor.read();
    const calls = monitor.of(RecordKind.Syscall);
    for (const { durationNs, tid, u32 } of calls) {
      expect(tid).toBe(target.pid);
      expect(syscallNetNs(u32, 0)).toBeGreaterThanOrEqual(least);
      expect(syscallNetNs(u32, 0)).toBeLessThanOrEqual(durationNs);
    }
    // A call whose return to its CPU was not traced is told when that is found out, which may be
    // after the next one: by their starts they are in the workload's order.
    const long = calls
      .filter(({ u32 }) => syscallNumber(u32, 0) === report.syscall)
      .sort((a, b) => a.startNs - b.startNs);
    expect(long).toHaveLength(7);
    long.forEach((record, i) => {
      expect(isWithin(monitor, record, report.calls[i]!)).toBe(true);
      expect(syscallResult(record.u32, 0)).toBe(report.bytes);
      expect(syscallArgument(record.u32, 0)).toBeGreaterThan(0);
    });
    const { seen, emitted, filtered } = monitor.counts(RecordKind.Syscall);
    expect(emitted).toBe(calls.length);
    expect(seen).toBe(emitted + filtered);
    expect(seen).toBe(totals!.syscallCount);
    expect(filtered).toBeGreaterThan(0);
  });
});

describe('signals', () => {
  it('are seen with their sender and the way they were sent', async () => {
    await using target = await spawnSignals({ count: 23 });
    using monitor = Monitor.start([RecordKind.Signal], [target.pid]);
    const report = await target.go();
    monitor.read();
    const signals = monitor
      .of(RecordKind.Signal, report.tid)
      .filter(({ u32 }) => signalNumber(u32, 0) === report.signal);
    expect(signals).toHaveLength(23);
    signals.forEach((record, i) => {
      expect(signalSenderTid(record.u32, 0)).toBe(report.senderTid);
      expect(signalCode(record.u32, 0)).toBe(SI_TKILL);
      const { sentNs, handledNs } = report.signals[i]!;
      expect(isWithin(monitor, record, { startNs: sentNs, endNs: handledNs })).toBe(true);
    });
  });
});

describe('migrations', () => {
  it('are all seen, from where to where', async (context) => {
    skipUnless(context, needs.cpus(2));
    await using target = await spawnMigrator({ count: 101 });
    using monitor = Monitor.start([RecordKind.Migrate], [target.pid]);
    const report = await target.go();
    const [totals] = monitor.source.totals(target.pid);
    monitor.read();
    const moves = monitor.of(RecordKind.Migrate, report.tid);
    expect(report.migrations).toBe(101);
    expect(moves).toHaveLength(101);
    expect(totals!.migrations).toBe(101);
    moves.forEach((record, i) => {
      const move = report.moves[i]!;
      expect(migrateCpuFrom(record.u32, 0)).toBe(move.from);
      expect(migrateCpuTo(record.u32, 0)).toBe(move.to);
      expect(isWithin(monitor, record, move)).toBe(true);
    });
  });
});

const RENAMES = `
#include <pthread.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>
static void *rename_myself(void *unused) {
  char line[32];
  int number = 0;
  printf("%d\\n", gettid());
  fflush(stdout);
  while (fgets(line, sizeof line, stdin)) {
    snprintf(line, sizeof line, "renamed-%d", number++);
    prctl(PR_SET_NAME, line);
    puts(line);
    fflush(stdout);
  }
  return unused;
}
int main(void) {
  pthread_t thread;
  pthread_create(&thread, 0, rename_myself, 0);
  pthread_join(thread, 0);
  return 0;
}
`;

describe('the name of a thread', () => {
  it('is the one that it has given itself', async () => {
    await using program = runProgram('renames', RENAMES);
    const tid = Number(await program.line());
    using monitor = Monitor.start([RecordKind.Switch], [program.pid]);
    for (let i = 0; i < 3; i++) {
      program.write('again\n');
      const name = await program.line();
      expect(name).toBe(`renamed-${i}`);
      monitor.read();
      expect(monitor.source.tasks.lookup(tid)).toMatchObject({ comm: name, pid: program.pid });
    }
    expect(monitor.source.totals(program.pid).find((each) => each.tid === tid)).toMatchObject({
      comm: 'renamed-2',
    });
  });
});

/** A thread ends; then processes get its tid, which clone3 allows to ask for. */
const TID_REUSE = `
#include <errno.h>
#include <linux/sched.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
static pid_t tid;
static long slept(void) {
  struct rusage usage;
  getrusage(RUSAGE_THREAD, &usage);
  return usage.ru_nvcsw;
}
/* By the kernel's count: one that is over before the thread has left its CPU was none. */
static void nap(int times) {
  struct timespec t = { 0, 1000000 };
  long until = slept() + times;
  while (slept() < until)
    nanosleep(&t, 0);
}
static void *live(void *unused) {
  tid = gettid();
  nap(3);
  return unused;
}
static pid_t fork_as(pid_t wanted) {
  struct clone_args args;
  pid_t child;
  memset(&args, 0, sizeof args);
  args.exit_signal = SIGCHLD;
  args.set_tid = (uintptr_t)&wanted;
  args.set_tid_size = 1;
  /* Until its last owner has left the CPU for good, it is not free. */
  while ((child = syscall(SYS_clone3, &args, sizeof args)) < 0 && errno == EEXIST)
    nap(1);
  return child;
}
int main(void) {
  pthread_t thread;
  char line[16];
  puts("ready");
  fflush(stdout);
  fgets(line, sizeof line, stdin);
  pthread_create(&thread, 0, live, 0);
  pthread_join(thread, 0);
  for (int i = 0; i < 5; i++) {
    pid_t child = fork_as(tid);
    if (child < 0) {
      perror("refused");
      puts("refused");
      fflush(stdout);
      break;
    }
    if (child == 0) {
      nap(7);
      _exit(0);
    }
    waitpid(child, 0, 0);
  }
  printf("%d\\n", tid);
  fflush(stdout);
  fgets(line, sizeof line, stdin);
  return 0;
}
`;

describe('a tid that is used again', () => {
  it.for([true, false])(
    'stands for each owner alone (children followed: %s)',
    async (children, context) => {
      await using program = runProgram('tid-reuse', TID_REUSE);
      expect(await program.line()).toBe('ready');
      await awaitAsleep(program.pid);
      using monitor = Monitor.start([RecordKind.Switch, RecordKind.ThreadExit], [program.pid], {
        followChildren: children,
      });
      program.write('go\n');
      const line = await program.line();
      if (line === 'refused')
        context.skip(`the kernel gives out no chosen tid: ${program.stderr()}`);
      const tid = Number(line);
      monitor.reap();
      monitor.read();
      const lives = children ? 1 + 5 : 1;
      expect(monitor.of(RecordKind.ThreadStart, tid)).toHaveLength(lives);
      expect(monitor.of(RecordKind.ThreadExit, tid)).toHaveLength(lives);
      const [exit] = monitor.of(RecordKind.ThreadExit, tid);
      const later = monitor
        .of(RecordKind.Switch, tid)
        .filter(({ startNs }) => startNs > exit!.startNs);
      // First run and seven naps, five times; nothing when they are no business of ours.
      if (children) expect(later.length).toBeGreaterThanOrEqual(5 * 8);
      else expect(later).toEqual([]);
      const own = monitor.source.totals(program.pid).filter((each) => each.tid === tid);
      expect(own).toHaveLength(1);
      expect(own[0]!.voluntarySwitches).toBeGreaterThanOrEqual(3 + 1);
      expect(own[0]!.voluntarySwitches).toBeLessThan(3 + 1 + 5);
      const asChild = monitor.source.totals(tid);
      expect(asChild).toHaveLength(children ? 5 : 0);
      for (const { voluntarySwitches } of asChild) expect(voluntarySwitches).toBe(7 + 1);
    },
  );
});
