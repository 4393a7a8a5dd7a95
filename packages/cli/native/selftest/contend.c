/* SPDX-License-Identifier: MIT */
/* Others on the target's CPU: preemption, and waits for the CPU after a wake-up. */
#include "director.h"

#include <string.h>

#include "rival.h"

#define BURST_NS (10 * NS_PER_MS)
#define RIVAL_PRIORITY 40

static struct rival strong = { .name = "rt-rival", .priority = RIVAL_PRIORITY };
static struct rival equal = { .name = "equal-rival" };

static int start(struct rival *rival, struct deed *deed)
{
	int error;

	rival->cpu = stage->cpu;
	error = rival__start(rival);
	if (error)
		return skip("a real-time priority is not permitted here: %s", strerror(error));
	deed->by = rival->tid;
	return 0;
}

static int take_cpu(struct deed *deed, struct rival *rival)
{
	if (start(rival, deed))
		return -1;
	while (deed__goes_on(deed)) {
		pause_between();
		rival__burst(rival, now_ns(), BURST_NS);
		rival__await(rival);
		deed__add(deed, rival->done, rival->ran_ns, rival->ran_ns);
	}
	return 0;
}

int deed__preempt(struct deed *deed)
{
	return take_cpu(deed, &strong);
}

/*
 * Of two equal ones the kernel runs first the one that asks for less at a time (6.12 and later;
 * before, they take turns): so the rival has the CPU for its whole burst.
 */
int deed__compete(struct deed *deed)
{
	int result;

	set_slice(stage->target_tid, 10 * BURST_NS);
	if (start(&equal, deed))
		return -1;
	set_slice(equal.tid, 2 * BURST_NS);
	result = take_cpu(deed, &equal);
	set_slice(stage->target_tid, 0);
	return result;
}

/* The target is due to run, or is woken, in the middle of a burst. */
static int wake_behind_rival(struct deed *deed, enum request request)
{
	if (start(&strong, deed))
		return -1;
	while (deed__goes_on(deed)) {
		uint64_t begin = now_ns() + 2 * NS_PER_MS, waited_ns;

		stage->due_ns = begin + BURST_NS / 4;
		request_of_target(request);
		rival__burst(&strong, begin, BURST_NS);
		if (request == AWAIT) {
			sleep_until(stage->due_ns);
			stage->due_ns = now_ns();
			__atomic_store_n(&stage->bell, 1, __ATOMIC_RELEASE);
			futex_wake(&stage->bell);
		}
		rival__await(&strong);
		await_target();
		/* Late itself, or the target awake already: then nobody had to wait for it. */
		waited_ns = strong.done.end_ns - stage->due_ns;
		if (stage->happened && strong.done.start_ns < stage->due_ns &&
		    stage->due_ns + BURST_NS / 4 < strong.done.end_ns)
			deed__add(deed, stage->done, waited_ns, waited_ns);
		else
			deed->voided++;
		pause_between();
	}
	return 0;
}

int deed__delay_timer(struct deed *deed)
{
	return wake_behind_rival(deed, SLEEP);
}

int deed__delay_wakeup(struct deed *deed)
{
	return wake_behind_rival(deed, AWAIT);
}
