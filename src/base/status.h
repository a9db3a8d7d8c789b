/* SPDX-License-Identifier: Apache-2.0 */
/* How a function ends. "The data is bad" (up to AS_NOT_THIS) and "we failed" (from AS_LIMIT) are
 * different things and never mixed. */
#ifndef AS_STATUS_H
#define AS_STATUS_H

#define AS_MUST_USE __attribute__((warn_unused_result))

typedef enum as_status {
	AS_OK,       /* everything was read */
	AS_PARTIAL,  /* damage was met and recorded; what was read before it is kept */
	AS_NOT_THIS, /* the bytes are not of this format */
	AS_LIMIT,    /* a budget is spent */
	AS_NOMEM,    /* memory could not be had */
	AS_IO,       /* the system refused a read or a write */
} as_status;

/* The worse of two statuses, by the order above. Pure. */
static inline as_status as_worse(as_status a, as_status b) { return a > b ? a : b; }

/* A constant English word for a status ("ok", "partial", ...). Never NULL; pure. */
const char *as_status_name(as_status s);

#endif
