/* SPDX-License-Identifier: MIT */
/*
 * Samples of threads of other processes: where they were, at what address, from where the data
 * came. Each followed thread has a perf ring; one native thread empties the rings into slots that
 * JavaScript reads in place. Functions are called from the thread that opened the sampler, which
 * is closed when that thread ends at the latest.
 *
 * Memory of the slots: a header page, then `slots` slots. Mirrored in src/sampling/layout.ts.
 *
 *  0      slots u32 | slot bytes u32
 *  128    head  u32  slots written, free-running    (writer's block)
 *  256    tail  u32  slots read, free-running       (reader's block)
 *  512    struct hftmon_sample_stats                (writer's block)
 *  4096   slot[0] ...
 */
#ifndef HFTMON_SAMPLES_H
#define HFTMON_SAMPLES_H

#include <stddef.h>
#include <stdint.h>

#include "hftmon/hftmon.h"

#define HFTMON_SAMPLES_HEADER_BYTES 4096
#define HFTMON_SAMPLES_SLOTS_OFFSET 0
#define HFTMON_SAMPLES_SLOT_BYTES_OFFSET 4
#define HFTMON_SAMPLES_HEAD_OFFSET 128
#define HFTMON_SAMPLES_TAIL_OFFSET 256
#define HFTMON_SAMPLES_STATS_OFFSET 512

/* Numbers of enum perf_event_x86_regs or perf_event_arm_regs, the program counter included. */
#if defined(__aarch64__)
#define HFTMON_SAMPLE_REGISTERS 33
#else
#define HFTMON_SAMPLE_REGISTERS 24
#endif

#define HFTMON_SAMPLES_MOST_EVENTS 4

/* AUX area of one SPE event of one thread (two pages, where those are larger), and of all. */
#define HFTMON_SAMPLES_AUX_BYTES (64u << 10)
#define HFTMON_SAMPLES_MOST_AUX_BYTES (64u << 20)

enum hftmon_sample_flag {
	HFTMON_SAMPLE_EXACT_IP = 1 << 0,   /* the hardware says so (PERF_RECORD_MISC_EXACT_IP) */
	HFTMON_SAMPLE_HAS_DATA = 1 << 1,   /* address, data_source and weight are from hardware */
	HFTMON_SAMPLE_HAS_REGISTERS = 1 << 2,
	HFTMON_SAMPLE_REGISTERS_32 = 1 << 3, /* of a 32-bit task */
};

struct hftmon_sample {
	_Alignas(64) double time; /* ns since the epoch */
	uint32_t tid;
	uint32_t pid;
	uint32_t cpu;
	uint32_t flags; /* enum hftmon_sample_flag */
	uint64_t ip;
	uint64_t address;
	uint64_t data_source; /* union perf_mem_data_src */
	uint32_t weight;      /* latency in cycles where the hardware gives it */
	uint32_t event;	      /* index in the events of the options */
	uint64_t reserved;
	uint64_t registers[HFTMON_SAMPLE_REGISTERS]; /* by their perf number; others are 0 */
};

struct hftmon_sample_stats {
	uint64_t samples;   /* put into slots */
	uint64_t lost;	    /* the kernel had no room in a ring */
	uint64_t overruns;  /* there was no free slot */
	uint64_t kernel;    /* taken in the kernel and left out, with user_only */
	uint64_t throttles; /* times that the kernel stopped an event until the next tick */
	uint64_t unknown;   /* records that were not understood, and left out */
	uint64_t ended;	    /* threads that ended while followed */
	uint64_t wakes;	    /* times that the native thread looked */
	uint64_t busy_ns;   /* its time on a CPU */
	uint64_t tid;
	uint64_t threads;   /* followed now */
	uint64_t truncations;	/* times that a buffer of SPE was full; samples were lost then */
	uint64_t collisions;	/* parts of SPE's buffers of which the CPU left samples out */
	uint64_t skipped_bytes; /* of SPE's buffers that make no whole record */
};

/* One event of every followed thread. */
struct hftmon_sample_event {
	uint32_t type;	 /* perf_event_attr.type */
	uint32_t flags;	 /* enum hftmon_sample_event_flag */
	uint64_t config;
	uint64_t config1;
	uint64_t config2;
	uint64_t period; /* ns for a clock, else events */
	uint64_t leader; /* config of the event that must lead the group, if it NEEDS_LEADER */
	uint32_t precise_ip;
	uint32_t reserved;
};

enum hftmon_sample_event_flag {
	HFTMON_EVENT_EXCLUDE_KERNEL = 1 << 0, /* by the kernel or hardware */
	HFTMON_EVENT_USER_ONLY = 1 << 1,      /* samples of the kernel are left out here */
	HFTMON_EVENT_REGISTERS = 1 << 2,      /* the user's registers */
	HFTMON_EVENT_DATA = 1 << 3,	      /* address, data source, weight */
	HFTMON_EVENT_NEEDS_LEADER = 1 << 4,
	HFTMON_EVENT_SPE = 1 << 5, /* records come in an AUX area: Arm's SPE */
	HFTMON_EVENT_NEOVERSE_SOURCES = 1 << 6, /* their data sources are those of Neoverse */
};

struct hftmon_samples_options {
	size_t sz;	     /* sizeof(struct hftmon_samples_options) */
	uint32_t slots;	     /* power of two */
	uint32_t ring_pages; /* per thread, power of two */
	uint64_t poll_ns;    /* pause of the native thread between two looks */
	uint64_t epoch_ns;   /* CLOCK_MONOTONIC of time 0 */
	const struct hftmon_sample_event *events;
	uint32_t event_count;
	uint32_t affinity_count; /* 0: as inherited */
	const uint32_t *affinity; /* CPUs of the native thread */
};

typedef struct hftmon_samples hftmon_samples;

/* Can this process take such samples of its own threads? Nothing stays open. */
HFTMON_API int hftmon_samples__try(const struct hftmon_sample_event *event);
/* Maps the slots and starts the native thread. */
HFTMON_API int hftmon_samples__open(const struct hftmon_samples_options *options,
				    hftmon_samples **out);
/* Address and bytes of the slots' memory; both are written. */
HFTMON_API int hftmon_samples__memory(hftmon_samples *s, uint64_t *address, uint64_t *bytes);
/* Samples a thread from now on. 1: it is followed already. -ENOMEM: no more locked memory, or
 * HFTMON_SAMPLES_MOST_AUX_BYTES are in use. */
HFTMON_API int hftmon_samples__follow(hftmon_samples *s, uint32_t tid);
/* No more samples of a thread; those taken are kept. 1: it was not followed, or has ended. */
HFTMON_API int hftmon_samples__unfollow(hftmon_samples *s, uint32_t tid);
/* Moves what the rings hold now into the slots. */
HFTMON_API int hftmon_samples__flush(hftmon_samples *s);
/* Unfollows every thread and joins the native thread. The slots stay. Idempotent. */
HFTMON_API int hftmon_samples__stop(hftmon_samples *s);
HFTMON_API void hftmon_samples__close(hftmon_samples *s);

#endif
