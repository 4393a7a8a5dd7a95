/* SPDX-License-Identifier: MIT */
#define SKELETON hftmon_base
#define SKELETON_HEADER "base.lskel.h"
#define SKELETON_PROGRAMS "base.programs.h"
#define LOAD probe_set_load_base
#include "probe_set_template.h"
