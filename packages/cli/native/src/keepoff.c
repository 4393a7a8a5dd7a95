/* SPDX-License-Identifier: MIT */
/* Moves the threads of a process, which is the monitor, off the CPU of the engine. */
#include <dirent.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#include "base.h"
#include "modes.h"

static void move(pid_t tid, int cpu)
{
	cpu_set_t set;

	if (sched_getaffinity(tid, sizeof(set), &set))
		return;
	CPU_CLR(cpu, &set);
	if (CPU_COUNT(&set) > 0)
		sched_setaffinity(tid, sizeof(set), &set); /* it may have ended: no harm */
}

int keepoff(int argc, char **argv)
{
	pid_t pid = (pid_t)option(argc, argv, "pid", -1, 2, 1 << 22);
	int cpu = (int)option(argc, argv, "off-cpu", -1, 0, 1 << 20);
	struct dirent *entry;
	char path[64];
	DIR *tasks;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	tasks = opendir(path);
	if (!tasks)
		fail("there is no process %d", pid);
	while ((entry = readdir(tasks)))
		if (entry->d_name[0] != '.')
			move(atoi(entry->d_name), cpu);
	closedir(tasks);
	report("keepoff", pid, NULL, 0);
	return 0;
}
