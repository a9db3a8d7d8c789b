/* SPDX-License-Identifier: Apache-2.0 */
/* OpenWrt's configuration: "config TYPE 'NAME'", then "option KEY 'VALUE'" and "list KEY 'VALUE'". */
#ifndef AS_UCI_H
#define AS_UCI_H

#include "base/cur.h"

typedef struct as_uci {
	as_span type, name; /* of the section; name p NULL if it has none */
	as_span key, value; /* key p NULL: the section begins here */
	as_span where;      /* the line */
} as_uci;

typedef as_status as_uci_fn(void *ctx, const as_uci *item);

/* Calls each for every section and option of data, in order; what is not of this syntax is passed over.
 * Spans borrow from data. Returns what each returned, if that is not AS_OK. */
as_status as_uci_each(as_span data, as_uci_fn *each, void *ctx) AS_MUST_USE;

#endif
