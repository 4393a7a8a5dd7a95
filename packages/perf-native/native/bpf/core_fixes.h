/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/* Differences between kernels and architectures, in one place. */
#ifndef HFTMON_BPF_CORE_FIXES_H
#define HFTMON_BPF_CORE_FIXES_H

#include "cast.h"

/* Before bcf9033e5449 ("sched: move CPU field back into thread_info", 5.16) x86 kept it here. */
struct task_struct___old {
	unsigned int cpu;
} __attribute__((preserve_access_index));

static __always_inline u32 task_cpu(struct task_struct *task)
{
	struct task_struct___old *old = (void *)task;

	if (bpf_core_field_exists(task->thread_info.cpu))
		return task->thread_info.cpu;
	return old->cpu;
}

/*
 * Tid of the thread that calls exec and for which this leader ends, 0 for none. Before
 * 60700e38fb68 (5.17) the kernel kept it under another name, together with other things.
 */
static __always_inline u32 exec_tid(struct task_struct *leader)
{
	struct task_struct *task;

	if (!bpf_core_field_exists(leader->signal->group_exec_task))
		return 0;
	task = untrusted(leader)->signal->group_exec_task;
	return task ? task->pid : 0;
}

/*
 * Is this CPU in an interrupt (hard, softirq being served, NMI)? Then `current` is whom it hit
 * and has nothing to do with what happens. x86 counts per CPU, in a variable that has no symbol
 * to link with and has moved twice (pcpu_hot: 64701838bf05, 6.2, gone again in 6.15). BTF tells
 * how far it lies from the CPU's run queue, and any task leads there.
 */
#define IN_INTERRUPT 0x00ff0100

/*
 * Any kernel type with a number in front will do: the cast (6.2 and later) makes a load of it, for
 * a twentieth of what the helper costs, which matters at every wake-up.
 */
struct timespec64 {
	long long tv_sec;
} __attribute__((preserve_access_index));

static __always_inline u32 read_int(const void *address)
{
	struct timespec64 *number;
	u32 value = 0;

	if (has_rdonly_cast) {
		number = bpf_rdonly_cast(address, bpf_core_type_id_kernel(struct timespec64));
		return (u32)number->tv_sec;
	}
	bpf_probe_read_kernel(&value, sizeof(value), address);
	return value;
}

static __always_inline u64 read_long(const void *address)
{
	struct timespec64 *number;
	u64 value = 0;

	if (has_rdonly_cast) {
		number = bpf_rdonly_cast(address, bpf_core_type_id_kernel(struct timespec64));
		return number->tv_sec;
	}
	bpf_probe_read_kernel(&value, sizeof(value), address);
	return value;
}

static __always_inline bool in_interrupt(struct hftmon_cpu *c, struct task_struct *current)
{
#if defined(__TARGET_ARCH_x86)
	u64 rq = 0;

	if (!c->preempt_count_address && config.preempt_count_distance &&
	    bpf_core_field_exists(current->se.cfs_rq)) {
		/* Read, not followed: a typed pointer takes no variable offset. */
		bpf_probe_read_kernel(&rq, sizeof(rq), &untrusted(current)->se.cfs_rq->rq);
		c->preempt_count_address = rq + config.preempt_count_distance;
	}
	if (!c->preempt_count_address)
		return c->depth;
	return read_int((void *)c->preempt_count_address) & IN_INTERRUPT;
#else
	return current->thread_info.preempt_count & IN_INTERRUPT;
#endif
}

/*
 * Tasks that want the CPU of a run queue, the one that has it included. Since 152e11f6df29 ("Delay
 * dequeue", 6.12) nr_running also counts sleepers that were left queued for a while; how many they
 * are was told by h_nr_delayed at first, and by two counts since c2a295bffeaf (6.14).
 */
static __always_inline u32 runnable_in(struct rq *rq)
{
	u32 queued = rq->nr_running, asleep = 0;

	if (bpf_core_field_exists(rq->cfs.h_nr_runnable))
		asleep = rq->cfs.h_nr_queued - rq->cfs.h_nr_runnable;
	else if (bpf_core_field_exists(rq->cfs.h_nr_delayed))
		asleep = rq->cfs.h_nr_delayed;
	/* Another CPU may change the counts between the loads. */
	return asleep > queued ? queued : queued - asleep;
}

/* The run queue of the CPU that a task is on or was on last; 0 on kernels without group scheduling. */
static __always_inline struct rq *run_queue_of(struct task_struct *task)
{
	return bpf_core_field_exists(task->se.cfs_rq) ? untrusted(task)->se.cfs_rq->rq : 0;
}

/* The same of a CPU on which a program has run before, read without its type. */
static __always_inline u32 runnable_on(u32 cpu)
{
	struct hftmon_cpu *c = bpf_map_lookup_elem(&cpus, &cpu);
	u32 queued = 0, in_fair = 0, runnable = 0;
	struct rq *rq;

	if (!c || !c->run_queue)
		return HFTMON_DEPTH_UNKNOWN;
	rq = (void *)c->run_queue;
	bpf_core_read(&queued, sizeof(queued), &rq->nr_running);
	if (bpf_core_field_exists(rq->cfs.h_nr_runnable)) {
		bpf_core_read(&in_fair, sizeof(in_fair), &rq->cfs.h_nr_queued);
		bpf_core_read(&runnable, sizeof(runnable), &rq->cfs.h_nr_runnable);
	} else if (bpf_core_field_exists(rq->cfs.h_nr_delayed)) {
		bpf_core_read(&in_fair, sizeof(in_fair), &rq->cfs.h_nr_delayed);
	}
	return in_fair - runnable > queued ? queued : queued - (in_fair - runnable);
}

#if defined(__TARGET_ARCH_x86)
#define NR_SCHED_YIELD 24
#define NR_FUTEX 202
#else
#define NR_SCHED_YIELD 124
#define NR_FUTEX 98
#endif

/* A futex's operation rides in the top byte of its address, which no user address uses. */
#define ARGUMENT_BITS 56
#define FUTEX_COMMAND 0x7f

static __always_inline u64 with_futex_command(u64 address, u64 operation)
{
	return (address & ((1ull << ARGUMENT_BITS) - 1)) |
	       (operation & FUTEX_COMMAND) << ARGUMENT_BITS;
}

/*
 * Number + 1 of the system call that a task is in, 0 if it is in none; its first argument.
 * On x86 `orig_ax` holds an error code when the kernel was entered by an exception, so the two
 * must be told apart: the SYSCALL instruction leaves the return address in rcx.
 */
static __always_inline u32 task_syscall(struct task_struct *task, u64 *argument)
{
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs((void *)task);

#if defined(__TARGET_ARCH_x86)
	if (regs->cx != regs->ip || (long)regs->orig_ax < 0)
		return 0;
	*argument = regs->di;
	if (regs->orig_ax == NR_FUTEX)
		*argument = with_futex_command(regs->di, regs->si);
	return (u32)regs->orig_ax + 1;
#else
	if (regs->syscallno < 0)
		return 0;
	*argument = regs->orig_x0;
	if (regs->syscallno == NR_FUTEX)
		*argument = with_futex_command(regs->orig_x0, regs->regs[1]);
	return regs->syscallno + 1;
#endif
}

#endif
