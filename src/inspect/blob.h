/* SPDX-License-Identifier: Apache-2.0 */
/* States how bare machine code was taken: the row of table blob, and what of it is not certain. */
#ifndef AS_INSPECT_BLOB_H
#define AS_INSPECT_BLOB_H

#include "code/blob.h"
#include "inspect/inspector.h"

/* AS_PARTIAL if its address is not known. */
as_status as_state_blob(as_facts *out, const as_program *p) AS_MUST_USE;

#endif
