/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "object_internal.h"

/* `__uint(name, value)` is a member that points to an array of that many elements. */
static uint32_t number_of(const struct btf *btf, uint32_t type_id)
{
	const struct btf_type *pointer = btf_type(btf, type_id), *array;

	array = pointer ? btf_type(btf, pointer->type) : NULL;
	if (!array || BTF_INFO_KIND(array->info) != BTF_KIND_ARRAY)
		return 0;
	return ((const struct btf_array *)(array + 1))->nelems;
}

/* `__type(name, type)` is a member that points to that type. */
static uint32_t size_pointed_to(const struct btf *btf, uint32_t type_id)
{
	const struct btf_type *pointer = btf_type(btf, type_id);

	return pointer ? btf_size(btf, pointer->type) : 0;
}

static int read_definition(const struct btf *btf, const struct btf_type *var,
			   struct bpf_map_definition *d)
{
	const struct btf_type *type = btf_type(btf, var->type);
	const struct btf_member *members;

	d->name = btf_name(btf, var);
	if (!type || BTF_INFO_KIND(type->info) != BTF_KIND_STRUCT)
		return fail(-EINVAL, "BPF map %s has no definition", d->name);
	members = (const void *)(type + 1);
	for (uint32_t i = 0; i < BTF_INFO_VLEN(type->info); i++) {
		const struct btf_member *m = &members[i];
		const char *field = m->name_off < btf->strings_bytes ? btf->strings + m->name_off : "";

		if (!strcmp(field, "type"))
			d->type = number_of(btf, m->type);
		else if (!strcmp(field, "key_size"))
			d->key_size = number_of(btf, m->type);
		else if (!strcmp(field, "value_size"))
			d->value_size = number_of(btf, m->type);
		else if (!strcmp(field, "max_entries"))
			d->max_entries = number_of(btf, m->type);
		else if (!strcmp(field, "map_flags"))
			d->flags = number_of(btf, m->type);
		else if (!strcmp(field, "key"))
			d->key_size = size_pointed_to(btf, m->type);
		else if (!strcmp(field, "value"))
			d->value_size = size_pointed_to(btf, m->type);
		else
			return fail(-EINVAL, "BPF map %s has an unknown field %s", d->name, field);
	}
	return 0;
}

static const struct btf_type *find_section_type(const struct btf *btf, const char *name)
{
	for (uint32_t id = 1; id <= btf->count; id++) {
		const struct btf_type *t = btf_type(btf, id);

		if (BTF_INFO_KIND(t->info) == BTF_KIND_DATASEC && !strcmp(btf_name(btf, t), name))
			return t;
	}
	return NULL;
}

static int read_declared(struct object *o)
{
	const struct btf_type *section = find_section_type(&o->btf, ".maps");
	const struct btf_var_secinfo *variables;
	uint32_t count;

	if (!section)
		return 0;
	count = BTF_INFO_VLEN(section->info);
	variables = (const void *)(section + 1);
	for (uint32_t i = 0; i < count; i++) {
		const struct btf_type *var = btf_type(&o->btf, variables[i].type);
		struct object_map *map = &o->maps[o->map_count];
		const Elf64_Sym *symbol;
		int err;

		if (!var)
			return fail(-EINVAL, "a BPF map without a type");
		symbol = elf_find_symbol(&o->elf, btf_name(&o->btf, var));
		if (!symbol)
			return fail(-EINVAL, "BPF map %s has no symbol", btf_name(&o->btf, var));
		err = read_definition(&o->btf, var, &map->definition);
		if (err)
			return err;
		map->section = symbol->st_shndx;
		map->offset = symbol->st_value;
		o->map_count++;
	}
	return 0;
}

/* Variables live in arrays of one element, one per section. */
static void add_section(struct object *o, uint32_t section, const char *name, const void *contents)
{
	uint64_t size = section ? o->elf.sections[section].sh_size : 0;
	struct object_map *map = &o->maps[o->map_count];

	if (!size)
		return;
	map->section = section;
	map->is_variables = 1;
	map->contents = contents;
	map->definition = (struct bpf_map_definition){
		.name = name,
		.type = BPF_MAP_TYPE_ARRAY,
		.key_size = sizeof(uint32_t),
		.value_size = (uint32_t)size,
		.max_entries = 1,
		.flags = contents ? BPF_F_RDONLY_PROG : BPF_F_MMAPABLE,
	};
	o->map_count++;
}

/* A copy, since object_set_constant() changes it. */
static int read_constants(struct object *o, uint32_t section)
{
	const void *data = elf_data(&o->elf, section);
	size_t size = o->elf.sections[section].sh_size;

	if (!data)
		return fail(-EINVAL, "the BPF programs' constants have no values");
	o->constants = malloc(size + 1);
	if (!o->constants)
		return fail(-ENOMEM, "constants of the BPF programs");
	memcpy(o->constants, data, size);
	return 0;
}

int object_read_maps(struct object *o)
{
	const struct btf_type *section = find_section_type(&o->btf, ".maps");
	uint32_t declared = section ? BTF_INFO_VLEN(section->info) : 0;
	uint32_t variables = elf_find_section(&o->elf, ".bss");
	uint32_t constants = elf_find_section(&o->elf, ".rodata");
	int err;

	o->maps = calloc(declared + 2, sizeof(*o->maps));
	if (!o->maps)
		return fail(-ENOMEM, "list of BPF maps");
	for (uint32_t i = 0; i < declared + 2; i++)
		o->maps[i].fd = -1;
	err = read_declared(o);
	if (!err && constants)
		err = read_constants(o, constants);
	if (err)
		return err;
	add_section(o, variables, "hftmon.bss", NULL);
	add_section(o, constants, "hftmon.rodata", o->constants);
	return 0;
}

int object_create_maps(struct object *o)
{
	const uint32_t first = 0;

	for (uint32_t i = 0; i < o->map_count; i++) {
		struct object_map *map = &o->maps[i];
		const char *name = map->definition.name;
		int err = 0;

		map->fd = bpf_map_create(&map->definition);
		if (map->fd < 0)
			return fail(map->fd, "creating the BPF map %s", name);
		if (map->contents)
			err = bpf_map_set(map->fd, &first, map->contents);
		/* Frozen, the verifier knows the values and drops code that they rule out. */
		if (!err && map->contents)
			err = bpf_map_freeze(map->fd);
		if (err)
			return fail(err, "filling the BPF map %s", name);
	}
	return 0;
}

const struct object_map *object_map_at(const struct object *o, uint32_t section, uint64_t offset)
{
	for (uint32_t i = 0; i < o->map_count; i++) {
		const struct object_map *map = &o->maps[i];

		if (map->section == section && (map->is_variables || map->offset == offset))
			return map;
	}
	return NULL;
}

int object_map_fd(const struct object *o, const char *name)
{
	for (uint32_t i = 0; i < o->map_count; i++)
		if (!strcmp(o->maps[i].definition.name, name))
			return o->maps[i].fd;
	return -1;
}
