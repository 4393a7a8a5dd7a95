/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * What interrupts of devices bring: packets that network drivers poll, and requests that block
 * drivers complete. Counted by the interrupt that brought them, so that the counts can be set
 * against the number of interrupts: how well a device coalesces them.
 */
#include "interrupt.h"

struct napi_irq {
	u32 irq;
	u32 seen; /* times in a row that it was this one */
};

/*
 * The interrupt of a network queue that does not say so itself, by address of its napi_struct: the
 * one whose handler asked for the softirq that polls it.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, u64);
	__type(value, struct napi_irq);
} napi_irqs SEC(".maps");

/* One that is seen once may be that of another queue, polled by the way. */
#define SEEN_ENOUGH 2

/* Queues of software devices are filled by the kernel, not by an interrupt. */
INLINE bool has_hardware(struct napi_struct *napi)
{
	return napi->dev && napi->dev->dev.parent;
}

INLINE u32 learn_irq(struct hftmon_cpu *c, struct napi_struct *napi)
{
	struct napi_irq first = { .irq = c->net_irq, .seen = 1 }, *known;
	u64 key = (u64)napi;
	/* Outside of a softirq, the interrupt that asked for one is not what brought this poll. */
	bool certain = c->softirq.start_ns && c->net_irq && c->net_irq != HFTMON_SEVERAL_IRQS;

	known = bpf_map_lookup_elem(&napi_irqs, &key);
	if (!known) {
		if (certain)
			bpf_map_update_elem(&napi_irqs, &key, &first, BPF_ANY);
		return 0;
	}
	if (certain && known->irq != c->net_irq) {
		known->irq = c->net_irq;
		known->seen = 1;
	} else if (certain && known->seen < SEEN_ENOUGH) {
		known->seen++;
	}
	return known->seen >= SEEN_ENOUGH ? known->irq : 0;
}

/* A system call that polls its socket's queue takes packets that no interrupt brought. */
INLINE bool polls_busily(struct hftmon_cpu *c)
{
	struct task_struct *task = (void *)bpf_get_current_task_btf();

	return !c->softirq.start_ns && !(task->flags & PF_KTHREAD);
}

INLINE u32 irq_of(struct hftmon_cpu *c, struct napi_struct *napi)
{
	if (!has_hardware(napi) || polls_busily(c))
		return 0;
	if (bpf_core_field_exists(napi->irq) && napi->irq > 0)
		return napi->irq;
	return learn_irq(c, napi);
}

INLINE struct hftmon_device_work *work_of(struct hftmon_sources *s, u32 irq)
{
	return &s->device[bounded(irq < HFTMON_IRQS ? irq : 0, HFTMON_IRQS)];
}

SEC("tp_btf/napi_poll")
int hftmon_napi_poll(tp_args *ctx)
{
	struct napi_struct *napi = ARG(0, void *);
	u32 cpu, packets = ARG(1, u32);
	struct hftmon_cpu *c = this_cpu(&cpu);
	struct hftmon_sources *s = sources_of(cpu);
	struct hftmon_device_work *w;

	if (!config.enabled || !c || !s)
		return 0;
	w = work_of(s, irq_of(c, napi));
	/* Atomic: a thread may poll a queue of its own while softirqs are on. */
	__sync_fetch_and_add(&w->polls, 1);
	__sync_fetch_and_add(&w->packets, packets);
	return 0;
}

/* 0 when no interrupt, or no single one, is known to have completed it. */
INLINE u32 completing_irq(struct hftmon_cpu *c)
{
	return c->irq.start_ns ? c->irq_number : c->block_served;
}

SEC("tp_btf/block_rq_complete")
int hftmon_block_complete(tp_args *ctx)
{
	u32 cpu;
	struct hftmon_cpu *c = this_cpu(&cpu);
	struct hftmon_sources *s = sources_of(cpu);

	if (!config.enabled || !c || !s)
		return 0;
	/* Atomic: completed outside of an interrupt, it may be interrupted by one that completes. */
	__sync_fetch_and_add(&work_of(s, completing_irq(c))->requests, 1);
	return 0;
}
