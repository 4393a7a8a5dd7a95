/* SPDX-License-Identifier: MIT */
/* The second thread of the target's process: it holds the lock, and shoots down TLB entries. */
#include "target.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>

#define SHOTS 200
/* Fewer than from which the kernel forgets all entries at once. */
#define PAGES 32ul
#define PAGE_BYTES 4096ul

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char *pages;

/* glibc's lock word is 2 while somebody waits. */
static int is_wanted(void)
{
	return __atomic_load_n((uint32_t *)&lock, __ATOMIC_RELAXED) == 2;
}

void helper__take_lock(void)
{
	pthread_mutex_lock(&lock);
	pthread_mutex_unlock(&lock);
}

/*
 * Held weakly, the holder has the weakest real-time priority of the three: as soon as the target
 * waits, a thread of the director, stronger than the holder, takes the holder's CPU.
 */
static void hold(int weakly)
{
	uint64_t limit;

	if (weakly)
		set_realtime(0, WEAK_PRIORITY);
	pthread_mutex_lock(&lock);
	__atomic_store_n(&stage->lock_held, 1, __ATOMIC_RELEASE);
	limit = now_ns() + 20 * NS_PER_MS;
	while (!is_wanted() && now_ns() < limit)
		sleep_ns(20 * NS_PER_US);
	stage->errand_done.start_ns = now_ns();
	__atomic_store_n(&stage->lock_wanted, 1, __ATOMIC_RELEASE);
	futex_wake(&stage->lock_wanted);
	if (weakly)
		spin_until(stage->errand_done.start_ns + 300 * NS_PER_US);
	else
		sleep_until(stage->errand_done.start_ns + stage->hold_ns);
	stage->errand_done.end_ns = now_ns();
	pthread_mutex_unlock(&lock);
	if (weakly)
		set_realtime(0, 0);
}

/* Takes the right to write away again and again: the target's CPU is interrupted to forget it. */
static void shoot_down(void)
{
	memset(pages, 1, PAGES * PAGE_BYTES);
	stage->errand_done.start_ns = now_ns();
	for (int i = 0; i < SHOTS; i++) {
		mprotect(pages, PAGES * PAGE_BYTES, PROT_READ);
		mprotect(pages, PAGES * PAGE_BYTES, PROT_READ | PROT_WRITE);
	}
	stage->errand_done.end_ns = now_ns();
}

void *helper__run(void *unused)
{
	(void)unused;
	keep_off(stage->cpu);
	pin_to(stage->other_cpu);
	call_oneself("selftest-helper");
	set_nice(0, -20);
	pages = mmap(NULL, PAGES * PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		     -1, 0);
	if (pages == MAP_FAILED)
		fail("no memory: %s", strerror(errno));
	stage->helper_tid = own_tid();
	__atomic_add_fetch(&stage->threads_ready, 1, __ATOMIC_RELEASE);
	for (;;) {
		enum errand errand = __atomic_load_n(&stage->errand, __ATOMIC_ACQUIRE);

		if (errand == NO_ERRAND) {
			futex_wait(&stage->errand, NO_ERRAND);
			continue;
		}
		if (errand == SHOOT_DOWN)
			shoot_down();
		else
			hold(errand == HOLD_LOCK_WEAKLY);
		__atomic_store_n(&stage->errand, NO_ERRAND, __ATOMIC_RELEASE);
	}
	return NULL;
}
