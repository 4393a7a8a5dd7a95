/**
 * Executes itself again and again, from the leader or from another thread (whose tid then becomes
 * the leader's), while more threads run. Arguments: rounds, `leader` or `thread`, and what the
 * leader does when another thread executes: `sleep` or `spin`; or `fifo`, to sleep while that thread has
 * real-time priority. Prints a line before and after.
 */
export const EXEC_PROGRAM = `
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char **arguments;

static void set_policy(int policy, int priority)
{
	struct sched_param param = { .sched_priority = priority };

	if (sched_setscheduler(0, policy, &param))
		perror("policy");
}

static void *again(void *unused)
{
	static char left[16];

	/* Woken by the leader's end, it overtakes the leader that is on its way out. */
	if (strcmp(arguments[3], "fifo") == 0)
		set_policy(SCHED_FIFO, 1);
	snprintf(left, sizeof(left), "%d", atoi(arguments[1]) - 1);
	execl("/proc/self/exe", "exec", left, arguments[2], arguments[3], "on", (char *)0);
	perror("exec");
	_exit(1);
}

static void *stay(void *unused)
{
	pause();
	return unused;
}

static void *spin(void *unused)
{
	for (;;)
		if (unused)
			break;
	return unused;
}

int main(int argc, char **argv)
{
	pthread_t thread;
	char line[16];

	arguments = argv;
	set_policy(SCHED_OTHER, 0);
	if (argc < 5) {
		puts("ready");
		fflush(stdout);
		if (!fgets(line, sizeof(line), stdin))
			return 0;
	}
	if (atoi(argv[1]) > 0) {
		pthread_create(&thread, 0, stay, 0);
		if (strcmp(argv[2], "leader") == 0)
			again(0);
		pthread_create(&thread, 0, again, 0);
		if (strcmp(argv[3], "spin") == 0)
			spin(0);
		for (;;)
			pause();
	}
	puts("done");
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin))
		;
	return 0;
}
`;
