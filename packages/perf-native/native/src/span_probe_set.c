/* SPDX-License-Identifier: MIT */
#include "span_probe_set.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bpf.h"
#include "error.h"

#define PMU "/sys/bus/event_source/devices/uprobe/"
/* Bits of config that hold where the semaphore of a static probe is. */
#define SEMAPHORE_SHIFT 32

static size_t to_pages(size_t bytes)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return (bytes + page - 1) & ~(page - 1);
}

static int read_number(const char *path, const char *format, uint32_t *out)
{
	FILE *file = fopen(path, "re");
	int found;

	if (!file)
		return fail(errno == ENOENT ? -EOPNOTSUPP : -errno, "this kernel has no uprobes (%s)",
			    path);
	found = fscanf(file, format, out);
	fclose(file);
	return found == 1 ? 0 : fail(-EOPNOTSUPP, "%s is of another form", path);
}

int span_probe_set_open(struct hftmon_span_probes *p, const struct object *o, uint32_t threads)
{
	int err = read_number(PMU "type", "%u", &p->type);

	if (!err)
		err = read_number(PMU "format/retprobe", "config:%u", &p->return_bit);
	if (err)
		return err;
	p->object = o;
	p->open_bytes = to_pages(threads * sizeof(*p->open));
	p->open = bpf_map_mmap(object_map_fd(o, "open_spans"), p->open_bytes, 0);
	if (!p->open)
		return fail(-errno, "mapping the open spans");
	p->counts_bytes = to_pages(HFTMON_SPAN_PROBES * sizeof(*p->counts));
	p->counts = bpf_map_mmap(object_map_fd(o, "probe_counts"), p->counts_bytes, 0);
	return p->counts ? 0 : fail(-errno, "mapping the accounts of span probes");
}

static int keep(struct hftmon_span_probes *p, uint32_t index, int fd)
{
	if (p->link_count == p->link_room) {
		uint32_t room = p->link_room ? p->link_room * 2 : 16;
		struct span_probe_link *links = realloc(p->links, room * sizeof(*links));

		if (!links) {
			close(fd);
			return fail(-ENOMEM, "list of span probes");
		}
		p->links = links;
		p->link_room = room;
	}
	p->links[p->link_count++] = (struct span_probe_link){ .index = index, .fd = fd };
	return 0;
}

void span_probe_set_detach(struct hftmon_span_probes *p)
{
	while (p->link_count)
		close(p->links[--p->link_count].fd);
}

void span_probe_set_close(struct hftmon_span_probes *p)
{
	span_probe_set_detach(p);
	free(p->links);
	if (p->open)
		munmap((void *)p->open, p->open_bytes);
	if (p->counts)
		munmap((void *)p->counts, p->counts_bytes);
	memset(p, 0, sizeof(*p));
}

/*
 * The event is of one task, by which the kernel knows the address space that the breakpoint goes
 * into: threads that share it run the program, and no other process is hit. It never counts, so
 * it costs the task nothing when it is switched: a disabled event keeps the breakpoint.
 */
static int open_event(const struct hftmon_span_probes *p, const struct hftmon_span_probe *probe)
{
	struct perf_event_attr attr;
	int fd;

	memset(&attr, 0, sizeof(attr));
	attr.size = sizeof(attr);
	attr.type = p->type;
	attr.config = probe->semaphore << SEMAPHORE_SHIFT;
	if (probe->role == HFTMON_SPAN_FUNCTION_RETURN ||
	    probe->role == HFTMON_PAUSE_STEP_RETURN)
		attr.config |= UINT64_C(1) << p->return_bit;
	attr.config1 = (uintptr_t)probe->path;
	attr.config2 = probe->offset;
	attr.disabled = 1;
	fd = (int)syscall(SYS_perf_event_open, &attr, probe->pid, -1, -1, PERF_FLAG_FD_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int attach(hftmon_span_probes *p, const struct hftmon_span_probe *probe, const char *program)
{
	uint64_t cookie = (uint64_t)probe->source << 32 | probe->index;
	int program_fd = object_program_fd(p->object, program), event, link;

	if (program_fd < 0)
		return fail(-ENOENT, "program %s is not loaded", program);
	event = open_event(p, probe);
	if (event < 0)
		return fail(event, "a uprobe at offset 0x%" PRIx64 " in process %u", probe->offset,
			    probe->pid);
	link = bpf_perf_event_attach(event, program_fd, cookie);
	/* The link keeps it. */
	close(event);
	return link < 0 ? fail(link, "attaching %s", program) : keep(p, probe->index, link);
}

int hftmon_span_probes__attach(hftmon_span_probes *p, const struct hftmon_span_probe *probe)
{
	static const char *const programs[] = {
		[HFTMON_SPAN_FUNCTION_ENTRY] = "hftmon_function_entry",
		[HFTMON_SPAN_FUNCTION_RETURN] = "hftmon_function_return",
		[HFTMON_SPAN_BEGIN] = "hftmon_span_begin",
		[HFTMON_SPAN_END] = "hftmon_span_end",
		[HFTMON_PAUSE_BEGIN] = "hftmon_pause_begin",
		[HFTMON_PAUSE_END] = "hftmon_pause_end",
		[HFTMON_PAUSE_STEP_ENTRY] = "hftmon_marking_step_entry",
		[HFTMON_PAUSE_STEP_RETURN] = "hftmon_marking_step_return",
	};

	if (probe->sz != sizeof(*probe))
		return fail(-EINVAL, "span probe of %zu bytes, expected %zu", probe->sz,
			    sizeof(*probe));
	if (!p->object)
		return fail(-EINVAL, "a session without span probes");
	if (probe->role >= sizeof(programs) / sizeof(programs[0]) ||
	    (probe->index < HFTMON_SPAN_PROBES) != (probe->role <= HFTMON_SPAN_END))
		return fail(-EINVAL, "span probe %u, role %u", probe->index, probe->role);
	if (probe->semaphore > UINT32_MAX)
		return fail(-EINVAL, "the semaphore of a static probe is beyond 4 GiB");
	return attach(p, probe, programs[probe->role]);
}

int hftmon_span_probes__detach(hftmon_span_probes *p, uint32_t index)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < p->link_count; i++) {
		if (p->links[i].index == index)
			close(p->links[i].fd);
		else
			p->links[kept++] = p->links[i];
	}
	p->link_count = kept;
	return 0;
}
