/* SPDX-License-Identifier: Apache-2.0 */
/* Knowledge packs: tab-separated lines, '#' begins a comment, no quoting. */
#ifndef AS_TSV_H
#define AS_TSV_H

#include "base/cur.h"

/* Takes the next row of a pack (its cursor is over the pack's bytes, from 0): at most max fields into
 * fields; answers how many the row has, 0 at the end. Fields borrow from the pack. Pure otherwise. */
size_t as_tsv_row(as_cur *c, as_span *fields, size_t max);

#endif
