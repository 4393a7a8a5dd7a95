/* SPDX-License-Identifier: MIT */
#include "hftmon/thread_states.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "error.h"
#include "histogram.h"
#include "owned.h"
#include "poller.h"
#include "sampled_state.h"
#include "session_view.h"
#include "slots.h"

/* Samples between two updates of `now_ns` for those who look. */
#define UPDATE_SAMPLES (1u << 12)

struct watched {
	const struct hftmon_thread *entry;
	uint64_t since;	 /* ticks, first sample of the present spell */
	bool from_start; /* the spell was on at the first sample */
};

struct hftmon_thread_sampler {
	struct owned owned; /* first, so that it stands for all */
	struct hftmon_thread_sampler_options options;
	struct poller poller;
	struct session_view view;
	struct hftmon_poller_stats *stats;
	struct hftmon_sampled_thread *threads;
	size_t threads_bytes;
	struct watched watched[HFTMON_SAMPLED_THREADS];
};

static void take(struct hftmon_thread_sampler *t, uint32_t i, uint64_t now)
{
	struct hftmon_sampled_thread *thread = &t->threads[i];
	struct watched *watched = &t->watched[i];
	uint32_t state = sampled_state(watched->entry, thread->tid, t->view.cpus, t->view.cpu_count);

	thread->samples[state]++;
	if (state == thread->state)
		return;
	if (!watched->from_start)
		histogram_record(&thread->spells[thread->state],
				 ticks_to_ns(&t->poller.clock, now - watched->since));
	watched->from_start = false;
	watched->since = now;
	thread->state = state;
}

static void begin(struct hftmon_thread_sampler *t)
{
	for (uint32_t i = 0; i < t->options.count; i++) {
		t->threads[i].state = sampled_state(t->watched[i].entry, t->threads[i].tid,
						    t->view.cpus, t->view.cpu_count);
		t->watched[i].from_start = true;
	}
}

static void poll_states(void *context)
{
	struct hftmon_thread_sampler *t = context;
	struct poller *p = &t->poller;
	struct slots slots;

	begin(t);
	slots_begin(&slots, p->begin.ticks,
		    (uint64_t)((unsigned __int128)t->options.poller.interval_ns * p->clock.per_ns));
	for (;;) {
		uint64_t now = ticks_now(&p->clock);

		if (!poller_goes_on(p, now)) {
			t->stats->missed += slots_pass(&slots, now);
			poller_note(p, now);
			return;
		}
		if (now < slots.due)
			continue;
		for (uint32_t i = 0; i < t->options.count; i++)
			take(t, i, now);
		t->stats->samples++;
		t->stats->missed += slots_pass(&slots, now) - 1;
		if (poller_is_tired(p, now)) {
			poller_rest(p);
			t->stats->rested += slots_pass(&slots, ticks_now(&p->clock));
		}
		if (t->stats->samples % UPDATE_SAMPLES == 0)
			poller_note(p, now);
	}
}

static int check(const struct hftmon_thread_sampler_options *o)
{
	if (o->sz != sizeof(*o))
		return fail(-EINVAL, "options of %zu bytes, expected %zu", o->sz, sizeof(*o));
	if (!o->count || o->count > HFTMON_SAMPLED_THREADS)
		return fail(-EINVAL, "%u threads, expected 1 to %d", o->count,
			    HFTMON_SAMPLED_THREADS);
	if (!o->poller.interval_ns)
		return fail(-EINVAL, "an interval is needed");
	return poller_check(&o->poller);
}

static void *map(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE,
		       -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

static int open_memory(struct hftmon_thread_sampler *t)
{
	t->threads_bytes = t->options.count * sizeof(*t->threads);
	t->stats = map(sizeof(*t->stats));
	t->threads = map(t->threads_bytes);
	return t->stats && t->threads ? 0 : fail(-ENOMEM, "thread sampler");
}

static int find_threads(struct hftmon_thread_sampler *t, const hftmon_session *session)
{
	for (uint32_t i = 0; i < t->options.count; i++) {
		uint32_t tid = t->options.tids[i], slot = session_slot_of(session, tid);

		if (!slot)
			return fail(-ESRCH, "thread %u is not followed", tid);
		t->watched[i].entry = &t->view.threads[slot];
		t->threads[i].tid = tid;
		for (uint32_t state = 0; state < HFTMON_SAMPLED_STATES; state++)
			histogram_init(&t->threads[i].spells[state]);
	}
	t->options.tids = NULL;
	return 0;
}

static void close_owned(struct owned *owned)
{
	hftmon_thread_sampler__close((hftmon_thread_sampler *)owned);
}

int hftmon_thread_sampler__open(hftmon_session *session,
				const struct hftmon_thread_sampler_options *options,
				hftmon_thread_sampler **out)
{
	struct hftmon_thread_sampler *t;
	int err = check(options);

	*out = NULL;
	if (err)
		return err;
	t = calloc(1, sizeof(*t));
	if (!t)
		return fail(-ENOMEM, "thread sampler");
	t->options = *options;
	owned__remember(&t->owned, close_owned);
	err = open_memory(t);
	if (!err)
		err = session_view_open(session, &t->view);
	if (!err)
		err = find_threads(t, session);
	if (err) {
		hftmon_thread_sampler__close(t);
		return err;
	}
	t->poller.options = options->poller;
	t->poller.stats = t->stats;
	t->poller.poll = poll_states;
	t->poller.context = t;
	*out = t;
	return 0;
}

int hftmon_thread_sampler__start(hftmon_thread_sampler *t)
{
	return poller_start(&t->poller, "hftmon-states");
}

int hftmon_thread_sampler__stop(hftmon_thread_sampler *t)
{
	poller_stop(&t->poller);
	return 0;
}

void hftmon_thread_sampler__close(hftmon_thread_sampler *t)
{
	if (!t)
		return;
	owned__forget(&t->owned);
	poller_stop(&t->poller);
	session_view_close(&t->view);
	if (t->stats)
		munmap(t->stats, sizeof(*t->stats));
	if (t->threads)
		munmap(t->threads, t->threads_bytes);
	free(t);
}

int hftmon_thread_sampler__memory(hftmon_thread_sampler *t, uint32_t which, uint64_t *address,
				  uint64_t *bytes)
{
	switch (which) {
	case HFTMON_THREAD_SAMPLER_STATS:
		*address = (uintptr_t)t->stats;
		*bytes = sizeof(*t->stats);
		return 0;
	case HFTMON_THREAD_SAMPLER_THREADS:
		*address = (uintptr_t)t->threads;
		*bytes = t->threads_bytes;
		return 0;
	default:
		return fail(-EINVAL, "no memory %u", which);
	}
}
