/* SPDX-License-Identifier: MIT */
#define SKELETON hftmon_full
#define SKELETON_HEADER "full.lskel.h"
#define SKELETON_PROGRAMS "full.programs.h"
#define LOAD probe_set_load_full
#include "probe_set_template.h"
