/* SPDX-License-Identifier: MIT */
#include "marker_reader.h"

#include <errno.h>
#include <string.h>

#include "atomics.h"

/* Counters of two CPUs may differ by a little. */
#define CLOCK_SLACK_NS 1000.0

#define CHUNK 64

static void add(uint64_t *counter, uint64_t n)
{
	store_relaxed_u64(counter, *counter + n);
}

static struct hftmon_marker_name_stats *of_name(struct marker_reader *r, uint32_t name)
{
	return &r->stats->of_name[name];
}

static void count_open(struct marker_reader *r, uint32_t name, int change)
{
	struct hftmon_marker_name_stats *n = of_name(r, name);

	add(&r->stats->open, (uint64_t)(int64_t)change);
	store_relaxed_u32(&n->open, n->open + (uint32_t)change);
}

static void count_error(struct marker_reader *r, uint32_t name)
{
	struct hftmon_marker_name_stats *n = of_name(r, name);

	store_relaxed_u32(&n->errors, n->errors + 1);
}

/* No end will come for what the thread has open, or it can't be told any more. */
static void abandon(struct marker_reader *r, struct marker_ring *ring)
{
	struct span_stack *stack = &ring->stack;

	for (uint32_t i = 0; i < stack->depth; i++) {
		count_open(r, stack->open[i].name, -1);
		count_error(r, stack->open[i].name);
	}
	add(&r->stats->abandoned, stack->depth);
	stack->depth = 0;
	stack->excess = 0;
}

static void put_u64(struct hftmon_record *out, int word, uint64_t value)
{
	out->w[word] = (uint32_t)value;
	out->w[word + 1] = (uint32_t)(value >> 32);
}

static void make(const struct marker_reader *r, const struct marker_ring *ring,
		 const struct hftmon_marker_mark *mark, struct hftmon_record *out)
{
	memset(out, 0, sizeof(*out));
	out->tid = ring->tid;
	out->cpu = HFTMON_CPU_UNKNOWN;
	out->kind = HFTMON_SPAN;
	out->w[HFTMON_SPAN_ORIGIN] = (uint32_t)r->stats->origin;
	put_u64(out, HFTMON_SPAN_VALUE, mark->value);
}

static void make_instant(struct marker_reader *r, struct marker_ring *ring,
			 const struct hftmon_marker_mark *mark, uint32_t name, double ns,
			 struct hftmon_record *out)
{
	make(r, ring, mark, out);
	out->timestamp = ns;
	out->w[HFTMON_SPAN_WHAT] = HFTMON_SPAN_MARKER | ring->stack.depth << 8 |
				   HFTMON_SPAN_INSTANT << 16;
	out->w[HFTMON_SPAN_NAME] = name;
	put_u64(out, HFTMON_SPAN_ID, mark->id);
	add(&r->stats->instants, 1);
	add(&of_name(r, name)->spans, 1);
}

/*
 * By the same line as its end where that reaches so far back: two lines differ by more than a short
 * span lasts, so that it could end before it began. A long one keeps what was known at its time.
 */
static double start_of(const struct marker_reader *r, const struct open_span *span, double end_ns)
{
	double ns = marker_clock_reaches(&r->clock, span->start_counter) ?
			    marker_clock_ns(&r->clock, span->start_counter) :
			    span->start_ns;

	return ns < end_ns ? ns : end_ns;
}

static void make_span(struct marker_reader *r, struct marker_ring *ring,
		      const struct hftmon_marker_mark *mark, const struct open_span *span, int depth,
		      double ns, struct hftmon_record *out)
{
	double start_ns = start_of(r, span, ns);
	uint32_t flags = 0;

	if ((uint32_t)depth < ring->stack.depth)
		flags |= HFTMON_SPAN_OVERLAPPING;
	if (span->silent)
		flags |= HFTMON_SPAN_BEGAN_BEFORE;
	make(r, ring, mark, out);
	out->timestamp = start_ns;
	out->duration = ns - start_ns;
	out->w[HFTMON_SPAN_WHAT] = HFTMON_SPAN_MARKER | (uint32_t)depth << 8 | flags << 16;
	out->w[HFTMON_SPAN_NAME] = span->name;
	put_u64(out, HFTMON_SPAN_ID, span->id ? span->id : mark->id);
	add(&r->stats->spans, 1);
	add(&of_name(r, span->name)->spans, 1);
}

static void begin(struct marker_reader *r, struct marker_ring *ring,
		  const struct hftmon_marker_mark *mark, uint32_t name, double ns, bool bad,
		  bool silent)
{
	struct open_span span = {
		.start_ns = ns,
		.start_counter = mark->counter,
		.id = mark->id,
		.name = name,
		.bad = bad,
		.silent = silent,
	};

	if (span_stack_push(&ring->stack, &span))
		count_open(r, name, 1);
	else
		add(&r->stats->too_deep, 1);
}

/* Returns how many records it made. */
static uint32_t end(struct marker_reader *r, struct marker_ring *ring,
		    const struct hftmon_marker_mark *mark, uint32_t name, double ns, bool bad,
		    bool silent, struct hftmon_record *out)
{
	struct open_span span;
	int depth;

	if (ring->stack.excess) {
		ring->stack.excess--;
		return 0;
	}
	depth = span_stack_take(&ring->stack, name, mark->id, &span);
	if (depth < 0) {
		/* Whose beginning had been overwritten before the area was read. */
		if (silent)
			return 0;
		add(&r->stats->unmatched_ends, 1);
		count_error(r, name);
		return 0;
	}
	count_open(r, name, -1);
	if (silent || bad || span.bad)
		return 0;
	if ((uint32_t)depth < ring->stack.depth)
		add(&r->stats->overlapping, 1);
	make_span(r, ring, mark, &span, depth, ns, out);
	return 1;
}

/* Whoever had the ring before has ended. False: who has it now can't be told in this pass. */
static bool change_thread(struct marker_reader *r, struct marker_ring *ring, uint32_t inner)
{
	uint32_t tid;

	if (marker_tids_find(&r->tids, inner, r->present_ns, &tid))
		return false;
	abandon(r, ring);
	ring->inner_tid = inner;
	ring->tid = tid;
	ring->last_counter = 0;
	add(&r->stats->threads, 1);
	return true;
}

/* Is the time of a mark one that it can have been written at? */
static bool is_timely(struct marker_reader *r, struct marker_ring *ring, uint64_t counter, double ns)
{
	if (counter < ring->last_counter || !(ns <= r->present_ns + CLOCK_SLACK_NS))
		return false;
	ring->last_counter = counter;
	return true;
}

/* Returns how many records it made; -EAGAIN: none, and the mark is not taken yet. */
static int take_mark(struct marker_reader *r, struct marker_ring *ring,
		     const struct hftmon_marker_mark *mark, struct hftmon_record *out)
{
	uint32_t tid = (uint32_t)mark->what, name = (mark->what >> 32) & 0xffffff;
	uint32_t type = (uint32_t)(mark->what >> 56);
	double ns = marker_clock_ns(&r->clock, mark->counter);
	bool silent = ns < r->since_ns, bad;

	if (type < HFTMON_MARKER_BEGIN || type > HFTMON_MARKER_INSTANT ||
	    name >= HFTMON_MARKER_NAMES || !tid || tid > INT32_MAX) {
		add(&r->stats->garbage, 1);
		return 0;
	}
	if (tid != ring->inner_tid && !change_thread(r, ring, tid))
		return -EAGAIN;
	if (!silent)
		add(&r->stats->marks, 1);
	bad = !is_timely(r, ring, mark->counter, ns);
	if (bad)
		add(&r->stats->clock_errors, 1);
	if (type == HFTMON_MARKER_BEGIN) {
		begin(r, ring, mark, name, ns, bad, silent);
		return 0;
	}
	if (type == HFTMON_MARKER_END)
		return (int)end(r, ring, mark, name, ns, bad, silent, out);
	if (bad || silent)
		return 0;
	make_instant(r, ring, mark, name, ns, out);
	return 1;
}

/* Up to CHUNK marks of a ring. Returns how many records they made. */
static uint32_t take_chunk(struct marker_reader *r, struct marker_ring *ring,
			   struct hftmon_record *out)
{
	struct hftmon_marker_mark marks[CHUNK];
	uint64_t lost, number;
	uint32_t n, made = 0;

	n = marker_ring_copy(ring, r->area.header.ring_marks, marks, CHUNK, &lost);
	number = ring->tail - n;
	if (lost) {
		uint64_t from = number - lost < ring->until ? ring->until : number - lost;

		if (from < number)
			add(&r->stats->lost, number - from);
		abandon(r, ring);
	}
	for (uint32_t i = 0; i < n; i++) {
		int result = take_mark(r, ring, &marks[i], &out[made]);

		if (result < 0) {
			ring->waits = true;
			ring->tail = number + i;
			break;
		}
		made += (uint32_t)result;
	}
	return made;
}

static double present(const struct marker_reader *r)
{
	return marker_clock_ns(&r->clock, marker_clock_counter(r->clock.type));
}

/* New rings, each with all that was written to it. */
static void grow(struct marker_reader *r, bool before)
{
	double made_ns = marker_clock_ns(&r->clock, r->area.header.start_counter);
	uint32_t from = r->area.used;

	marker_area_grow(&r->area);
	for (uint32_t i = from; i < r->area.used; i++) {
		struct marker_ring *ring = &r->area.rings[i];

		ring->seen_ns = r->grown_ns;
		if (!before)
			continue;
		ring->head = marker_ring_head(ring);
		/* What had been overwritten by now is lost only if all of it was to be told. */
		if (made_ns < r->since_ns)
			ring->until = ring->head;
	}
}

void marker_reader_start(struct marker_reader *r)
{
	r->present_ns = r->grown_ns = present(r);
	grow(r, true);
}

static void copy_what_the_writer_says(struct marker_reader *r)
{
	const struct hftmon_marker_header *live = marker_area_live(&r->area);
	uint32_t names = load_acquire_u32(&live->name_count);

	store_relaxed_u64(&r->stats->names, names < HFTMON_MARKER_NAMES ? names : HFTMON_MARKER_NAMES);
	store_relaxed_u64(&r->stats->refused_names, load_acquire_u32(&live->refused_names));
	store_relaxed_u64(&r->stats->refused_threads, load_acquire_u32(&live->refused_threads));
	store_relaxed_u64(&r->stats->refused_marks, load_acquire_u64(&live->refused_marks));
}

bool marker_reader_look(struct marker_reader *r)
{
	uint64_t capacity = r->area.header.ring_marks;
	double begin_ns = present(r);
	bool any = false;

	copy_what_the_writer_says(r);
	marker_tids_begin(&r->tids);
	grow(r, false);
	r->grown_ns = begin_ns;
	for (uint32_t i = 0; i < r->area.used; i++) {
		struct marker_ring *ring = &r->area.rings[i];

		uint64_t head = marker_ring_head(ring);
		/* Anew: whoever is preempted here finds a head of long after the begin. */
		double now_ns = head == ring->head ? begin_ns : present(r);

		if (!marker_ring_advance(ring, head, capacity, begin_ns, now_ns)) {
			add(&r->stats->garbage, 1);
			abandon(r, ring);
		}
		ring->waits = false;
		any |= ring->tail != ring->head;
	}
	/* After the heads: whatever they cover was written before this. */
	marker_clock_look(&r->clock);
	r->present_ns = present(r);
	r->stats->clock_error_ns = r->clock.error_ns;
	r->turn = 0;
	return any;
}

uint32_t marker_reader_take(struct marker_reader *r, struct hftmon_record *out, uint32_t most)
{
	uint32_t made = 0;

	while (r->turn < r->area.used && made + CHUNK <= most) {
		struct marker_ring *ring = &r->area.rings[r->turn];

		if (ring->tail == ring->head || ring->waits)
			r->turn++;
		else
			made += take_chunk(r, ring, &out[made]);
	}
	return made;
}

bool marker_reader_is_crowded(const struct marker_reader *r, uint32_t shift)
{
	for (uint32_t i = 0; i < r->area.used; i++) {
		const struct marker_ring *ring = &r->area.rings[i];

		if (!ring->waits && marker_ring_head(ring) - ring->tail >
					    r->area.header.ring_marks >> shift)
			return true;
	}
	return false;
}

void marker_reader_end(struct marker_reader *r)
{
	for (uint32_t i = 0; i < r->area.used; i++) {
		add(&r->stats->lost, r->area.rings[i].head - r->area.rings[i].tail);
		abandon(r, &r->area.rings[i]);
	}
}
