/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "object_internal.h"

/*
 * The verifier gives up with EAGAIN when a signal is pending for the thread that loads. Blocked
 * ones are not pending in that sense; those to the process go to another thread meanwhile.
 */
static int load_undisturbed(const struct bpf_program_image *image, char *log, uint32_t log_bytes)
{
	sigset_t all, before;
	int fd;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	fd = bpf_program_load(image, log, log_bytes);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return fd;
}

/* What the verifier had to say last, before its closing statistics. */
static const char *last_words(char *log)
{
	const char *statistics = "processed ";
	char *end = strstr(log, "\nprocessed ");
	char *line;

	if (end)
		*end = 0;
	/* It had nothing to say against the program: something else went wrong. */
	if (!strncmp(log, statistics, strlen(statistics)))
		*log = 0;
	end = log + strlen(log);
	while (end > log && end[-1] == '\n')
		*--end = 0;
	line = strrchr(log, '\n');
	return line ? line + 1 : log;
}

#define LOG_BYTES (1u << 20)

/*
 * Loads once more, for the verifier's log: it costs time, so it is asked for only when there is
 * something to explain. What was a passing want of memory or descriptors may work by now.
 */
static int load_explained(const struct object_program *p, const struct bpf_program_image *image,
			  int err)
{
	char *log = calloc(1, LOG_BYTES);
	int fd = load_undisturbed(image, log, log ? LOG_BYTES : 0);
	const char *words = fd < 0 && log ? last_words(log) : "";

	if (fd < 0 && *words)
		fd = fail(err, "the kernel refused %s (%s)", p->name, words);
	else if (fd < 0)
		fd = fail(err, "loading %s", p->name);
	free(log);
	return fd;
}

int object_load_program(struct object *o, struct object_program *p)
{
	struct object_image image = { 0 };
	int err = object_image_make(&image, o, p);

	if (!err) {
		p->fd = load_undisturbed(&image.to_load, NULL, 0);
		if (p->fd < 0)
			p->fd = load_explained(p, &image.to_load, p->fd);
		err = p->fd < 0 ? p->fd : 0;
	}
	object_image_free(&image);
	return err;
}
