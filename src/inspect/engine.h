/* SPDX-License-Identifier: Apache-2.0 */
/* Runs the inspectors that care for an object. Runs inside an examiner. */
#ifndef AS_INSPECT_ENGINE_H
#define AS_INSPECT_ENGINE_H

#include "inspect/inspector.h"
#include "model/wire.h"

typedef struct as_inspection {
	as_file file;
	bool content;    /* ask the inspectors that do not look at the path */
	as_span without; /* except these: ids, separated by commas */
	uint64_t roles;  /* ask these that do: as_roles_of of the path */
	const as_sender *send;
} as_inspection;

/* The path inspectors that care for a path (with leading slash), a bit each. Pure. */
uint64_t as_roles_of(as_span path);

/* Whether a list of ids separated by commas names only inspectors; *wrong: the first that is none. Pure. */
bool as_inspectors_named(as_span list, as_span *wrong);

/* Runs them, in the order of the table; sends AS_M_ROW and AS_M_LOST. Resets the arena after each. For one that runs
 * out of memory this is sent as lost, and the others are run. AS_NOMEM and AS_IO: the sender or the machine failed. */
as_status as_inspect_object(as_inspection *in) AS_MUST_USE;

#endif
