/* SPDX-License-Identifier: MIT */
#include "spe_packet.h"

#include <errno.h>
#include <stddef.h>

#define HEADER_PADDING 0x00
#define HEADER_END 0x01
#define HEADER_TIMESTAMP 0x71

/* Bytes after a header, by its bits 4 and 5. */
static size_t payload_bytes(uint8_t header)
{
	return (size_t)1 << (header >> 4 & 3);
}

static uint64_t read_little_endian(const uint8_t *at, size_t bytes)
{
	uint64_t value = 0;

	for (size_t i = 0; i < bytes; i++)
		value |= (uint64_t)at[i] << 8 * i;
	return value;
}

/* To the next multiple of 2^(n+1) bytes, n being the lower half of the first byte. */
static int read_alignment(struct spe_packet *packet, const uint8_t *at, const uint8_t *end)
{
	uintptr_t alignment = (uintptr_t)2 << (at[0] & 0xf);
	uintptr_t length = alignment - ((uintptr_t)at & (alignment - 1));

	packet->kind = SPE_PADDING;
	/* A multiple that is just ahead would lie within the two bytes of the header. */
	if (length < 2)
		length += alignment;
	return length <= (uintptr_t)(end - at) ? (int)length : 0;
}

/* Addresses and counters: their index goes on in the second byte of an extended header. */
static int set_indexed(struct spe_packet *packet, uint8_t header, uint32_t upper_index)
{
	switch (header & 0xf8) {
	case 0xb0:
		packet->kind = SPE_ADDRESS;
		break;
	case 0x98:
		packet->kind = SPE_COUNTER;
		break;
	default:
		return -EBADMSG;
	}
	packet->index = upper_index << 3 | (header & 7);
	return 0;
}

static int set_short(struct spe_packet *packet, uint8_t header)
{
	packet->index = 0;
	if (header == HEADER_TIMESTAMP) {
		packet->kind = SPE_TIMESTAMP;
	} else if ((header & 0xcf) == 0x42) {
		packet->kind = SPE_EVENTS;
	} else if ((header & 0xcf) == 0x43) {
		packet->kind = SPE_DATA_SOURCE;
	} else if ((header & 0xfc) == 0x64) {
		packet->kind = SPE_CONTEXT;
		packet->index = header & 3;
	} else if ((header & 0xfc) == 0x48) {
		packet->kind = SPE_OPERATION;
		packet->index = header & 3;
	} else {
		return set_indexed(packet, header, 0);
	}
	return 0;
}

int spe_packet__read(struct spe_packet *packet, const uint8_t *at, const uint8_t *end)
{
	size_t left = (size_t)(end - at), header = 1, bytes;
	int err;

	if (!left)
		return 0;
	if (at[0] == HEADER_PADDING || at[0] == HEADER_END) {
		packet->kind = at[0] == HEADER_END ? SPE_END : SPE_PADDING;
		return 1;
	}
	if ((at[0] & 0xf0) == 0x20) {
		if (left < 2)
			return 0;
		if (at[1] == 0)
			return read_alignment(packet, at, end);
		header = 2;
		err = at[0] & 0xc ? -EBADMSG : set_indexed(packet, at[1], at[0] & 3);
	} else {
		err = set_short(packet, at[0]);
	}
	if (err)
		return err;
	bytes = payload_bytes(at[header - 1]);
	if (left < header + bytes)
		return 0;
	packet->payload = read_little_endian(at + header, bytes);
	return (int)(header + bytes);
}
