/* SPDX-License-Identifier: MIT */
#include "probe_set.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct probe_program *probe_set_find(struct probe_set *set, const char *name)
{
	for (uint32_t i = 0; i < set->program_count; i++)
		if (!strcmp(set->programs[i].name, name))
			return &set->programs[i];
	return NULL;
}

void probe_program_unload(struct probe_program *program)
{
	if (*program->fd > 0)
		close(*program->fd);
	*program->fd = 0;
}

void probe_set_unload(struct probe_set *set)
{
	if (set->skeleton)
		set->destroy(set->skeleton);
	free(set->programs);
	memset(set, 0, sizeof(*set));
}
