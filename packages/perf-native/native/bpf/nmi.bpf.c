/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/* NMI handlers; the tracepoint brings the time that the handler took. */
#include "interrupt.h"

SEC("tp_btf/nmi_handler")
int hftmon_nmi(tp_args *ctx)
{
	u32 cpu = bpf_get_smp_processor_id();
	struct hftmon_cpu *c = cpu_of(cpu);
	struct hftmon_sources *s = sources_of(cpu);
	u64 ns = ARG(1, u64), position;
	struct hftmon_thread *t;
	struct hftmon_record *r;

	if (!config.enabled || !c || !s)
		return 0;
	t = current_thread();
	source_add(&s->nmi, ns, ns, t);
	/* The code below may be what it interrupted: add, never load and store. */
	__sync_fetch_and_add(&c->stolen_ns, ns);
	if (t) {
		__sync_fetch_and_add(&t->nmi_ns, ns);
		__sync_fetch_and_add(&t->stolen_ns, ns);
	}
	r = interrupt_record(c, cpu, HFTMON_NMI, t, now_ns(), ns, ns, &position);
	if (!r)
		return 0;
	r->w[0] = 0;
	set_u64(r, 4, ARG(0, u64));
	publish(c, r, HFTMON_NMI, position);
	return 0;
}
