/* SPDX-License-Identifier: MIT OR GPL-2.0 */
#include "report.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

static int first = 1; /* is the next value the first of its object or list? */

static void name(const char *key)
{
	if (!first)
		putchar(',');
	first = 0;
	if (key)
		printf("\"%s\":", key);
}

static void nest(const char *key, char bracket)
{
	name(key);
	putchar(bracket);
	first = 1;
}

static void unnest(char bracket)
{
	putchar(bracket);
	first = 0;
}

void report__open(void)
{
	first = 1;
	putchar('{');
	first = 1;
}

void report__begin(const char *workload)
{
	report__open();
	report__text("report", workload);
	report__number("pid", getpid());
}

void report__close(void)
{
	puts("}");
	fflush(stdout);
}

void report__number(const char *key, int64_t value)
{
	name(key);
	printf("%" PRId64, value);
}

void report__flag(const char *key, int value)
{
	name(key);
	fputs(value ? "true" : "false", stdout);
}

void report__text(const char *key, const char *value)
{
	name(key);
	putchar('"');
	for (; *value; value++) {
		unsigned char c = (unsigned char)*value;

		if (c == '"' || c == '\\')
			printf("\\%c", c);
		else if (c < 0x20)
			printf("\\u%04x", c);
		else
			putchar(c);
	}
	putchar('"');
}

void report__address(const char *key, const void *value)
{
	name(key);
	printf("\"0x%" PRIxPTR "\"", (uintptr_t)value);
}

void report__open_list(const char *key)
{
	nest(key, '[');
}

void report__close_list(void)
{
	unnest(']');
}

void report__open_object(const char *key)
{
	nest(key, '{');
}

void report__close_object(void)
{
	unnest('}');
}

void report__intervals(const char *key, const struct interval *intervals, size_t count)
{
	report__open_list(key);
	for (size_t i = 0; i < count; i++) {
		report__open_object(NULL);
		report__number("startNs", (int64_t)intervals[i].start_ns);
		report__number("endNs", (int64_t)intervals[i].end_ns);
		report__close_object();
	}
	report__close_list();
}
