/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * Stops another process with SIGSTOP and lets it go on, an exact number of times. A child keeps
 * the other end of a pipe and sends the SIGCONT when this program dies in between, so that no
 * target is ever left stopped.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "handshake.h"
#include "report.h"
#include "thread.h"

struct stop {
	uint64_t sent_ns; /* before SIGSTOP */
	uint64_t stopped_ns; /* seen stopped in /proc */
	uint64_t continue_ns; /* before SIGCONT */
	uint64_t end_ns; /* after SIGCONT */
};

static void guard(pid_t target)
{
	int lifeline[2];
	char byte;

	if (pipe(lifeline))
		workload__fail("no pipe: %s", strerror(errno));
	switch (fork()) {
	case -1:
		workload__fail("cannot fork: %s", strerror(errno));
	case 0:
		close(lifeline[1]);
		/* Also not to hold the test's pipes open. */
		for (int fd = 0; fd < 3; fd++)
			close(fd);
		while (read(lifeline[0], &byte, 1) < 0 && errno == EINTR)
			;
		kill(target, SIGCONT);
		_exit(0);
	}
	close(lifeline[0]); /* the other end stays open until this process ends */
}

static char state_of(pid_t pid)
{
	char path[64], text[512], *end;
	int fd;
	ssize_t got;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return '?';
	got = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (got <= 0)
		return '?';
	text[got] = '\0';
	end = strrchr(text, ')'); /* the name before it may hold anything */
	return end && end[1] == ' ' ? end[2] : '?';
}

static void stop_once(pid_t target, uint64_t stop_ns, struct stop *stop)
{
	uint64_t give_up;

	stop->sent_ns = clock__now_ns();
	give_up = stop->sent_ns + NS_PER_S;
	if (kill(target, SIGSTOP))
		workload__fail("cannot stop %d: %s", target, strerror(errno));
	while (state_of(target) != 'T' && clock__now_ns() < give_up)
		clock__sleep_ns(50 * NS_PER_US);
	stop->stopped_ns = clock__now_ns();
	clock__sleep_until(stop->stopped_ns + stop_ns);
	stop->continue_ns = clock__now_ns();
	kill(target, SIGCONT);
	stop->end_ns = clock__now_ns();
}

int main(int argc, char **argv)
{
	struct options options = options__parse(argc, argv, "pid count stop-ms gap-ms cpu");
	uint64_t stop_ns, gap_ns;
	struct stop *stops;
	pid_t target, tid = thread__tid();
	long count;

	workload__begin(&options);
	target = (pid_t)options__number(&options, "pid", 0, 2, 4194304);
	if (!target || kill(target, 0))
		workload__fail("--pid must name a process that may be stopped");
	count = options__number(&options, "count", 5, 1, 10000);
	stop_ns = (uint64_t)options__number(&options, "stop-ms", 5, 1, 5000) * NS_PER_MS;
	gap_ns = (uint64_t)options__number(&options, "gap-ms", 20, 1, 5000) * NS_PER_MS;
	thread__pin(options__cpu(&options, "cpu", -1));
	stops = memory__populated((size_t)count * sizeof(*stops));
	guard(target);
	workload__ready(&tid, 1);

	for (long i = 0; i < count; i++) {
		clock__sleep_ns(gap_ns);
		stop_once(target, stop_ns, &stops[i]);
	}

	report__begin("stopper");
	report__number("tid", tid);
	report__number("targetPid", target);
	report__open_list("stops");
	for (long i = 0; i < count; i++) {
		report__open_object(NULL);
		report__number("startNs", (int64_t)stops[i].sent_ns);
		report__number("stoppedNs", (int64_t)stops[i].stopped_ns);
		report__number("continueNs", (int64_t)stops[i].continue_ns);
		report__number("endNs", (int64_t)stops[i].end_ns);
		report__close_object();
	}
	report__close_list();
	report__close();
	workload__rest();
}
