/* SPDX-License-Identifier: MIT */
/* Every atomic operation of the library, with its order in the name. */
#ifndef HFTMON_ATOMICS_H
#define HFTMON_ATOMICS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

static inline uint32_t load_acquire_u32(const void *p)
{
	return atomic_load_explicit((const _Atomic uint32_t *)p, memory_order_acquire);
}

static inline uint64_t load_acquire_u64(const void *p)
{
	return atomic_load_explicit((const _Atomic uint64_t *)p, memory_order_acquire);
}

static inline void store_release_u32(void *p, uint32_t v)
{
	atomic_store_explicit((_Atomic uint32_t *)p, v, memory_order_release);
}

static inline void store_release_u64(void *p, uint64_t v)
{
	atomic_store_explicit((_Atomic uint64_t *)p, v, memory_order_release);
}

static inline void store_relaxed_u32(void *p, uint32_t v)
{
	atomic_store_explicit((_Atomic uint32_t *)p, v, memory_order_relaxed);
}

static inline void store_relaxed_u64(void *p, uint64_t v)
{
	atomic_store_explicit((_Atomic uint64_t *)p, v, memory_order_relaxed);
}

/* Orders every earlier access before every later one. */
static inline void fence_full(void)
{
	atomic_thread_fence(memory_order_seq_cst);
}

/* Puts `desired` where `expected` stood; false if something else did. */
static inline bool compare_exchange_u32(void *p, uint32_t expected, uint32_t desired)
{
	return atomic_compare_exchange_strong_explicit((_Atomic uint32_t *)p, &expected, desired,
						       memory_order_acq_rel, memory_order_acquire);
}

static inline void fetch_sub_u32(void *p, uint32_t v)
{
	atomic_fetch_sub_explicit((_Atomic uint32_t *)p, v, memory_order_acq_rel);
}

/* Tells the core that this is a spin loop. */
static inline void spin_hint(void)
{
#if defined(__x86_64__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("yield");
#endif
}

#endif
