/**
 * Executes itself again and again, from the leader or from another thread (whose tid then becomes
 * the leader's), while more threads run. Arguments: rounds, `leader` or `thread`, and what the
 * leader does when another thread executes: `sleep` or `spin`. Prints a line before and after.
 */
export const EXEC_PROGRAM = `
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char **arguments;

static void *again(void *unused)
{
	static char left[16];

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
