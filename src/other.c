/* SPDX-License-Identifier: Apache-2.0 */
/* The other build that a review is compared with: a dossier, or something that is reviewed first. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/folders.h"
#include "dossier/difference.h"
#include "run.h"

static bool is_dossier(const char *path)
{
	static const char magic[16] = "SQLite format 3";
	char begin[sizeof(magic)] = "";
	struct stat st;
	if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
		return false;
	FILE *f = fopen(path, "rb");
	bool is = f && fread(begin, 1, sizeof(begin), f) == sizeof(begin) &&
		  memcmp(begin, magic, sizeof(magic)) == 0;
	if (f)
		(void)fclose(f);
	return is;
}

/* What cannot be read is told before the long work begins. */
static assay_status try_open(const char *path, assay_error *error)
{
	assay_dossier *d = NULL;
	assay_status s = assay_dossier_open(path, &d, error);
	assay_dossier_close(d);
	return s;
}

assay_status as_other_prepare(
	const assay_review_options *options, char *path, size_t n, assay_error *error)
{
	const char *const inputs[] = { options->reference, NULL };
	char folder[4096];
	if (is_dossier(options->reference)) {
		(void)snprintf(path, n, "%s", options->reference);
		return try_open(path, error);
	}
	int len = snprintf(folder, sizeof(folder), "%s/reference", options->output);
	if (len < 0 || (size_t)len >= sizeof(folder) - 32)
		return as_say(error, ASSAY_USAGE, "the output folder's path is too long");
	if (!as_folders_make(options->output))
		return as_say(error, ASSAY_OUTPUT, "%s: %s", options->output, strerror(errno));
	assay_review_options sub = *options;
	sub.inputs = inputs;
	sub.output = folder;
	sub.reference = NULL;
	sub.as_reference = 1;
	(void)snprintf(path, n, "%s/dossier.assay", folder);
	return assay_review(&sub, error);
}

as_status as_other_compare(as_review *r, as_dossier_writer *w)
{
	assay_dossier *d = NULL;
	bool traits = false;
	if (!r->reference)
		return AS_OK;
	if (assay_dossier_open(r->reference, &d, r->error) != ASSAY_OK)
		return AS_IO;
	as_status s = as_dossier_compare(w, d, &traits);
	assay_dossier_close(d);
	if (s != AS_OK)
		as_review_say(r, "the comparison with the reference failed: %s",
			sqlite3_errmsg(as_dossier_db(w)));
	if (s == AS_OK && !traits)
		as_review_say(r,
			"the reference does not say what its functions refer to: only alarms and "
			"symbols are compared; review it with --as-reference");
	return s;
}
