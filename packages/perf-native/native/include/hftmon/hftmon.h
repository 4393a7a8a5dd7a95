/* SPDX-License-Identifier: MIT */
/*
 * Interface of libhftmon. Every function that can fail returns 0 or a negative errno and leaves
 * a message for hftmon_last_error(). Nothing here prints. Functions of one session are called
 * from one thread; the session's own pump thread runs beside it.
 */
#ifndef HFTMON_H
#define HFTMON_H

#include <stddef.h>
#include <stdint.h>

#define HFTMON_ABI_VERSION 1

#define HFTMON_API __attribute__((visibility("default")))

typedef struct hftmon_session hftmon_session;

/* Probes are attached by group; what a group needs is in src/groups.c. */
enum hftmon_group {
	HFTMON_GROUP_SWITCH = 1 << 0,
	HFTMON_GROUP_MIGRATE = 1 << 1,
	HFTMON_GROUP_SIGNAL = 1 << 2,
	HFTMON_GROUP_IRQ = 1 << 3,
	HFTMON_GROUP_SOFTIRQ = 1 << 4,
	HFTMON_GROUP_VECTOR = 1 << 5,
	HFTMON_GROUP_IPI = 1 << 6,
	HFTMON_GROUP_NMI = 1 << 7,
	HFTMON_GROUP_FAULT = 1 << 8,
	HFTMON_GROUP_SYSCALL = 1 << 9,
	HFTMON_GROUP_PI = 1 << 10,
	HFTMON_GROUP_DEVICE = 1 << 11,
	HFTMON_GROUP_DEFERRED = 1 << 12,
	HFTMON_GROUP_TICK = 1 << 13,
	HFTMON_GROUP_TLB = 1 << 14,
	HFTMON_GROUP_LOCK = 1 << 15,
	HFTMON_GROUP_MEMORY = 1 << 16,
	HFTMON_GROUP_IDLE = 1 << 17,
	HFTMON_GROUP_SPAN = 1 << 20, /* attached by hftmon_span_probes__attach() */
	HFTMON_GROUP_PAUSE = 1 << 21, /* likewise */
};

enum hftmon_memory {
	HFTMON_MEMORY_HISTORY = 0, /* broadcast ring: header page and records */
	HFTMON_MEMORY_INPUT = 1,   /* spsc ring that the application writes and the pump reads */
	HFTMON_MEMORY_THREADS = 2, /* struct hftmon_thread[max_threads] */
	HFTMON_MEMORY_CPUS = 3,	   /* struct hftmon_cpu[cpus] */
	HFTMON_MEMORY_SOURCES = 4, /* struct hftmon_sources[cpus] */
	HFTMON_MEMORY_CONFIG = 5,  /* struct hftmon_config */
	HFTMON_MEMORY_PUMP = 6,	   /* struct hftmon_pump_stats */
	HFTMON_MEMORY_MARKERS = 7, /* struct hftmon_marker_stats[HFTMON_MARKER_AREAS] */
	HFTMON_MEMORY_OPEN_SPANS = 8,	/* struct hftmon_open_spans[max_threads] */
	HFTMON_MEMORY_PROBE_COUNTS = 9, /* struct hftmon_probe_counts[HFTMON_SPAN_PROBES] */
};

struct hftmon_options {
	size_t sz;		   /* sizeof(struct hftmon_options), for later additions */
	uint32_t history_records;  /* power of two */
	uint32_t input_records;	   /* power of two */
	uint32_t kernel_records;   /* per CPU, power of two */
	uint32_t max_threads;	   /* slots of the thread table, the first one unused */
	uint32_t tid_limit;	   /* kernel.pid_max */
	uint32_t cpus;		   /* highest possible CPU plus one */
	uint32_t groups;	   /* enum hftmon_group: what will be attached; 0: no BPF at all */
	uint32_t busy;		   /* the pump never sleeps */
	uint32_t realtime_priority; /* SCHED_FIFO priority of the pump, 0 none */
	uint64_t poll_ns;	   /* longest sleep of the pump; four times that while it is pulled */
	uint64_t epoch_ns;	   /* CLOCK_MONOTONIC of time 0 */
	const uint32_t *affinity;  /* CPUs of the pump thread */
	uint32_t affinity_count;   /* 0: as inherited */
};

struct hftmon_pump_stats {
	uint64_t records; /* moved into the history ring */
	uint64_t wakes;	  /* times that the pump looked */
	uint64_t busy_ns; /* its time on a CPU */
	uint64_t tid;
	uint64_t unordered; /* records that ended before one that was moved earlier */
};

HFTMON_API uint32_t hftmon_abi_version(void);
/* Message of the last failure on this thread, empty if there was none. */
HFTMON_API const char *hftmon_last_error(void);
HFTMON_API uint64_t hftmon_clock__monotonic_ns(void);

/* Loads the programs, maps memory. Nothing is attached yet. */
HFTMON_API int hftmon_session__open(const struct hftmon_options *options, hftmon_session **out);
/* Attaches the groups, opens the gate, starts the pump. */
HFTMON_API int hftmon_session__start(hftmon_session *s);
/* Shuts the gate, detaches, joins the pump, moves what is left. Idempotent. */
HFTMON_API int hftmon_session__stop(hftmon_session *s);
/* Stops if need be and frees everything. The memories are unmapped. */
HFTMON_API void hftmon_session__close(hftmon_session *s);

/* Moves everything emitted so far into the history ring. */
HFTMON_API int hftmon_session__flush(hftmon_session *s);
/* The same for who polls: never waits, and leaves it to the pump if that is at it already. */
HFTMON_API int hftmon_session__pull(hftmon_session *s);
/* Address and bytes of a memory; both are written, as 0 for what a session without BPF lacks. */
HFTMON_API int hftmon_session__memory(hftmon_session *s, uint32_t which, uint64_t *address,
				      uint64_t *bytes);

/* Follows a thread. 1: it is followed already. -ENOSPC: no slot is free. */
HFTMON_API int hftmon_session__follow(hftmon_session *s, uint32_t tid, uint32_t tgid);
/*
 * Stops following the thread in a slot, which is then in the state EXITED without a process.
 * Release it some time later: programs that saw the thread may be writing still.
 */
HFTMON_API int hftmon_session__unfollow(hftmon_session *s, uint32_t slot);
/* Clears a slot whose thread is no longer followed and hands it to the next new thread. */
HFTMON_API int hftmon_session__release(hftmon_session *s, uint32_t slot);

/* Addresses of a stack, innermost first. Returns their number or -ENOENT. */
HFTMON_API int hftmon_session__stack(hftmon_session *s, uint32_t id, uint64_t *out, uint32_t most);

#endif
