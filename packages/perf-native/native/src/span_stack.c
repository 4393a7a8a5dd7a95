/* SPDX-License-Identifier: MIT */
#include "span_stack.h"

#include <string.h>

bool span_stack_push(struct span_stack *stack, const struct open_span *span)
{
	if (stack->depth == HFTMON_SPAN_DEPTH) {
		stack->excess++;
		return false;
	}
	stack->open[stack->depth++] = *span;
	return true;
}

int span_stack_take(struct span_stack *stack, uint32_t name, uint64_t id, struct open_span *out)
{
	for (uint32_t i = stack->depth; i-- > 0;) {
		struct open_span *span = &stack->open[i];

		if (span->name != name || (id && span->id != id))
			continue;
		*out = *span;
		stack->depth--;
		memmove(span, span + 1, (stack->depth - i) * sizeof(*span));
		return (int)i;
	}
	return -1;
}
