/* SPDX-License-Identifier: Apache-2.0 */
/* Modules of Go by the names of source files that a program's line tables hold. */
#ifndef AS_GOPATH_H
#define AS_GOPATH_H

#include "inspect/inspector.h"

typedef struct as_gopath_ask {
	as_facts *out;
	const as_file *f;
} as_gopath_ask;

/* Takes a module, its version (empty: not known) and the file name that tells it. Not AS_OK: ends the search. */
typedef as_status as_gopath_fn(void *ctx, as_span module, as_span version, as_span where);

/* Calls each with ask for every module outside the standard library that is named, once. AS_PARTIAL: too many (said).
 * AS_NOMEM, or what each answered. */
as_status as_gopath_each(as_gopath_ask *ask, as_gopath_fn *each) AS_MUST_USE;

#endif
