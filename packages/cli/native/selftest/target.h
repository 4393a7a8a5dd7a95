/* SPDX-License-Identifier: MIT */
#ifndef TARGET_H
#define TARGET_H

#include "stage.h"

/* The target's process: never returns. */
void target__run(void) __attribute__((noreturn));

/* Notes a gap in the log, if it is long enough to be one. Target thread only. */
void target__log(uint64_t start_ns, uint64_t end_ns);

/* Notes that it sleeps of its own will. Target thread only. */
void target__log_nap(uint64_t start_ns, uint64_t end_ns);

/* Maps and opens what requests need; before the target spins. */
void requests__prepare(void);
/* Does what is asked. Target thread only. @param since_ns last reading of the target's clock
 * @return the latest one */
uint64_t requests__serve(enum request request, uint64_t since_ns);

/* The second thread of the process. */
void *helper__run(void *unused);
/* The lock that it holds. */
void helper__take_lock(void);

#endif
