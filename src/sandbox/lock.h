/* SPDX-License-Identifier: Apache-2.0 */
/* Locks the calling process in, for good: no network, no files, no programs, bounded memory. */
#ifndef AS_LOCK_H
#define AS_LOCK_H

#include <stdint.h>

/* Whether this is a build with sanitizers, whose reports need a little more than examiners may do. */
#if defined(__SANITIZE_ADDRESS__)
#define AS_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(undefined_behavior_sanitizer)
#define AS_SANITIZED 1
#endif
#endif
#ifndef AS_SANITIZED
#define AS_SANITIZED 0
#endif

enum { AS_LOCK_LANDLOCK = 1, AS_LOCK_SECCOMP = 2, AS_LOCK_LIMITS = 4, AS_LOCK_ALL = 7 };

/* Locks in. memory: bytes of private memory the process may have. socket: the one file descriptor that may
 * be read from and written to; other open files can only be mapped. What it answers is a set of AS_LOCK_*
 * that hold; anything missing is for the caller to say loudly. */
unsigned as_lock_in(uint64_t memory, int socket);

#endif
