/* SPDX-License-Identifier: MIT */
/*
 * hftmon-demo: a small matching engine on a busy-polling thread, the market that feeds it, and
 * what disturbs it. `hftmon demo` starts these and monitors the engine.
 */
#include <string.h>

#include "base.h"
#include "modes.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} modes[] = {
	{ "engine", engine },
	{ "feeder", feeder },
	{ "hog", hog },
	{ "keepoff", keepoff },
	{ "stopper", stopper },
};

int main(int argc, char **argv)
{
	for (unsigned i = 0; argc > 1 && i < sizeof(modes) / sizeof(*modes); i++)
		if (!strcmp(argv[1], modes[i].name))
			return modes[i].run(argc, argv);
	fail("usage: hftmon-demo engine|feeder|hog|keepoff|stopper [--OPTION VALUE]...");
}
