/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * Every probe in one object, so that all share one set of maps. Programs that are loaded but
 * not attached cost nothing. HFTMON_WITHOUT_IPI leaves out the tracepoints that kernels before
 * 6.4 lack: a light skeleton loads all of its programs or none.
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
#endif
#ifndef HFTMON_WITHOUT_IPI
#include "ipi.bpf.c"
#endif

char LICENSE[] SEC("license") = "Dual MIT/GPL";
