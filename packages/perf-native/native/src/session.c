/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <linux/membarrier.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "atomics.h"
#include "bpf.h"
#include "clock.h"
#include "error.h"
#include "groups.h"
#include "hftmon/hftmon.h"
#include "marker_set.h"
#include "owned.h"
#include "probe_set.h"
#include "pump.h"
#include "ring.h"
#include "session_view.h"
#include "span_probe_set.h"
#include "threads.h"

struct hftmon_session {
	struct owned owned; /* first, so that it stands for all */
	struct hftmon_options options;
	uint32_t *affinity;
	struct probe_set probes;
	struct links links;
	struct threads threads;
	struct ring history;
	struct ring input;
	struct hftmon_markers markers;
	struct hftmon_span_probes span_probes;
	struct pump pump;
	struct hftmon_pump_stats stats;
	struct hftmon_cpu *cpus;
	size_t cpus_bytes;
	struct hftmon_sources *sources;
	size_t sources_bytes;
	struct hftmon_record *records;
	size_t records_bytes;
	int started;
};

static void close_owned(struct owned *owned)
{
	hftmon_session__close((struct hftmon_session *)owned);
}

static size_t to_pages(size_t bytes)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return (bytes + page - 1) & ~(page - 1);
}

static int map_fd(const struct hftmon_session *s, const char *name)
{
	return object_map_fd(&s->probes.object, name);
}

static int map_shared(struct hftmon_session *s)
{
	const struct hftmon_options *o = &s->options;

	s->cpus_bytes = to_pages(o->cpus * sizeof(*s->cpus));
	s->cpus = bpf_map_mmap(map_fd(s, "cpus"), s->cpus_bytes, 1);
	if (!s->cpus)
		return fail(-errno, "mapping the CPU table");
	s->sources_bytes = to_pages(o->cpus * sizeof(*s->sources));
	s->sources = bpf_map_mmap(map_fd(s, "sources"), s->sources_bytes, 0);
	if (!s->sources)
		return fail(-errno, "mapping the interrupt totals");
	s->records_bytes = to_pages((size_t)o->cpus * o->kernel_records * HFTMON_RECORD_BYTES);
	s->records = bpf_map_mmap(map_fd(s, "records"), s->records_bytes, 0);
	if (!s->records)
		return fail(-errno, "mapping the kernel rings");
	return 0;
}

static int check(const struct hftmon_options *o)
{
	if (o->sz != sizeof(*o))
		return fail(-EINVAL, "options of %zu bytes, expected %zu", o->sz, sizeof(*o));
	if (!o->cpus || !o->tid_limit || o->max_threads < 2)
		return fail(-EINVAL, "options: cpus, tid_limit and max_threads are needed");
	if (!o->kernel_records || o->kernel_records & (o->kernel_records - 1) ||
	    o->kernel_records < 4 * HFTMON_RING_MARGIN)
		return fail(-EINVAL, "%u kernel records is not a power of two of 32 or more",
			    o->kernel_records);
	return 0;
}

static int open_probes(struct hftmon_session *s)
{
	const struct hftmon_options *o = &s->options;
	struct probe_sizes sizes = {
		.cpus = o->cpus,
		.records_per_cpu = o->kernel_records,
		.threads = o->max_threads,
		.tid_pages = (o->tid_limit + HFTMON_TID_PAGE - 1) / HFTMON_TID_PAGE,
		.open_spans = o->groups & HFTMON_GROUP_SPAN ? o->max_threads : 1,
	};
	int err;

	err = probe_set_load(&s->probes, &sizes, o->groups);
	if (!err)
		err = map_shared(s);
	if (!err && o->groups & (HFTMON_GROUP_SPAN | HFTMON_GROUP_PAUSE))
		err = span_probe_set_open(&s->span_probes, &s->probes.object, sizes.open_spans);
	return err ? err
		   : threads_open(&s->threads, &s->probes, o->max_threads, o->tid_limit, s->cpus,
				  o->cpus);
}

/* Without groups a session is the rings and the pump alone, which need no privilege. */
static int open_parts(struct hftmon_session *s)
{
	const struct hftmon_options *o = &s->options;
	int err = o->groups ? open_probes(s) : 0;

	if (!err)
		err = ring_open(&s->history, "hftmon-history", o->history_records, o->epoch_ns);
	if (!err)
		err = ring_open(&s->input, "hftmon-input", o->input_records, o->epoch_ns);
	if (!err)
		err = marker_set_open(&s->markers, &s->pump, o->epoch_ns);
	return err;
}

static void open_pump(struct hftmon_session *s)
{
	struct pump *p = &s->pump;

	p->cpus = s->cpus;
	p->kernel = s->records;
	p->cpu_count = s->cpus ? s->options.cpus : 0;
	p->kernel_mask = s->options.kernel_records - 1;
	p->history = &s->history;
	p->input = &s->input;
	p->source = marker_set_source(&s->markers);
	p->epoch_ns = s->options.epoch_ns;
	p->poll_ns = s->options.poll_ns;
	p->busy = s->options.busy;
	p->stats = &s->stats;
	p->last_end = -1e300;
	pthread_mutex_init(&p->draining, NULL);
}

int hftmon_session__open(const struct hftmon_options *options, hftmon_session **out)
{
	struct hftmon_session *s;
	int err = check(options);

	*out = NULL;
	if (err)
		return err;
	s = calloc(1, sizeof(*s));
	if (!s)
		return fail(-ENOMEM, "session");
	s->options = *options;
	s->options.affinity = NULL;
	if (options->affinity_count) {
		s->affinity = calloc(options->affinity_count, sizeof(*s->affinity));
		if (!s->affinity) {
			free(s);
			return fail(-ENOMEM, "CPU list");
		}
		memcpy(s->affinity, options->affinity,
		       options->affinity_count * sizeof(*s->affinity));
	}
	err = open_parts(s);
	if (err) {
		hftmon_session__close(s);
		return err;
	}
	open_pump(s);
	owned__remember(&s->owned, close_owned);
	*out = s;
	return 0;
}

int hftmon_session__start(hftmon_session *s)
{
	struct pump_thread_options thread = {
		.affinity = s->affinity,
		.affinity_count = s->options.affinity_count,
		.realtime_priority = s->options.realtime_priority,
	};
	int err;

	if (s->started)
		return 0;
	err = pump_start(&s->pump, &thread);
	if (err)
		return err;
	/* The gate opens only when all is attached, so that every probe misses the same events. */
	err = groups_attach(&s->probes.object, s->options.groups, s->options.cpus, &s->links);
	if (err) {
		pump_stop(&s->pump);
		return err;
	}
	threads_begin(&s->threads);
	if (s->probes.config)
		store_release_u32(&s->probes.config->enabled, 1);
	s->started = 1;
	return 0;
}

static void shut(struct hftmon_session *s)
{
	store_release_u32(&s->probes.config->enabled, 0);
	links_close(&s->links);
	span_probe_set_detach(&s->span_probes);
	/* Waits for an RCU grace period, so for every program that saw the gate open. */
	syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
}

int hftmon_session__stop(hftmon_session *s)
{
	if (!s->started)
		return 0;
	if (s->probes.config)
		shut(s);
	pump_stop(&s->pump);
	pump_drain(&s->pump);
	s->started = 0;
	return 0;
}

static void unmap(void *p, size_t bytes)
{
	if (p)
		munmap(p, bytes);
}

void hftmon_session__close(hftmon_session *s)
{
	if (!s)
		return;
	owned__forget(&s->owned);
	hftmon_session__stop(s);
	threads_close(&s->threads);
	unmap(s->cpus, s->cpus_bytes);
	unmap(s->sources, s->sources_bytes);
	unmap(s->records, s->records_bytes);
	ring_close(&s->history);
	ring_close(&s->input);
	marker_set_close(&s->markers);
	span_probe_set_close(&s->span_probes);
	probe_set_unload(&s->probes);
	free(s->affinity);
	free(s);
}

int hftmon_session__flush(hftmon_session *s)
{
	pump_flush(&s->pump);
	return 0;
}

int hftmon_session__pull(hftmon_session *s)
{
	pump_pull(&s->pump);
	return 0;
}

int hftmon_session__memory(hftmon_session *s, uint32_t which, uint64_t *address, uint64_t *bytes)
{
	const struct {
		const void *address;
		size_t bytes;
	} memories[] = {
		[HFTMON_MEMORY_HISTORY] = { s->history.memory, s->history.bytes },
		[HFTMON_MEMORY_INPUT] = { s->input.memory, s->input.bytes },
		[HFTMON_MEMORY_THREADS] = { s->threads.table, s->threads.table_bytes },
		[HFTMON_MEMORY_CPUS] = { s->cpus, s->cpus_bytes },
		[HFTMON_MEMORY_SOURCES] = { s->sources, s->sources_bytes },
		[HFTMON_MEMORY_CONFIG] = { s->probes.config, s->probes.config ? sizeof(*s->probes.config) : 0 },
		[HFTMON_MEMORY_PUMP] = { &s->stats, sizeof(s->stats) },
		[HFTMON_MEMORY_MARKERS] = { s->markers.stats, s->markers.stats_bytes },
		[HFTMON_MEMORY_OPEN_SPANS] = { s->span_probes.open, s->span_probes.open_bytes },
		[HFTMON_MEMORY_PROBE_COUNTS] = { s->span_probes.counts, s->span_probes.counts_bytes },
	};

	if (which >= sizeof(memories) / sizeof(memories[0]))
		return fail(-EINVAL, "no memory %u", which);
	*address = (uintptr_t)memories[which].address;
	*bytes = memories[which].bytes;
	return 0;
}

int session_view_open(const hftmon_session *s, struct session_view *view)
{
	memset(view, 0, sizeof(*view));
	if (!s->cpus)
		return fail(-EINVAL, "a session without probes follows no thread");
	view->cpu_count = s->options.cpus;
	view->threads = bpf_map_mmap(map_fd(s, "threads"), s->threads.table_bytes, 0);
	if (!view->threads)
		return fail(-errno, "mapping the thread table");
	view->threads_bytes = s->threads.table_bytes;
	view->cpus = bpf_map_mmap(map_fd(s, "cpus"), s->cpus_bytes, 0);
	if (!view->cpus)
		return fail(-errno, "mapping the CPU table");
	view->cpus_bytes = s->cpus_bytes;
	return 0;
}

void session_view_close(struct session_view *view)
{
	unmap((void *)view->threads, view->threads_bytes);
	unmap((void *)view->cpus, view->cpus_bytes);
	memset(view, 0, sizeof(*view));
}

uint32_t session_slot_of(const hftmon_session *s, uint32_t tid)
{
	return tid && tid < s->threads.tid_limit ? load_acquire_u32(&s->threads.slot_by_tid[tid])
						 : 0;
}

int hftmon_session__follow(hftmon_session *s, uint32_t tid, uint32_t tgid)
{
	return threads_follow(&s->threads, tid, tgid);
}

int hftmon_session__unfollow(hftmon_session *s, uint32_t slot)
{
	return threads_unfollow(&s->threads, slot);
}

int hftmon_session__release(hftmon_session *s, uint32_t slot)
{
	return threads_release(&s->threads, slot);
}

int hftmon_session__stack(hftmon_session *s, uint32_t id, uint64_t *out, uint32_t most)
{
	uint64_t frames[64] = { 0 };
	uint32_t n = 0;
	int err = bpf_map_get(map_fd(s, "stacks"), &id, frames);

	if (err)
		return fail(err, "stack %u", id);
	while (n < most && n < 64 && frames[n]) {
		out[n] = frames[n];
		n++;
	}
	return (int)n;
}

hftmon_markers *hftmon_session__markers(hftmon_session *s)
{
	return &s->markers;
}

hftmon_span_probes *hftmon_session__span_probes(hftmon_session *s)
{
	return &s->span_probes;
}

uint64_t hftmon_clock__monotonic_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}
