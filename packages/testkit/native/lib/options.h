/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/* Command line: --name=value or --name value. A bad one ends the program with an error line. */
#ifndef HFTMON_TESTKIT_OPTIONS_H
#define HFTMON_TESTKIT_OPTIONS_H

struct options {
	int argc;
	char **argv;
};

/* Refuses unknown options. `known` lists names, separated by spaces; limit-s is always known. */
struct options options__parse(int argc, char **argv, const char *known);

/* A number within [min, max], or `absent` when the option is not given. */
long options__number(const struct options *options, const char *name, long absent, long min,
		     long max);

/* One of `choices` (separated by '|'), or `absent`; any word when `choices` is NULL. */
const char *options__word(const struct options *options, const char *name, const char *absent,
			  const char *choices);

/* Was the flag given? */
int options__flag(const struct options *options, const char *name);

/* A CPU number that this process may use, or -1 for "not pinned". */
int options__cpu(const struct options *options, const char *name, int absent);

#endif
