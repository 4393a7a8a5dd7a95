/* SPDX-License-Identifier: MIT */
#ifndef STORMS_H
#define STORMS_H

#include "director.h"

/* Repeats a storm, which says when it was, until there are enough. Returns 0, or -1 after skip(). */
int storm__repeat(struct deed *deed, struct interval (*rage)(void));

#endif
