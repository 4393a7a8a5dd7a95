/* SPDX-License-Identifier: MIT */
/*
 * hftmon-selftest: a thread that is disturbed in known ways, and what disturbs it. The first
 * process takes commands on standard input, `NAME COUNT MS`, and answers each by
 * one line.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "director.h"
#include "rival.h"
#include "target.h"

#define LONGEST_S 1800

extern char skip_reason[];

static const struct {
	const char *name;
	int (*run)(struct deed *deed);
} deeds[] = {
	{ "preemption-realtime", deed__preempt },
	{ "preemption-equal", deed__compete },
	{ "late-timer", deed__delay_timer },
	{ "run-queue", deed__delay_wakeup },
	{ "migration", deed__migrate },
	{ "sigstop", deed__stop },
	{ "ptrace", deed__trace },
	{ "minor-faults", deed__minor_faults },
	{ "major-faults", deed__major_faults },
	{ "huge-page", deed__huge_pages },
	{ "block-io", deed__direct_io },
	{ "long-syscall", deed__long_calls },
	{ "lock", deed__lock },
	{ "priority-inversion", deed__invert },
	{ "throttling", deed__throttle },
	{ "tlb-shootdown", deed__shoot_down },
	{ "reschedule", deed__reschedule },
	{ "block-irq", deed__device_interrupts },
	{ "network-softirq", deed__packets },
	{ "timer-load", deed__timers },
};

static void tell_deed(const char *name, const struct deed *deed)
{
	printf("{\"did\":\"%s\",\"voided\":%ld,", name, deed->voided);
	if (deed->by)
		printf("\"by\":%d,", deed->by);
	if (deed->irq >= 0)
		printf("\"irq\":%ld,", deed->irq);
	if (deed->cgroup[0])
		printf("\"cgroup\":\"%s\",", deed->cgroup);
	printf("\"injections\":[");
	for (long i = 0; i < deed->done; i++) {
		const struct injection *injection = &deed->list[i];

		printf("%s[%llu,%llu,%llu,%llu,%d]", i ? "," : "",
		       (unsigned long long)injection->time.start_ns,
		       (unsigned long long)injection->time.end_ns,
		       (unsigned long long)injection->least_ns,
		       (unsigned long long)injection->most_ns, injection->by);
	}
	printf("]}\n");
}

static void do_deed(const char *name, long count, long ms)
{
	static struct deed deed;

	for (unsigned i = 0; i < sizeof(deeds) / sizeof(*deeds); i++) {
		if (strcmp(name, deeds[i].name))
			continue;
		deed = (struct deed){ .count = count,
				       .until_ns = now_ns() + (uint64_t)ms * NS_PER_MS,
				       .irq = -1 };
		if (deeds[i].run(&deed))
			printf("{\"did\":\"%s\",\"skipped\":\"%s\"}\n", name, skip_reason);
		else
			tell_deed(name, &deed);
		return;
	}
	fail("there is no command %s", name);
}

static void tell_list(const char *name, const struct interval *list, uint32_t count)
{
	printf("\"%s\":[", name);
	for (uint32_t i = 0; i < count; i++)
		printf("%s%llu,%llu", i ? "," : "", (unsigned long long)list[i].start_ns,
		       (unsigned long long)list[i].end_ns);
	printf("]");
}

static void tell_gaps(void)
{
	printf("{\"beyond\":%llu,", (unsigned long long)stage->gaps_beyond);
	tell_list("gaps", stage->log, __atomic_load_n(&stage->gaps, __ATOMIC_ACQUIRE));
	printf(",");
	tell_list("naps", stage->nap_log, __atomic_load_n(&stage->naps, __ATOMIC_ACQUIRE));
	printf("}\n");
}

static void take_commands(void)
{
	char name[32];
	long count, ms;

	while (scanf("%31s %ld %ld", name, &count, &ms) == 3) {
		if (!strcmp(name, "gaps"))
			tell_gaps();
		else if (!strcmp(name, "seed"))
			seed_pauses((uint64_t)count);
		else if (count < 1 || count > MOST_INJECTIONS || ms < 1)
			fail("a command is: NAME COUNT MS, with 1 to %d", MOST_INJECTIONS);
		else
			do_deed(name, count, ms);
		fflush(stdout);
	}
}

static void start_target(void)
{
	pid_t pid = fork();

	if (pid < 0)
		fail("cannot start the target: %s", strerror(errno));
	if (!pid)
		target__run();
	while (__atomic_load_n(&stage->threads_ready, __ATOMIC_ACQUIRE) < 2)
		sleep_ns(NS_PER_MS / 2);
}

static int direct(int argc, char **argv)
{
	bound_lifetime(LONGEST_S);
	stage = mmap(NULL, sizeof(*stage), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (stage == MAP_FAILED)
		fail("no memory: %s", strerror(errno));
	stage->cpu = (int)option(argc, argv, "cpu", -1, 0, 1 << 20);
	stage->other_cpu = other_cpu(stage->cpu);
	if (stage->other_cpu < 0)
		fail("a second CPU is needed, from which the first one is disturbed");
	snprintf(stage->directory, sizeof(stage->directory), "%s",
		 option_text(argc, argv, "dir", "/var/tmp"));
	rival__bound();
	stage->director_tid = own_tid();
	start_target();
	call_oneself("director");
	pin_to(stage->other_cpu);
	set_nice(0, -20);
	mlockall(MCL_CURRENT);
	printf("{\"ready\":true,\"pid\":%d,\"tid\":%d}\n", stage->target_pid, stage->target_tid);
	fflush(stdout);
	take_commands();
	return 0;
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "direct"))
		return direct(argc, argv);
	fail("usage: hftmon-selftest direct --cpu CPU [--dir DIRECTORY]");
}
