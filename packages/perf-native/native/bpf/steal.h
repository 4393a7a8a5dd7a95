/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * Time that the hypervisor took from a virtual CPU. KVM writes how much that was so far, in ns, to
 * memory of the CPU before it lets it run again. It doesn't say when: what is new at a look was
 * taken since the look before.
 */
#ifndef HFTMON_BPF_STEAL_H
#define HFTMON_BPF_STEAL_H

#include "probe.h"
#include "core_fixes.h"

/* What was taken from this CPU so far; 0 where nobody says or nobody asks. */
INLINE u64 steal_so_far(struct hftmon_cpu *c)
{
	struct timespec64 *number;
	u64 address, value = 0;

	if (!config.steal_time_distance)
		return 0;
	/* Loaded back: a typed pointer takes no variable offset. */
	address = *(volatile u64 *)&c->run_queue;
	if (!address)
		return 0;
	address += config.steal_time_distance;
	if (has_rdonly_cast) {
		number = bpf_rdonly_cast((void *)address,
					 bpf_core_type_id_kernel(struct timespec64));
		return number->tv_sec;
	}
	bpf_probe_read_kernel(&value, sizeof(value), (void *)address);
	return value;
}

/* A target thread comes to its CPU: what was taken before is not taken from it. */
INLINE void steal_begin(struct hftmon_cpu *c, u64 now)
{
	if (!c->run_queue)
		c->run_queue = (u64)run_queue_of((void *)bpf_get_current_task_btf());
	c->steal_seen = steal_so_far(c);
	c->steal_seen_ns = now;
}

/*
 * Tells what was taken from a target thread up to `now`, when `so_far` was read. The record stands
 * at the end of the time in which it can have been.
 */
INLINE void steal_look(struct hftmon_thread *t, struct hftmon_cpu *c, u32 cpu, u64 so_far, u64 now)
{
	u64 since = c->steal_seen_ns, taken = so_far - c->steal_seen, position;
	struct hftmon_record *r;

	/*
	 * What interrupted us on our way here has looked later than we did; and what was taken after
	 * `now` was read is for the next look. Without a look since it was attached, nothing is known.
	 */
	if ((long long)taken < 0 || (long long)(now - since - taken) < 0)
		return;
	c->steal_seen_ns = now;
	c->steal_seen = so_far;
	if (!taken || !since)
		return;
	t->out_steal_ns += taken;
	r = claim_lasting(c, cpu, HFTMON_STEAL, t->tid, now - taken, now, &position);
	if (!r)
		return;
	set_u64(r, 0, now - since);
	publish(c, r, HFTMON_STEAL, position);
}

/* The same, where the thread comes from or goes back to its own code: that bounds where it was. */
INLINE void steal_bound(struct hftmon_thread *t, struct hftmon_cpu *c, u32 cpu, u64 now)
{
	if (config.steal_time_distance)
		steal_look(t, c, cpu, steal_so_far(c), now);
}

#endif
