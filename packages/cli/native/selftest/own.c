/* SPDX-License-Identifier: MIT */
/* What the target does to itself: faults, system calls, locks, timers. */
#include "director.h"

#include <linux/magic.h>
#include <string.h>
#include <sys/vfs.h>

#include "rival.h"

#define HOLD_NS (3 * NS_PER_MS)
#define MEDIUM_NS (3 * NS_PER_MS)

static struct rival medium = { .name = "medium", .priority = MEDIUM_PRIORITY };

/* What waits for the disk is off its CPU in the end, but others may have its CPU then. */
static uint64_t least_ns(enum request request)
{
	uint64_t taken_ns = length(stage->done);

	if (request == MAJOR_FAULT || request == DIRECT_IO)
		return 0;
	/* Half: what interrupted it is among what it ran, by the kernel's account. */
	return (stage->ran_ns < taken_ns ? stage->ran_ns : taken_ns) / 2;
}

static int repeat(struct deed *deed, enum request request, const char *otherwise)
{
	while (deed__goes_on(deed)) {
		pause_between();
		ask_target(request);
		if (stage->happened)
			deed__add(deed, stage->done, least_ns(request), length(stage->done));
		else
			deed->voided++;
	}
	return deed->done ? 0 : skip("%s", otherwise);
}

int deed__minor_faults(struct deed *deed)
{
	return repeat(deed, MINOR_FAULTS, "touching new pages caused no page faults");
}

static int has_no_disk(void)
{
	struct statfs fs;

	return !statfs(stage->directory, &fs) && fs.f_type == TMPFS_MAGIC;
}

int deed__major_faults(struct deed *deed)
{
	if (has_no_disk())
		return skip("%s is no disk but memory (tmpfs); set TMPDIR", stage->directory);
	return repeat(deed, MAJOR_FAULT, "the pages of a file did not leave memory");
}

int deed__huge_pages(struct deed *deed)
{
	return repeat(deed, HUGE_PAGES, "the kernel gave no huge page (transparent_hugepage)");
}

int deed__direct_io(struct deed *deed)
{
	if (has_no_disk())
		return skip("%s is no disk but memory (tmpfs); set TMPDIR", stage->directory);
	return repeat(deed, DIRECT_IO, "the disk answered before the target had to wait");
}

int deed__long_calls(struct deed *deed)
{
	return repeat(deed, LONG_CALL, "the system call failed");
}

static void take_held_lock(enum errand errand, enum request request)
{
	__atomic_store_n(&stage->lock_held, 0, __ATOMIC_RELEASE);
	__atomic_store_n(&stage->lock_wanted, 0, __ATOMIC_RELEASE);
	stage->hold_ns = HOLD_NS;
	ask_helper(errand);
	while (!__atomic_load_n(&stage->lock_held, __ATOMIC_ACQUIRE))
		sleep_ns(NS_PER_MS / 20);
	ask_target(request);
	await_helper();
}

int deed__lock(struct deed *deed)
{
	deed->by = stage->helper_tid;
	while (deed__goes_on(deed)) {
		pause_between();
		take_held_lock(HOLD_LOCK, TAKE_LOCK);
		if (stage->happened)
			deed__add(deed, stage->done, length(stage->errand_done),
				  length(stage->done));
		else
			deed->voided++;
	}
	return 0;
}

int deed__invert(struct deed *deed)
{
	int error;

	medium.cpu = stage->other_cpu;
	medium.bell = &stage->lock_wanted;
	error = rival__start(&medium);
	if (error)
		return skip("a real-time priority is not permitted here: %s", strerror(error));
	deed->by = stage->helper_tid;
	while (deed__goes_on(deed)) {
		pause_between();
		__atomic_store_n(&stage->lock_wanted, 0, __ATOMIC_RELEASE);
		rival__burst(&medium, 0, MEDIUM_NS);
		take_held_lock(HOLD_LOCK_WEAKLY, TAKE_LOCK_STRONGLY);
		rival__await(&medium);
		if (stage->happened && medium.done.start_ns < stage->errand_done.end_ns)
			deed__add(deed, stage->done, length(stage->errand_done),
				  length(stage->done));
		else
			deed->voided++;
	}
	return 0;
}

/* Within that time the interrupt is seen; and by the target's clock it takes at least so long. */
#define TIMER_LATENESS_NS NS_PER_MS
#define LEAST_LOAD_NS (NS_PER_MS / 2)

int deed__timers(struct deed *deed)
{
	while (deed__goes_on(deed)) {
		struct interval gap;
		long preemptions;
		int runs;

		pause_between();
		ask_target(TIMERS);
		sleep_until(stage->due_ns - NS_PER_MS);
		preemptions = target_preemptions();
		runs = target_runs() && now_ns() < stage->due_ns;
		sleep_until(stage->due_ns + 10 * NS_PER_MS);
		gap = longest_gap((struct interval){ stage->due_ns,
						     stage->due_ns + TIMER_LATENESS_NS });
		if (runs && stage->happened && length(gap) > LEAST_LOAD_NS &&
		    target_preemptions() == preemptions)
			deed__add(deed, gap, 0, 0);
		else
			deed->voided++;
	}
	return deed->done ? 0 : skip("too few files may be open for a load of timers (ulimit -n)");
}
