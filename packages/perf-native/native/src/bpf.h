/* SPDX-License-Identifier: MIT */
/* The few bpf() commands used beside the light skeleton; each returns a result or -errno. */
#ifndef HFTMON_BPF_H
#define HFTMON_BPF_H

#include <stddef.h>
#include <stdint.h>

int bpf_map_push(int map_fd, const void *value);
int bpf_map_pop(int map_fd, void *value);
int bpf_map_get(int map_fd, const void *key, void *value);
/* `name` is NULL for tp_btf programs, which know their tracepoint. Returns a link fd. */
int bpf_tracepoint_attach(const char *name, int program_fd);
/* Maps a BPF_F_MMAPABLE array; NULL with errno set on failure. */
void *bpf_map_mmap(int map_fd, size_t bytes, int writable);

#endif
