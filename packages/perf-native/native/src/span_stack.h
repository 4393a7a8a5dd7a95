/* SPDX-License-Identifier: MIT */
/*
 * Spans that a thread has open. An end closes the innermost open span of its name and, if it has
 * an id, of that id. When that is not the innermost of all, the two overlap: it is counted, and
 * those that began within it stay open.
 */
#ifndef HFTMON_SPAN_STACK_H
#define HFTMON_SPAN_STACK_H

#include <stdbool.h>
#include <stdint.h>

#include "hftmon/markers.h"

struct open_span {
	double start_ns;
	uint64_t start_counter;
	uint64_t id;
	uint32_t name;
	bool bad;    /* its clock can't be right */
	bool silent; /* began before the area was read */
};

struct span_stack {
	uint32_t depth;
	uint32_t excess; /* begun beyond the depth: the next ends are theirs */
	struct open_span open[HFTMON_SPAN_DEPTH];
};

/* False when it is full. */
bool span_stack_push(struct span_stack *stack, const struct open_span *span);
/* Takes the span that an end closes. Returns its depth, the outermost being 0; -1: there is none. */
int span_stack_take(struct span_stack *stack, uint32_t name, uint64_t id, struct open_span *out);

#endif
