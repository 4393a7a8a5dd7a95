/* SPDX-License-Identifier: MIT */
/* Which programs a probe group needs, and attaching them. */
#ifndef HFTMON_GROUPS_H
#define HFTMON_GROUPS_H

#include <stdint.h>

#include "object.h"

/* What is attached; closing the descriptors detaches. */
struct links {
	int *fds;
	uint32_t count;
	uint32_t room;
};

/* Has the programs of the groups loaded, and no others. */
int groups_want(struct object *o, uint32_t groups);
/* Attaches every program of the groups; on failure nothing stays attached. */
int groups_attach(const struct object *o, uint32_t groups, uint32_t cpus, struct links *links);
void links_close(struct links *links);

#endif
