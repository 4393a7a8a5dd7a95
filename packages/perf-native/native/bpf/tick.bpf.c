/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/* tick_stop: when the timer tick of a CPU was stopped, and what kept a nohz_full CPU from it. */
#include "probe.h"

SEC("tp_btf/tick_stop")
int hftmon_tick_stop(tp_args *ctx)
{
	struct hftmon_sources *s = sources_of(bpf_get_smp_processor_id());
	u32 stopped = ARG(0, u32), dependency;

	if (!config.enabled || !s)
		return 0;
	if (stopped) {
		s->tick.stopped++;
		return 0;
	}
	/* A mask with one bit: the kernel names the first dependency that it finds. */
	dependency = log2_u64(ARG(1, u32));
	if (dependency < HFTMON_TICK_DEPENDENCIES)
		s->tick.kept[dependency]++;
	return 0;
}
