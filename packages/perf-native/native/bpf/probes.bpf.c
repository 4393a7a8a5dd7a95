/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * Every probe in one object, so that all share one set of maps. Only those that a session needs
 * are loaded, so the rest may refer to tracepoints that this kernel lacks.
 */
#include "switch.bpf.c"
#include "wake.bpf.c"
#include "migrate.bpf.c"
#include "lifecycle.bpf.c"
#include "irq.bpf.c"
#include "softirq.bpf.c"
#include "syscall.bpf.c"
#if defined(__TARGET_ARCH_x86)
#include "vector.bpf.c"
#include "nmi.bpf.c"
#include "fault.bpf.c"
#include "tlb.bpf.c"
#endif
#include "ipi.bpf.c"
#include "pi.bpf.c"
#include "device.bpf.c"
#include "deferred.bpf.c"
#include "tick.bpf.c"
#include "lock.bpf.c"
#include "memory.bpf.c"
#include "idle.bpf.c"
#include "span.bpf.c"
#include "pause.bpf.c"

char LICENSE[] SEC("license") = "Dual MIT/GPL";
