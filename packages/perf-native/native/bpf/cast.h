/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/* Pointers that the verifier takes for others than they are: bpf_rdonly_cast(), 6.2 and later. */
#ifndef HFTMON_BPF_CAST_H
#define HFTMON_BPF_CAST_H

#include "maps.h"

extern void *bpf_rdonly_cast(const void *object, u32 btf_id) __ksym;

/*
 * The task as the start of a chain of pointers. Each one that is loaded from a trusted structure
 * makes the verifier look for several names in the kernel's whole BTF, one type after the other:
 * about a millisecond each time that it gets there. What an untrusted one leads to it takes as it
 * is. The cast is no code; a load through it survives a bad address, as further down the chain.
 */
static __always_inline struct task_struct *untrusted(struct task_struct *task)
{
	if (has_rdonly_cast)
		return bpf_rdonly_cast(task, bpf_core_type_id_kernel(struct task_struct));
	return task;
}

#endif
