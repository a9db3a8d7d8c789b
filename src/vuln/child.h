/* SPDX-License-Identifier: Apache-2.0 */
/* The process that reads feeds: made by fork, locked in before its first untrusted byte. It sees the files
 * that are open for it, and says what they state over one socket. */
#ifndef AS_VULN_CHILD_H
#define AS_VULN_CHILD_H

#include "base/hash.h"

typedef struct as_child as_child;

/* A file to read: open for reading, and regular. The name is for words about it. */
typedef struct as_child_file {
	int fd;
	uint64_t n; /* bytes */
	const char *name;
} as_child_file;

/* Forks a process that reads the files from number first on. NULL if that cannot be done. */
as_child *as_child_new(const as_child_file *files, size_t n, size_t first);
/* Forks a process that unpacks a file and answers the SHA-256 of what was in it. AS_NOT_THIS: it is damaged;
 * AS_NOMEM: no process. */
as_status as_child_sum(const as_child_file *file, as_sha256 *sum) AS_MUST_USE;
/* Waits for the next message (vuln/feed.h), which stays valid until the next call. AS_IO: there is none, for
 * the process has ended or talks nonsense. */
as_status as_child_next(as_child *c, as_span *message) AS_MUST_USE;
/* The walls that hold in it: a set of AS_LOCK_*; ~0u before it has said so. */
unsigned as_child_locks(const as_child *c);
/* Ends and forgets it; why (n bytes, or NULL) becomes words for how it ended. NULL-safe. */
void as_child_end(as_child *c, char *why, size_t n);

#endif
