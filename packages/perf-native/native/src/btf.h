/* SPDX-License-Identifier: MIT */
/* BTF, the kernel's type information: of the running kernel, and of our own programs. */
#ifndef HFTMON_BTF_H
#define HFTMON_BTF_H

#include <linux/btf.h>
#include <stddef.h>
#include <stdint.h>

struct btf {
	uint8_t *bytes; /* owned */
	size_t size;
	uint32_t *offsets; /* of type N + 1, from `types`; only filled by btf_index() */
	uint32_t count;
	uint8_t *types;
	uint32_t types_bytes;
	const char *strings;
	uint32_t strings_bytes;
};

/* One type looked for by name; `id` stays 0 when there is none. */
struct btf_wanted {
	const char *name;
	uint32_t kind; /* BTF_KIND_… */
	uint32_t id;
};

/* Copies the blob. -EINVAL when it is none of this byte order. */
int btf_open(struct btf *btf, const void *bytes, size_t size);
void btf_close(struct btf *btf);
/* Finds many types in one pass: the kernel has some 100,000. */
void btf_find(const struct btf *btf, struct btf_wanted *wanted, uint32_t count);
/* Makes btf_type() usable. */
int btf_index(struct btf *btf);
/* NULL for void and for ids out of range. */
struct btf_type *btf_type(const struct btf *btf, uint32_t id);
const char *btf_name(const struct btf *btf, const struct btf_type *type);
/* Bytes that a value of the type takes; 0 when it has no size. */
uint32_t btf_size(const struct btf *btf, uint32_t id);
/*
 * What the compiler leaves for libbpf to mend: sections of variables without sizes and functions
 * that are the kernel's. The kernel refuses both, and needs neither from us.
 */
void btf_make_loadable(struct btf *btf);

#endif
