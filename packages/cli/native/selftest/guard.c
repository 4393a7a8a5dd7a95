/* SPDX-License-Identifier: MIT */
#include "guard.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "director.h"

#define MOST 16
#define TRIES 500 /* 5 s: the last task of a group may still be dying */

/* A change and what undoes it; without a text it is a group to be removed. */
struct change {
	char path[512];
	char text[512];
};

static int to_guard = -1; /* the guard sees when the last writer is gone */
static struct change changes[MOST]; /* of the director */

static void undo(const struct change *change)
{
	if (change->text[0]) {
		write_text(change->path, change->text);
		return;
	}
	for (int i = 0; i < TRIES && rmdir(change->path) && errno == EBUSY; i++)
		sleep_ns(10 * NS_PER_MS);
}

static struct change *find(struct change *list, const char *path)
{
	for (int i = 0; i < MOST; i++)
		if (!strcmp(list[i].path, path))
			return &list[i];
	return NULL;
}

/* A path that is told a second time has been put back by the director. */
static void watch(int from_director)
{
	struct change list[MOST] = { 0 };
	struct change message;

	setsid();
	for (int signal_number = SIGHUP; signal_number < SIGRTMIN; signal_number++)
		signal(signal_number, SIG_IGN);
	call_oneself("selftest-guard");
	for (int fd = 0; fd < 3; fd++)
		close(fd);
	while (read(from_director, &message, sizeof(message)) == sizeof(message)) {
		struct change *known = find(list, message.path);

		if (known)
			known->path[0] = 0;
		else if ((known = find(list, "")))
			*known = message;
	}
	for (int i = 0; i < MOST; i++)
		if (list[i].path[0])
			undo(&list[i]);
	_exit(0);
}

/* Tells the guard of a change, or that it was undone. Records are shorter than PIPE_BUF: whole. */
static void tell(const struct change *change)
{
	if (write(to_guard, change, sizeof(*change)) != sizeof(*change))
		fail("the guard is gone: nothing is changed on this host");
}

static void ensure_guard(void)
{
	int ends[2];
	pid_t pid;

	if (to_guard >= 0)
		return;
	if (pipe2(ends, O_CLOEXEC))
		fail("cannot make a pipe: %s", strerror(errno));
	pid = fork();
	if (pid < 0)
		fail("cannot start the guard: %s", strerror(errno));
	if (!pid) {
		close(ends[1]);
		watch(ends[0]);
	}
	close(ends[0]);
	to_guard = ends[1];
}

static struct change *remember(const char *path, const char *text)
{
	struct change *change = find(changes, "");

	if (!change)
		fail("more changes than are kept");
	snprintf(change->path, sizeof(change->path), "%s", path);
	snprintf(change->text, sizeof(change->text), "%s", text);
	ensure_guard();
	tell(change);
	return change;
}

static void forget(struct change *change)
{
	tell(change);
	*change = (struct change){ 0 };
}

int guard__change(const char *path, const char *text)
{
	const char *before = read_text(path);
	struct change *change;
	int error;

	if (!before)
		return errno;
	/* Half of it would be put back. */
	if (strlen(before) >= sizeof(change->text))
		return E2BIG;
	change = remember(path, before);
	error = write_text(path, text);
	if (error)
		forget(change);
	return error;
}

void guard__restore(const char *path)
{
	struct change *change = find(changes, path);

	if (!change)
		return;
	undo(change);
	forget(change);
}

int guard__make_group(const char *path)
{
	struct change *change = remember(path, "");

	if (!mkdir(path, 0755))
		return 0;
	forget(change);
	return errno;
}

void guard__remove_group(const char *path)
{
	guard__restore(path);
}
