/* SPDX-License-Identifier: MIT */
#include "pump.h"

#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "atomics.h"
#include "clock.h"
#include "error.h"

/* Records moved between two publications: bounds how late a reader sees the first of them. */
#define BATCH 256

/* A ring this full (1/4) makes the pump look twice as often. */
#define CROWDED_SHIFT 2

/* It looks less often while somebody pulls and a ring has room for 64 times as many records. */
#define PULLED_REST 4
#define FEW_SHIFT 6

static const struct hftmon_record *kernel_slot(const struct pump *p, uint32_t cpu, uint64_t position)
{
	return &p->kernel[(uint64_t)cpu * (p->kernel_mask + 1) + (position & p->kernel_mask)];
}

/* The oldest record of a CPU, if its writer is done with it. */
static const struct hftmon_record *kernel_peek(const struct pump *p, uint32_t cpu)
{
	uint64_t tail = p->cpus[cpu].tail;
	const struct hftmon_record *r = kernel_slot(p, cpu, tail);

	return load_acquire_u32(&r->commit) == (uint32_t)tail + 1 ? r : NULL;
}

static uint64_t kernel_end(const struct hftmon_record *r)
{
	return r->start_ns + r->duration_ns;
}

/* The CPU below `cpus` whose oldest record ended before *end, which is updated; else `best`. */
static int earlier(const struct pump *p, uint32_t cpus, int best, uint64_t *end)
{
	for (uint32_t cpu = 0; cpu < cpus; cpu++) {
		const struct hftmon_record *r = kernel_peek(p, cpu);

		if (r && kernel_end(r) < *end) {
			*end = kernel_end(r);
			best = (int)cpu;
		}
	}
	return best;
}

/*
 * The CPU whose oldest record ended first; -1 if all are empty. A CPU looked at before the one
 * found may have published since, and the record found may refer to what it published (a TASK
 * record): a second look sees all that came before what the first one saw.
 */
static int earliest(const struct pump *p)
{
	uint64_t end = UINT64_MAX;
	int best = earlier(p, p->cpu_count, -1, &end);

	return best > 0 ? earlier(p, (uint32_t)best, best, &end) : best;
}

static void write_record(struct pump *p, uint32_t sequence, const struct hftmon_record *from,
			 double start, double duration)
{
	struct hftmon_record *to = ring_slot(p->history, sequence);

	to->timestamp = start;
	to->duration = duration;
	to->tid = from->tid;
	to->cpu = from->cpu;
	to->kind = from->kind;
	memcpy(to->w, from->w, sizeof(to->w));
	store_release_u32(&to->commit, sequence + 1);
}

static void put(struct pump *p, uint32_t sequence, const struct hftmon_record *from, double start,
		double duration)
{
	write_record(p, sequence, from, start, duration);
	if (start + duration < p->last_end)
		p->stats->unordered++;
	else
		p->last_end = start + duration;
}

static void put_kernel(struct pump *p, uint32_t sequence, uint32_t cpu)
{
	const struct hftmon_record *r = kernel_slot(p, cpu, p->cpus[cpu].tail);

	put(p, sequence, r, (double)(int64_t)(r->start_ns - p->epoch_ns), (double)r->duration_ns);
	store_release_u64(&p->cpus[cpu].tail, p->cpus[cpu].tail + 1);
}

/* Up to BATCH records; the claim comes first, so claim for what could be written at most. */
static uint32_t move_batch(struct pump *p)
{
	/* What is claimed can't be read: a small ring keeps most of its records readable. */
	uint32_t most = p->history->mask / 4 < BATCH ? p->history->mask / 4 + 1 : BATCH;
	const struct hftmon_record *input;
	uint32_t n = 0;
	int cpu;

	ring_claim(p->history, most);
	while (n < most && (cpu = earliest(p)) >= 0)
		put_kernel(p, p->history->head + n++, (uint32_t)cpu);
	while (n < most && (input = ring_peek(p->input))) {
		put(p, p->history->head + n++, input, input->timestamp, input->duration);
		ring_consumed(p->input);
	}
	ring_publish(p->history, n);
	return n;
}

/* The source's records. They may have ended a little before what came last: not counted. */
static uint64_t move_source(struct pump *p)
{
	struct hftmon_record batch[BATCH];
	uint32_t most = p->history->mask / 4 < BATCH ? p->history->mask / 4 + 1 : BATCH;
	uint64_t moved = 0;
	uint32_t n;

	while (p->source.self && (n = p->source.take(p->source.self, batch, BATCH))) {
		for (uint32_t done = 0; done < n;) {
			uint32_t part = n - done < most ? n - done : most;

			ring_claim(p->history, part);
			for (uint32_t i = 0; i < part; i++, done++)
				write_record(p, p->history->head + i, &batch[done],
					     batch[done].timestamp, batch[done].duration);
			ring_publish(p->history, part);
		}
		moved += n;
	}
	return moved;
}

static bool anything(const struct pump *p)
{
	return earliest(p) >= 0 || ring_peek(p->input);
}

/* With `draining` held. */
static uint64_t drain(struct pump *p)
{
	uint64_t moved = 0;

	if (p->source.self)
		p->source.look(p->source.self);
	while (anything(p)) {
		uint32_t n = move_batch(p);

		moved += n;
		if (!n)
			break;
	}
	moved += move_source(p);
	p->stats->records += moved;
	return moved;
}

/* The same; *total becomes the number of records moved so far, by whomever. */
static uint64_t drain_counting(struct pump *p, uint64_t *total)
{
	uint64_t moved;

	pthread_mutex_lock(&p->draining);
	moved = drain(p);
	*total = p->stats->records;
	pthread_mutex_unlock(&p->draining);
	return moved;
}

uint64_t pump_drain(struct pump *p)
{
	uint64_t total;

	return drain_counting(p, &total);
}

uint64_t pump_pull(struct pump *p)
{
	uint64_t moved;

	if (pthread_mutex_trylock(&p->draining))
		return 0;
	moved = drain(p);
	pthread_mutex_unlock(&p->draining);
	atomic_fetch_add_explicit(&p->pulls, 1, memory_order_relaxed);
	return moved;
}

void pump_flush(struct pump *p)
{
	unsigned int before = atomic_load(&p->passes);

	if (!p->busy || !p->running) {
		pump_drain(p);
		return;
	}
	/* A busy pump all but owns the lock; the second pass from now began after the call. */
	while (atomic_load(&p->passes) - before < 2)
		sched_yield();
}

static bool crowded(const struct pump *p)
{
	for (uint32_t cpu = 0; cpu < p->cpu_count; cpu++) {
		uint64_t waiting = load_acquire_u64(&p->cpus[cpu].head) -
				   load_acquire_u64(&p->cpus[cpu].tail);

		if (waiting > (p->kernel_mask + 1) >> CROWDED_SHIFT)
			return true;
	}
	return p->source.self && p->source.crowded(p->source.self);
}

/* Sleeps, but not through pump_stop(): however rarely the pump looks, it ends at once. */
static void doze(struct pump *p, uint64_t ns)
{
	struct timespec t = { .tv_sec = (time_t)(ns / 1000000000u),
			      .tv_nsec = (long)(ns % 1000000000u) };

	syscall(SYS_futex, &p->quit, FUTEX_WAIT_PRIVATE, 0, &t, NULL, 0);
}

/*
 * Who pulls may stop doing so at any time, so the pump goes on; but each time that it wakes, it
 * takes a CPU away for 20 us, which may be that of who pulls.
 */
static bool may_rest(const struct pump *p, unsigned int pulls, uint64_t records)
{
	return pulls && records <= (p->kernel_mask + 1) >> FEW_SHIFT;
}

static void *pump_main(void *argument)
{
	struct pump *p = argument;
	uint64_t sleep_ns = p->poll_ns, records = 0, records_before;
	unsigned int pulls = 0, pulls_before;
	bool rests;

	p->stats->tid = (uint64_t)syscall(SYS_gettid);
	while (!atomic_load_explicit(&p->quit, memory_order_acquire)) {
		bool full = crowded(p);

		records_before = records;
		if (!drain_counting(p, &records) && p->busy)
			spin_hint();
		if (p->busy) {
			atomic_fetch_add(&p->passes, 1);
			continue;
		}
		p->stats->wakes++;
		p->stats->busy_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID);
		if (full)
			sleep_ns /= 2;
		else if (sleep_ns < p->poll_ns)
			sleep_ns += p->poll_ns / 16;
		pulls_before = pulls;
		pulls = atomic_load(&p->pulls);
		rests = !full && may_rest(p, pulls - pulls_before, records - records_before);
		if (sleep_ns > 50000)
			doze(p, rests ? PULLED_REST * sleep_ns : sleep_ns);
		else
			sched_yield();
	}
	return NULL;
}

static int set_affinity(pthread_attr_t *attr, const struct pump_thread_options *o)
{
	cpu_set_t set;

	if (!o->affinity_count)
		return 0;
	CPU_ZERO(&set);
	for (uint32_t i = 0; i < o->affinity_count; i++) {
		if (o->affinity[i] >= CPU_SETSIZE)
			return -EINVAL;
		CPU_SET(o->affinity[i], &set);
	}
	return -pthread_attr_setaffinity_np(attr, sizeof(set), &set);
}

static int set_priority(pthread_attr_t *attr, uint32_t priority)
{
	struct sched_param param = { .sched_priority = (int)priority };
	int err;

	if (!priority)
		return 0;
	err = pthread_attr_setinheritsched(attr, PTHREAD_EXPLICIT_SCHED);
	if (!err)
		err = pthread_attr_setschedpolicy(attr, SCHED_FIFO);
	if (!err)
		err = pthread_attr_setschedparam(attr, &param);
	return -err;
}

int pump_start(struct pump *p, const struct pump_thread_options *options)
{
	pthread_attr_t attr;
	sigset_t all, before;
	int err;

	pthread_attr_init(&attr);
	err = set_affinity(&attr, options);
	if (!err)
		err = set_priority(&attr, options->realtime_priority);
	if (!err) {
		/* Signals are for the host's own threads. */
		sigfillset(&all);
		pthread_sigmask(SIG_SETMASK, &all, &before);
		atomic_store(&p->quit, 0);
		err = -pthread_create(&p->thread, &attr, pump_main, p);
		pthread_sigmask(SIG_SETMASK, &before, NULL);
	}
	pthread_attr_destroy(&attr);
	if (err)
		return fail(err, "starting the pump thread");
	pthread_setname_np(p->thread, "hftmon-pump");
	p->running = true;
	return 0;
}

void pump_stop(struct pump *p)
{
	if (!p->running)
		return;
	atomic_store_explicit(&p->quit, 1, memory_order_release);
	syscall(SYS_futex, &p->quit, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
	pthread_join(p->thread, NULL);
	p->running = false;
}
