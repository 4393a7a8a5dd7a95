/* SPDX-License-Identifier: MIT */
/* What the parts of the object loader share. */
#ifndef HFTMON_OBJECT_INTERNAL_H
#define HFTMON_OBJECT_INTERNAL_H

#include "object.h"

/* Reads the definitions of the maps. */
int object_read_maps(struct object *o);
/* Creates every map; .rodata gets its contents and is frozen. */
int object_create_maps(struct object *o);
/* The map whose variable stands at this place, or that holds the section; NULL for none. */
const struct object_map *object_map_at(const struct object *o, uint32_t section, uint64_t offset);
/* Loads one program; its fd is set. */
int object_load_program(struct object *o, struct object_program *program);

#endif
