/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * Spans of programs that can't be changed: from the entry of a function to its return, or from
 * one static probe (USDT) to another. A uprobe is in the target processes alone, and its programs
 * run for all their threads.
 */
#include "probe.h"

/* Whose spans are open in a thread, by its slot. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct hftmon_open_spans);
} open_spans SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, HFTMON_SPAN_PROBES);
	__type(key, u32);
	__type(value, struct hftmon_probe_counts);
} probe_counts SEC(".maps");

/* What a program works with. */
struct hit {
	u32 probe;
	u32 source;
	struct hftmon_thread *t;
	struct hftmon_open_spans *open;
	struct hftmon_probe_counts *counts;
};

INLINE bool look_up(struct pt_regs *ctx, struct hit *h)
{
	u64 cookie = bpf_get_attach_cookie(ctx);
	u32 slot;

	h->t = current_thread();
	if (!h->t || !config.enabled)
		return false;
	h->probe = (u32)cookie;
	h->source = cookie >> 32;
	slot = h->t->slot;
	h->open = bpf_map_lookup_elem(&open_spans, &slot);
	h->counts = bpf_map_lookup_elem(&probe_counts, &h->probe);
	if (!h->open || !h->counts)
		return false;
	/* The slot was another thread's before. */
	if (h->open->attached_ns != h->t->attached_ns) {
		h->open->attached_ns = h->t->attached_ns;
		h->open->calls = 0;
		for (u32 i = 0; i < HFTMON_OPEN_PAIRS; i++)
			h->open->pair[i].probe = 0;
	}
	return true;
}

INLINE void tell_span(struct hit *h, u32 depth, u32 flags, u64 start, u64 now)
{
	struct hftmon_record *r;
	struct hftmon_cpu *c;
	u64 position;
	u32 cpu;

	__sync_fetch_and_add(&h->counts->ended, 1);
	c = this_cpu(&cpu);
	if (!c)
		return;
	r = claim_lasting(c, cpu, HFTMON_SPAN, h->t->tid, start, now, &position);
	if (!r)
		return;
	r->w[0] = h->source | depth << 8 | flags << 16;
	r->w[1] = HFTMON_FIRST_PROBE_ORIGIN + h->probe;
	r->w[2] = 0;
	set_u64(r, 3, 0);
	set_u64(r, 5, 0);
	publish(c, r, HFTMON_SPAN, position);
}

/* As it is at the first instruction of a function. */
INLINE u64 stack_pointer(struct pt_regs *ctx)
{
	return ctx->sp;
}

/* What it was at the entry of the function that has just returned. */
INLINE u64 stack_pointer_of_call(struct pt_regs *ctx)
{
#if defined(__TARGET_ARCH_x86)
	return ctx->sp - 8; /* the return address */
#else
	return ctx->sp;
#endif
}

/*
 * Calls that are open, without those that were left by longjmp() or an exception: they had their
 * frames where this call has its own, or below. A function that ends in a jump to another one has
 * left its frame to it, and both are open.
 */
INLINE u32 open_calls(struct hit *h, u64 sp)
{
	u32 calls = h->open->calls;

	for (u32 i = 0; i < HFTMON_OPEN_CALLS; i++) {
		struct hftmon_open_call *call = &h->open->call[(calls - 1) % HFTMON_OPEN_CALLS];

		if (!calls || call->sp > sp || (call->sp == sp && call->probe != h->probe))
			break;
		calls--;
	}
	return calls;
}

SEC("uprobe")
int hftmon_function_entry(struct pt_regs *ctx)
{
	struct hftmon_open_call *call;
	struct hit h;
	u32 calls;
	u64 sp;

	if (!look_up(ctx, &h))
		return 0;
	sp = stack_pointer(ctx);
	calls = open_calls(&h, sp);
	__sync_fetch_and_add(&h.counts->begun, 1);
	if (calls >= HFTMON_OPEN_CALLS) {
		__sync_fetch_and_add(&h.counts->too_deep, 1);
		return 0;
	}
	h.open->calls = calls + 1;
	call = &h.open->call[calls % HFTMON_OPEN_CALLS];
	call->sp = sp;
	call->probe = h.probe;
	call->start_ns = now_ns();
	return 0;
}

SEC("uprobe")
int hftmon_function_return(struct pt_regs *ctx)
{
	u64 now = now_ns(), sp;
	bool found = false;
	struct hit h;
	u32 calls;

	if (!look_up(ctx, &h))
		return 0;
	sp = stack_pointer_of_call(ctx);
	calls = h.open->calls;
	for (u32 i = 0; i < HFTMON_OPEN_CALLS; i++) {
		struct hftmon_open_call *call = &h.open->call[(calls - 1) % HFTMON_OPEN_CALLS];

		if (!calls || call->sp > sp)
			break;
		calls--;
		found = call->sp == sp && call->probe == h.probe;
		if (found)
			break;
	}
	if (found) {
		h.open->calls = calls;
		tell_span(&h, calls, 0, h.open->call[calls % HFTMON_OPEN_CALLS].start_ns, now);
	} else if (h.open->calls < HFTMON_OPEN_CALLS) {
		__sync_fetch_and_add(&h.counts->unmatched_ends, 1);
	}
	return 0;
}

/* When as many are open as there is room for, the oldest makes way. */
SEC("uprobe")
int hftmon_span_begin(struct pt_regs *ctx)
{
	struct hftmon_open_pair *pair;
	struct hit h;

	if (!look_up(ctx, &h))
		return 0;
	__sync_fetch_and_add(&h.counts->begun, 1);
	pair = &h.open->pair[h.open->pairs++ % HFTMON_OPEN_PAIRS];
	if (pair->probe)
		__sync_fetch_and_add(&h.counts->too_deep, 1);
	pair->probe = h.probe + 1;
	pair->start_ns = now_ns();
	return 0;
}

SEC("uprobe")
int hftmon_span_end(struct pt_regs *ctx)
{
	u64 now = now_ns(), start = 0;
	u32 depth = 0, flags = 0;
	bool found = false;
	struct hit h;

	if (!look_up(ctx, &h))
		return 0;
	/* From the one that began last. */
	for (u32 i = 1; i <= HFTMON_OPEN_PAIRS; i++) {
		struct hftmon_open_pair *pair = &h.open->pair[(h.open->pairs - i) % HFTMON_OPEN_PAIRS];

		if (!pair->probe)
			continue;
		if (found) {
			depth++;
		} else if (pair->probe == h.probe + 1) {
			found = true;
			start = pair->start_ns;
			pair->probe = 0;
		} else {
			flags = HFTMON_SPAN_OVERLAPPING;
		}
	}
	if (!found) {
		__sync_fetch_and_add(&h.counts->unmatched_ends, 1);
		return 0;
	}
	for (u32 i = 0; i < HFTMON_OPEN_PAIRS; i++) {
		if (h.open->pair[(h.open->pairs - 1) % HFTMON_OPEN_PAIRS].probe)
			break;
		h.open->pairs--;
	}
	tell_span(&h, depth, flags, start, now);
	return 0;
}
