/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * The maps that all probes share. Sizes marked 1 are set by the library before loading.
 * All but the queue and the stack table are mmapable, so user space reads them in place.
 */
#ifndef HFTMON_BPF_MAPS_H
#define HFTMON_BPF_MAPS_H

#include "kernel.h"
#include "../include/hftmon/shared.h"

struct tid_page {
	u32 entry[HFTMON_TID_PAGE];
};

/* Slot in `threads` by tid, 0 for a tid that is not monitored: the filter of every probe. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct tid_page);
} slots SEC(".maps");

/* What user space has been told about a tid, as a hash; 0 for nothing. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct tid_page);
} told SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct hftmon_thread);
} threads SEC(".maps");

/* Slots that a new thread may take; a stack, so that few slots are used again and again. */
struct {
	__uint(type, BPF_MAP_TYPE_STACK);
	__uint(max_entries, 1);
	__uint(key_size, 0);
	__uint(value_size, sizeof(u32));
} free_slots SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct hftmon_cpu);
} cpus SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct hftmon_sources);
} sources SEC(".maps");

/* Each CPU's ring, one after the other. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct hftmon_record);
} records SEC(".maps");

#define HFTMON_STACK_DEPTH 64

/*
 * No BPF_F_REUSE_STACKID and no BPF_F_FAST_STACK_CMP: a bucket taken by another stack is an
 * error that we count, so an id never stands for two stacks.
 */
struct {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__uint(max_entries, 16384);
	__uint(key_size, sizeof(u32));
	__uint(value_size, HFTMON_STACK_DEPTH * sizeof(u64));
} stacks SEC(".maps");

/* Records in one CPU's ring minus one; a power of two minus one. */
const volatile u32 ring_mask;
/* The kernel lets programs call bpf_rdonly_cast(). */
const volatile bool has_rdonly_cast;

struct hftmon_config config;

#endif
