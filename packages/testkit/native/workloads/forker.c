/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * Children that come and go, each with threads of its own: what a monitor that follows children
 * must see, and one that follows threads alone must not. Child i ends
 * with exit code i modulo 256, and is reaped before the next one begins.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "handshake.h"
#include "report.h"
#include "thread.h"

#define MOST_THREADS 16

struct child {
	pid_t pid;
	pid_t tids[MOST_THREADS]; /* written by the child, in shared memory */
	struct interval time; /* fork to reaped */
	int status;
};

static long threads;
static uint64_t life_ns;

static void *live(void *argument)
{
	*(pid_t *)argument = thread__tid();
	clock__sleep_ns(life_ns);
	return NULL;
}

static void run_child(struct child *child, int code)
{
	pthread_t handles[MOST_THREADS];

	/* Neither is inherited: a child must not outlive a parent that is killed. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	alarm(30);
	for (long t = 0; t < threads; t++)
		thread__start(&handles[t], live, &child->tids[t]);
	if (!threads)
		clock__sleep_ns(life_ns);
	for (long t = 0; t < threads; t++)
		pthread_join(handles[t], NULL);
	_exit(code);
}

static void report_child(const struct child *child)
{
	report__open_object(NULL);
	report__number("pid", child->pid);
	report__number("exitCode", WIFEXITED(child->status) ? WEXITSTATUS(child->status) : -1);
	report__number("startNs", (int64_t)child->time.start_ns);
	report__number("endNs", (int64_t)child->time.end_ns);
	report__open_list("tids");
	for (long t = 0; t < threads; t++)
		report__number(NULL, child->tids[t]);
	report__close_list();
	report__close_object();
}

int main(int argc, char **argv)
{
	struct options options = options__parse(argc, argv, "children threads life-ms cpu");
	struct child *children;
	pid_t tid = thread__tid();
	size_t bytes;
	long count;

	workload__begin(&options);
	count = options__number(&options, "children", 5, 1, 1000);
	threads = options__number(&options, "threads", 2, 0, MOST_THREADS);
	life_ns = (uint64_t)options__number(&options, "life-ms", 5, 0, 10000) * NS_PER_MS;
	thread__pin(options__cpu(&options, "cpu", -1));
	bytes = (size_t)count * sizeof(*children);
	children = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (children == MAP_FAILED)
		workload__fail("no memory: %s", strerror(errno));
	workload__ready(&tid, 1);

	for (long i = 0; i < count; i++) {
		struct child *child = &children[i];
		pid_t pid;

		child->time.start_ns = clock__now_ns();
		pid = fork();
		if (pid < 0)
			workload__fail("cannot fork: %s", strerror(errno));
		if (pid == 0)
			run_child(child, (int)(i % 256));
		child->pid = pid;
		waitpid(pid, &child->status, 0);
		child->time.end_ns = clock__now_ns();
	}

	report__begin("forker");
	report__number("tid", tid);
	report__open_list("children");
	for (long i = 0; i < count; i++)
		report_child(&children[i]);
	report__close_list();
	report__close();
	workload__rest();
}
