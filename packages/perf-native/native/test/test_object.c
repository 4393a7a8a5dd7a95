/* SPDX-License-Identifier: MIT */
/*
 * The object loader reads what it is given with care: every beginning of our own object, and the
 * object with bytes changed, is read or refused without touching memory that isn't its own.
 */
#include <errno.h>
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
		object_want(&object, "hftmon_wake");
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

/* Lies that random changes hardly ever tell; each makes it look outside of the object. */
static void lie_about_section_names(uint8_t *bytes)
{
	Elf64_Ehdr *header = (void *)bytes;
	Elf64_Shdr *first = (void *)(bytes + header->e_shoff);

	header->e_shstrndx = 0;
	first->sh_type = SHT_STRTAB;
	first->sh_offset = 1u << 30;
	first->sh_size = 64;
}

static Elf64_Shdr *section_of(uint8_t *bytes, size_t size, const char *name)
{
	Elf64_Ehdr *header = (void *)bytes;
	struct elf elf;

	CHECK(!elf_open(&elf, bytes, size), "not readable");
	return (Elf64_Shdr *)(bytes + header->e_shoff) + elf_find_section(&elf, name);
}

static void try_lies(uint8_t *changed, size_t size)
{
	const uint32_t most = 0x7fffffff;
	uint32_t count, constants;
	struct elf elf;

	memcpy(changed, hftmon_probes_begin, size);
	lie_about_section_names(changed);
	CHECK(try_open(changed, size), "names in what is no section are read");

	/* Smaller than the constant that is set in it. */
	memcpy(changed, hftmon_probes_begin, size);
	section_of(changed, size, ".rodata")->sh_size = 2;
	try_open(changed, size);

	memcpy(changed, hftmon_probes_begin, size);
	section_of(changed, size, ".rodata")->sh_type = SHT_NOBITS;
	CHECK(try_open(changed, size) == -EINVAL, "constants without values are taken");

	/* Addresses as far behind the constants as can be said. */
	memcpy(changed, hftmon_probes_begin, size);
	CHECK(!elf_open(&elf, changed, size), "not readable");
	constants = elf_find_section(&elf, ".rodata");
	for (uint32_t i = 1; i < elf.section_count; i++) {
		const Elf64_Rel *r = elf_relocations(&elf, i, &count);

		for (uint32_t n = 0; n < count; n++)
			if (elf.symbols[ELF64_R_SYM(r[n].r_info)].st_shndx == constants)
				memcpy(changed + elf.sections[i].sh_offset + r[n].r_offset + 4,
				       &most, 4);
	}
	try_open(changed, size);
}

/* A program whose relocations can't be read would look for everything at the wrong places. */
static void refuse_unreadable_relocations(uint8_t *changed, size_t size)
{
	const uint32_t core_relo_offset = 24, header_bytes = 4, too_short = 4;
	struct object_image image = { 0 };
	struct object object;
	uint32_t at, start;
	uint8_t *ext;

	memcpy(changed, hftmon_probes_begin, size);
	ext = changed + section_of(changed, size, ".BTF.ext")->sh_offset;
	memcpy(&start, ext + header_bytes, 4);
	memcpy(&at, ext + core_relo_offset, 4);
	memcpy(ext + start + at, &too_short, 4);
	CHECK(!object_open(&object, changed, size), "not readable");
	CHECK(!object_want(&object, "hftmon_switch"), "no program");
	object.programs[0].attach_btf_id = 1;
	CHECK(object_image_make(&image, &object, &object.programs[0]) == -EINVAL,
	      "a program is loaded without its relocations");
	object_image_free(&image);
	object_close(&object);
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
	try_lies(changed, size);
	refuse_unreadable_relocations(changed, size);
	free(changed);
	return 0;
}
