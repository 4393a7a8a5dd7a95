/* SPDX-License-Identifier: MIT */
/* Packets of SPE by hand, as the Arm Architecture Reference Manual describes them. */
#ifndef HFTMON_TEST_SPE_BYTES_H
#define HFTMON_TEST_SPE_BYTES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define HEADER_END 0x01
#define HEADER_EVENTS_16 0x52
#define HEADER_SOURCE_8 0x43
#define HEADER_CONTEXT_EL1 0x64
#define HEADER_OTHER 0x48
#define HEADER_LOAD_STORE 0x49
#define HEADER_BRANCH 0x4a
#define HEADER_TIMESTAMP 0x71
#define HEADER_TOTAL 0x98
#define HEADER_ISSUE 0x99
#define HEADER_TRANSLATION 0x9a
#define HEADER_PC 0xb0
#define HEADER_BRANCH_TARGET 0xb1
#define HEADER_DATA_VIRTUAL 0xb2
#define HEADER_DATA_PHYSICAL 0xb3

#define OPERATION_LOAD 0x00
#define OPERATION_STORE 0x01
#define OPERATION_ATOMIC 0x06	 /* extended, AT */
#define OPERATION_EXCLUSIVE 0x0a /* extended, EXCL */

struct spe_bytes {
	_Alignas(16) uint8_t data[1024];
	size_t count;
};

static inline void put_packet(struct spe_bytes *b, uint8_t header, uint64_t payload)
{
	size_t bytes = (size_t)1 << (header >> 4 & 3);

	b->data[b->count++] = header;
	for (size_t i = 0; i < bytes; i++)
		b->data[b->count++] = (uint8_t)(payload >> 8 * i);
}

static inline void put_byte(struct spe_bytes *b, uint8_t byte)
{
	b->data[b->count++] = byte;
}

/* Zeros up to a multiple of `alignment`, as the hardware and the driver pad. */
static inline void put_padding(struct spe_bytes *b, size_t alignment)
{
	while (b->count % alignment)
		b->data[b->count++] = 0;
}

/* A load as Neoverse writes it: 64 bytes. */
static inline void put_load(struct spe_bytes *b, uint64_t pc, uint64_t address, uint8_t source,
			    uint64_t timestamp)
{
	put_packet(b, HEADER_PC, pc);
	put_packet(b, HEADER_TOTAL, 311);
	put_packet(b, HEADER_ISSUE, 17);
	put_packet(b, HEADER_TRANSLATION, 3);
	put_packet(b, HEADER_DATA_VIRTUAL, address);
	put_packet(b, HEADER_EVENTS_16, 0x16); /* retired, L1D and TLB accessed */
	put_packet(b, HEADER_LOAD_STORE, OPERATION_LOAD);
	put_packet(b, HEADER_SOURCE_8, source);
	put_packet(b, HEADER_TIMESTAMP, timestamp);
	put_padding(b, 64);
}

#endif
