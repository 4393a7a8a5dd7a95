/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/* Keeps a child that has ended and is not reaped: a process that can't be attached to. */
#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "handshake.h"
#include "report.h"
#include "thread.h"

int main(int argc, char **argv)
{
	struct options options = options__parse(argc, argv, "exit-code");
	pid_t tid = thread__tid(), child;
	siginfo_t info;
	int code;

	workload__begin(&options);
	code = (int)options__number(&options, "exit-code", 7, 0, 255);
	child = fork();
	if (child < 0)
		workload__fail("cannot fork: %s", strerror(errno));
	if (child == 0)
		_exit(code);
	/* Waits for its end but leaves it a zombie. */
	if (waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT))
		workload__fail("cannot wait for the child: %s", strerror(errno));
	workload__ready_with(&tid, 1, "zombiePid", child);

	report__begin("zombie");
	report__number("zombiePid", child);
	report__number("exitCode", code);
	report__close();
	workload__rest();
}
