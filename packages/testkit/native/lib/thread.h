/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/* Threads of a workload: start, pin, park, and what the kernel counted for them. */
#ifndef HFTMON_TESTKIT_THREAD_H
#define HFTMON_TESTKIT_THREAD_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* getrusage(RUSAGE_THREAD), or of the whole process with its ended threads. */
struct usage {
	int64_t voluntary;
	int64_t involuntary;
	int64_t minor_faults;
	int64_t major_faults;
};

pid_t thread__tid(void);
/* Pins the calling thread to one CPU; -1 leaves it alone. */
void thread__pin(int cpu);
/* Keeps the calling thread off one CPU when there is another; -1 leaves it alone. */
void thread__avoid(int cpu);
/* An allowed CPU other than that one, or -1. */
int thread__other_cpu(int cpu);
void thread__start(pthread_t *thread, void *(*run)(void *), void *argument);
/* Sleeps for ever, so that the thread's books can be read: exactly one voluntary switch. */
__attribute__((noreturn)) void thread__park(void);
/* Waits until those threads of this process, the caller excepted, are off their CPUs. */
void thread__await_asleep(const pid_t *tids, int count);

struct usage usage__of_thread(void);
struct usage usage__of_process(void);
struct usage usage__since(struct usage now, struct usage before);
/* Writes the four counts into an open report object. */
void usage__report(const char *key, struct usage usage);

/* Zeroed memory that never faults later. */
void *memory__populated(size_t bytes);

#endif
