/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * One record: 64 bytes, one cache line. The same bytes are described for JavaScript in
 * packages/core/src/record/record-descriptor.ts; a test compares the two.
 *
 *   0                   8                   16        20    22    24
 *  +-------------------+-------------------+---------+-----+-----+
 *  | timestampNs  f64  | durationNs   f64  | tid u32 | cpu | kind|
 *  +---------+---------+---------+---------+---------+-----+-----+
 *  | w0  u32 | w1      | w2      | w3      | w4      | w5  ...   |
 *  +---------+---------+---------+---------+---------+-----+-----+
 *  24        28        32        36        40        44       60
 *                                            ... w8  | commit u32 |
 *                                                    60          64
 *
 * In the kernel's per-CPU rings both times are u64 CLOCK_MONOTONIC ns, because BPF has no
 * floating point; the pump turns them into doubles relative to the session epoch.
 * No includes: BPF programs bring their types from bpf/kernel.h, user space from stdint.h.
 */
#ifndef HFTMON_RECORD_H
#define HFTMON_RECORD_H

#define HFTMON_RECORD_BYTES 64
#define HFTMON_PAYLOAD_WORDS 9

enum hftmon_kind {
	HFTMON_SWITCH = 1,
	HFTMON_RAN = 2,
	HFTMON_MIGRATE = 3,
	HFTMON_THREAD_START = 4,
	HFTMON_THREAD_EXIT = 5,
	HFTMON_TASK = 6,
	HFTMON_HARD_IRQ = 7,
	HFTMON_SOFTIRQ = 8,
	HFTMON_VECTOR = 9,
	HFTMON_NMI = 10,
	HFTMON_FAULT = 11,
	HFTMON_SYSCALL = 12,
	HFTMON_SIGNAL = 13,
	HFTMON_MARK = 14,
	HFTMON_PI_BOOST = 15,
	HFTMON_WORK = 16,
	HFTMON_TLB_SEND = 17,	 /* no records, totals alone */
	HFTMON_TICK_STOP = 18,	 /* likewise */
	HFTMON_DEVICE_WORK = 19, /* likewise */
	HFTMON_ADDRESS_SAMPLE = 20, /* written by a collector */
	HFTMON_THROTTLE = 21,
	HFTMON_MEMORY_WORK = 22,
	HFTMON_LOCK = 23,
	HFTMON_STEAL = 24,
	HFTMON_SPAN = 25,	    /* made by the pump, of the marks of applications */
	HFTMON_GAP = 26,	    /* written by the noise probe */
	HFTMON_PAUSE = 27,
	HFTMON_IDLE = 28,
	HFTMON_LATE_TIMER = 29,
	HFTMON_KERNEL_KINDS = 32, /* loss counters are kept for this many kinds */
};

struct hftmon_record {
	union {
		double timestamp; /* history ring: ns since the session epoch */
		unsigned long long start_ns; /* kernel ring: CLOCK_MONOTONIC */
	};
	union {
		double duration;
		unsigned long long duration_ns;
	};
	unsigned int tid;
	unsigned short cpu;
	unsigned short kind;
	unsigned int w[HFTMON_PAYLOAD_WORDS];
	unsigned int commit; /* sequence number + 1, written last */
};

_Static_assert(sizeof(struct hftmon_record) == HFTMON_RECORD_BYTES, "a record is one cache line");

#endif
