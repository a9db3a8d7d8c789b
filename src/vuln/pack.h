/* SPDX-License-Identifier: Apache-2.0 */
/* CPE names of one product in one value: a look-up reads a row for each record that speaks of a product, not one for
 * each name. A name is a set of fields (u16, a bit for each that there is, from the lowest), then these, each a length
 * (u8; if it is 255, a u32 follows and counts) and its bytes. Little-endian. */
#ifndef AS_VULN_PACK_H
#define AS_VULN_PACK_H

#include "base/buf.h"
#include "base/cur.h"
#include "vuln/cpe.h"

/* Columns of cpe_match from version to end_excluding, in the order of the table. */
enum { AS_PACK_FIELDS = 12 };

/* Appends a name. p NULL: it has no such field. */
void as_pack_add(as_buf *b, const as_span field[AS_PACK_FIELDS]);
/* Takes the next name. Borrows from the cursor's span. False: there is none, or what is there is none, which
 * as_ok tells. */
bool as_pack_next(as_cur *c, as_criterion *out) AS_MUST_USE;
/* The criterion that the columns say; an excluding end counts before an including one. Borrows; pure. */
as_criterion as_pack_criterion(const as_span field[AS_PACK_FIELDS]);

#endif
