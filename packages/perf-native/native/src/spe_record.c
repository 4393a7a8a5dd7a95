/* SPDX-License-Identifier: MIT */
#include "spe_record.h"

#include <string.h>

#include "spe_packet.h"

#define BIT(n) (1ull << (n))
#define ADDRESS_BITS (BIT(56) - 1)

/*
 * Byte 7 of a data address holds a tag, of an instruction address the exception level. Bit 55 tells
 * the half of the address space, as it does when an address is translated.
 */
static uint64_t canonical(uint64_t payload)
{
	return payload & BIT(55) ? payload | ~ADDRESS_BITS : payload & ADDRESS_BITS;
}

static void take_address(struct spe_record *record, const struct spe_packet *packet)
{
	if (packet->index == SPE_ADDRESS_PC) {
		record->fields |= SPE_HAS_PC;
		record->pc = canonical(packet->payload);
		record->exception_level = packet->payload >> 61 & 3;
	} else if (packet->index == SPE_ADDRESS_DATA_VIRTUAL) {
		record->fields |= SPE_HAS_ADDRESS;
		record->address = canonical(packet->payload);
	}
}

static void take_packet(struct spe_record *record, const struct spe_packet *packet)
{
	switch (packet->kind) {
	case SPE_ADDRESS:
		take_address(record, packet);
		break;
	case SPE_EVENTS:
		record->fields |= SPE_HAS_EVENTS;
		record->events = packet->payload;
		break;
	case SPE_OPERATION:
		record->fields |= SPE_HAS_OPERATION;
		record->operation_class = packet->index;
		record->operation = (uint32_t)packet->payload;
		break;
	case SPE_DATA_SOURCE:
		record->fields |= SPE_HAS_DATA_SOURCE;
		record->data_source = packet->payload;
		break;
	case SPE_COUNTER:
		if (packet->index != SPE_COUNTER_TOTAL)
			break;
		record->fields |= SPE_HAS_LATENCY;
		record->total_latency = (uint32_t)packet->payload;
		break;
	case SPE_TIMESTAMP:
		record->fields |= SPE_HAS_TIMESTAMP;
		record->timestamp = packet->payload;
		break;
	case SPE_CONTEXT:
	case SPE_PADDING:
	case SPE_END:
		break;
	}
}

bool spe_reader__next(struct spe_reader *reader, struct spe_record *record)
{
	const uint8_t *first = NULL;
	struct spe_packet packet;

	memset(record, 0, sizeof(*record));
	while (reader->at < reader->end) {
		int length = spe_packet__read(&packet, reader->at, reader->end);

		if (!first && (length <= 0 || packet.kind != SPE_PADDING))
			first = reader->at;
		if (length <= 0)
			break;
		reader->at += length;
		take_packet(record, &packet);
		if (packet.kind == SPE_TIMESTAMP || packet.kind == SPE_END)
			return true;
	}
	if (first)
		reader->skipped += (uint64_t)(reader->end - first);
	reader->at = reader->end;
	return false;
}
