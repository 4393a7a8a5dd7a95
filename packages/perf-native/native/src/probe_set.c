/* SPDX-License-Identifier: MIT */
#include "probe_set.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "error.h"
#include "groups.h"

extern const uint8_t hftmon_probes_begin[], hftmon_probes_end[];

/* Since 6.2; what it is for is told where it is called, in core_fixes.h. */
#define CAST "bpf_rdonly_cast"

static int set_sizes(struct object *o, const struct probe_sizes *sizes)
{
	const struct {
		const char *map;
		uint32_t entries;
	} maps[] = {
		{ "slots", sizes->tid_pages },	  { "told", sizes->tid_pages },
		{ "threads", sizes->threads },	  { "free_slots", sizes->threads },
		{ "cpus", sizes->cpus },	  { "sources", sizes->cpus },
		{ "records", sizes->cpus * sizes->records_per_cpu },
		{ "open_spans", sizes->open_spans },
	};
	int err = 0;

	for (uint32_t i = 0; i < sizeof(maps) / sizeof(maps[0]) && !err; i++)
		err = object_set_entries(o, maps[i].map, maps[i].entries);
	return err ? err : object_set_constant(o, "ring_mask", sizes->records_per_cpu - 1);
}

static int map_variables(struct probe_set *set)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	long offset = object_variable_offset(&set->object, "config");

	if (offset < 0)
		return fail(-EINVAL, "the BPF programs have no configuration");
	set->variables_bytes =
		((size_t)offset + sizeof(*set->config) + page - 1) & ~(page - 1);
	set->variables = bpf_map_mmap(object_map_fd(&set->object, "hftmon.bss"),
				      set->variables_bytes, 1);
	if (!set->variables)
		return fail(-errno, "mapping the configuration of the BPF programs");
	set->config = (void *)(set->variables + offset);
	return 0;
}

static int load(struct probe_set *set, const struct probe_sizes *sizes, uint32_t groups)
{
	struct object *o = &set->object;
	int err = set_sizes(o, sizes);

	if (!err)
		err = groups_want(o, groups);
	if (!err)
		err = object_resolve(o);
	if (!err)
		err = object_set_constant(o, "has_rdonly_cast",
					  (uint32_t)object_has_kernel_function(o, CAST));
	if (!err)
		err = object_load(o);
	return err ? err : map_variables(set);
}

int probe_set_load(struct probe_set *set, const struct probe_sizes *sizes, uint32_t groups)
{
	size_t bytes = (size_t)(hftmon_probes_end - hftmon_probes_begin);
	int err;

	memset(set, 0, sizeof(*set));
	err = object_open(&set->object, hftmon_probes_begin, bytes);
	if (!err)
		err = load(set, sizes, groups);
	if (err)
		probe_set_unload(set);
	return err;
}

void probe_set_unload(struct probe_set *set)
{
	if (set->variables)
		munmap(set->variables, set->variables_bytes);
	object_close(&set->object);
	memset(set, 0, sizeof(*set));
}
