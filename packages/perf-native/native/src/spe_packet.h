/* SPDX-License-Identifier: MIT */
/*
 * Packets that the Statistical Profiling Extension of Arm writes: a header of one or two bytes, and
 * up to eight bytes after it. Arm Architecture Reference Manual, "The Statistical Profiling
 * Extension Sample Record Specification".
 */
#ifndef HFTMON_SPE_PACKET_H
#define HFTMON_SPE_PACKET_H

#include <stdint.h>

enum spe_packet_kind {
	SPE_PADDING, /* also what aligns */
	SPE_END,     /* of a record without a timestamp */
	SPE_TIMESTAMP,
	SPE_EVENTS,
	SPE_DATA_SOURCE,
	SPE_CONTEXT,
	SPE_OPERATION,
	SPE_ADDRESS,
	SPE_COUNTER,
};

struct spe_packet {
	enum spe_packet_kind kind;
	uint32_t index; /* which address, counter or context; the class of an operation */
	uint64_t payload;
};

enum spe_address_index {
	SPE_ADDRESS_PC = 0,
	SPE_ADDRESS_BRANCH_TARGET = 1,
	SPE_ADDRESS_DATA_VIRTUAL = 2,
	SPE_ADDRESS_DATA_PHYSICAL = 3,
	SPE_ADDRESS_PREVIOUS_BRANCH = 4,
};

enum spe_counter_index {
	SPE_COUNTER_TOTAL = 0, /* latency from dispatch to completion */
	SPE_COUNTER_ISSUE = 1,
	SPE_COUNTER_TRANSLATION = 2,
};

enum spe_operation_class {
	SPE_CLASS_OTHER = 0,
	SPE_CLASS_LOAD_STORE = 1,
	SPE_CLASS_BRANCH = 2,
};

/*
 * Reads the packet at `at`: its length, 0 when it does not end before `end`, -EBADMSG when there
 * is no such header. The place in memory counts: packets that align refer to it.
 */
int spe_packet__read(struct spe_packet *packet, const uint8_t *at, const uint8_t *end);

#endif
