/* SPDX-License-Identifier: MIT */
#include "samples_thread.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "error.h"

/* Since 6.0: read() of an event also tells how many of its samples were lost. */
#ifndef PERF_FORMAT_LOST
#define PERF_FORMAT_LOST (1u << 4)
#endif

struct perf_event_attr sample_attr(const struct hftmon_sample_event *event)
{
	struct perf_event_attr attr = {
		.type = event->type,
		.size = sizeof(attr),
		.config = event->config,
		.config1 = event->config1,
		.config2 = event->config2,
		.sample_period = event->period,
		.sample_type = PERF_SAMPLE_IDENTIFIER | PERF_SAMPLE_IP | PERF_SAMPLE_TID |
			       PERF_SAMPLE_TIME | PERF_SAMPLE_CPU,
		.read_format = PERF_FORMAT_LOST,
		.disabled = 1,
		.precise_ip = event->precise_ip,
		.exclude_kernel = !!(event->flags & HFTMON_EVENT_EXCLUDE_KERNEL),
		.use_clockid = 1,
		.clockid = CLOCK_MONOTONIC,
		/* The ring is looked at by time: no wake-up of the monitor from within the target. */
		.watermark = 1,
		.wakeup_watermark = UINT32_MAX,
	};

	if (event->flags & HFTMON_EVENT_REGISTERS) {
		attr.sample_type |= PERF_SAMPLE_REGS_USER;
		attr.sample_regs_user = SAMPLE_REGISTER_MASK;
	}
	if (event->flags & HFTMON_EVENT_DATA)
		attr.sample_type |= PERF_SAMPLE_ADDR | PERF_SAMPLE_DATA_SRC | PERF_SAMPLE_WEIGHT;
	if (event->flags & HFTMON_EVENT_SPE) {
		/* No records of samples, but of parts of the buffer, each with its thread and CPU. */
		attr.sample_type &= ~(uint64_t)(PERF_SAMPLE_ADDR | PERF_SAMPLE_DATA_SRC |
						PERF_SAMPLE_WEIGHT);
		attr.sample_id_all = 1;
		/* SPE rounds it up to a page: that much is handed over at once. */
		attr.aux_watermark = 4096;
	}
	return attr;
}

/* Kernels before 6.0 don't know PERF_FORMAT_LOST. */
static int open_counting_losses(struct perf_event_attr *attr, uint32_t tid, int group_fd)
{
	int fd = perf_event__open(attr, tid, group_fd);

	if (fd != -EINVAL)
		return fd;
	attr->read_format = 0;
	return perf_event__open(attr, tid, group_fd);
}

static int open_leader(const struct hftmon_sample_event *event, uint32_t tid)
{
	struct perf_event_attr attr = {
		.type = event->type,
		.size = sizeof(attr),
		.config = event->leader,
		.disabled = 1,
		.exclude_kernel = !!(event->flags & HFTMON_EVENT_EXCLUDE_KERNEL),
	};

	return perf_event__open(&attr, tid, -1);
}

static int open_event(struct sampled_thread *t, uint32_t i, const struct hftmon_sample_event *event)
{
	struct sampled_event *e = &t->events[i];
	struct perf_event_attr attr = sample_attr(event);

	if (event->flags & HFTMON_EVENT_NEEDS_LEADER) {
		e->leader_fd = open_leader(event, t->tid);
		if (e->leader_fd < 0)
			return e->leader_fd;
		attr.disabled = 0; /* the leader decides */
	}
	e->fd = open_counting_losses(&attr, t->tid, e->leader_fd);
	if (e->fd < 0)
		return e->fd;
	return ioctl(e->fd, PERF_EVENT_IOC_ID, &e->id) ? -errno : 0;
}

/* The kernel says EPERM for too much locked memory; it is not a matter of privilege alone. */
static int fail_to_map(int err, uint32_t pages)
{
	return fail(err == -EPERM ? -ENOMEM : err,
		    "a sample ring of %u pages (kernel.perf_event_mlock_kb)", pages);
}

static int open_spe_buffer(struct sampled_event *event, uint32_t pages)
{
	int err;

	event->spe = calloc(1, sizeof(*event->spe));
	if (!event->spe)
		return fail(-ENOMEM, "buffer of SPE");
	err = spe_buffer__map(event->spe, event->fd, pages);
	return err ? fail_to_map(err, pages) : 0;
}

/* One ring for all events, but those of SPE. */
static int open_rings(struct sampled_thread *t, const struct hftmon_sample_event *events,
		      uint32_t pages)
{
	int first_fd = -1;

	for (uint32_t i = 0; i < t->event_count; i++) {
		int fd = t->events[i].fd, err = 0;

		if (events[i].flags & HFTMON_EVENT_SPE) {
			err = open_spe_buffer(&t->events[i], pages);
		} else if (first_fd < 0) {
			first_fd = fd;
			err = perf_ring__map(&t->ring, fd, pages);
			if (err)
				fail_to_map(err, pages);
		} else if (ioctl(fd, PERF_EVENT_IOC_SET_OUTPUT, first_fd)) {
			err = fail(-errno, "one ring for all events of thread %u", t->tid);
		}
		if (err)
			return err == -EPERM ? -ENOMEM : err;
	}
	return 0;
}

static int gate_fd(const struct sampled_event *e)
{
	return e->leader_fd >= 0 ? e->leader_fd : e->fd;
}

static int enable(struct sampled_thread *t)
{
	for (uint32_t i = 0; i < t->event_count; i++)
		if (ioctl(gate_fd(&t->events[i]), PERF_EVENT_IOC_ENABLE, PERF_IOC_FLAG_GROUP))
			return fail(-errno, "enabling the events of thread %u", t->tid);
	return 0;
}

bool sampled_thread__is_over(const struct sampled_thread *t)
{
	struct pollfd event = { .fd = t->events[0].fd };

	return poll(&event, 1, 0) == 1 && event.revents & POLLHUP;
}

int sampled_thread__open(struct sampled_thread *t, const struct hftmon_sample_event *events,
			 uint32_t count, uint32_t ring_pages)
{
	int err = 0;

	for (uint32_t i = 0; i < count && !err; i++) {
		t->events[i] = (struct sampled_event){ .fd = -1, .leader_fd = -1 };
		t->event_count = i + 1;
		err = open_event(t, i, &events[i]);
		if (err == -EBUSY && events[i].flags & HFTMON_EVENT_SPE)
			fail(err, "SPE samples thread %u, or a whole CPU, for somebody else", t->tid);
		else if (err)
			fail(err, "sampling thread %u", t->tid);
	}
	if (!err)
		err = open_rings(t, events, ring_pages);
	if (!err)
		err = enable(t);
	if (!err && sampled_thread__is_over(t))
		err = fail(-ESRCH, "sampling thread %u", t->tid);
	if (err)
		sampled_thread__close(t);
	return err;
}

void sampled_thread__hand_over(struct sampled_thread *t)
{
	for (uint32_t i = 0; i < t->event_count; i++)
		if (t->events[i].spe)
			ioctl(t->events[i].fd, PERF_EVENT_IOC_DISABLE, 0);
}

void sampled_thread__resume(struct sampled_thread *t)
{
	for (uint32_t i = 0; i < t->event_count; i++)
		if (t->events[i].spe)
			ioctl(t->events[i].fd, PERF_EVENT_IOC_ENABLE, 0);
}

void sampled_thread__disable(struct sampled_thread *t)
{
	for (uint32_t i = 0; i < t->event_count; i++)
		ioctl(gate_fd(&t->events[i]), PERF_EVENT_IOC_DISABLE, PERF_IOC_FLAG_GROUP);
}

uint64_t sampled_thread__untold(struct sampled_thread *t)
{
	uint64_t lost = 0;

	for (uint32_t i = 0; i < t->event_count; i++) {
		struct {
			uint64_t value, lost;
		} now;

		/* Without PERF_FORMAT_LOST the answer is shorter. */
		if (read(t->events[i].fd, &now, sizeof(now)) == sizeof(now))
			lost += now.lost;
	}
	return lost > t->lost ? lost - t->lost : 0;
}

uint64_t sampled_thread__skipped(const struct sampled_thread *t)
{
	uint64_t skipped = t->ring.skipped;

	for (uint32_t i = 0; i < t->event_count; i++)
		if (t->events[i].spe)
			skipped += t->events[i].spe->ring.skipped;
	return skipped;
}

void sampled_thread__close(struct sampled_thread *t)
{
	perf_ring__unmap(&t->ring);
	for (uint32_t i = 0; i < t->event_count; i++) {
		struct sampled_event *e = &t->events[i];

		if (e->spe)
			spe_buffer__unmap(e->spe);
		free(e->spe);
		e->spe = NULL;
		if (e->fd >= 0)
			close(e->fd);
		if (e->leader_fd >= 0)
			close(e->leader_fd);
	}
	t->event_count = 0;
}

int sampled_thread__event(const struct sampled_thread *t, uint64_t id)
{
	for (uint32_t i = 0; i < t->event_count; i++)
		if (t->events[i].id == id)
			return (int)i;
	return -1;
}
