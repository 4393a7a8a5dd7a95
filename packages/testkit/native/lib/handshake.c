/* SPDX-License-Identifier: MIT OR GPL-2.0 */
#include "handshake.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "report.h"
#include "thread.h"

void workload__fail(const char *format, ...)
{
	char message[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(message, sizeof(message), format, arguments);
	va_end(arguments);
	report__open();
	report__text("error", message);
	report__close();
	_exit(2);
}

void workload__begin(const struct options *options)
{
	pid_t parent = getppid();

	alarm((unsigned int)options__number(options, "limit-s", 180, 1, 3600));
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent) /* it died before the line above */
		_exit(1);
	signal(SIGPIPE, SIG_IGN);
}

void workload__ready_with(const pid_t *tids, int count, const char *key, long value)
{
	thread__await_asleep(tids, count);
	report__open();
	report__flag("ready", 1);
	report__number("pid", getpid());
	report__open_list("tids");
	for (int i = 0; i < count; i++)
		report__number(NULL, tids[i]);
	report__close_list();
	if (key)
		report__number(key, value);
	report__close();
	workload__await("go");
}

void workload__ready(const pid_t *tids, int count)
{
	workload__ready_with(tids, count, NULL, 0);
}

void workload__running(void)
{
	report__open();
	report__flag("running", 1);
	report__close();
}

void workload__await(const char *word)
{
	char line[64];
	size_t length = 0;

	for (;;) {
		char c;
		ssize_t got = read(STDIN_FILENO, &c, 1);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			_exit(0);
		if (c != '\n') {
			if (length < sizeof(line) - 1)
				line[length++] = c;
			continue;
		}
		line[length] = '\0';
		length = 0;
		if (!strcmp(line, word))
			return;
		if (!strcmp(line, "quit"))
			_exit(0);
	}
}

void workload__rest(void)
{
	workload__await("quit");
	_exit(0);
}
