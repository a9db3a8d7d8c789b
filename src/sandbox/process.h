/* SPDX-License-Identifier: Apache-2.0 */
/* Examiner processes: made by fork, locked in before their first untrusted byte, given one task after
 * another over a socket, killed without regret. */
#ifndef AS_PROCESS_H
#define AS_PROCESS_H

#include <sys/types.h>

#include "base/text.h"
#include "model/wire.h"
#include "sandbox/spool.h"

enum { AS_STAGE_MAX = 48, AS_SKIP_MAX = 4, AS_TASK_MAX = 32768 /* bytes of an encoded task */ };

/* What the supervisor asks for: bytes in the spool, and what to do with them. */
typedef struct as_order {
	as_region
		region; /* whose file is the spool's; n bytes at offset at within it are the object */
	uint64_t at, n;
	unsigned depth;
	unsigned share;     /* which part of a shared container's contents */
	bool content, open; /* inspect by content; open containers */
	uint64_t roles;
	as_span hint, path, type;  /* type: known from an earlier try, or empty */
	as_span skip[AS_SKIP_MAX]; /* stages to leave out: they failed before */
} as_order;

/* Does the work of an order on its bytes, inside the examiner; sends everything but AS_M_DONE. */
typedef as_status (*as_work)(void *ctx, const as_order *order, as_span data, const as_sender *send);

typedef struct as_process as_process;

typedef struct as_process_options {
	const as_spool *spool;
	uint64_t memory; /* bytes of private memory */
	as_work work;
	void *ctx;
} as_process_options;

/* Forks an examiner. NULL if that cannot be done. The caller ends it with as_process_kill. */
as_process *as_process_new(const as_process_options *o);
/* Kills the examiner and forgets it. NULL-safe. */
void as_process_kill(as_process *p);
/* Gives it an order. AS_IO: it is dead. */
as_status as_process_order(as_process *p, const as_order *order) AS_MUST_USE;
/* The file descriptor to poll for reading, and its process id. */
int as_process_fd(const as_process *p);
pid_t as_process_pid(const as_process *p);
/* Reads what is there (not blocking) and calls take for every complete message, until AS_M_DONE or
 * nothing is left. *done: the order is done. AS_IO: the examiner is dead or talks nonsense. */
as_status as_process_read(as_process *p,
	as_status (*take)(void *ctx, as_message kind, as_span payload), void *ctx,
	bool *done) AS_MUST_USE;
/* What it was doing last, by its own words (untrusted, but clean text): stage and offset. */
void as_process_stage(const as_process *p, char stage[AS_STAGE_MAX], uint64_t *at);
/* Processor seconds it has used so far; 0 if that cannot be told. */
double as_process_seconds(const as_process *p);
/* Which walls hold in it: a set of AS_LOCK_*; ~0u before it has said so. */
unsigned as_process_locks(const as_process *p);
/* Waits for the end of a dead examiner; why becomes words such as "killed by signal 11 (Segmentation
 * fault)". */
void as_process_end(as_process *p, char *why, size_t n);

#endif
