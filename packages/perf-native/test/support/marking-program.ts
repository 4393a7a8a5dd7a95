import { fileURLToPath } from 'node:url';

const HEADER = fileURLToPath(new URL('../../../marker/include/hftmon_marker.h', import.meta.url));

/**
 * A process that marks at a word, one a line; it answers each with what that made. Words: `marks`, a
 * span of the name of the run; `exec`, the program again, in the same process; `threads`, of which each
 * marks a span, one after the other; `torn`, an area that is not ready to be read, `mend`, the rest
 * of it; `bad COUNT`, areas that never will be.
 */
export const MARKING_PROGRAM = `
#include <stdio.h>
#include <stdlib.h>
#include "${HEADER}"

static char name[16];
static hftmon_marker_name own = HFTMON_MARKER_NAME(name);
static int torn;

static void *mark(void *unused)
{
	hftmon_marker_begin(&own, 1);
	hftmon_marker_end(&own, 1);
	return unused;
}

static int make_bad(void)
{
	return memfd_create(HFTMON_MARKER_FILE, MFD_ALLOW_SEALING | MFD_CLOEXEC);
}

/* As the header makes it, up to the seals. */
static void tear(void)
{
	torn = make_bad();
	if (torn < 0)
		exit(2);
}

/* The honest area stands in for what is torn. */
static void mend(void)
{
	mark(NULL);
	if (dup2(hftmon_marker_state_.fd, torn) < 0)
		exit(3);
}

int main(int argc, char **argv)
{
	char line[32], next[16];
	int run = argc > 1 ? atoi(argv[1]) : 0, count;
	pthread_t thread;

	setvbuf(stdin, NULL, _IONBF, 0);
	snprintf(name, sizeof(name), "run-%d", run);
	snprintf(next, sizeof(next), "%d", run + 1);
	printf("%s\\n", name);
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin)) {
		if (!strcmp(line, "marks\\n"))
			mark(NULL);
		if (!strcmp(line, "exec\\n")) {
			execl("/proc/self/exe", argv[0], next, (char *)0);
			return 4;
		}
		for (int i = 0; i < 3 && !strcmp(line, "threads\\n"); i++)
			if (pthread_create(&thread, NULL, mark, NULL) || pthread_join(thread, NULL))
				return 5;
		if (!strcmp(line, "torn\\n"))
			tear();
		if (!strcmp(line, "mend\\n"))
			mend();
		if (sscanf(line, "bad %d", &count) == 1)
			while (count--)
				if (make_bad() < 0)
					return 6;
		printf("did %s", line);
		fflush(stdout);
	}
	return 0;
}
`;
