/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * Bounds for threads that keep a CPU busy at a real-time priority, be it their own or a lent one.
 * A loop has its own limit; this adds two, each enough alone: a watchdog on another CPU that kills
 * the process, and RLIMIT_RTTIME, with which the kernel does.
 */
#ifndef HFTMON_TESTKIT_REALTIME_H
#define HFTMON_TESTKIT_REALTIME_H

/* The calling thread gets a policy (SCHED_OTHER has priority 0), or the program fails. */
void realtime__become(int policy, int priority);

/* Starts the watchdog over a CPU; fails where there is no other one to watch from. */
void realtime__guard(int cpu);

/* The calling thread is busy from here on ... */
void realtime__busy(void);
/* ... to here, at most 50 ms later. */
void realtime__idle(void);

#endif
