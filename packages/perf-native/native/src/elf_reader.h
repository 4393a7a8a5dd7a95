/* SPDX-License-Identifier: MIT */
/* Reads a relocatable ELF64 object that is in memory. Every offset in it is checked before use. */
#ifndef HFTMON_ELF_READER_H
#define HFTMON_ELF_READER_H

#include <elf.h>
#include <stddef.h>
#include <stdint.h>

struct elf {
	const uint8_t *bytes;
	size_t size;
	const Elf64_Shdr *sections;
	uint32_t section_count;
	const char *section_names;
	size_t section_names_bytes;
	const Elf64_Sym *symbols;
	uint32_t symbol_count;
	const char *symbol_names;
	size_t symbol_names_bytes;
};

/* -EINVAL when it is no such object. `bytes` must be 8-byte aligned and outlive `elf`. */
int elf_open(struct elf *elf, const void *bytes, size_t size);
/* Never NULL: an empty name where there is none. */
const char *elf_section_name(const struct elf *elf, uint32_t section);
const char *elf_symbol_name(const struct elf *elf, const Elf64_Sym *symbol);
/* Number of the section, 0 when there is none with this name. */
uint32_t elf_find_section(const struct elf *elf, const char *name);
/* NULL when there is none, or when it is undefined. */
const Elf64_Sym *elf_find_symbol(const struct elf *elf, const char *name);
/* Bytes of a section; NULL for one that takes none in the file. */
const void *elf_data(const struct elf *elf, uint32_t section);
/* Relocations of a section; `*count` is 0 where there are none. */
const Elf64_Rel *elf_relocations(const struct elf *elf, uint32_t section, uint32_t *count);

#endif
