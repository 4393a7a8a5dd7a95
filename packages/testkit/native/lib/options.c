/* SPDX-License-Identifier: MIT OR GPL-2.0 */
#include "options.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "handshake.h"

/* Is `word` (of that length) an element of a list split by `separator`? */
static int listed(const char *list, char separator, const char *word, size_t length)
{
	while (*list) {
		size_t item = strcspn(list, (char[]){ separator, '\0' });

		if (item == length && strncmp(list, word, length) == 0)
			return 1;
		list += item + (list[item] == separator);
	}
	return 0;
}

static const char *find(const struct options *options, const char *name)
{
	size_t length = strlen(name);

	for (int i = 1; i < options->argc; i++) {
		const char *argument = options->argv[i];

		if (strncmp(argument, "--", 2) || strncmp(argument + 2, name, length))
			continue;
		if (argument[2 + length] == '=')
			return argument + 3 + length;
		if (argument[2 + length] == '\0')
			return i + 1 < options->argc ? options->argv[i + 1] : "";
	}
	return NULL;
}

struct options options__parse(int argc, char **argv, const char *known)
{
	struct options options = { argc, argv };

	for (int i = 1; i < argc; i++) {
		size_t length;

		if (strncmp(argv[i], "--", 2)) {
			if (i > 1 && !strncmp(argv[i - 1], "--", 2) && !strchr(argv[i - 1], '='))
				continue; /* the value of the option before it */
			workload__fail("unexpected argument '%s'; options: %s", argv[i], known);
		}
		length = strcspn(argv[i] + 2, "=");
		if (!listed(known, ' ', argv[i] + 2, length) &&
		    !listed("limit-s", ' ', argv[i] + 2, length))
			workload__fail("unknown option '%s'; options: %s limit-s", argv[i], known);
	}
	return options;
}

long options__number(const struct options *options, const char *name, long absent, long min,
		     long max)
{
	const char *text = find(options, name);
	char *end;
	long value;

	if (!text)
		return absent;
	errno = 0;
	value = strtol(text, &end, 10);
	if (errno || end == text || *end || value < min || value > max)
		workload__fail("--%s wants a number from %ld to %ld, not '%s'", name, min, max,
			       text);
	return value;
}

const char *options__word(const struct options *options, const char *name, const char *absent,
			  const char *choices)
{
	const char *text = find(options, name);

	if (!text)
		return absent;
	if (choices && !listed(choices, '|', text, strlen(text)))
		workload__fail("--%s wants one of %s, not '%s'", name, choices, text);
	return text;
}

int options__flag(const struct options *options, const char *name)
{
	return find(options, name) != NULL;
}

int options__cpu(const struct options *options, const char *name, int absent)
{
	int cpu = (int)options__number(options, name, absent, -1, CPU_SETSIZE - 1);
	cpu_set_t allowed;

	if (cpu < 0)
		return -1;
	if (sched_getaffinity(0, sizeof(allowed), &allowed) || !CPU_ISSET(cpu, &allowed))
		workload__fail("CPU %d of --%s is not one that this process may use", cpu, name);
	return cpu;
}
