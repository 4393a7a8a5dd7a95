/* SPDX-License-Identifier: MIT */
/* What a record of Arm's SPE says of a memory access, in the kernel's common terms. */
#include <linux/perf_event.h>

#include "spe_packet.h"
#include "spe_record.h"

/* Since Linux 6.1. */
#ifndef PERF_MEM_SNOOPX_PEER
#define PERF_MEM_SNOOPX_PEER 0x02
#endif

#define BIT(n) (1ull << (n))

/* Bits of the events packet. */
#define EVENT_L1D_ACCESS BIT(2)
#define EVENT_L1D_REFILL BIT(3)
#define EVENT_TLB_ACCESS BIT(4)
#define EVENT_TLB_WALK BIT(5)
#define EVENT_LAST_LEVEL_ACCESS BIT(8)
#define EVENT_LAST_LEVEL_MISS BIT(9)
#define EVENT_REMOTE_ACCESS BIT(10)

/* Bits of the operation packet of a load or store. */
#define OPERATION_STORE BIT(0)
#define OPERATION_ATOMIC BIT(2)
#define OPERATION_SUBCLASS (BIT(7) | BIT(6) | BIT(5) | BIT(1))
#define SUBCLASS_EXTENDED BIT(1) /* atomic, exclusive, acquire or release */

/* Technical reference manuals of Neoverse N1, N2, V1 and V2, "data source packet". */
enum neoverse_source {
	NEOVERSE_L1D = 0x0,
	NEOVERSE_L2 = 0x8,
	NEOVERSE_PEER_CORE = 0x9,
	NEOVERSE_LOCAL_CLUSTER = 0xa,
	NEOVERSE_SYSTEM_CACHE = 0xb,
	NEOVERSE_PEER_CLUSTER = 0xc,
	NEOVERSE_REMOTE = 0xd,
	NEOVERSE_DRAM = 0xe,
};

static bool is_atomic(const struct spe_record *record)
{
	return (record->operation & OPERATION_SUBCLASS) == SUBCLASS_EXTENDED &&
	       record->operation & OPERATION_ATOMIC;
}

static void set_level(union perf_mem_data_src *to, uint64_t level, uint64_t number)
{
	to->mem_lvl = PERF_MEM_LVL_HIT | level;
	to->mem_lvl_num = number;
}

/*
 * Another core's cache handed the line over. That it was modified there is not told, so this is
 * never HITM; nor is the level of that cache.
 */
static void set_peer(union perf_mem_data_src *to)
{
	to->mem_lvl_num = PERF_MEM_LVLNUM_ANY_CACHE;
	to->mem_snoopx = PERF_MEM_SNOOPX_PEER;
}

static void set_neoverse_level(union perf_mem_data_src *to, uint64_t source)
{
	switch (source) {
	case NEOVERSE_L1D:
		set_level(to, PERF_MEM_LVL_L1, PERF_MEM_LVLNUM_L1);
		break;
	case NEOVERSE_L2:
		set_level(to, PERF_MEM_LVL_L2, PERF_MEM_LVLNUM_L2);
		break;
	case NEOVERSE_PEER_CORE:
	case NEOVERSE_LOCAL_CLUSTER:
	case NEOVERSE_PEER_CLUSTER:
		set_peer(to);
		break;
	case NEOVERSE_SYSTEM_CACHE:
		set_level(to, PERF_MEM_LVL_L3, PERF_MEM_LVLNUM_L3);
		break;
	case NEOVERSE_REMOTE:
		to->mem_remote = PERF_MEM_REMOTE_REMOTE; /* its memory or a cache */
		break;
	case NEOVERSE_DRAM:
		set_level(to, PERF_MEM_LVL_LOC_RAM, PERF_MEM_LVLNUM_RAM);
		break;
	}
}

/* A miss of the last level says nothing of where the data was found then. */
static void set_common_level(union perf_mem_data_src *to, uint64_t events)
{
	if (events & EVENT_REMOTE_ACCESS)
		to->mem_remote = PERF_MEM_REMOTE_REMOTE;
	else if (events & EVENT_LAST_LEVEL_MISS)
		return;
	else if (events & EVENT_LAST_LEVEL_ACCESS)
		set_level(to, PERF_MEM_LVL_L3, PERF_MEM_LVLNUM_L3);
	else if (events & EVENT_L1D_ACCESS && !(events & EVENT_L1D_REFILL))
		set_level(to, PERF_MEM_LVL_L1, PERF_MEM_LVLNUM_L1);
}

static uint64_t tlb(uint64_t events)
{
	if (events & EVENT_TLB_WALK)
		return PERF_MEM_TLB_MISS | PERF_MEM_TLB_WK;
	return events & EVENT_TLB_ACCESS ? PERF_MEM_TLB_HIT : PERF_MEM_TLB_NA;
}

uint64_t spe_record__data_source(const struct spe_record *record, bool neoverse)
{
	union perf_mem_data_src to = { 0 };
	bool is_store = record->operation & OPERATION_STORE;

	to.mem_op = PERF_MEM_OP_NA;
	to.mem_lvl = PERF_MEM_LVL_NA;
	to.mem_lvl_num = PERF_MEM_LVLNUM_NA;
	to.mem_snoop = PERF_MEM_SNOOP_NA;
	to.mem_lock = PERF_MEM_LOCK_NA;
	to.mem_dtlb = PERF_MEM_TLB_NA;
	if (!(record->fields & SPE_HAS_OPERATION) || record->operation_class != SPE_CLASS_LOAD_STORE)
		return to.val;
	to.mem_dtlb = tlb(record->events);
	if (is_atomic(record)) {
		to.mem_op = PERF_MEM_OP_LOAD | PERF_MEM_OP_STORE;
		to.mem_lock = PERF_MEM_LOCK_LOCKED;
	} else {
		to.mem_op = is_store ? PERF_MEM_OP_STORE : PERF_MEM_OP_LOAD;
	}
	/* Stores of Neoverse tell no source; one that they seem to tell would be that of an L1 hit. */
	if (is_store)
		return to.val;
	if (!neoverse)
		set_common_level(&to, record->events);
	else if (record->fields & SPE_HAS_DATA_SOURCE)
		set_neoverse_level(&to, record->data_source);
	return to.val;
}
