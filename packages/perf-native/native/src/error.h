/* SPDX-License-Identifier: MIT */
#ifndef HFTMON_ERROR_H
#define HFTMON_ERROR_H

/* Remembers a message for hftmon_last_error() and returns `code`, so that it can be returned. */
__attribute__((format(printf, 2, 3))) int fail(int code, const char *format, ...);

/* The same without the words of an errno: something is not what it should be. Returns -EBADMSG. */
__attribute__((format(printf, 1, 2))) int reject(const char *format, ...);

#endif
