/* SPDX-License-Identifier: MIT */
#include "owned.h"

#include <pthread.h>

static pthread_key_t of_thread;
static pthread_once_t of_thread_once = PTHREAD_ONCE_INIT;

static void close_all(void *objects)
{
	struct owned *o = objects;

	while (o) {
		struct owned *next = o->next;

		o->close(o);
		o = next;
	}
}

static void make_key(void)
{
	pthread_key_create(&of_thread, close_all);
}

void owned__remember(struct owned *object, void (*close)(struct owned *self))
{
	pthread_once(&of_thread_once, make_key);
	object->close = close;
	object->next = pthread_getspecific(of_thread);
	pthread_setspecific(of_thread, object);
}

void owned__forget(struct owned *object)
{
	struct owned *first, **p = &first;

	/* What failed to open may be the first of all: without a key, 0 is that of somebody else. */
	pthread_once(&of_thread_once, make_key);
	first = pthread_getspecific(of_thread);
	while (*p && *p != object)
		p = &(*p)->next;
	if (*p)
		*p = object->next;
	pthread_setspecific(of_thread, first);
}
