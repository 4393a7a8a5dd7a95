/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/* A count that threads wait for to reach zero. A latch of 1 is a gate. */
#ifndef HFTMON_TESTKIT_LATCH_H
#define HFTMON_TESTKIT_LATCH_H

#include <linux/futex.h>
#include <limits.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

struct latch {
	uint32_t count;
};

static inline void futex__wait(uint32_t *word, uint32_t expected)
{
	syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, expected, NULL, NULL, 0);
}

static inline void futex__wake(uint32_t *word, int waiters)
{
	syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, waiters, NULL, NULL, 0);
}

static inline void latch__arrive(struct latch *latch)
{
	if (__atomic_sub_fetch(&latch->count, 1, __ATOMIC_RELEASE) == 0)
		futex__wake(&latch->count, INT_MAX);
}

static inline void latch__wait(struct latch *latch)
{
	uint32_t count;

	while ((count = __atomic_load_n(&latch->count, __ATOMIC_ACQUIRE)) != 0)
		futex__wait(&latch->count, count);
}

#endif
