/* SPDX-License-Identifier: MIT */
/*
 * What a thread has open, closed when the thread ends: a worker that is terminated runs no
 * JavaScript any more, not even its exit handlers. An object embeds a `struct owned` and is used
 * by the thread that opened it alone.
 */
#ifndef HFTMON_OWNED_H
#define HFTMON_OWNED_H

struct owned {
	struct owned *next; /* of the same thread */
	void (*close)(struct owned *self);
};

/* `close` has to call owned__forget(). */
void owned__remember(struct owned *object, void (*close)(struct owned *self));
void owned__forget(struct owned *object);

#endif
