/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_PEM_H
#define AS_PEM_H

#include "base/arena.h"

/* One PEM block (RFC 7468 and the older form with header lines). */
typedef struct as_pem {
	as_span where, label; /* from the first dash to the last; "RSA PRIVATE KEY" */
	as_span der;          /* decoded body; owned by the arena */
	bool encrypted;       /* by a Proc-Type header */
	bool whole;           /* ends with the END line of the same label */
} as_pem;

/* Finds the next PEM block in any bytes (text, ELF, flash) at or after *at, and moves *at behind
 * it. The body may be broken by white space, by "\n" as two characters (C and JSON strings), by
 * XML character references, and by quotes. BEGIN lines with no body (programs carry them as text)
 * are passed over. False when there is none. */
bool as_pem_next(as_arena *arena, as_span s, size_t *at, as_pem *out);

#endif
