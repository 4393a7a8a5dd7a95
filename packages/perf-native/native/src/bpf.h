/* SPDX-License-Identifier: MIT */
/* The bpf() commands that we use; each returns a result or -errno. */
#ifndef HFTMON_BPF_H
#define HFTMON_BPF_H

#include <stddef.h>
#include <stdint.h>

struct bpf_map_definition {
	const char *name;
	uint32_t type;
	uint32_t key_size;
	uint32_t value_size;
	uint32_t max_entries;
	uint32_t flags;
};

/* A program that is ready for the kernel. */
struct bpf_program_image {
	const char *name;
	const char *license;
	uint32_t type;
	uint32_t attach_type;
	uint32_t attach_btf_id;
	const void *instructions;
	uint32_t instruction_count;
	int btf_fd;
	const void *func_info; /* struct bpf_func_info */
	uint32_t func_info_count;
	const void *core_relos; /* struct bpf_core_relo */
	uint32_t core_relo_count;
};

int bpf_map_create(const struct bpf_map_definition *definition);
int bpf_map_set(int map_fd, const void *key, const void *value);
int bpf_map_push(int map_fd, const void *value);
int bpf_map_pop(int map_fd, void *value);
int bpf_map_get(int map_fd, const void *key, void *value);
/* From now on the map can't be changed by user space. */
int bpf_map_freeze(int map_fd);
int bpf_btf_load(const void *bytes, size_t size);
/* The verifier's log goes to `log` when it has room. */
int bpf_program_load(const struct bpf_program_image *image, char *log, uint32_t log_bytes);
/* `name` is NULL for tp_btf programs, which know their tracepoint. Returns a link fd. */
int bpf_tracepoint_attach(const char *name, int program_fd);
/* Runs a program at a perf event, which the link keeps. Returns a link fd. */
int bpf_perf_event_attach(int event_fd, int program_fd, uint64_t cookie);
/* Maps a BPF_F_MMAPABLE array; NULL with errno set on failure. */
void *bpf_map_mmap(int map_fd, size_t bytes, int writable);

#endif
