/* SPDX-License-Identifier: MIT OR GPL-2.0 */
#include "thread.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "clock.h"
#include "handshake.h"
#include "report.h"

pid_t thread__tid(void)
{
	return (pid_t)syscall(SYS_gettid);
}

void thread__pin(int cpu)
{
	cpu_set_t set;

	if (cpu < 0)
		return;
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		workload__fail("cannot run on CPU %d: %s", cpu, strerror(errno));
}

void thread__avoid(int cpu)
{
	cpu_set_t set;

	if (cpu < 0 || thread__other_cpu(cpu) < 0 || sched_getaffinity(0, sizeof(set), &set))
		return;
	CPU_CLR(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

int thread__other_cpu(int cpu)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set))
		return -1;
	for (int other = 0; other < CPU_SETSIZE; other++)
		if (other != cpu && CPU_ISSET(other, &set))
			return other;
	return -1;
}

void thread__start(pthread_t *thread, void *(*run)(void *), void *argument)
{
	int error = pthread_create(thread, NULL, run, argument);

	if (error)
		workload__fail("cannot start a thread: %s", strerror(error));
}

void thread__park(void)
{
	for (;;)
		pause();
}

/*
 * /proc/.../syscall says "running" unless the thread has really left its CPU, so it also tells a
 * thread that is about to sleep, and whose switch is not yet counted, from one that sleeps.
 */
static int is_asleep(pid_t tid)
{
	char path[64];
	char text[16] = "";
	int fd;
	ssize_t got;

	snprintf(path, sizeof(path), "/proc/self/task/%d/syscall", tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT && access("/proc/self/syscall", F_OK) != 0 ? -1 : 0;
	got = read(fd, text, sizeof(text) - 1);
	close(fd);
	return got > 0 && strncmp(text, "running", 7) != 0;
}

void thread__await_asleep(const pid_t *tids, int count)
{
	pid_t self = thread__tid();

	for (int i = 0; i < count; i++) {
		int asleep;

		while (tids[i] != self && (asleep = is_asleep(tids[i])) != 1) {
			clock__sleep_ns(asleep < 0 ? 20 * NS_PER_MS : NS_PER_MS / 2);
			if (asleep < 0) /* a kernel without that file: time has to do */
				break;
		}
	}
}

static struct usage usage__read(int who)
{
	struct rusage r;

	getrusage(who, &r);
	return (struct usage){ r.ru_nvcsw, r.ru_nivcsw, r.ru_minflt, r.ru_majflt };
}

struct usage usage__of_thread(void)
{
	return usage__read(RUSAGE_THREAD);
}

struct usage usage__of_process(void)
{
	return usage__read(RUSAGE_SELF);
}

struct usage usage__since(struct usage now, struct usage before)
{
	return (struct usage){
		now.voluntary - before.voluntary,
		now.involuntary - before.involuntary,
		now.minor_faults - before.minor_faults,
		now.major_faults - before.major_faults,
	};
}

void usage__report(const char *key, struct usage usage)
{
	report__open_object(key);
	report__number("voluntary", usage.voluntary);
	report__number("involuntary", usage.involuntary);
	report__number("minorFaults", usage.minor_faults);
	report__number("majorFaults", usage.major_faults);
	report__close_object();
}

void *memory__populated(size_t bytes)
{
	void *memory = mmap(NULL, bytes ? bytes : 1, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	if (memory == MAP_FAILED)
		workload__fail("no memory for %zu bytes: %s", bytes, strerror(errno));
	return memory;
}
