/* SPDX-License-Identifier: MIT */
/*
 * A light skeleton, seen without its type: a loader and programs as plain data that the bpf()
 * syscall runs, so that neither libbpf nor libelf is needed. There are two, of one source: with
 * and without the tracepoints that kernels before 6.4 lack, since a light skeleton loads all of
 * its programs or none.
 */
#ifndef HFTMON_PROBE_SET_H
#define HFTMON_PROBE_SET_H

#include <stdint.h>

#include "hftmon/shared.h"

/* Sizes of the maps, known only when a session is opened. */
struct probe_sizes {
	uint32_t cpus;
	uint32_t records_per_cpu; /* power of two */
	uint32_t threads;
	uint32_t tid_pages;
};

struct probe_program {
	const char *name;
	int *fd; /* in the skeleton, which closes it; 0 once unloaded */
};

struct probe_set {
	void *skeleton;
	void (*destroy)(void *skeleton);
	struct hftmon_config *config; /* .bss of the programs, mapped */
	int slots_fd, threads_fd, free_slots_fd, cpus_fd, sources_fd, records_fd, stacks_fd;
	struct probe_program *programs;
	uint32_t program_count;
};

int probe_set_load_full(struct probe_set *set, const struct probe_sizes *sizes);
int probe_set_load_base(struct probe_set *set, const struct probe_sizes *sizes);

/* The program by its function's name, or NULL. */
struct probe_program *probe_set_find(struct probe_set *set, const char *name);
/* Unloads one program that will not be attached. */
void probe_program_unload(struct probe_program *program);
void probe_set_unload(struct probe_set *set);

#endif
