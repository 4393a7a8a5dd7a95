/* SPDX-License-Identifier: MIT */
/*
 * The object loader reads what it is given with care: every beginning of our own object, and the
 * object with bytes changed, is read or refused without touching memory that isn't its own.
 */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "object_internal.h"

extern const uint8_t hftmon_probes_begin[], hftmon_probes_end[];

#define CHANGES 3000

static void make_image(const struct object *o, struct object_program *p)
{
	struct object_image image = { 0 };

	p->attach_btf_id = 1;
	object_image_make(&image, o, p);
	object_image_free(&image);
}

/* Reads as far as is possible without a kernel. Its copy has the exact size, for the sanitizer. */
static int try_open(const uint8_t *bytes, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);
	struct object object;
	int err;

	CHECK(copy, "no memory");
	memcpy(copy, bytes, size);
	err = object_open(&object, copy, size);
	if (!err) {
		object_want(&object, "hftmon_switch");
		object_want(&object, "hftmon_fault_major");
		object_set_entries(&object, "threads", 8);
		object_set_constant(&object, "ring_mask", 63);
		object_variable_offset(&object, "config");
		btf_make_loadable(&object.btf);
		for (uint32_t i = 0; i < object.program_count; i++)
			make_image(&object, &object.programs[i]);
		object_close(&object);
	}
	free(copy);
	return err;
}

int main(void)
{
	size_t size = (size_t)(hftmon_probes_end - hftmon_probes_begin);
	uint8_t *changed = malloc(size);
	uint32_t state = 0x2545f491;

	CHECK(changed, "no memory");
	CHECK(!try_open(hftmon_probes_begin, size), "our own object is refused");
	for (size_t cut = 0; cut < size; cut += 997)
		CHECK(try_open(hftmon_probes_begin, cut), "an object cut at %zu is taken", cut);
	for (int i = 0; i < CHANGES; i++) {
		memcpy(changed, hftmon_probes_begin, size);
		for (int n = 0; n < 16; n++)
			changed[next_random(&state) % size] = (uint8_t)next_random(&state);
		/* Most of what is read stands at the two ends. */
		changed[next_random(&state) % 64] = (uint8_t)next_random(&state);
		changed[size - 1 - next_random(&state) % 8192] = (uint8_t)next_random(&state);
		try_open(changed, size);
	}
	free(changed);
	return 0;
}
