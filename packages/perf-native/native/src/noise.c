/* SPDX-License-Identifier: MIT */
#include "hftmon/noise.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "error.h"
#include "noise_track.h"
#include "owned.h"
#include "poller.h"
#include "ring.h"

/* Readings of the clock between two updates of `now_ns` for those who look. */
#define UPDATE_READINGS (1u << 16)

/* Of both clocks, when a gap is written down: one that is interrupted isn't the best. */
#define PAIR_ATTEMPTS 3

struct books {
	uint32_t involuntary;
	uint32_t voluntary;
	uint32_t minor_faults;
	uint32_t major_faults;
};

struct hftmon_noise {
	struct owned owned; /* first, so that it stands for all */
	struct hftmon_noise_options options;
	struct poller poller;
	struct noise_track track;
	struct ring gaps;
	struct hftmon_noise_stats *stats;
	struct hftmon_histogram *histogram;
	struct books books;
	uint64_t told_ns; /* end of the last gap */
};

static void read_books(struct books *b)
{
	struct rusage usage;

	getrusage(RUSAGE_THREAD, &usage);
	b->involuntary = (uint32_t)usage.ru_nivcsw;
	b->voluntary = (uint32_t)usage.ru_nvcsw;
	b->minor_faults = (uint32_t)usage.ru_minflt;
	b->major_faults = (uint32_t)usage.ru_majflt;
}

/* A gap that lasted from `from` to `to`, the reading of the clock just now. */
static void write_gap(struct hftmon_noise *n, uint64_t from, uint64_t to)
{
	struct hftmon_noise_stats *stats = n->stats;
	uint64_t ns = ticks_to_ns(&n->poller.clock, to - from), start;
	struct tick_pair pair;
	struct hftmon_record *r = ring_offer(&n->gaps);
	struct books before = n->books;

	stats->gaps++;
	stats->gap_ns += ns;
	if (ns > stats->longest_ns)
		stats->longest_ns = ns;
	read_books(&n->books);
	if (!r)
		return;
	/*
	 * Where the gap stands in CLOCK_MONOTONIC is read now, rather than calculated from the begin
	 * of the run: the kernel steers that clock, and the events of the gap are stamped by it.
	 */
	pair = ticks_pair(&n->poller.clock, PAIR_ATTEMPTS);
	start = pair.ns - ticks_to_ns(&n->poller.clock, pair.ticks - to) - ns;
	/* Two readings of both clocks differ by a few ns, also about the end of one gap and the begin
	 * of the next. */
	if ((int64_t)(start - n->told_ns) < 0)
		start = n->told_ns;
	n->told_ns = start + ns;
	r->timestamp = (double)(int64_t)(start - n->options.poller.epoch_ns);
	r->duration = (double)ns;
	r->tid = (uint32_t)stats->poller.tid;
	r->cpu = (uint16_t)n->options.poller.cpu;
	r->kind = HFTMON_GAP;
	memset(r->w, 0, sizeof(r->w));
	r->w[HFTMON_GAP_INVOLUNTARY] = n->books.involuntary - before.involuntary;
	r->w[HFTMON_GAP_VOLUNTARY] = n->books.voluntary - before.voluntary;
	r->w[HFTMON_GAP_MINOR_FAULTS] = n->books.minor_faults - before.minor_faults;
	r->w[HFTMON_GAP_MAJOR_FAULTS] = n->books.major_faults - before.major_faults;
	r->commit = n->gaps.head + 1;
	ring_publish(&n->gaps, 1);
}

static void rest(struct hftmon_noise *n)
{
	poller_rest(&n->poller);
	/* The switches of the rest are no part of the next gap. */
	read_books(&n->books);
	noise_track_resume(&n->track, ticks_now(&n->poller.clock));
}

static void poll_clock(void *context)
{
	struct hftmon_noise *n = context;
	struct noise_track *track = &n->track;
	struct poller *p = &n->poller;
	uint64_t readings = 0, now;

	track->clock = p->clock;
	read_books(&n->books);
	now = p->begin.ticks;
	noise_track_begin(track, now, n->options.poller.interval_ns, n->options.threshold_ns);
	/* Setting out is no gap. */
	noise_track_resume(track, ticks_now(&track->clock));
	for (;;) {
		uint64_t last = track->last;

		now = ticks_now(&track->clock);
		if (!poller_goes_on(p, now))
			break;
		if (noise_track_read(track, now)) {
			do {
				write_gap(n, last, now);
				last = now;
				now = ticks_now(&track->clock);
			} while (noise_track_return(track, now));
		}
		if (poller_is_tired(p, now))
			rest(n);
		if (++readings % UPDATE_READINGS == 0)
			poller_note(p, now);
	}
	noise_track_end(track, now);
	poller_note(p, now);
}

static void *map(size_t bytes)
{
	/* Populated: a page fault of ours would be a gap. */
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE,
		       -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

static int check(const struct hftmon_noise_options *o)
{
	if (o->sz != sizeof(*o))
		return fail(-EINVAL, "options of %zu bytes, expected %zu", o->sz, sizeof(*o));
	if (!o->threshold_ns)
		return fail(-EINVAL, "a threshold is needed");
	return poller_check(&o->poller);
}

static int open_memory(struct hftmon_noise *n)
{
	int err = ring_open(&n->gaps, "hftmon-gaps", n->options.gap_records,
			    n->options.poller.epoch_ns);

	if (err)
		return err;
	n->stats = map(sizeof(*n->stats));
	n->histogram = map(sizeof(*n->histogram));
	if (!n->stats || !n->histogram)
		return fail(-ENOMEM, "noise probe");
	/* Touched here and not by the probe. */
	memset(n->gaps.records, 0, (size_t)n->options.gap_records * HFTMON_RECORD_BYTES);
	histogram_init(n->histogram);
	n->track.stats = n->stats;
	n->track.histogram = n->histogram;
	return 0;
}

static void close_owned(struct owned *owned)
{
	hftmon_noise__close((hftmon_noise *)owned);
}

int hftmon_noise__open(const struct hftmon_noise_options *options, hftmon_noise **out)
{
	struct hftmon_noise *n;
	int err = check(options);

	*out = NULL;
	if (err)
		return err;
	n = calloc(1, sizeof(*n));
	if (!n)
		return fail(-ENOMEM, "noise probe");
	n->options = *options;
	owned__remember(&n->owned, close_owned);
	err = open_memory(n);
	if (err) {
		hftmon_noise__close(n);
		return err;
	}
	n->poller.options = options->poller;
	n->poller.stats = &n->stats->poller;
	n->poller.poll = poll_clock;
	n->poller.context = n;
	*out = n;
	return 0;
}

int hftmon_noise__start(hftmon_noise *n)
{
	return poller_start(&n->poller, "hftmon-noise");
}

int hftmon_noise__stop(hftmon_noise *n)
{
	poller_stop(&n->poller);
	return 0;
}

void hftmon_noise__close(hftmon_noise *n)
{
	if (!n)
		return;
	owned__forget(&n->owned);
	poller_stop(&n->poller);
	ring_close(&n->gaps);
	if (n->stats)
		munmap(n->stats, sizeof(*n->stats));
	if (n->histogram)
		munmap(n->histogram, sizeof(*n->histogram));
	free(n);
}

int hftmon_noise__memory(hftmon_noise *n, uint32_t which, uint64_t *address, uint64_t *bytes)
{
	const struct {
		const void *address;
		size_t bytes;
	} memories[] = {
		[HFTMON_NOISE_GAPS] = { n->gaps.memory, n->gaps.bytes },
		[HFTMON_NOISE_STATS] = { n->stats, sizeof(*n->stats) },
		[HFTMON_NOISE_HISTOGRAM] = { n->histogram, sizeof(*n->histogram) },
	};

	if (which >= sizeof(memories) / sizeof(memories[0]))
		return fail(-EINVAL, "no memory %u", which);
	*address = (uintptr_t)memories[which].address;
	*bytes = memories[which].bytes;
	return 0;
}
