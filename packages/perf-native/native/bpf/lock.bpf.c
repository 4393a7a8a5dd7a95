/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * Waits of target threads for locks of the kernel, spinning or asleep. The tracepoints are on the
 * slow path alone: a lock that is free costs nothing.
 */
#include "probe.h"
#include "core_fixes.h"

/* LCB_F_* of include/trace/events/lock.h, the same since 5.19. */
#define LOCK_SPIN 1
#define LOCK_READ 2
#define LOCK_WRITE 4
#define LOCK_RT 8
#define LOCK_PERCPU 16
#define LOCK_MUTEX 32

/* Low bits of an owner are flags: MUTEX_FLAGS, and those of a rwsem, the first for readers. */
#define OWNER_FLAGS 7ul
#define OWNED_BY_READERS 1ul

/* The word that names the owner of a lock; 0 for kinds that keep none. */
INLINE u64 owner_word(void *lock, u32 flags)
{
	u64 owner = 0;

	if (flags & LOCK_MUTEX) {
		owner = read_long(&((struct mutex *)lock)->owner);
	} else if (flags == LOCK_READ || flags == LOCK_WRITE) {
		owner = read_long(&((struct rw_semaphore *)lock)->owner);
		/* The last reader that came may have left long ago. */
		if (owner & OWNED_BY_READERS)
			owner = 0;
	}
	return owner & ~OWNER_FLAGS;
}

INLINE u32 owner_tid(struct hftmon_cpu *c, u32 cpu, void *lock, u32 flags, u64 now)
{
	u64 owner = owner_word(lock, flags);
	struct task_struct *task = (void *)owner;
	u32 tid = 0;

	if (!owner)
		return 0;
	if (has_rdonly_cast) {
		task = bpf_rdonly_cast((void *)owner, bpf_core_type_id_kernel(struct task_struct));
		tell_task(c, cpu, task, now);
		return task->pid;
	}
	bpf_core_read(&tid, sizeof(tid), &task->pid);
	return tid;
}

INLINE bool is_mmap_lock(struct task_struct *task, u64 lock)
{
	struct mm_struct *mm = untrusted(task)->mm;

	return mm && bpf_core_field_exists(mm->mmap_lock) && (u64)&mm->mmap_lock == lock;
}

SEC("tp_btf/contention_begin")
int hftmon_contention_begin(tp_args *ctx)
{
	struct hftmon_thread *t = current_thread();
	struct task_struct *task = (void *)bpf_get_current_task_btf();
	u64 lock = ARG(0, u64), now;
	u32 flags = ARG(1, u32), cpu;
	struct hftmon_cpu *c;

	if (!t || !config.enabled)
		return 0;
	c = this_cpu(&cpu);
	/* A lock that an interrupt waits for is the interrupt's. */
	if (!c || in_interrupt(c, task))
		return 0;
	now = now_ns();
	/*
	 * One that spins first begins anew when it goes to sleep; what it waits for on the way, to be
	 * put in the list of those who sleep, is the same wait.
	 */
	if (t->lock_start_ns && t->lock != lock)
		return 0;
	if (!t->lock_start_ns) {
		t->lock = lock;
		t->lock_owner_tid = 0;
		t->lock_stolen_ns = t->stolen_ns;
		t->lock_start_ns = now;
		t->lock_flags = is_mmap_lock(task, lock) ? HFTMON_LOCK_MMAP : 0;
	}
	t->lock_flags |= flags & HFTMON_LOCK_KERNEL_FLAGS;
	if (!t->lock_owner_tid)
		t->lock_owner_tid = owner_tid(c, cpu, (void *)lock, flags, now);
	return 0;
}

SEC("tp_btf/contention_end")
int hftmon_contention_end(tp_args *ctx)
{
	struct hftmon_thread *t = current_thread();
	u64 now, gross, inner, net, position;
	struct hftmon_record *r;
	struct hftmon_cpu *c;
	u32 cpu;

	if (!t || !config.enabled || !t->lock_start_ns || t->lock != ARG(0, u64))
		return 0;
	c = this_cpu(&cpu);
	if (!c || in_interrupt(c, (void *)bpf_get_current_task_btf()))
		return 0;
	now = now_ns();
	gross = now - t->lock_start_ns;
	inner = t->stolen_ns - t->lock_stolen_ns;
	net = gross > inner ? gross - inner : 0;
	t->lock_start_ns = 0;
	/* Atomic: interrupts may be on, and they add theirs. */
	__sync_fetch_and_add(&t->stolen_ns, net);
	r = claim_lasting(c, cpu, HFTMON_LOCK, t->tid, now - gross, now, &position);
	if (!r)
		return 0;
	r->w[0] = t->lock_flags;
	set_u64(r, 1, net);
	set_u64(r, 3, t->lock);
	r->w[5] = t->lock_owner_tid;
	publish(c, r, HFTMON_LOCK, position);
	return 0;
}
