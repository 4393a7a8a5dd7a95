/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * Two threads on one CPU hand a turn to each other; every hop is a switch between them. With
 * nothing else on the CPU this is the target that feels a switch probe the most.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "handshake.h"
#include "latch.h"
#include "report.h"
#include "thread.h"

#define STOP 1

static struct latch ready = { 2 }, gate = { 1 }, finished = { 2 };
static int cpu, by_pipe;
static long hops;
static uint32_t turn; /* futex: hops done so far; even means thread 0's turn */
static long piped; /* pipe: hops done so far; only the thread that holds the byte touches it */
static int pipes[2][2];
static uint64_t start_ns, end_ns;

static struct player {
	int index;
	pid_t tid;
	struct usage usage;
} players[2] = { { .index = 0 }, { .index = 1 } };

static void play_futex(unsigned int self)
{
	for (;;) {
		uint32_t now = __atomic_load_n(&turn, __ATOMIC_ACQUIRE);

		if (now >= (uint32_t)hops)
			return;
		if ((now & 1) != self) {
			futex__wait(&turn, now);
			continue;
		}
		if (now + 1 == (uint32_t)hops)
			end_ns = clock__now_ns();
		__atomic_store_n(&turn, now + 1, __ATOMIC_RELEASE);
		futex__wake(&turn, 1);
	}
}

static void play_pipe(int self)
{
	char byte = 0;

	while (read(pipes[self][0], &byte, 1) == 1 && byte != STOP) {
		if (++piped == hops) {
			byte = STOP;
			end_ns = clock__now_ns();
		}
		if (write(pipes[!self][1], &byte, 1) != 1 || byte == STOP)
			return;
	}
}

static void *play(void *argument)
{
	struct player *player = argument;
	struct usage before;

	player->tid = thread__tid();
	thread__pin(cpu);
	latch__arrive(&ready);
	latch__wait(&gate);
	before = usage__of_thread();
	if (by_pipe)
		play_pipe(player->index);
	else
		play_futex((unsigned int)player->index);
	player->usage = usage__since(usage__of_thread(), before);
	latch__arrive(&finished);
	thread__park();
}

int main(int argc, char **argv)
{
	struct options options = options__parse(argc, argv, "hops cpu via");
	pthread_t threads[2];
	pid_t tids[2];

	workload__begin(&options);
	hops = options__number(&options, "hops", 100003, 1, 1000000000);
	cpu = options__cpu(&options, "cpu", thread__other_cpu(-1));
	by_pipe = !strcmp(options__word(&options, "via", "futex", "futex|pipe"), "pipe");
	if (by_pipe && (pipe(pipes[0]) || pipe(pipes[1])))
		workload__fail("no pipe: %s", strerror(errno));

	for (int i = 0; i < 2; i++)
		thread__start(&threads[i], play, &players[i]);
	latch__wait(&ready);
	for (int i = 0; i < 2; i++)
		tids[i] = players[i].tid;
	workload__ready(tids, 2);

	start_ns = clock__now_ns();
	if (by_pipe && write(pipes[0][1], "", 1) != 1)
		workload__fail("cannot begin: %s", strerror(errno));
	latch__arrive(&gate);
	latch__wait(&finished);

	thread__await_asleep(tids, 2);
	report__begin("pingpong");
	report__text("via", by_pipe ? "pipe" : "futex");
	report__number("cpu", cpu);
	report__number("hops", hops);
	report__number("startNs", (int64_t)start_ns);
	report__number("endNs", (int64_t)end_ns);
	report__number("nsPerHop", (int64_t)((end_ns - start_ns) / (uint64_t)hops));
	report__open_list("threads");
	for (int i = 0; i < 2; i++) {
		report__open_object(NULL);
		report__number("tid", tids[i]);
		usage__report("usage", players[i].usage);
		report__close_object();
	}
	report__close_list();
	report__close();
	workload__rest();
}
