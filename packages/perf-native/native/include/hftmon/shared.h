/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * Memory shared by the BPF programs (writers), the C library and JavaScript (readers, through
 * mmapped BPF arrays). packages/perf-native/src/layout.ts mirrors the offsets; a test compares.
 * Fixed-width types, no pointers, explicit padding. No includes, see record.h.
 */
#ifndef HFTMON_SHARED_H
#define HFTMON_SHARED_H

#include "record.h"

typedef unsigned char hft_u8;
typedef unsigned short hft_u16;
typedef unsigned int hft_u32;
typedef unsigned long long hft_u64;

#define HFTMON_SOFTIRQS 10
#define HFTMON_VECTORS 10      /* types of enum hftmon_vector, 0 unused */
#define HFTMON_IRQS 1024       /* interrupt numbers with totals of their own */
#define HFTMON_SEVERAL_IRQS 0xffffffff
#define HFTMON_TICK_DEPENDENCIES 6 /* TICK_DEP_BIT_* of the kernel */
#define HFTMON_TLB_PAGES_BITS 20   /* of pages beside a system call's number in one word */
#define HFTMON_TLB_ALL_PAGES ((1u << HFTMON_TLB_PAGES_BITS) - 1)
#define HFTMON_HIST_BUCKETS 40 /* log2 of ns: the last one begins at 2^39 ns, 9 minutes */
#define HFTMON_DEPTH_UNKNOWN 0xffffffff /* of a thread's queue_depth */
#define HFTMON_TID_PAGE 1024   /* tids per entry of the tid tables, 4 KiB */

/*
 * Programs nest on a CPU (task, softirq, hard interrupt, NMI), so that many records at most can
 * be claimed between a check for room and the claim that follows it.
 */
#define HFTMON_RING_MARGIN 8

enum hftmon_vector {
	HFTMON_VECTOR_TIMER = 1,
	HFTMON_VECTOR_RESCHEDULE,
	HFTMON_VECTOR_CALL,
	HFTMON_VECTOR_CALL_SINGLE,
	HFTMON_VECTOR_IRQ_WORK,
	HFTMON_VECTOR_THERMAL,
	HFTMON_VECTOR_PLATFORM,
	HFTMON_VECTOR_ERROR,
	HFTMON_VECTOR_SPURIOUS,
};

enum hftmon_thread_state {
	HFTMON_THREAD_UNKNOWN = 0, /* no event since attach: as it was then */
	HFTMON_THREAD_RUNNING = 1,
	HFTMON_THREAD_WAITING = 2, /* runnable, in a run queue */
	HFTMON_THREAD_BLOCKED = 3,
	HFTMON_THREAD_EXITED = 4,
};

/* Bits of a SWITCH record. */
enum hftmon_switch_flag {
	HFTMON_SWITCH_VOLUNTARY = 1 << 0,
	HFTMON_SWITCH_WAKE_SEEN = 1 << 1,
	HFTMON_SWITCH_MIGRATED = 1 << 2,
	HFTMON_SWITCH_IOWAIT = 1 << 3,
	HFTMON_SWITCH_STOPPED = 1 << 4,
	HFTMON_SWITCH_TRACED = 1 << 5,
	HFTMON_SWITCH_UNINTERRUPTIBLE = 1 << 6,
	HFTMON_SWITCH_FIRST = 1 << 7,
	HFTMON_SWITCH_WOKEN_BY_INTERRUPT = 1 << 8,
	HFTMON_SWITCH_PREEMPTED_IN_KERNEL = 1 << 9,
	HFTMON_SWITCH_YIELDED = 1 << 10,
	HFTMON_SWITCH_NEW = 1 << 11,
	HFTMON_SWITCH_RETURN_UNSEEN = 1 << 12,
	HFTMON_SWITCH_DEPTH_SEEN = 1 << 13,
	HFTMON_SWITCH_THROTTLED = 1 << 14,
};

/* The limit that a THROTTLE record is about. */
enum hftmon_throttle {
	HFTMON_THROTTLE_QUOTA = 1, /* of a control group */
	HFTMON_THROTTLE_REALTIME,  /* of a group's, or the host's, real-time threads */
	HFTMON_THROTTLE_DEADLINE,  /* the thread's own */
};

/* Bits of the flags word of HARD_IRQ, SOFTIRQ, VECTOR and NMI records. */
enum hftmon_interrupt_flag {
	HFTMON_INTERRUPTED_TARGET = 1 << 0,
	HFTMON_TARGET_WAITING = 1 << 1,
	HFTMON_SOFTIRQ_IN_KSOFTIRQD = 1 << 2,
	HFTMON_SOFTIRQ_RAISE_SEEN = 1 << 3,
	HFTMON_VECTOR_TLB_FLUSH = 1 << 2,
	HFTMON_VECTOR_SENDER_SEEN = 1 << 3,
	HFTMON_WORK_QUEUE_SEEN = 1 << 2,
};

/* Who says that the span of a SPAN record began and ended. */
enum hftmon_span_source {
	HFTMON_SPAN_MARKER = 1, /* the application */
	HFTMON_SPAN_UPROBE = 2, /* entry and return of a function */
	HFTMON_SPAN_USDT = 3,	/* two static probes */
	HFTMON_SPAN_LOOP = 4,	/* turns of an event loop, by its waits for events */
};

/* Name of the spans of event loops. */
enum hftmon_loop {
	HFTMON_LOOP_MAIN = 0,
	HFTMON_LOOP_OTHER = 1, /* of another thread than the first one */
};

enum hftmon_span_flag {
	HFTMON_SPAN_INSTANT = 1 << 0,
	HFTMON_SPAN_OVERLAPPING = 1 << 1, /* a span that began within it is still open */
	HFTMON_SPAN_BEGAN_BEFORE = 1 << 2, /* before its marks were to be told */
};

/* What a runtime does in the time of a PAUSE record, instead of running the thread's code. */
enum hftmon_pause {
	HFTMON_PAUSE_UNKNOWN = 0,
	HFTMON_PAUSE_SCAVENGE = 1, /* this and the next two in the order of V8's GarbageCollector */
	HFTMON_PAUSE_MARK_COMPACT = 2,
	HFTMON_PAUSE_MINOR_MARK_SWEEP = 3,
	HFTMON_PAUSE_MARKING_STEP = 4,
};

/* What a MEMORY_WORK record is about. */
enum hftmon_memory_type {
	HFTMON_MEMORY_RECLAIM = 1,
	HFTMON_MEMORY_COMPACTION,
	HFTMON_MEMORY_MIGRATION, /* the subtype is the kernel's enum migrate_reason */
	HFTMON_MEMORY_TYPES = HFTMON_MEMORY_MIGRATION,
};

enum hftmon_reclaim {
	HFTMON_RECLAIM_DIRECT = 1, /* the host is short of memory */
	HFTMON_RECLAIM_CGROUP,	   /* a control group has reached its limit */
	HFTMON_RECLAIM_NODE,	   /* a NUMA node is short of memory, others are not */
};

/* Bits of a LOCK record: those that the kernel has for it, LCB_F_*, and our own. */
enum hftmon_lock_flag {
	HFTMON_LOCK_KERNEL_FLAGS = (1 << 6) - 1,
	HFTMON_LOCK_MMAP = 1 << 8, /* that of the process's own address space */
};

/* Fate of events: seen = emitted + filtered + dropped. */
struct hftmon_counts {
	hft_u64 seen;
	hft_u64 emitted;
	hft_u64 filtered;
	hft_u64 dropped;
};

/* Start of a run of interrupt code, and how much inner interrupts had taken by then. */
struct hftmon_frame {
	hft_u64 start_ns;
	hft_u64 stolen_ns;
	hft_u64 steal; /* what the hypervisor had taken by then */
};

/* Who sent the IPI that this CPU has not handled yet. */
struct hftmon_sender {
	hft_u64 call_site;
	hft_u32 tid;
	hft_u16 cpu;
	hft_u16 sends;
};

struct hftmon_softirq_raise {
	hft_u64 ns; /* 0: not raised, or already run */
	hft_u32 tid;
	hft_u32 pad;
};

/* One per possible CPU. The first blocks stand on cache-line pairs of their own. */
struct hftmon_cpu {
	hft_u64 head; /* records claimed in this CPU's ring; written by its programs */
	hft_u8 pad0[120];
	hft_u64 tail; /* records consumed; written by the pump */
	hft_u8 pad1[120];
	hft_u32 pending; /* target threads that wait in this CPU's run queue; any CPU adds */
	hft_u32 pad2;
	hft_u64 ran_since_ns; /* since when the current task runs beside waiting targets */
	hft_u8 pad3[112];
	hft_u64 stolen_ns; /* time taken by interrupt code so far, each ns once */
	hft_u32 depth;	   /* how many kinds of interrupt code are on this CPU now */
	hft_u32 tlb_flush; /* the function call being served flushes the TLB */
	hft_u64 preempt_count_address; /* of this CPU, in the kernel; 0 not found yet */
	hft_u64 run_queue;	       /* likewise */
	struct hftmon_frame irq;
	struct hftmon_frame softirq;
	struct hftmon_frame vector;
	struct hftmon_sender reschedule;
	struct hftmon_sender call;
	struct hftmon_softirq_raise raise[HFTMON_SOFTIRQS];
	hft_u32 irq_number;	 /* of the hard interrupt that runs or ran last */
	hft_u32 net_irq;	 /* whose handler asked for NET_RX, 0 none, or HFTMON_SEVERAL_IRQS */
	hft_u32 block_irq;	 /* the same for BLOCK */
	hft_u32 block_served;	 /* block_irq of the run that is on */
	hft_u32 sending_pages;	 /* of the TLB shootdown that this CPU sent last */
	hft_u32 sending_syscall; /* that it was in, number + 1, 0 none */
	hft_u32 flush_pages;	 /* the same of the sender of the call that this CPU has to serve */
	hft_u32 flush_syscall;
	hft_u64 steal_seen;    /* by the hypervisor, up to the last look */
	hft_u64 steal_seen_ns; /* when that was; 0 not yet */
	hft_u64 idle_since_ns; /* it is in an idle state; 0: it is not */
	hft_u64 idle_left_ns;  /* first sign of its end, an interrupt; after it, when it was over; 0 none */
	hft_u64 idle_kicked_ns; /* another CPU wants it to leave that state; written by that one */
	hft_u32 idle_state;	/* number of the state, as in cpuidle/stateN */
	hft_u32 pad5;
	hft_u64 idle_steal; /* what the hypervisor had taken when the CPU went idle */
	hft_u8 pad4[128 - 32 - 72 - 32 + 128 - 32 - 32 - 16 - 40];
	struct hftmon_counts counts[HFTMON_KERNEL_KINDS];
};

_Static_assert(sizeof(struct hftmon_cpu) % 128 == 0, "CPUs share no pair of cache lines");

/* Totals of one interrupt source on one CPU. */
struct hftmon_source {
	hft_u64 count;
	hft_u64 ns;	/* net */
	hft_u64 max_ns; /* gross */
	hft_u64 target_count; /* those that interrupted a target thread */
	hft_u64 target_ns;
};

/* Time from when something was asked for to its begin. */
struct hftmon_delay {
	hft_u64 count; /* those that were seen being asked for */
	hft_u64 ns;
	hft_u64 max_ns;
};

/* The part of a softirq's runs that was left to ksoftirqd. */
struct hftmon_ksoftirqd {
	hft_u64 count;
	hft_u64 ns; /* net */
};

/* What the interrupts of one number brought on one CPU; number 0 stands for none. */
struct hftmon_device_work {
	hft_u64 polls;
	hft_u64 packets;
	hft_u64 requests;
};

struct hftmon_tick {
	hft_u64 stopped;
	hft_u64 kept[HFTMON_TICK_DEPENDENCIES]; /* times that the tick had to stay on, by reason */
};

/* TLB shootdowns that a CPU sent. */
struct hftmon_tlb_sends {
	hft_u64 count;
	hft_u64 all;   /* those of the whole address space */
	hft_u64 pages; /* of the others */
};

/* Interrupt totals of one CPU. */
struct hftmon_sources {
	struct hftmon_source softirq[HFTMON_SOFTIRQS];
	struct hftmon_source vector[HFTMON_VECTORS];
	struct hftmon_source tlb_flush;
	struct hftmon_source nmi;
	struct hftmon_source irq[HFTMON_IRQS];
	struct hftmon_ksoftirqd ksoftirqd[HFTMON_SOFTIRQS];
	struct hftmon_delay softirq_delay[HFTMON_SOFTIRQS];
	struct hftmon_source work;
	struct hftmon_delay work_delay;
	struct hftmon_tick tick;
	struct hftmon_tlb_sends tlb_sends;
	struct hftmon_device_work device[HFTMON_IRQS];
};

/* Memory work that a thread is in. */
struct hftmon_memory_work {
	hft_u64 start_ns; /* 0: in none */
	hft_u64 stolen_ns;
	hft_u64 pages;
	hft_u32 subtype;
	int order;
};

/*
 * One monitored thread. Written by the programs that run for this thread only, which the
 * scheduler serialises; the wake_* fields by its wakers.
 */
struct hftmon_thread {
	hft_u32 tid;
	hft_u32 tgid;
	hft_u32 state; /* enum hftmon_thread_state */
	hft_u32 cpu;   /* where it runs or ran last */
	hft_u64 since_ns; /* since when it is in this state; 0 only in free slots */
	hft_u64 came_ns;  /* begin of its last run on a CPU that has ended */
	hft_u64 wake_ns;  /* last wake-up */
	hft_u32 waker_tid;
	hft_u32 wake_flags;
	hft_u32 pending_cpu; /* CPU whose `pending` counts this thread, plus one */
	hft_u32 born;	     /* followed from its first instruction on */

	/* The kernel's own switch counters, copied at each switch; totals are relative to base. */
	hft_u64 voluntary;
	hft_u64 involuntary;
	hft_u64 voluntary_base;
	hft_u64 involuntary_base;
	hft_u64 on_cpu_ns;
	hft_u64 off_cpu_ns;
	hft_u64 wait_ns;
	hft_u64 switches; /* counted by us, switch-outs; equals voluntary + involuntary */

	/* Remembered at switch-out for the record written at switch-in. */
	hft_u32 out_next_tid;
	hft_u32 out_flags;
	hft_u32 out_stacks;
	hft_u32 slot; /* its own number */
	hft_u64 task; /* address of the kernel's task, 0 not known yet: tids change by exec */

	hft_u64 stolen_ns; /* interrupt time and time off the CPU so far, each ns once */
	hft_u64 irq_ns;
	hft_u64 irq_count;
	hft_u64 softirq_ns;
	hft_u64 softirq_count;
	hft_u64 vector_ns;
	hft_u64 vector_count;
	hft_u64 nmi_ns;

	hft_u64 fault_start_ns; /* 0: not in a fault */
	hft_u64 fault_stolen_ns;
	hft_u64 fault_address;
	hft_u64 fault_ip;
	hft_u64 fault_error;
	hft_u64 fault_ns; /* net */
	hft_u64 minor_faults;
	hft_u64 major_faults;

	hft_u64 syscall_start_ns; /* 0: not in a syscall */
	hft_u64 syscall_stolen_ns;
	hft_u64 syscall_argument;
	hft_u64 syscall_number;
	hft_u64 syscall_ns; /* net, on the CPU */
	hft_u64 syscall_count;
	hft_u64 migrations;
	hft_u64 ended_ns;
	hft_u64 attached_ns;

	hft_u32 off_cpu_hist[HFTMON_HIST_BUCKETS];
	hft_u32 wait_hist[HFTMON_HIST_BUCKETS];
	hft_u64 out_exec_ns; /* sum_exec_runtime at the last switch-out */
	hft_u64 tlb_sends;   /* shootdowns that it sent */
	hft_u32 queue_depth; /* others that were runnable there when it began to wait */

	/* The limit that made it leave its CPU at the last switch-out. */
	hft_u32 throttle; /* enum hftmon_throttle; 0 none */
	hft_u64 throttle_queue; /* address of the fair queue that keeps the account, 0 none */
	hft_u64 throttle_since; /* by the clock of the run queue */
	hft_u64 throttle_sum;	/* of the queue, before that */
	hft_u64 throttle_cgroup;
	hft_u64 throttle_quota_ns;
	hft_u64 throttle_period_ns;

	/* The lock of the kernel that it waits for. */
	hft_u64 lock;
	hft_u64 lock_start_ns; /* 0: for none */
	hft_u64 lock_stolen_ns;
	hft_u32 lock_flags;
	hft_u32 lock_owner_tid; /* 0 not known */

	hft_u32 fault_huge;	 /* huge pages that the fault has brought so far */
	hft_u32 fault_huge_base; /* the CPU's count when the thread came there */
	struct hftmon_memory_work memory_work[HFTMON_MEMORY_TYPES];

	hft_u64 pause_start_ns; /* 0: its runtime collects no garbage */
	hft_u64 marking_start_ns;
	hft_u32 pause_collector; /* V8's GarbageCollector */
	hft_u32 pause_reason;	 /* V8's GarbageCollectionReason */

	hft_u64 turn_start_ns; /* of its event loop; 0: it waits, or has none */
	hft_u64 loop_fd;       /* that the loop waits on */

	/* By the hypervisor, since the last switch-out, as far as the thread was looked at. */
	hft_u64 out_steal_ns;
	/* The system call in which it left its CPU, over by now, while its return was not traced. */
	hft_u64 left_start_ns; /* 0: none */
	hft_u64 left_end_ns;
	hft_u64 left_stolen_ns; /* in it, without the time off the CPU */
	hft_u64 left_number;
	hft_u64 left_argument;
	hft_u64 left_result;
	hft_u32 out_clocks; /* how often clocks had been set at the last switch-out, plus one; 0 not known */
	hft_u8 pad1[52];
};

_Static_assert(sizeof(struct hftmon_thread) % 64 == 0, "threads share no cache line");

#define HFTMON_LOOP_PROCESSES 16 /* whose event loops a session watches at the same time */
/* Origin of the turns of the event loops of process 0. */
#define HFTMON_FIRST_LOOP_ORIGIN 0x60000000
#define HFTMON_SPAN_PROBES 256 /* that a session can attach */
#define HFTMON_OPEN_CALLS 32   /* of probed functions, in one thread; a power of two */
#define HFTMON_OPEN_PAIRS 16   /* of static probes, likewise */
/* Origin of the spans of probe 0; those of areas of marks are below. */
#define HFTMON_FIRST_PROBE_ORIGIN 0x40000000

struct hftmon_open_call {
	hft_u64 start_ns;
	hft_u64 sp; /* stack pointer at the entry */
	hft_u32 probe;
	hft_u32 pad;
};

struct hftmon_open_pair {
	hft_u64 start_ns;
	hft_u32 probe; /* plus one; 0: none */
	hft_u32 pad;
};

/* Spans of one thread that have begun, but not ended. Written by programs that run for it. */
struct hftmon_open_spans {
	hft_u64 attached_ns; /* of the thread that they are of */
	hft_u32 calls;	     /* open ones, the outermost first */
	hft_u32 pairs;	     /* the place after the one that began last, in a ring */
	struct hftmon_open_call call[HFTMON_OPEN_CALLS];
	struct hftmon_open_pair pair[HFTMON_OPEN_PAIRS];
};

/* Accounts of one span probe in one process. */
struct hftmon_probe_counts {
	hft_u64 begun;
	hft_u64 ended;
	hft_u64 too_deep; /* began, or made way for another, with as many open as there is room for */
	hft_u64 unmatched_ends;
};

/* Set by the library before the gate opens; read by every program. */
struct hftmon_config {
	hft_u32 enabled;
	hft_u32 follow_children;
	hft_u32 stacks;
	hft_u32 task_generation; /* changing it makes every task be described again */
	hft_u64 stacks_from_ns;
	hft_u64 syscall_from_ns; /* shortest absence whose system call is recorded */
	hft_u64 tlb_flush_function; /* kernel address of flush_tlb_func, 0 unknown */
	hft_u64 preempt_count_distance; /* bytes from a CPU's rq to its preempt count, 0 unknown */
	hft_u64 untracked_threads;  /* threads that began when no slot was free */
	hft_u64 stack_failures;	    /* stacks not taken: table full or bucket taken by another */
	hft_u64 min_duration_ns[HFTMON_KERNEL_KINDS];
	hft_u64 vm_events_distance;  /* bytes from a CPU's rq to its counts of /proc/vmstat, 0 unknown */
	hft_u64 steal_time_distance; /* likewise to what the hypervisor has taken from it */
	hft_u32 loop_tgids[HFTMON_LOOP_PROCESSES]; /* whose threads may have event loops; 0 free */
	hft_u64 timers_distance; /* bytes from a CPU's rq to its timers; 0 unknown, or nobody asks */
};

#endif
