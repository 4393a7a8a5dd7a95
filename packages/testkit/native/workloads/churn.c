/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * Threads that come and go. Each waits until the kernel has counted the asked number of voluntary
 * switches for it, notes its own books, and ends. After the note a thread has one more voluntary
 * switch, its last (TASK_DEAD). Stacks are the program's own, because freeing one would take the
 * address-space lock after the note and could wait for it.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include "handshake.h"
#include "latch.h"
#include "report.h"
#include "thread.h"

#define STACK_BYTES (64 * 1024)

struct life {
	pid_t tid;
	struct usage usage;
	struct interval time;
};

static long switches;
static int cpu;
static uint64_t wait_ns;

static void *live(void *argument)
{
	struct life *life = argument;
	struct timespec timeout = { 0, (long)wait_ns };
	uint32_t never = 0;

	life->time.start_ns = clock__now_ns();
	life->tid = thread__tid();
	thread__pin(cpu);
	/* Sleeps end when asked, not up to 50 us later, or a million of them take a minute. */
	prctl(PR_SET_TIMERSLACK, 1);
	/* A timer that expires before the thread has left its CPU makes no switch: count, not assume. */
	while (usage__of_thread().voluntary < switches)
		syscall(SYS_futex, &never, FUTEX_WAIT_PRIVATE, 0, &timeout, NULL, 0);
	life->time.end_ns = clock__now_ns();
	life->usage = usage__of_thread();
	return NULL;
}

static void start(pthread_t *thread, struct life *life, char *stack)
{
	pthread_attr_t attributes;
	int error;

	pthread_attr_init(&attributes);
	pthread_attr_setstack(&attributes, stack, STACK_BYTES);
	error = pthread_create(thread, &attributes, live, life);
	if (error)
		workload__fail("cannot start a thread: %s", strerror(error));
	pthread_attr_destroy(&attributes);
}

int main(int argc, char **argv)
{
	struct options options =
		options__parse(argc, argv, "threads generations switches wait-us cpu");
	long threads, generations;
	struct usage before, usage;
	struct life *lives;
	pthread_t *handles;
	pid_t tid = thread__tid();
	char *stacks;

	workload__begin(&options);
	threads = options__number(&options, "threads", 4, 1, 64);
	generations = options__number(&options, "generations", 5, 1, 1000);
	switches = options__number(&options, "switches", 101, 1, 10000000);
	wait_ns = (uint64_t)options__number(&options, "wait-us", 50, 1, 999999) * NS_PER_US;
	cpu = options__cpu(&options, "cpu", -1);
	lives = memory__populated((size_t)(threads * generations) * sizeof(*lives));
	handles = memory__populated((size_t)threads * sizeof(*handles));
	stacks = memory__populated((size_t)threads * STACK_BYTES);
	workload__ready(&tid, 1);

	before = usage__of_process();
	for (long g = 0; g < generations; g++) {
		for (long t = 0; t < threads; t++)
			start(&handles[t], &lives[g * threads + t], stacks + t * STACK_BYTES);
		for (long t = 0; t < threads; t++)
			pthread_join(handles[t], NULL);
	}
	usage = usage__since(usage__of_process(), before);

	report__begin("churn");
	report__number("threads", threads);
	report__number("generations", generations);
	report__number("switches", switches);
	usage__report("processUsage", usage);
	report__open_list("lives");
	for (long i = 0; i < threads * generations; i++) {
		report__open_object(NULL);
		report__number("tid", lives[i].tid);
		report__number("generation", i / threads);
		report__number("startNs", (int64_t)lives[i].time.start_ns);
		report__number("endNs", (int64_t)lives[i].time.end_ns);
		usage__report("usage", lives[i].usage);
		report__close_object();
	}
	report__close_list();
	report__close();
	workload__rest();
}
