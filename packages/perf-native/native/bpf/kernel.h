/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * The kernel types that the probes read, with only the fields that they read. Offsets are
 * relocated to the running kernel when a program is loaded (CO-RE), so order and gaps here
 * mean nothing.
 */
#ifndef HFTMON_BPF_KERNEL_H
#define HFTMON_BPF_KERNEL_H

#include <stdbool.h>
#include <linux/types.h>
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s32 s32;

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct kernfs_node {
	u64 id;
};

struct cgroup {
	struct kernfs_node *kn;
};

struct css_set {
	struct cgroup *dfl_cgrp;
};

struct thread_info {
	u32 cpu;
	int preempt_count; /* not on x86 */
};

struct rq;

struct cgroup_subsys_state {
	struct cgroup *cgroup;
};

struct cfs_bandwidth {
	long long period;
	u64 quota;
};

struct rt_bandwidth {
	long long rt_period;
	u64 rt_runtime;
};

struct task_group {
	struct cgroup_subsys_state css;
	struct rt_bandwidth rt_bandwidth;
	struct cfs_bandwidth cfs_bandwidth;
};

struct cfs_rq {
	struct rq *rq;
	struct task_group *tg;
	int throttled; /* one bit since 6.18 */
	int throttle_count;
	u64 throttled_clock_self;
	u64 throttled_clock_self_time;
	unsigned int h_nr_queued;
	unsigned int h_nr_runnable;
	unsigned int h_nr_delayed;
};

struct rt_rq {
	int rt_throttled;
	struct task_group *tg;
};

struct rq {
	unsigned int nr_running;
	u64 clock;
	struct cfs_rq cfs;
	struct rt_rq rt;
};

struct sched_entity {
	u64 sum_exec_runtime;
	struct sched_entity *parent;
	struct cfs_rq *cfs_rq;
};

struct sched_rt_entity {
	struct sched_rt_entity *parent;
	struct rt_rq *rt_rq;
};

struct sched_dl_entity {
	u64 dl_runtime;
	u64 dl_period;
	unsigned int dl_throttled : 1;
	unsigned int dl_yielded : 1;
};

struct signal_struct {
	struct task_struct *group_exec_task;
};

typedef struct {
	long long counter;
} atomic_long_t;

struct mutex {
	atomic_long_t owner;
};

struct rw_semaphore {
	atomic_long_t owner;
};

struct mm_struct {
	struct rw_semaphore mmap_lock;
};

struct timerqueue_node {
	long long expires;
};

struct hrtimer {
	struct timerqueue_node node;
	long long _softexpires;
};

struct hrtimer_clock_base {
	struct hrtimer *running;
	long long offset;
};

struct hrtimer_cpu_base {
	unsigned int clock_was_set_seq;
	struct hrtimer_clock_base clock_base[8];
};

struct task_struct {
	struct mm_struct *mm;
	struct sched_entity se;
	struct sched_rt_entity rt;
	struct sched_dl_entity dl;
	bool throttled;
	struct thread_info thread_info;
	unsigned int __state;
	unsigned int flags;
	int on_cpu;
	int pid;
	int tgid;
	int prio;
	unsigned int policy;
	int exit_code;
	int pagefault_disabled;
	unsigned long nvcsw;
	unsigned long nivcsw;
	unsigned long min_flt;
	unsigned long maj_flt;
	u64 start_time;
	unsigned in_iowait : 1;
	struct signal_struct *signal;
	struct css_set *cgroups;
	char comm[16];
};

struct device {
	struct device *parent;
};

struct net_device {
	struct device dev;
};

struct napi_struct {
	struct net_device *dev;
	int irq;
};

struct work_struct {
	void *func;
};

struct irqaction;
struct softirq_action;
struct kernel_siginfo {
	int si_code;
};

#if defined(__TARGET_ARCH_x86)
struct pt_regs {
	unsigned long cx;
	unsigned long dx;
	unsigned long di;
	unsigned long si;
	unsigned long ax;
	unsigned long orig_ax;
	unsigned long ip;
	unsigned long sp;
};
#elif defined(__TARGET_ARCH_arm64)
struct user_pt_regs {
	__u64 regs[31];
};
struct pt_regs {
	union {
		struct user_pt_regs user_regs;
		struct {
			u64 regs[31];
			u64 sp;
			u64 pc;
		};
	};
	u64 orig_x0;
	s32 syscallno;
};
#endif

#pragma clang attribute pop

#define PF_WQ_WORKER 0x00000020
#define PF_KTHREAD 0x00200000

#define SEND_SIG_NOINFO ((struct kernel_siginfo *)0)
#define SEND_SIG_PRIV ((struct kernel_siginfo *)1)
#define SI_USER 0
#define SI_KERNEL 0x80

#define TASK_INTERRUPTIBLE 0x0001
#define TASK_UNINTERRUPTIBLE 0x0002
#define TASK_STOPPED 0x0004
#define TASK_TRACED 0x0008
#define TASK_DEAD 0x0080
#define TASK_WAKING 0x0200
#define TASK_NOLOAD 0x0400

/* A tp_btf program gets the tracepoint's arguments as an array of u64. */
typedef unsigned long long tp_args;
#define ARG(n, type) ((type)ctx[n])

#endif
