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

int bpf_tracepoint_attach(const char *name, int program_fd)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.raw_tracepoint.name = (uintptr_t)name;
	attr.raw_tracepoint.prog_fd = (uint32_t)program_fd;
	return call(BPF_RAW_TRACEPOINT_OPEN, &attr);
}

void *bpf_map_mmap(int map_fd, size_t bytes, int writable)
{
	void *p = mmap(NULL, bytes, PROT_READ | (writable ? PROT_WRITE : 0), MAP_SHARED, map_fd, 0);

	return p == MAP_FAILED ? NULL : p;
}
