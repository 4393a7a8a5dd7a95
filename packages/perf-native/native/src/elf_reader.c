/* SPDX-License-Identifier: MIT */
#include "elf_reader.h"

#include <errno.h>
#include <string.h>

static int holds(const struct elf *elf, uint64_t offset, uint64_t bytes)
{
	return offset <= elf->size && bytes <= elf->size - offset;
}

/* A string table must end with a 0, so that no name runs past it. */
static const char *strings(const struct elf *elf, uint32_t section, size_t *bytes)
{
	const char *text;

	if (section >= elf->section_count)
		return NULL;
	text = elf_data(elf, section);
	*bytes = elf->sections[section].sh_size;
	return text && *bytes && !text[*bytes - 1] ? text : NULL;
}

static int read_symbols(struct elf *elf)
{
	for (uint32_t i = 1; i < elf->section_count; i++) {
		const Elf64_Shdr *s = &elf->sections[i];

		if (s->sh_type != SHT_SYMTAB)
			continue;
		elf->symbols = elf_data(elf, i);
		elf->symbol_count = (uint32_t)(s->sh_size / sizeof(Elf64_Sym));
		elf->symbol_names = strings(elf, s->sh_link, &elf->symbol_names_bytes);
		return elf->symbols && elf->symbol_names ? 0 : -EINVAL;
	}
	return -EINVAL;
}

int elf_open(struct elf *elf, const void *bytes, size_t size)
{
	const Elf64_Ehdr *header = bytes;

	memset(elf, 0, sizeof(*elf));
	elf->bytes = bytes;
	elf->size = size;
	if (size < sizeof(*header) || memcmp(header->e_ident, ELFMAG, SELFMAG) ||
	    header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_type != ET_REL ||
	    header->e_shentsize != sizeof(Elf64_Shdr) || header->e_shoff % 8)
		return -EINVAL;
	if (!holds(elf, header->e_shoff, (uint64_t)header->e_shnum * sizeof(Elf64_Shdr)))
		return -EINVAL;
	elf->sections = (const void *)(elf->bytes + header->e_shoff);
	elf->section_count = header->e_shnum;
	/* The first is no section, but a reference to it is easily made. */
	for (uint32_t i = 0; i < elf->section_count; i++) {
		const Elf64_Shdr *s = &elf->sections[i];

		if (s->sh_type != SHT_NOBITS && !holds(elf, s->sh_offset, s->sh_size))
			return -EINVAL;
		if ((s->sh_type == SHT_SYMTAB || s->sh_type == SHT_REL) && s->sh_offset % 8)
			return -EINVAL;
	}
	elf->section_names = strings(elf, header->e_shstrndx, &elf->section_names_bytes);
	return elf->section_names ? read_symbols(elf) : -EINVAL;
}

const char *elf_section_name(const struct elf *elf, uint32_t section)
{
	uint32_t name = section < elf->section_count ? elf->sections[section].sh_name : 0;

	return name < elf->section_names_bytes ? elf->section_names + name : "";
}

const char *elf_symbol_name(const struct elf *elf, const Elf64_Sym *symbol)
{
	return symbol->st_name < elf->symbol_names_bytes ? elf->symbol_names + symbol->st_name : "";
}

uint32_t elf_find_section(const struct elf *elf, const char *name)
{
	for (uint32_t i = 1; i < elf->section_count; i++)
		if (!strcmp(elf_section_name(elf, i), name))
			return i;
	return 0;
}

const Elf64_Sym *elf_find_symbol(const struct elf *elf, const char *name)
{
	for (uint32_t i = 1; i < elf->symbol_count; i++) {
		const Elf64_Sym *symbol = &elf->symbols[i];

		if (symbol->st_shndx && symbol->st_shndx < elf->section_count &&
		    !strcmp(elf_symbol_name(elf, symbol), name))
			return symbol;
	}
	return NULL;
}

const void *elf_data(const struct elf *elf, uint32_t section)
{
	const Elf64_Shdr *s = &elf->sections[section];

	return s->sh_type == SHT_NOBITS ? NULL : elf->bytes + s->sh_offset;
}

const Elf64_Rel *elf_relocations(const struct elf *elf, uint32_t section, uint32_t *count)
{
	*count = 0;
	for (uint32_t i = 1; i < elf->section_count; i++) {
		const Elf64_Shdr *s = &elf->sections[i];

		if (s->sh_type != SHT_REL || s->sh_info != section)
			continue;
		*count = (uint32_t)(s->sh_size / sizeof(Elf64_Rel));
		return elf_data(elf, i);
	}
	return NULL;
}
