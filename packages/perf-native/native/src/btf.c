/* SPDX-License-Identifier: MIT */
#include "btf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Kinds that come after those of the oldest headers that we build with. */
#define KIND_ENUM64 19

/* What follows the type's header; -1 for a kind that is newer than this code. */
static long tail_bytes(const struct btf_type *t)
{
	uint32_t n = BTF_INFO_VLEN(t->info);

	switch (BTF_INFO_KIND(t->info)) {
	case BTF_KIND_PTR:
	case BTF_KIND_FWD:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_FUNC:
	case BTF_KIND_FLOAT:
	case BTF_KIND_TYPE_TAG:
		return 0;
	case BTF_KIND_INT:
	case BTF_KIND_VAR:
	case BTF_KIND_DECL_TAG:
		return 4;
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
	case BTF_KIND_DATASEC:
	case KIND_ENUM64:
		return 12l * n;
	case BTF_KIND_ENUM:
	case BTF_KIND_FUNC_PROTO:
		return 8l * n;
	}
	return -1;
}

/* The type at an offset and the offset of the next one; NULL at the end. */
static struct btf_type *next(const struct btf *btf, uint32_t *offset)
{
	struct btf_type *t = (void *)(btf->types + *offset);
	long tail;

	if (*offset >= btf->types_bytes || btf->types_bytes - *offset < sizeof(*t))
		return NULL;
	tail = tail_bytes(t);
	if (tail < 0 || btf->types_bytes - *offset - sizeof(*t) < (uint64_t)tail)
		return NULL;
	*offset += sizeof(*t) + (uint32_t)tail;
	return t;
}

int btf_open(struct btf *btf, const void *bytes, size_t size)
{
	const struct btf_header *h = bytes;
	uint64_t types, strings;

	memset(btf, 0, sizeof(*btf));
	if (size < sizeof(*h) || h->magic != BTF_MAGIC || h->hdr_len > size)
		return -EINVAL;
	types = (uint64_t)h->hdr_len + h->type_off;
	strings = (uint64_t)h->hdr_len + h->str_off;
	if (types % 4 || types + h->type_len > size || strings + h->str_len > size || !h->str_len ||
	    ((const char *)bytes)[strings + h->str_len - 1])
		return -EINVAL;
	btf->bytes = malloc(size);
	if (!btf->bytes)
		return -ENOMEM;
	memcpy(btf->bytes, bytes, size);
	btf->size = size;
	btf->types = btf->bytes + types;
	btf->types_bytes = h->type_len;
	btf->strings = (const char *)btf->bytes + strings;
	btf->strings_bytes = h->str_len;
	return 0;
}

void btf_close(struct btf *btf)
{
	free(btf->offsets);
	free(btf->bytes);
	memset(btf, 0, sizeof(*btf));
}

void btf_find(const struct btf *btf, struct btf_wanted *wanted, uint32_t count)
{
	uint32_t offset = 0, kinds = 0;
	struct btf_type *t;

	for (uint32_t i = 0; i < count; i++)
		kinds |= 1u << wanted[i].kind;
	for (uint32_t id = 1; (t = next(btf, &offset)); id++) {
		uint32_t kind = BTF_INFO_KIND(t->info);
		const char *name;

		if (!(kinds & 1u << kind))
			continue;
		name = btf_name(btf, t);
		for (uint32_t i = 0; i < count; i++)
			if (wanted[i].kind == kind && !wanted[i].id && !strcmp(wanted[i].name, name))
				wanted[i].id = id;
	}
}

int btf_index(struct btf *btf)
{
	uint32_t offset = 0, at = 0;

	while (next(btf, &offset))
		btf->count++;
	btf->offsets = calloc(btf->count + 1, sizeof(*btf->offsets));
	if (!btf->offsets)
		return -ENOMEM;
	for (uint32_t i = 0; i < btf->count; i++) {
		btf->offsets[i] = at;
		next(btf, &at);
	}
	return 0;
}

struct btf_type *btf_type(const struct btf *btf, uint32_t id)
{
	return id && id <= btf->count ? (void *)(btf->types + btf->offsets[id - 1]) : NULL;
}

const char *btf_name(const struct btf *btf, const struct btf_type *type)
{
	return type->name_off < btf->strings_bytes ? btf->strings + type->name_off : "";
}

uint32_t btf_size(const struct btf *btf, uint32_t id)
{
	uint64_t times = 1;

	/* Bounded: a type may not be made of more types than this, and may point to itself. */
	for (int depth = 0; depth < 32; depth++) {
		const struct btf_type *t = btf_type(btf, id);
		const struct btf_array *array;

		if (!t)
			return 0;
		switch (BTF_INFO_KIND(t->info)) {
		case BTF_KIND_TYPEDEF:
		case BTF_KIND_VOLATILE:
		case BTF_KIND_CONST:
		case BTF_KIND_RESTRICT:
		case BTF_KIND_TYPE_TAG:
			id = t->type;
			continue;
		case BTF_KIND_ARRAY:
			array = (const void *)(t + 1);
			times *= array->nelems;
			id = array->type;
			if (times > UINT32_MAX)
				return 0;
			continue;
		case BTF_KIND_PTR:
			times *= 8;
			break;
		case BTF_KIND_INT:
		case BTF_KIND_ENUM:
		case BTF_KIND_STRUCT:
		case BTF_KIND_UNION:
		case BTF_KIND_FLOAT:
		case KIND_ENUM64:
			times *= t->size;
			break;
		default:
			return 0;
		}
		return times > UINT32_MAX ? 0 : (uint32_t)times;
	}
	return 0;
}

static uint32_t find_int(const struct btf *btf)
{
	for (uint32_t id = 1; id <= btf->count; id++) {
		const struct btf_type *t = btf_type(btf, id);

		if (BTF_INFO_KIND(t->info) == BTF_KIND_INT && t->size == 4)
			return id;
	}
	return 0;
}

/* A struct has members of the same 12 bytes as a section's variables. */
static void section_to_struct(struct btf_type *t, uint32_t int_id)
{
	uint32_t count = BTF_INFO_VLEN(t->info);
	struct btf_member *members = (void *)(t + 1);

	for (uint32_t i = 0; i < count; i++)
		members[i] = (struct btf_member){ .type = int_id };
	t->name_off = 0;
	t->info = BTF_KIND_STRUCT << 24 | count;
	t->size = 4;
}

void btf_make_loadable(struct btf *btf)
{
	uint32_t int_id = find_int(btf);

	for (uint32_t id = 1; id <= btf->count; id++) {
		struct btf_type *t = btf_type(btf, id);

		switch (BTF_INFO_KIND(t->info)) {
		case BTF_KIND_DATASEC:
			section_to_struct(t, int_id);
			break;
		case BTF_KIND_FUNC:
			if (BTF_INFO_VLEN(t->info) != BTF_FUNC_EXTERN)
				break;
			t->name_off = 0;
			t->info = BTF_KIND_CONST << 24;
			break;
		}
	}
}
