/* SPDX-License-Identifier: Apache-2.0 */
/* One file, or member of an archive, on its way in: tells its form from its first bytes, cuts it into records
 * and has them read. */
#ifndef AS_VULN_INTAKE_H
#define AS_VULN_INTAKE_H

#include "vuln/feed.h"

typedef struct as_intake as_intake;

/* An intake for one file after another, whose records are said through f. NULL without memory; as_intake_free
 * is NULL-safe. */
as_intake *as_intake_new(as_feed *f);
void as_intake_free(as_intake *in);
/* Begins a file of that name; takes its next bytes; ends it. damage: why there are no more
 * bytes, or NULL. Other statuses than AS_OK are failures of ours. */
void as_intake_begin(as_intake *in, as_span name);
as_status as_intake_add(as_intake *in, as_span bytes) AS_MUST_USE;
as_status as_intake_end(as_intake *in, const char *damage) AS_MUST_USE;

#endif
