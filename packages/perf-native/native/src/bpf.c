/* SPDX-License-Identifier: MIT */
#include "bpf.h"

#include <errno.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static int call(enum bpf_cmd command, union bpf_attr *attr)
{
	long result = syscall(SYS_bpf, command, attr, sizeof(*attr));

	return result < 0 ? -errno : (int)result;
}

static int element(enum bpf_cmd command, int map_fd, const void *key, const void *value)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_fd = (uint32_t)map_fd;
	attr.key = (uintptr_t)key;
	attr.value = (uintptr_t)value;
	return call(command, &attr);
}

int bpf_map_create(const struct bpf_map_definition *d)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_type = d->type;
	attr.key_size = d->key_size;
	attr.value_size = d->value_size;
	attr.max_entries = d->max_entries;
	attr.map_flags = d->flags;
	/* Cut to what the kernel keeps, and left 0-terminated. */
	strncpy(attr.map_name, d->name, sizeof(attr.map_name) - 1);
	return call(BPF_MAP_CREATE, &attr);
}

int bpf_map_set(int map_fd, const void *key, const void *value)
{
	return element(BPF_MAP_UPDATE_ELEM, map_fd, key, value);
}

int bpf_map_push(int map_fd, const void *value)
{
	return element(BPF_MAP_UPDATE_ELEM, map_fd, NULL, value);
}

int bpf_map_pop(int map_fd, void *value)
{
	return element(BPF_MAP_LOOKUP_AND_DELETE_ELEM, map_fd, NULL, value);
}

int bpf_map_get(int map_fd, const void *key, void *value)
{
	return element(BPF_MAP_LOOKUP_ELEM, map_fd, key, value);
}

int bpf_map_freeze(int map_fd)
{
	return element(BPF_MAP_FREEZE, map_fd, NULL, NULL);
}

int bpf_btf_load(const void *bytes, size_t size)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.btf = (uintptr_t)bytes;
	attr.btf_size = (uint32_t)size;
	return call(BPF_BTF_LOAD, &attr);
}

int bpf_program_load(const struct bpf_program_image *image, char *log, uint32_t log_bytes)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = image->type;
	attr.expected_attach_type = image->attach_type;
	attr.attach_btf_id = image->attach_btf_id;
	attr.insns = (uintptr_t)image->instructions;
	attr.insn_cnt = image->instruction_count;
	attr.license = (uintptr_t)image->license;
	attr.prog_btf_fd = (uint32_t)image->btf_fd;
	attr.func_info = (uintptr_t)image->func_info;
	attr.func_info_cnt = image->func_info_count;
	attr.func_info_rec_size = sizeof(struct bpf_func_info);
	attr.core_relos = (uintptr_t)image->core_relos;
	attr.core_relo_cnt = image->core_relo_count;
	attr.core_relo_rec_size = sizeof(struct bpf_core_relo);
	attr.log_buf = log_bytes ? (uintptr_t)log : 0;
	attr.log_size = log_bytes;
	attr.log_level = log_bytes ? 1 : 0;
	strncpy(attr.prog_name, image->name, sizeof(attr.prog_name) - 1);
	return call(BPF_PROG_LOAD, &attr);
}

int bpf_tracepoint_attach(const char *name, int program_fd)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.raw_tracepoint.name = (uintptr_t)name;
	attr.raw_tracepoint.prog_fd = (uint32_t)program_fd;
	return call(BPF_RAW_TRACEPOINT_OPEN, &attr);
}

int bpf_perf_event_attach(int event_fd, int program_fd, uint64_t cookie)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.link_create.prog_fd = (uint32_t)program_fd;
	attr.link_create.target_fd = (uint32_t)event_fd;
	attr.link_create.attach_type = BPF_PERF_EVENT;
	attr.link_create.perf_event.bpf_cookie = cookie;
	return call(BPF_LINK_CREATE, &attr);
}

void *bpf_map_mmap(int map_fd, size_t bytes, int writable)
{
	void *p = mmap(NULL, bytes, PROT_READ | (writable ? PROT_WRITE : 0), MAP_SHARED, map_fd, 0);

	return p == MAP_FAILED ? NULL : p;
}
