/* SPDX-License-Identifier: MIT */
#include "bench_writer.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "atomics.h"
#include "error.h"
#include "ring.h"

/* As many as the pump moves between two publications. */
#define BATCH 256

/* Looks at the readers before the CPU is given away: they may need it. */
#define SPINS 4096

struct hftmon_bench {
	struct ring ring;
	uint32_t readers;
	uint64_t count;
	double sum;
	pthread_t thread;
	bool running;
	atomic_bool quit;
};

/* Records that may be written before the slowest reader would lose one. */
static uint32_t room(const struct hftmon_bench *b)
{
	uint32_t most = 0;

	for (uint32_t i = 0; i < b->readers; i++) {
		uint32_t at = load_acquire_u32(b->ring.memory + HFTMON_BENCH_READER_OFFSET +
					       i * HFTMON_BENCH_READER_STRIDE);
		uint32_t behind = b->ring.head - at;

		most = behind > most ? behind : most;
	}
	return b->ring.mask + 1 - most;
}

static bool await_room(struct hftmon_bench *b, uint32_t records)
{
	uint32_t spins = 0;

	while (room(b) < records) {
		if (atomic_load_explicit(&b->quit, memory_order_relaxed))
			return false;
		if (++spins % SPINS)
			spin_hint();
		else
			sched_yield();
	}
	return true;
}

/* Durations like those of context switches: all magnitudes up to some milliseconds. */
static uint64_t next_duration(uint64_t *state)
{
	uint64_t x = *state;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	*state = x;
	return (x & 0x3ff) << (x >> 60);
}

/* Fills every field, as the pump does. */
static void put(struct ring *ring, uint32_t sequence, double start, double duration)
{
	static const uint32_t payload[HFTMON_PAYLOAD_WORDS] = { 1, 2, 3, 4, 5, 6, 7, 8, 9 };
	struct hftmon_record *to = ring_slot(ring, sequence);

	to->timestamp = start;
	to->duration = duration;
	to->tid = sequence;
	to->cpu = 1;
	to->kind = HFTMON_SWITCH;
	memcpy(to->w, payload, sizeof(to->w));
	store_release_u32(&to->commit, sequence + 1);
}

static void *write_all(void *argument)
{
	struct hftmon_bench *b = argument;
	uint64_t state = 88172645463325252u, done = 0;
	double now = 0;

	while (done < b->count) {
		uint32_t n = b->count - done < BATCH ? (uint32_t)(b->count - done) : BATCH;

		if (!await_room(b, n))
			return NULL;
		ring_claim(&b->ring, n);
		for (uint32_t i = 0; i < n; i++) {
			double duration = (double)next_duration(&state);

			put(&b->ring, b->ring.head + i, now, duration);
			now += 100;
			b->sum += duration;
		}
		ring_publish(&b->ring, n);
		done += n;
	}
	return NULL;
}

int hftmon_bench__open(uint32_t capacity, uint32_t readers, hftmon_bench **out)
{
	hftmon_bench *b;
	int err;

	*out = NULL;
	if (!readers || readers > HFTMON_BENCH_MOST_READERS || capacity < BATCH)
		return fail(-EINVAL, "%u readers of %u records", readers, capacity);
	b = calloc(1, sizeof(*b));
	if (!b)
		return fail(-ENOMEM, "benchmark writer");
	b->readers = readers;
	err = ring_open(&b->ring, "hftmon-bench", capacity, 0);
	if (err) {
		free(b);
		return err;
	}
	*out = b;
	return 0;
}

void hftmon_bench__memory(hftmon_bench *b, uint64_t *address, uint64_t *bytes)
{
	*address = (uintptr_t)b->ring.memory;
	*bytes = b->ring.bytes;
}

int hftmon_bench__start(hftmon_bench *b, uint64_t count, uint32_t cpu)
{
	pthread_attr_t attr;
	sigset_t all, before;
	cpu_set_t set;
	int err;

	if (b->running)
		return fail(-EBUSY, "the writer runs");
	b->count = count;
	b->sum = 0;
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	pthread_attr_init(&attr);
	err = -pthread_attr_setaffinity_np(&attr, sizeof(set), &set);
	if (!err) {
		/* Signals are for the host's own threads. */
		sigfillset(&all);
		pthread_sigmask(SIG_SETMASK, &all, &before);
		err = -pthread_create(&b->thread, &attr, write_all, b);
		pthread_sigmask(SIG_SETMASK, &before, NULL);
	}
	pthread_attr_destroy(&attr);
	if (err)
		return fail(err, "starting the writer on CPU %u", cpu);
	b->running = true;
	return 0;
}

double hftmon_bench__join(hftmon_bench *b)
{
	if (b->running)
		pthread_join(b->thread, NULL);
	b->running = false;
	return b->sum;
}

void hftmon_bench__close(hftmon_bench *b)
{
	if (!b)
		return;
	atomic_store(&b->quit, true);
	hftmon_bench__join(b);
	ring_close(&b->ring);
	free(b);
}
