/* SPDX-License-Identifier: Apache-2.0 */
/* Locks the calling process in, for good: no network, no files, no programs, bounded memory. */
#ifndef AS_LOCK_H
#define AS_LOCK_H

#include <stdint.h>

enum { AS_LOCK_LANDLOCK = 1, AS_LOCK_SECCOMP = 2, AS_LOCK_LIMITS = 4, AS_LOCK_ALL = 7 };

/* Locks in. memory: bytes of private memory the process may have. What it answers is a set of AS_LOCK_*
 * that hold; anything missing is for the caller to say loudly. Already open files stay usable. */
unsigned as_lock_in(uint64_t memory);

#endif
