/* SPDX-License-Identifier: MIT */
/*
 * A BPF object file in memory, loaded program by program: no libbpf, no libelf. The kernel itself
 * relocates accesses to its structures (CO-RE, 5.17 and later), so what is left to do here is to
 * create maps and to put their descriptors, and the ids of kernel types, into the instructions.
 *
 * Not supported, and refused: calls between BPF functions (inline them), `.data`, static maps,
 * kernel variables.
 */
#ifndef HFTMON_OBJECT_H
#define HFTMON_OBJECT_H

#include "bpf.h"
#include "btf.h"
#include "elf_reader.h"

struct object_map {
	struct bpf_map_definition definition;
	uint32_t section; /* where its symbol is, */
	uint64_t offset;  /* and where in it */
	int is_variables; /* the one element is the whole section */
	const void *contents; /* that the only element gets before the map is frozen, or NULL */
	int fd;		  /* -1 not created */
};

struct object_program {
	const Elf64_Sym *symbol;
	const char *name;
	const char *section_name; /* says what it is attached to: "tp_btf/sched_switch" */
	uint32_t attach_btf_id;
	int fd; /* -1 not loaded */
};

struct object {
	struct elf elf;
	struct btf btf;
	int btf_fd;
	const char *license;
	uint8_t *constants; /* contents of .rodata */
	struct object_map *maps; /* .maps, .rodata, .bss */
	uint32_t map_count;
	struct object_program *programs; /* those asked for */
	uint32_t program_count;
	struct btf_wanted *kernel_functions; /* that programs may call */
	uint32_t kernel_function_count;
};

/* Reads the object; nothing is created yet. On failure nothing needs to be closed. */
int object_open(struct object *o, const void *bytes, size_t size);
void object_close(struct object *o);

/* Before object_load(): how many entries a map has, the value of a `const volatile` number. */
int object_set_entries(struct object *o, const char *map, uint32_t entries);
int object_set_constant(struct object *o, const char *name, uint32_t value);
/* Before object_load(): the program will be loaded. */
int object_want(struct object *o, const char *program);
/* Does the running kernel have this function for BPF programs? After object_resolve(). */
int object_has_kernel_function(const struct object *o, const char *name);

/* Looks up in the kernel's BTF what the wanted programs refer to. */
int object_resolve(struct object *o);
/* Creates the maps and loads the wanted programs. */
int object_load(struct object *o);

/* Descriptors, which the object owns; -1 when there is none. */
int object_map_fd(const struct object *o, const char *name);
int object_program_fd(const struct object *o, const char *name);
/* Offset of a variable in .bss, or -ENOENT. */
long object_variable_offset(const struct object *o, const char *name);

#endif
