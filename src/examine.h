/* SPDX-License-Identifier: Apache-2.0 */
/* Examines one object: opens it, then inspects it. What an examiner process does, as a function. */
#ifndef AS_EXAMINE_H
#define AS_EXAMINE_H

#include "inspect/engine.h"
#include "unpack/engine.h"

typedef struct as_task {
	as_span data;
	as_span hint, path; /* see as_opening and as_file */
	unsigned depth;
	bool content;   /* identify it and ask the inspectors that look at content only */
	unsigned share; /* see as_opening */
	bool open;      /* and open it, if it is a container */
	as_span type; /* content type found by an earlier try that is not to be repeated, or empty */
	uint64_t roles; /* path inspectors to ask */
} as_task;

typedef struct as_examiner {
	const as_limits *limits;
	as_scanner *scanner;
	const as_sender *send;
	struct as_yara *yara; /* the user's own rules, or NULL */
	const char *without;  /* inspectors not to be asked, separated by commas, or NULL */
	bool traits;          /* state what a comparison with another build needs */
	bool only_unpack;     /* ask no inspector */
	bool contents_only;   /* nor account for bytes: what is inside is wanted (extract) */
	as_arena *arena;
} as_examiner;

/* Sends everything there is to say about the task's object, AS_M_DONE excepted. */
as_status as_examine(const as_examiner *e, const as_task *task) AS_MUST_USE;
/* Prepares what inspectors share (pattern databases, crypto tables), once, before examiners are made. */
as_status as_examine_prepare(void) AS_MUST_USE;

#endif
