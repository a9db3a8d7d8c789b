/* SPDX-License-Identifier: Apache-2.0 */
/* Writes every report beside the dossier it is made from. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "run.h"

static int write_to_file(void *file, const void *p, size_t n)
{
	return fwrite(p, 1, n, file) == n ? 0 : -1;
}

/* A report that has nothing to say (VEX without a vulnerability) writes nothing, and then there is no file; one of an
 * earlier review goes. */
static assay_status write_report(
	as_review *r, assay_dossier *d, const char *format, const char *name)
{
	as_span path = as_print(r->objects.arena, "%s/%s", r->options->output, name);
	FILE *f = fopen((const char *)path.p, "we");
	if (!f)
		return as_review_fail(
			r, ASSAY_OUTPUT, "%s: %s", (const char *)path.p, strerror(errno));
	assay_status s = assay_report(d, format, write_to_file, f, r->error);
	bool empty = ftell(f) == 0;
	if (s == ASSAY_OUTPUT)
		(void)as_review_fail(r, s, "%s: it cannot be written", (const char *)path.p);
	if (fclose(f) != 0 && s == ASSAY_OK)
		s = as_review_fail(
			r, ASSAY_OUTPUT, "%s: %s", (const char *)path.p, strerror(errno));
	if (empty && s == ASSAY_OK && remove((const char *)path.p) != 0)
		s = as_review_fail(
			r, ASSAY_OUTPUT, "%s: %s", (const char *)path.p, strerror(errno));
	return s;
}

assay_status as_write_reports(as_review *r, const char *dossier)
{
	assay_dossier *d = NULL;
	assay_status s = assay_dossier_open(dossier, &d, r->error);
	for (const char *const *name = assay_reports(); s == ASSAY_OK && name[0]; name += 2)
		s = write_report(r, d, name[0], name[1]);
	assay_dossier_close(d);
	return s;
}
