/* SPDX-License-Identifier: MIT */
/* What the parts of the object loader share. */
#ifndef HFTMON_OBJECT_INTERNAL_H
#define HFTMON_OBJECT_INTERNAL_H

#include <linux/bpf.h>

#include "object.h"

/* A program's own copy of everything that the kernel gets. */
struct object_image {
	struct bpf_program_image to_load;
	struct bpf_insn *instructions;
	struct bpf_func_info func_info;
	struct bpf_core_relo *core_relos;
};

/* Reads the definitions of the maps. */
int object_read_maps(struct object *o);
/* Creates every map; .rodata gets its contents and is frozen. */
int object_create_maps(struct object *o);
/* The map whose variable stands at this place, or that holds the section; NULL for none. */
const struct object_map *object_map_at(const struct object *o, uint32_t section, uint64_t offset);
/* Relocates a program. Also what a failed call left is to be freed. */
int object_image_make(struct object_image *i, const struct object *o, const struct object_program *p);
void object_image_free(struct object_image *i);
/* Loads one program; its fd is set. */
int object_load_program(struct object *o, struct object_program *program);

#endif
