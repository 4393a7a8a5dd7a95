/* SPDX-License-Identifier: MIT */
/*
 * The pump between kernel rings that threads fill as the probes do (claim, write, commit; dropped
 * when full), an input ring, and a history ring that holds all of it. Asked to flush, or polled, all the while.
 */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>

#include "atomics.h"
#include "clock.h"
#include "pattern.h"
#include "pump.h"

#define CPUS 3u
#define KERNEL_RECORDS 64u
#define EVENTS 20000u
#define INPUTS 5000u
#define HISTORY (1u << 17)

static struct hftmon_cpu cpus[CPUS];
static struct hftmon_record kernel[CPUS * KERNEL_RECORDS];
static struct ring history, input;
static struct hftmon_pump_stats stats;
static atomic_uint running;

/* As claim() and publish() of bpf/probe.h. */
static void emit(uint32_t cpu, uint32_t number)
{
	struct hftmon_cpu *c = &cpus[cpu];
	uint64_t position = c->head;
	struct hftmon_record *r = &kernel[cpu * KERNEL_RECORDS + position % KERNEL_RECORDS];

	c->counts[HFTMON_MARK].seen++;
	if (position - load_acquire_u64(&c->tail) > KERNEL_RECORDS - 1 - HFTMON_RING_MARGIN) {
		c->counts[HFTMON_MARK].dropped++;
		return;
	}
	store_release_u64(&c->head, position + 1);
	pattern_write(r, number);
	r->cpu = (unsigned short)cpu;
	r->tid = (uint32_t)c->counts[HFTMON_MARK].emitted;
	r->start_ns = clock_ns(CLOCK_MONOTONIC);
	r->duration_ns = 0;
	c->counts[HFTMON_MARK].emitted++;
	store_release_u32(&r->commit, (uint32_t)position + 1);
}

static void *cpu_main(void *argument)
{
	uint32_t cpu = (uint32_t)(uintptr_t)argument, random = cpu + 1;

	for (uint32_t i = 0; i < EVENTS; i++) {
		emit(cpu, i);
		if (next_random(&random) % 64 == 0)
			sched_yield();
	}
	atomic_fetch_sub(&running, 1);
	return NULL;
}

static void *input_main(void *unused)
{
	(void)unused;
	for (uint32_t n = 0; n < INPUTS; n++) {
		struct hftmon_record *r = ring_slot(&input, n);

		while (n - load_acquire_u32(input.memory + HFTMON_RING_TAIL_OFFSET) > input.mask)
			sched_yield();
		pattern_write(r, n);
		r->cpu = CPUS;
		r->tid = n;
		store_release_u32(input.memory + HFTMON_RING_HEAD_OFFSET, n + 1);
	}
	atomic_fetch_sub(&running, 1);
	return NULL;
}

static void check_history(void)
{
	uint32_t head = load_acquire_u32(history.memory + HFTMON_RING_HEAD_OFFSET);
	uint32_t next[CPUS + 1] = { 0 }, unordered = 0;
	double latest = -1e300;

	CHECK(head == stats.records, "%u records, the pump says %lu", head, stats.records);
	for (uint32_t i = 0; i < head; i++) {
		const struct hftmon_record *r = ring_slot(&history, i);
		double end = r->timestamp + r->duration;

		CHECK(r->commit == i + 1, "record %u", i);
		CHECK(r->cpu <= CPUS, "record %u of CPU %u", i, r->cpu);
		CHECK(r->tid == next[r->cpu], "CPU %u: record %u after %u", r->cpu, r->tid,
		      next[r->cpu]);
		next[r->cpu]++;
		if (end < latest)
			unordered++;
		else
			latest = end;
	}
	CHECK(unordered == stats.unordered, "%u, the pump says %lu", unordered, stats.unordered);
	CHECK(next[CPUS] == INPUTS, "%u of the input", next[CPUS]);
	for (uint32_t cpu = 0; cpu < CPUS; cpu++) {
		const struct hftmon_counts *c = &cpus[cpu].counts[HFTMON_MARK];

		CHECK(next[cpu] == c->emitted, "CPU %u: %u of %llu", cpu, next[cpu], c->emitted);
		CHECK(c->seen == c->emitted + c->dropped, "CPU %u", cpu);
		CHECK(cpus[cpu].tail == cpus[cpu].head, "CPU %u is not drained", cpu);
		printf("CPU %u: %llu emitted, %llu dropped\n", cpu, c->emitted, c->dropped);
	}
}

int main(int argc, char **argv)
{
	struct pump pump = {
		.cpus = cpus,
		.kernel = kernel,
		.cpu_count = CPUS,
		.kernel_mask = KERNEL_RECORDS - 1,
		.history = &history,
		.input = &input,
		.poll_ns = 200000,
		.busy = argc > 1 && !strcmp(argv[1], "busy"),
		.stats = &stats,
		.last_end = -1e300,
	};
	const bool pulled = argc > 1 && !strcmp(argv[1], "pulled");
	const struct pump_thread_options options = { 0 };
	pthread_t threads[CPUS + 1];

	pthread_mutex_init(&pump.draining, NULL);
	CHECK(!ring_open(&history, "history", HISTORY, 0), "no memory");
	CHECK(!ring_open(&input, "input", 64, 0), "no memory");
	CHECK(!pump_start(&pump, &options), "no thread");
	atomic_store(&running, CPUS + 1);
	for (uintptr_t cpu = 0; cpu < CPUS; cpu++)
		pthread_create(&threads[cpu], NULL, cpu_main, (void *)cpu);
	pthread_create(&threads[CPUS], NULL, input_main, NULL);
	while (atomic_load(&running)) {
		if (pulled)
			pump_pull(&pump);
		else
			pump_flush(&pump);
		sched_yield();
	}
	for (uint32_t i = 0; i <= CPUS; i++)
		pthread_join(threads[i], NULL);
	pump_flush(&pump);
	pump_stop(&pump);
	pump_stop(&pump);
	pump_drain(&pump);
	check_history();
	ring_close(&history);
	ring_close(&input);
	return 0;
}
