/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "object_internal.h"

#ifndef R_BPF_64_64
#define R_BPF_64_64 1 /* a 64-bit load of an address */
#endif
#define R_BPF_64_32 10 /* a call */

#define LD_IMM64 (BPF_LD | BPF_DW | BPF_IMM)
#define CALL (BPF_JMP | BPF_CALL)
/* No helper has this number. In code that is never reached the verifier doesn't mind. */
#define POISON 2001000000

/* .BTF.ext, as the compiler writes it. */
struct ext_header {
	uint16_t magic;
	uint8_t version;
	uint8_t flags;
	uint32_t header_bytes;
	uint32_t func_info_offset;
	uint32_t func_info_bytes;
	uint32_t line_info_offset;
	uint32_t line_info_bytes;
	uint32_t core_relo_offset;
	uint32_t core_relo_bytes;
};

struct ext_section {
	uint32_t name_offset;
	uint32_t count;
};

/* Records of one kind for one section. */
struct ext_records {
	const uint8_t *first;
	uint32_t count;
	uint32_t bytes; /* of each; what a newer compiler appends is passed over */
};

/* Finds those of the program's section; none is no error, but -EINVAL what can't be read. */
static int ext_records(const struct object *o, const struct object_program *p, int core_relos,
		       uint32_t least_bytes, struct ext_records *found)
{
	uint32_t index = elf_find_section(&o->elf, ".BTF.ext");
	const struct ext_header *h = index ? elf_data(&o->elf, index) : NULL;
	uint64_t at, end, size;

	memset(found, 0, sizeof(*found));
	if (!h)
		return 0;
	size = o->elf.sections[index].sh_size;
	if (o->elf.sections[index].sh_offset % 4 || size < sizeof(*h) ||
	    h->header_bytes < sizeof(*h))
		return -EINVAL;
	at = (uint64_t)h->header_bytes + (core_relos ? h->core_relo_offset : h->func_info_offset);
	end = at + (core_relos ? h->core_relo_bytes : h->func_info_bytes);
	if (at == end)
		return 0;
	if (end > size || at % 4 || end - at < 4)
		return -EINVAL;
	memcpy(&found->bytes, (const uint8_t *)h + at, 4);
	if (found->bytes < least_bytes || found->bytes % 4)
		return -EINVAL;
	at += 4;
	while (end - at >= sizeof(struct ext_section)) {
		const struct ext_section *s = (const void *)((const uint8_t *)h + at);
		uint64_t bytes = (uint64_t)s->count * found->bytes;

		at += sizeof(*s);
		if (bytes > end - at)
			return -EINVAL;
		if (s->name_offset < o->btf.strings_bytes &&
		    !strcmp(o->btf.strings + s->name_offset, p->section_name)) {
			found->first = (const uint8_t *)h + at;
			found->count = s->count;
			return 0;
		}
		at += bytes;
	}
	return 0;
}

static int within(const struct object_program *p, uint32_t offset)
{
	return offset >= p->symbol->st_value && offset - p->symbol->st_value < p->symbol->st_size;
}

/* Without this the kernel doesn't look at the program's BTF at all. */
static int read_func_info(const struct object *o, const struct object_program *p, struct object_image *i)
{
	struct ext_records records;
	int err = ext_records(o, p, 0, sizeof(i->func_info), &records);

	for (uint32_t n = 0; !err && n < records.count; n++) {
		memcpy(&i->func_info, records.first + (uint64_t)n * records.bytes,
		       sizeof(i->func_info));
		if (i->func_info.insn_off != p->symbol->st_value)
			continue;
		i->func_info.insn_off = 0;
		i->to_load.func_info = &i->func_info;
		i->to_load.func_info_count = 1;
		return 0;
	}
	return fail(-EINVAL, "%s has no type information", p->name);
}

static int read_core_relos(const struct object *o, const struct object_program *p, struct object_image *i)
{
	struct ext_records records;
	int err = ext_records(o, p, 1, sizeof(*i->core_relos), &records);

	/* Without them a program would read its structures at wrong places. */
	if (err)
		return fail(err, "relocations of %s", p->name);
	i->core_relos = calloc((size_t)records.count + 1, sizeof(*i->core_relos));
	if (!i->core_relos)
		return fail(-ENOMEM, "relocations of %s", p->name);
	for (uint32_t n = 0; n < records.count; n++) {
		struct bpf_core_relo *relo = &i->core_relos[i->to_load.core_relo_count];

		memcpy(relo, records.first + (uint64_t)n * records.bytes, sizeof(*relo));
		if (!within(p, relo->insn_off))
			continue;
		relo->insn_off -= (uint32_t)p->symbol->st_value;
		i->to_load.core_relo_count++;
	}
	i->to_load.core_relos = i->core_relos;
	return 0;
}

static uint32_t kernel_function(const struct object *o, const char *name)
{
	for (uint32_t i = 0; i < o->kernel_function_count; i++)
		if (!strcmp(o->kernel_functions[i].name, name))
			return o->kernel_functions[i].id;
	return 0;
}

static int relocate_call(const struct object *o, struct bpf_insn *insn, const Elf64_Sym *symbol)
{
	uint32_t id;

	if (symbol->st_shndx != SHN_UNDEF)
		return -EINVAL;
	id = kernel_function(o, elf_symbol_name(&o->elf, symbol));
	insn->src_reg = id ? BPF_PSEUDO_KFUNC_CALL : 0;
	insn->imm = id ? (int)id : POISON;
	insn->off = 0;
	return 0;
}

static int relocate_load(const struct object *o, struct bpf_insn *insn, const Elf64_Sym *symbol)
{
	const struct object_map *map = object_map_at(o, symbol->st_shndx, symbol->st_value);

	/* A map has no parts: an offset means that the symbol is the section's, of a static map. */
	if (!map || (!map->is_variables && insn[0].imm))
		return -EINVAL;
	insn[0].src_reg = map->is_variables ? BPF_PSEUDO_MAP_VALUE : BPF_PSEUDO_MAP_FD;
	if (map->is_variables)
		insn[1].imm = (int)((uint32_t)insn[0].imm + (uint32_t)symbol->st_value);
	insn[0].imm = map->fd;
	return 0;
}

static int relocate(const struct object *o, const struct object_program *p, struct object_image *i)
{
	uint32_t count;
	const Elf64_Rel *relocations = elf_relocations(&o->elf, p->symbol->st_shndx, &count);

	for (uint32_t n = 0; n < count; n++) {
		const Elf64_Rel *r = &relocations[n];
		uint64_t index = (r->r_offset - p->symbol->st_value) / sizeof(struct bpf_insn);
		uint32_t type = ELF64_R_TYPE(r->r_info), symbol = ELF64_R_SYM(r->r_info);
		struct bpf_insn *insn;
		int err = -EINVAL;

		if (r->r_offset > UINT32_MAX || !within(p, (uint32_t)r->r_offset))
			continue;
		if (symbol >= o->elf.symbol_count)
			return fail(-EINVAL, "%s refers to no symbol", p->name);
		insn = &i->instructions[index];
		if (type == R_BPF_64_32 && insn->code == CALL)
			err = relocate_call(o, insn, &o->elf.symbols[symbol]);
		else if (type == R_BPF_64_64 && insn->code == LD_IMM64 &&
			 index + 1 < i->to_load.instruction_count)
			err = relocate_load(o, insn, &o->elf.symbols[symbol]);
		if (err)
			return fail(err, "%s refers to %s, which is not supported", p->name,
				    elf_symbol_name(&o->elf, &o->elf.symbols[symbol]));
	}
	return 0;
}

static int set_type(const struct object_program *p, struct bpf_program_image *image)
{
	if (!strncmp(p->section_name, "tp_btf/", 7)) {
		image->type = BPF_PROG_TYPE_TRACING;
		image->attach_type = BPF_TRACE_RAW_TP;
		image->attach_btf_id = p->attach_btf_id;
		return p->attach_btf_id ? 0
					: fail(-ENOENT, "this kernel has no tracepoint %s",
					       p->section_name + 7);
	}
	if (!strncmp(p->section_name, "raw_tp/", 7))
		image->type = BPF_PROG_TYPE_RAW_TRACEPOINT;
	else if (!strcmp(p->section_name, "perf_event"))
		image->type = BPF_PROG_TYPE_PERF_EVENT;
	else if (!strcmp(p->section_name, "uprobe"))
		image->type = BPF_PROG_TYPE_KPROBE;
	else
		return fail(-EINVAL, "%s: no programs of type %s", p->name, p->section_name);
	return 0;
}

int object_image_make(struct object_image *i, const struct object *o, const struct object_program *p)
{
	const uint8_t *code = elf_data(&o->elf, p->symbol->st_shndx);
	const Elf64_Shdr *section = &o->elf.sections[p->symbol->st_shndx];
	const Elf64_Sym *s = p->symbol;
	int err;

	if (!code || s->st_size % sizeof(struct bpf_insn) || s->st_value > section->sh_size ||
	    s->st_size > section->sh_size - s->st_value)
		return fail(-EINVAL, "%s is not a BPF program", p->name);
	i->instructions = malloc(s->st_size + 1);
	if (!i->instructions)
		return fail(-ENOMEM, "instructions of %s", p->name);
	memcpy(i->instructions, code + s->st_value, s->st_size);
	i->to_load = (struct bpf_program_image){
		.name = p->name,
		.license = o->license,
		.btf_fd = o->btf_fd,
		.instructions = i->instructions,
		.instruction_count = (uint32_t)(s->st_size / sizeof(struct bpf_insn)),
	};
	err = set_type(p, &i->to_load);
	if (!err)
		err = read_func_info(o, p, i);
	if (!err)
		err = read_core_relos(o, p, i);
	return err ? err : relocate(o, p, i);
}

void object_image_free(struct object_image *i)
{
	free(i->instructions);
	free(i->core_relos);
}
