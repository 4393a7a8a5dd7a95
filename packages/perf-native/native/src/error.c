/* SPDX-License-Identifier: MIT */
#include "error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "hftmon/hftmon.h"

static _Thread_local char message[512];

int fail(int code, const char *format, ...)
{
	va_list args;
	size_t used;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	used = strlen(message);
	snprintf(message + used, sizeof(message) - used, ": %s", strerror(-code));
	return code;
}

int reject(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	return -EBADMSG;
}

const char *hftmon_last_error(void)
{
	return message;
}

uint32_t hftmon_abi_version(void)
{
	return HFTMON_ABI_VERSION;
}
