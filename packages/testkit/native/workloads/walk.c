/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * One thread follows pointers in random order through a region that should be larger than the
 * last-level cache: nearly all its time goes by in one load, the instruction at `walk_load`. The
 * load leaves its address register alone, so that it can be found from the instruction after it.
 */
#include <stdlib.h>

#include "handshake.h"
#include "latch.h"
#include "report.h"
#include "thread.h"

#define LINE 64
#define CHUNK 4096

struct node {
	struct node *next;
	char rest[LINE - sizeof(struct node *)];
};

extern const char walk_load[];

static struct latch ready = { 1 }, gate = { 1 }, finished = { 1 };
static struct node *nodes;
static size_t node_count;
static int cpu, stop;
static pid_t tid;
static uint64_t loads, start_ns, end_ns;

__attribute__((noinline, noclone)) struct node *walk_chase(struct node *node, long steps)
{
	while (steps--) {
		struct node *next;

		__asm__ volatile(".globl walk_load\n"
				 "walk_load:\n\t"
#if defined(__x86_64__)
				 "mov (%1), %0"
#elif defined(__aarch64__)
				 "ldr %0, [%1]"
#else
#error which instruction loads a pointer here?
#endif
				 : "=&r"(next)
				 : "r"(node)
				 : "memory");
		node = next;
	}
	return node;
}

/* One cycle through all nodes in random order (Sattolo's shuffle). */
static void link_nodes(void)
{
	size_t *order = memory__populated(node_count * sizeof(*order));
	unsigned short seed[3] = { 1, 2, 3 };

	for (size_t i = 0; i < node_count; i++)
		order[i] = i;
	for (size_t i = node_count - 1; i > 0; i--) {
		size_t j = (size_t)nrand48(seed) % i;
		size_t other = order[j];

		order[j] = order[i];
		order[i] = other;
	}
	for (size_t i = 0; i < node_count; i++)
		nodes[order[i]].next = &nodes[order[(i + 1) % node_count]];
}

static void *walk(void *unused)
{
	struct node *node = nodes;

	(void)unused;
	tid = thread__tid();
	thread__pin(cpu);
	latch__arrive(&ready);
	latch__wait(&gate);
	start_ns = clock__now_ns();
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		node = walk_chase(node, CHUNK);
		loads += CHUNK;
	}
	end_ns = clock__now_ns();
	latch__arrive(&finished);
	thread__park();
}

static void report_place(void)
{
	report__address("address", nodes);
	report__number("bytes", (int64_t)(node_count * sizeof(*nodes)));
	report__address("loadAddress", walk_load);
}

int main(int argc, char **argv)
{
	struct options options = options__parse(argc, argv, "mib duration-ms cpu");
	long duration_ms;
	pthread_t thread;

	workload__begin(&options);
	node_count = (size_t)options__number(&options, "mib", 128, 1, 65536) * (1u << 20) / LINE;
	duration_ms = options__number(&options, "duration-ms", 0, 0, 3600000);
	cpu = options__cpu(&options, "cpu", thread__other_cpu(-1));
	nodes = memory__populated(node_count * sizeof(*nodes));
	link_nodes();
	thread__start(&thread, walk, NULL);
	thread__avoid(cpu);
	latch__wait(&ready);

	thread__await_asleep(&tid, 1);
	report__open();
	report__flag("ready", 1);
	report__number("pid", getpid());
	report__open_list("tids");
	report__number(NULL, tid);
	report__close_list();
	report_place();
	report__close();
	workload__await("go");

	latch__arrive(&gate);
	workload__running();
	if (duration_ms)
		clock__sleep_ns((uint64_t)duration_ms * NS_PER_MS);
	else
		workload__await("stop");
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	latch__wait(&finished);

	thread__await_asleep(&tid, 1);
	report__begin("walk");
	report__number("tid", tid);
	report__number("cpu", cpu);
	report_place();
	report__number("loads", (int64_t)loads);
	report__number("startNs", (int64_t)start_ns);
	report__number("endNs", (int64_t)end_ns);
	report__close();
	workload__rest();
}
