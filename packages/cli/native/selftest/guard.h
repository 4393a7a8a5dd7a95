/* SPDX-License-Identifier: MIT */
/*
 * A process that outlives the director, however that ends, and then puts back what was changed on
 * the host: files of /proc and /sys are given their old text, control groups are removed.
 */
#ifndef GUARD_H
#define GUARD_H

/* Changes the text of a file, after the guard knows the old one. Returns 0 or an errno. */
int guard__change(const char *path, const char *text);
/* Gives it its old text. */
void guard__restore(const char *path);
/* Makes a control group, after the guard knows of it. Returns 0 or an errno. */
int guard__make_group(const char *path);
/* Removes it, once it is empty. */
void guard__remove_group(const char *path);

#endif
