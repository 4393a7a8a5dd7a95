/* SPDX-License-Identifier: MIT */
/* One sampled operation as Arm's SPE describes it, put together from its packets. */
#ifndef HFTMON_SPE_RECORD_H
#define HFTMON_SPE_RECORD_H

#include <stdbool.h>
#include <stdint.h>

enum spe_field {
	SPE_HAS_PC = 1 << 0,
	SPE_HAS_ADDRESS = 1 << 1,
	SPE_HAS_EVENTS = 1 << 2,
	SPE_HAS_OPERATION = 1 << 3,
	SPE_HAS_DATA_SOURCE = 1 << 4,
	SPE_HAS_LATENCY = 1 << 5,
	SPE_HAS_TIMESTAMP = 1 << 6,
};

struct spe_record {
	uint32_t fields; /* enum spe_field */
	uint32_t exception_level; /* at the instruction */
	uint64_t pc;
	uint64_t address; /* virtual, of the data, without a tag */
	uint64_t events;  /* bits as in the architecture */
	uint64_t data_source;
	uint64_t timestamp; /* of the system counter */
	uint32_t total_latency; /* cycles from dispatch to completion */
	uint32_t operation_class; /* enum spe_operation_class */
	uint32_t operation;
};

/* Takes the records out of bytes that begin with one. */
struct spe_reader {
	const uint8_t *at;
	const uint8_t *end;
	uint64_t skipped; /* bytes that make no whole record */
};

/*
 * Reads the next record; false when there is none any more. What follows a header that makes no
 * sense is skipped to the end: where the next record begins can't be told from within one.
 */
bool spe_reader__next(struct spe_reader *reader, struct spe_record *record);

/*
 * `union perf_mem_data_src` of a record. With `neoverse`, loads say where the data came from as
 * Neoverse N1, N2, V1 and V2 do; else the events common to all CPUs say in which cache a load hit.
 */
uint64_t spe_record__data_source(const struct spe_record *record, bool neoverse);

#endif
