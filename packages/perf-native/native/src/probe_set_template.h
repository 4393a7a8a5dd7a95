/* SPDX-License-Identifier: MIT */
/*
 * Included once per light skeleton with SKELETON, SKELETON_HEADER, SKELETON_PROGRAMS and LOAD
 * defined: the generated code is typed by the skeleton's name, so this can't be a function.
 */
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "hftmon/shared.h"

typedef uint32_t u32;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wsign-compare"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Woverlength-strings"
#pragma GCC diagnostic ignored "-Wpointer-arith"
#include SKELETON_HEADER
#pragma GCC diagnostic pop

#include "error.h"
#include "probe_set.h"

#define JOIN2(a, b) a##b
#define JOIN(a, b) JOIN2(a, b)
#define FN(suffix) JOIN(SKELETON, suffix)

static const char *const program_names[] = {
#include SKELETON_PROGRAMS
};

#define PROGRAMS (sizeof(program_names) / sizeof(program_names[0]))

_Static_assert(sizeof(((struct SKELETON *)0)->progs) == PROGRAMS * sizeof(struct bpf_prog_desc),
	       "the list of program names is complete and in order");

static void destroy(void *skeleton)
{
	FN(__destroy)(skeleton);
}

static void set_sizes(struct SKELETON *skel, const struct probe_sizes *sizes)
{
	skel->maps.slots.max_entries = sizes->tid_pages;
	skel->maps.told.max_entries = sizes->tid_pages;
	skel->maps.threads.max_entries = sizes->threads;
	skel->maps.free_slots.max_entries = sizes->threads;
	skel->maps.cpus.max_entries = sizes->cpus;
	skel->maps.sources.max_entries = sizes->cpus;
	skel->maps.records.max_entries = sizes->cpus * sizes->records_per_cpu;
	skel->rodata->ring_mask = sizes->records_per_cpu - 1;
}

/*
 * The verifier gives up with EAGAIN when a signal is pending for the thread that loads. Blocked
 * ones are not pending in that sense; those to the process go to another thread meanwhile.
 */
static int load_undisturbed(struct SKELETON *skel)
{
	sigset_t all, before;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	err = FN(__load)(skel);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return err;
}

int LOAD(struct probe_set *set, const struct probe_sizes *sizes)
{
	struct SKELETON *skel = FN(__open)();
	struct bpf_prog_desc *progs;
	int err;

	memset(set, 0, sizeof(*set));
	if (!skel)
		return fail(-ENOMEM, "cannot prepare the BPF programs");
	set_sizes(skel, sizes);
	err = load_undisturbed(skel);
	if (err) {
		FN(__destroy)(skel);
		return fail(err, "the kernel refused the BPF programs");
	}
	set->programs = calloc(PROGRAMS, sizeof(*set->programs));
	if (!set->programs) {
		FN(__destroy)(skel);
		return fail(-ENOMEM, "list of BPF programs");
	}
	progs = (void *)&skel->progs;
	for (uint32_t i = 0; i < PROGRAMS; i++) {
		set->programs[i].name = program_names[i];
		set->programs[i].fd = &progs[i].prog_fd;
	}
	set->program_count = PROGRAMS;
	set->skeleton = skel;
	set->destroy = destroy;
	set->config = &skel->bss->config;
	set->slots_fd = skel->maps.slots.map_fd;
	set->threads_fd = skel->maps.threads.map_fd;
	set->free_slots_fd = skel->maps.free_slots.map_fd;
	set->cpus_fd = skel->maps.cpus.map_fd;
	set->sources_fd = skel->maps.sources.map_fd;
	set->records_fd = skel->maps.records.map_fd;
	set->stacks_fd = skel->maps.stacks.map_fd;
	return 0;
}
