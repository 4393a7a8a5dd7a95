/* SPDX-License-Identifier: MIT */
#include "groups.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bpf.h"
#include "error.h"
#include "hftmon/hftmon.h"

struct member {
	const char *program;
	uint32_t groups;
	const char *raw_tracepoint;  /* set for programs that are not tp_btf */
	uint64_t software_event_plus; /* PERF_COUNT_SW_… + 1, counted on every CPU */
};

/*
 * What every group needs: threads are followed from the first switch on, through forks, execs and
 * renames; and without wake-ups nobody would know a thread that waits from one that sleeps.
 */
#define ANY (~0u)
/* Groups that ask whether a target thread waits on this very CPU. */
#define ON_CPU                                                                                     \
	(HFTMON_GROUP_SWITCH | HFTMON_GROUP_IRQ | HFTMON_GROUP_SOFTIRQ | HFTMON_GROUP_VECTOR |     \
	 HFTMON_GROUP_NMI | HFTMON_GROUP_DEFERRED | HFTMON_GROUP_IDLE)

static const struct member members[] = {
	{ "hftmon_fork", ANY, NULL, 0 },
	{ "hftmon_exec", ANY, NULL, 0 },
	{ "hftmon_rename", ANY, NULL, 0 },
	{ "hftmon_switch", ANY, NULL, 0 },
	{ "hftmon_wake", ANY, NULL, 0 },
	{ "hftmon_migrate", HFTMON_GROUP_MIGRATE | ON_CPU, NULL, 0 },
	{ "hftmon_signal", HFTMON_GROUP_SIGNAL, NULL, 0 },
	{ "hftmon_irq_entry", HFTMON_GROUP_IRQ | HFTMON_GROUP_DEVICE, NULL, 0 },
	{ "hftmon_irq_exit", HFTMON_GROUP_IRQ | HFTMON_GROUP_DEVICE, NULL, 0 },
	{ "hftmon_softirq_raise", HFTMON_GROUP_SOFTIRQ | HFTMON_GROUP_DEVICE, NULL, 0 },
	{ "hftmon_softirq_entry", HFTMON_GROUP_SOFTIRQ | HFTMON_GROUP_DEVICE, NULL, 0 },
	{ "hftmon_softirq_exit", HFTMON_GROUP_SOFTIRQ | HFTMON_GROUP_DEVICE, NULL, 0 },
	{ "hftmon_local_timer_entry", HFTMON_GROUP_VECTOR, NULL, 0 },
	{ "hftmon_local_timer_exit", HFTMON_GROUP_VECTOR, NULL, 0 },
	{ "hftmon_reschedule_entry", HFTMON_GROUP_VECTOR, NULL, 0 },
	{ "hftmon_reschedule_exit", HFTMON_GROUP_VECTOR, NULL, 0 },
	{ "hftmon_call_function_entry", HFTMON_GROUP_VECTOR, NULL, 0 },
	{ "hftmon_call_function_exit", HFTMON_GROUP_VECTOR, NULL, 0 },
	{ "hftmon_call_function_single_entry", HFTMON_GROUP_VECTOR, NULL, 0 },
	{ "hftmon_call_function_single_exit", HFTMON_GROUP_VECTOR, NULL, 0 },
	{ "hftmon_irq_work_entry", HFTMON_GROUP_VECTOR, NULL, 0 },
	{ "hftmon_irq_work_exit", HFTMON_GROUP_VECTOR, NULL, 0 },
	{ "hftmon_ipi_send_cpu", HFTMON_GROUP_IPI, NULL, 0 },
	{ "hftmon_csd_queue_cpu", HFTMON_GROUP_IPI, NULL, 0 },
	{ "hftmon_csd_function_entry", HFTMON_GROUP_IPI, "csd_function_entry", 0 },
	{ "hftmon_nmi", HFTMON_GROUP_NMI, NULL, 0 },
	{ "hftmon_fault_user", HFTMON_GROUP_FAULT, NULL, 0 },
	{ "hftmon_fault_kernel", HFTMON_GROUP_FAULT, NULL, 0 },
	{ "hftmon_fault_minor", HFTMON_GROUP_FAULT, NULL, PERF_COUNT_SW_PAGE_FAULTS_MIN + 1 },
	{ "hftmon_fault_major", HFTMON_GROUP_FAULT, NULL, PERF_COUNT_SW_PAGE_FAULTS_MAJ + 1 },
	{ "hftmon_sys_enter", HFTMON_GROUP_SYSCALL, NULL, 0 },
	{ "hftmon_sys_exit", HFTMON_GROUP_SYSCALL, NULL, 0 },
	{ "hftmon_pi", HFTMON_GROUP_PI, NULL, 0 },
	{ "hftmon_napi_poll", HFTMON_GROUP_DEVICE, NULL, 0 },
	{ "hftmon_block_complete", HFTMON_GROUP_DEVICE, NULL, 0 },
	{ "hftmon_work_queued", HFTMON_GROUP_DEFERRED, NULL, 0 },
	{ "hftmon_work_start", HFTMON_GROUP_DEFERRED, NULL, 0 },
	{ "hftmon_work_end", HFTMON_GROUP_DEFERRED, NULL, 0 },
	{ "hftmon_tick_stop", HFTMON_GROUP_TICK, NULL, 0 },
	{ "hftmon_tlb_flush", HFTMON_GROUP_TLB, NULL, 0 },
	{ "hftmon_contention_begin", HFTMON_GROUP_LOCK, NULL, 0 },
	{ "hftmon_contention_end", HFTMON_GROUP_LOCK, NULL, 0 },
	{ "hftmon_direct_reclaim_begin", HFTMON_GROUP_MEMORY, NULL, 0 },
	{ "hftmon_direct_reclaim_end", HFTMON_GROUP_MEMORY, NULL, 0 },
	{ "hftmon_memcg_reclaim_begin", HFTMON_GROUP_MEMORY, NULL, 0 },
	{ "hftmon_memcg_reclaim_end", HFTMON_GROUP_MEMORY, NULL, 0 },
	{ "hftmon_node_reclaim_begin", HFTMON_GROUP_MEMORY, NULL, 0 },
	{ "hftmon_node_reclaim_end", HFTMON_GROUP_MEMORY, NULL, 0 },
	{ "hftmon_compaction_begin", HFTMON_GROUP_MEMORY, NULL, 0 },
	{ "hftmon_compaction_end", HFTMON_GROUP_MEMORY, NULL, 0 },
	{ "hftmon_migrate_pages_start", HFTMON_GROUP_MEMORY, NULL, 0 },
	{ "hftmon_migrate_pages", HFTMON_GROUP_MEMORY, NULL, 0 },
	{ "hftmon_cpu_idle", HFTMON_GROUP_IDLE, NULL, 0 },
	{ "hftmon_wake_idle", HFTMON_GROUP_IDLE, NULL, 0 },
};

/* Attached to single processes, not with the session. */
static const char *const span_programs[] = {
	"hftmon_function_entry",
	"hftmon_function_return",
	"hftmon_span_begin",
	"hftmon_span_end",
};

static const char *const pause_programs[] = {
	"hftmon_pause_begin",
	"hftmon_pause_end",
	"hftmon_marking_step_entry",
	"hftmon_marking_step_return",
};

#define MEMBERS (sizeof(members) / sizeof(members[0]))
#define SPAN_PROGRAMS (sizeof(span_programs) / sizeof(span_programs[0]))
#define PAUSE_PROGRAMS (sizeof(pause_programs) / sizeof(pause_programs[0]))

static int keep(struct links *links, int fd)
{
	if (links->count == links->room) {
		uint32_t room = links->room ? links->room * 2 : 64;
		int *fds = realloc(links->fds, room * sizeof(*fds));

		if (!fds) {
			close(fd);
			return fail(-ENOMEM, "list of attached probes");
		}
		links->fds = fds;
		links->room = room;
	}
	links->fds[links->count++] = fd;
	return 0;
}

void links_close(struct links *links)
{
	while (links->count)
		close(links->fds[--links->count]);
	free(links->fds);
	memset(links, 0, sizeof(*links));
}

static int attach_software_event(const struct member *m, int program_fd, uint32_t cpu,
				 struct links *links)
{
	struct perf_event_attr attr;
	int fd, err;

	memset(&attr, 0, sizeof(attr));
	attr.size = sizeof(attr);
	attr.type = PERF_TYPE_SOFTWARE;
	attr.config = m->software_event_plus - 1;
	attr.sample_period = 1;
	fd = (int)syscall(SYS_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
	if (fd < 0 && errno == ENODEV)
		return 0; /* a CPU that is possible but offline */
	if (fd < 0)
		return fail(-errno, "software event for %s on CPU %u", m->program, cpu);
	err = ioctl(fd, PERF_EVENT_IOC_SET_BPF, program_fd) ? -errno : 0;
	if (err) {
		close(fd);
		return fail(err, "attaching %s", m->program);
	}
	return keep(links, fd);
}

static int attach(const struct member *m, int program_fd, uint32_t cpus, struct links *links)
{
	int fd, err = 0;

	if (m->software_event_plus) {
		for (uint32_t cpu = 0; cpu < cpus && !err; cpu++)
			err = attach_software_event(m, program_fd, cpu, links);
		return err;
	}
	fd = bpf_tracepoint_attach(m->raw_tracepoint, program_fd);
	if (fd < 0)
		return fail(fd, "attaching %s", m->program);
	return keep(links, fd);
}

int groups_want(struct object *o, uint32_t groups)
{
	int err = 0;

	for (uint32_t i = 0; i < MEMBERS && !err; i++)
		if (members[i].groups & groups)
			err = object_want(o, members[i].program);
	for (uint32_t i = 0; i < SPAN_PROGRAMS && !err && groups & HFTMON_GROUP_SPAN; i++)
		err = object_want(o, span_programs[i]);
	for (uint32_t i = 0; i < PAUSE_PROGRAMS && !err && groups & HFTMON_GROUP_PAUSE; i++)
		err = object_want(o, pause_programs[i]);
	return err;
}

int groups_attach(const struct object *o, uint32_t groups, uint32_t cpus, struct links *links)
{
	for (uint32_t i = 0; i < MEMBERS; i++) {
		int fd = object_program_fd(o, members[i].program), err;

		if (!(members[i].groups & groups))
			continue;
		err = fd < 0 ? fail(-ENOENT, "program %s is not loaded", members[i].program)
			     : attach(&members[i], fd, cpus, links);
		if (err) {
			links_close(links);
			return err;
		}
	}
	return 0;
}
