/* SPDX-License-Identifier: MIT OR GPL-2.0 */
#include "cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "handshake.h"

static int has_option(char *options, const char *name)
{
	char *saved;

	for (char *o = strtok_r(options, ",", &saved); o; o = strtok_r(NULL, ",", &saved))
		if (!strcmp(o, name))
			return 1;
	return 0;
}

/* The hierarchy of the controller: one of the first version where it was given to that. */
static void find_root(struct cgroup *group, const char *controller)
{
	FILE *file = fopen("/proc/self/mounts", "r");
	char line[4096], path[2048], type[32], options[256];

	group->version = 0;
	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%*s %2047s %31s %255s", path, type, options) != 3)
			continue;
		if (!strcmp(type, "cgroup") && has_option(options, controller))
			group->version = 1;
		else if (!strcmp(type, "cgroup2") && !group->version)
			group->version = 2;
		else
			continue;
		strcpy(group->root, path);
		if (group->version == 1)
			break;
	}
	if (file)
		fclose(file);
	if (!group->version)
		workload__fail("no cgroup hierarchy is mounted");
}

/* The child waits for our end and removes the group. */
static void remove_at_end(const struct cgroup *group)
{
	int pipes[2];
	char byte;

	if (pipe2(pipes, O_CLOEXEC))
		workload__fail("no pipe: %s", strerror(errno));
	switch (fork()) {
	case -1:
		workload__fail("no child: %s", strerror(errno));
	case 0:
		close(pipes[1]);
		for (int fd = 0; fd < 3; fd++)
			close(fd);
		while (read(pipes[0], &byte, 1) < 0 && errno == EINTR)
			;
		for (int tries = 0; tries < 1000 && rmdir(group->path) && errno == EBUSY; tries++)
			usleep(10000);
		_exit(0);
	}
	close(pipes[0]); /* the other end stays open as long as we live */
}

void cgroup__make(struct cgroup *group, const char *controller, const char *name)
{
	find_root(group, controller);
	snprintf(group->path, sizeof(group->path), "%s/hftmon-%s-%d", group->root, name, getpid());
	if (mkdir(group->path, 0755))
		workload__fail("%s: %s", group->path, strerror(errno));
	remove_at_end(group);
}

const char *cgroup__name(const struct cgroup *group)
{
	return group->path + strlen(group->root);
}

static void path_of(const struct cgroup *group, const char *file, char path[4200])
{
	snprintf(path, 4200, "%s/%s", group->path, file);
}

void cgroup__put(const struct cgroup *group, const char *file, const char *format, ...)
{
	char path[4200], text[128];
	va_list list;
	int fd;

	path_of(group, file, path);
	va_start(list, format);
	vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		workload__fail("%s: %s", path, strerror(errno));
	close(fd);
}

long long cgroup__get(const struct cgroup *group, const char *file, const char *key)
{
	char path[4200], line[256], found[128];
	long long value, result = -1;
	FILE *stream;

	path_of(group, file, path);
	stream = fopen(path, "r");
	while (stream && fgets(line, sizeof(line), stream))
		if (sscanf(line, "%127s %lld", found, &value) == 2 && !strcmp(found, key))
			result = value;
	if (stream)
		fclose(stream);
	return result;
}

void cgroup__enter(const struct cgroup *group)
{
	cgroup__put(group, "cgroup.procs", "%d", getpid());
}
