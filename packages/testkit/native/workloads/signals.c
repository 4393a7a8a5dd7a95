/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * The main thread, the target, gets an exact number of SIGUSR1 from a sender thread. Signals of
 * one number don't queue, so each is sent only after the one before was handled.
 */
#include <signal.h>
#include <string.h>

#include "handshake.h"
#include "latch.h"
#include "report.h"
#include "thread.h"

struct signal_sent {
	uint64_t sent_ns; /* before tgkill */
	uint64_t handled_ns; /* first line of the handler */
};

static struct latch ready = { 1 }, gate = { 1 };
static pid_t target_tid, sender_tid;
static int sender_cpu;
static long count;
static uint64_t gap_ns;
static struct signal_sent *signals;
static uint32_t handled; /* futex */

static void on_signal(int number)
{
	(void)number;
	signals[handled].handled_ns = clock__now_ns();
	__atomic_add_fetch(&handled, 1, __ATOMIC_RELEASE);
	futex__wake(&handled, INT_MAX);
}

static void *send(void *unused)
{
	(void)unused;
	sender_tid = thread__tid();
	thread__pin(sender_cpu);
	latch__arrive(&ready);
	latch__wait(&gate);
	for (uint32_t i = 0; i < (uint32_t)count; i++) {
		clock__sleep_ns(gap_ns);
		signals[i].sent_ns = clock__now_ns();
		syscall(SYS_tgkill, getpid(), target_tid, SIGUSR1);
		while (__atomic_load_n(&handled, __ATOMIC_ACQUIRE) == i)
			futex__wait(&handled, i);
	}
	thread__park();
}

int main(int argc, char **argv)
{
	struct options options = options__parse(argc, argv, "count gap-us cpu sender-cpu");
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
	pthread_t thread;
	pid_t tids[2];

	workload__begin(&options);
	target_tid = thread__tid();
	count = options__number(&options, "count", 23, 1, 100000);
	gap_ns = (uint64_t)options__number(&options, "gap-us", 500, 0, 1000000) * NS_PER_US;
	sender_cpu = options__cpu(&options, "sender-cpu", -1);
	signals = memory__populated((size_t)count * sizeof(*signals));
	sigaction(SIGUSR1, &action, NULL);
	thread__start(&thread, send, NULL);
	thread__pin(options__cpu(&options, "cpu", -1));
	latch__wait(&ready);
	tids[0] = target_tid;
	tids[1] = sender_tid;
	workload__ready(tids, 2);

	latch__arrive(&gate);
	for (uint32_t n; (n = __atomic_load_n(&handled, __ATOMIC_ACQUIRE)) < (uint32_t)count;)
		futex__wait(&handled, n);

	thread__await_asleep(tids, 2);
	report__begin("signals");
	report__number("tid", target_tid);
	report__number("senderTid", sender_tid);
	report__number("signal", SIGUSR1);
	report__number("count", handled);
	report__open_list("signals");
	for (long i = 0; i < count; i++) {
		report__open_object(NULL);
		report__number("sentNs", (int64_t)signals[i].sent_ns);
		report__number("handledNs", (int64_t)signals[i].handled_ns);
		report__close_object();
	}
	report__close_list();
	report__close();
	workload__rest();
}
