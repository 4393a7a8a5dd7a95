/* SPDX-License-Identifier: MIT */
#include "hftmon/watch.h"

#include <errno.h>
#include <linux/hw_breakpoint.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "error.h"
#include "owned.h"
#include "samples_ring.h"

/* 16 KiB: room for 409 hits of 40 bytes. */
#define RING_BYTES 16384

struct hftmon_watch {
	struct owned owned;
	struct perf_event_attr attr;
	struct perf_ring ring;
	uint32_t tid;
	int fd;
	uint64_t epoch_ns;
	uint64_t granted; /* hits that the present event was armed for, in all */
	uint64_t counted; /* hits of the events before it */
	uint64_t lost; /* hits of earlier armings that there was no room to keep */
	uint32_t kept; /* hits of earlier armings that nobody has taken yet */
	struct hftmon_watch_hit hits[HFTMON_WATCH_MOST_HITS];
};

/* A hit as the kernel writes it: PERF_SAMPLE_IP|TID|TIME|CPU. */
struct hit_record {
	struct perf_event_header header;
	uint64_t ip;
	uint32_t pid, tid;
	uint64_t time;
	uint32_t cpu, reserved;
};

_Static_assert(RING_BYTES / sizeof(struct hit_record) > HFTMON_WATCH_MOST_HITS, "ring too small");

static int set_place(struct perf_event_attr *attr, double address, uint32_t length, uint32_t access)
{
	if (!(address >= 0 && address < 9007199254740992.0) || !length || length > 8 ||
	    length & (length - 1) || (uint64_t)address & (length - 1))
		return fail(-EINVAL, "watching %u bytes at %.0f", length, address);
	if (access != HFTMON_WATCH_WRITES && access != HFTMON_WATCH_READS_AND_WRITES)
		return fail(-EINVAL, "watching for access %u", access);
	attr->bp_addr = (uint64_t)address;
	attr->bp_len = length;
	attr->bp_type = access;
	return 0;
}

static void close_owned(struct owned *owned)
{
	hftmon_watch__close((hftmon_watch *)owned);
}

/* A mapping keeps its event alive, and so the debug register. */
static void close_event(struct hftmon_watch *w)
{
	perf_ring__unmap(&w->ring);
	if (w->fd >= 0)
		close(w->fd);
	w->fd = -1;
}

static int open_event(struct hftmon_watch *w)
{
	uint32_t page = (uint32_t)sysconf(_SC_PAGESIZE);
	int err;

	w->granted = 0;
	w->fd = perf_event__open(&w->attr, w->tid, -1);
	if (w->fd < 0)
		return fail(w->fd, "watching thread %u", w->tid);
	memset(&w->ring, 0, sizeof(w->ring));
	err = perf_ring__map(&w->ring, w->fd, page < RING_BYTES ? RING_BYTES / page : 1);
	if (!err)
		return 0;
	/* Without a ring it would count hits that nobody could read. */
	close_event(w);
	/* The kernel says EPERM; it is not a matter of privilege alone. */
	return fail(err == -EPERM ? -ENOMEM : err, "the ring of a watchpoint");
}

int hftmon_watch__open(uint32_t tid, double address, uint32_t length, uint32_t access,
		       uint64_t epoch_ns, hftmon_watch **out)
{
	struct hftmon_watch *w = calloc(1, sizeof(*w));
	int err;

	*out = NULL;
	if (!w)
		return fail(-ENOMEM, "watchpoint");
	w->fd = -1;
	w->tid = tid;
	w->epoch_ns = epoch_ns;
	w->attr = (struct perf_event_attr){
		.type = PERF_TYPE_BREAKPOINT,
		.size = sizeof(w->attr),
		.sample_period = 1,
		.sample_type = PERF_SAMPLE_IP | PERF_SAMPLE_TID | PERF_SAMPLE_TIME |
			       PERF_SAMPLE_CPU,
		.disabled = 1,
		.exclude_kernel = 1,
		.exclude_hv = 1,
		.use_clockid = 1,
		.clockid = CLOCK_MONOTONIC,
		/* Nobody waits for the ring: no wake-up of the monitor from within the target. */
		.watermark = 1,
		.wakeup_watermark = UINT32_MAX,
	};
	err = set_place(&w->attr, address, length, access);
	if (!err)
		err = open_event(w);
	owned__remember(&w->owned, close_owned);
	if (err) {
		hftmon_watch__close(w);
		return err;
	}
	*out = w;
	return 0;
}

/* Hits of the present event. */
static int read_count(struct hftmon_watch *w, uint64_t *count)
{
	ssize_t got;

	*count = 0;
	if (w->fd < 0) /* it could not be opened anew */
		return 0;
	got = read(w->fd, count, sizeof(*count));
	if (got == sizeof(*count))
		return 0;
	return fail(got < 0 ? -errno : -EIO, "reading a watchpoint of thread %u", w->tid);
}

static uint32_t take_hits(struct hftmon_watch *w, struct hftmon_watch_hit *out, uint32_t most)
{
	const struct perf_event_header *header;
	uint32_t n = 0;

	while (w->ring.page && n < most && (header = perf_ring__next(&w->ring))) {
		const struct hit_record *hit = (const void *)header;

		if (header->type != PERF_RECORD_SAMPLE)
			continue;
		out[n++] = (struct hftmon_watch_hit){
			.time = (double)(int64_t)(hit->time - w->epoch_ns),
			.ip = hit->ip,
			.tid = hit->tid,
			.cpu = hit->cpu,
		};
	}
	return n;
}

/* Empties the ring, so that it has room for an arming. */
static void keep_hits(struct hftmon_watch *w)
{
	struct hftmon_watch_hit beyond;

	w->kept += take_hits(w, w->hits + w->kept, HFTMON_WATCH_MOST_HITS - w->kept);
	while (take_hits(w, &beyond, 1))
		w->lost++;
}

/* Opens the event anew. */
static int reopen(struct hftmon_watch *w, uint64_t count)
{
	w->counted += count;
	close_event(w);
	return open_event(w);
}

int hftmon_watch__disarm(hftmon_watch *w)
{
	/* Disabled, the event is off the debug registers; what is left of its limit stays. */
	if (w->fd >= 0 && ioctl(w->fd, PERF_EVENT_IOC_DISABLE, 0))
		return fail(-errno, "disarming a watchpoint of thread %u", w->tid);
	return 0;
}

int hftmon_watch__arm(hftmon_watch *w, uint32_t hits)
{
	uint64_t count;
	int64_t left;
	int err;

	if (!hits || hits > HFTMON_WATCH_MOST_HITS)
		return fail(-EINVAL, "arming for %u hits", hits);
	err = hftmon_watch__disarm(w);
	if (!err)
		err = read_count(w, &count);
	if (!err)
		keep_hits(w);
	/*
	 * An event that has reached its limit is of no more use: newer kernels (seen on 6.18) also
	 * stop it within, and nothing starts it again. Enabled, it would trap without counting.
	 */
	if (!err && (w->fd < 0 || (w->granted && count >= w->granted))) {
		err = reopen(w, count);
		count = 0;
	}
	if (err)
		return err;
	/*
	 * REFRESH adds to what is left, and the kernel takes it as an int: a negative one takes
	 * away. The sum is never 0, which would mean no limit.
	 */
	left = (int64_t)(w->granted - count);
	if (ioctl(w->fd, PERF_EVENT_IOC_REFRESH, (long)((int64_t)hits - left)))
		return fail(-errno, "arming a watchpoint of thread %u", w->tid);
	w->granted = count + hits;
	return 0;
}

int hftmon_watch__count(hftmon_watch *w, double *count)
{
	uint64_t value;
	int err = read_count(w, &value);

	if (!err)
		*count = (double)(w->counted + value);
	return err;
}

int hftmon_watch__hits(hftmon_watch *w, struct hftmon_watch_hit *out, uint32_t most)
{
	uint32_t n = w->kept < most ? w->kept : most;

	memcpy(out, w->hits, n * sizeof(*out));
	memmove(w->hits, w->hits + n, (w->kept - n) * sizeof(*out));
	w->kept -= n;
	return (int)(n + take_hits(w, out + n, most - n));
}

int hftmon_watch__move(hftmon_watch *w, double address, uint32_t length, uint32_t access)
{
	/* The kernel takes `disabled` too: the event stays off until it is armed. */
	struct perf_event_attr attr = w->attr;
	int err = set_place(&attr, address, length, access);

	if (err)
		return err;
	if (w->fd >= 0 && ioctl(w->fd, PERF_EVENT_IOC_MODIFY_ATTRIBUTES, &attr))
		return fail(-errno, "moving a watchpoint of thread %u", w->tid);
	w->attr = attr;
	return 0;
}

double hftmon_watch__lost(const hftmon_watch *w)
{
	return (double)w->lost;
}

void hftmon_watch__close(hftmon_watch *w)
{
	if (!w)
		return;
	owned__forget(&w->owned);
	close_event(w);
	free(w);
}
