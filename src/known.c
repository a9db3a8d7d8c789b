/* SPDX-License-Identifier: Apache-2.0 */
/* Known vulnerabilities of what a review found, out of the index that the user's feeds were imported into. */
#include <errno.h>
#include <stdio.h>

#include "run.h"
#include "vuln/index.h"
#include "vuln/match.h"

static const char none_given[] = "no data was given: assay knowledge import FILE... (or --shipped)";

/* Says in the dossier where the knowledge comes from, or why there is none. */
static as_status note(as_dossier_writer *w, const char *text)
{
	return as_dossier_add_meta(
		w, &(as_dossier_meta){ .name = "vulnerabilities", .value = text }, 1);
}

/* Whether anything was imported that tells what is vulnerable: a load that failed leaves an empty index. */
static bool tells(sqlite3 *index)
{
	sqlite3_stmt *q = NULL;
	bool has =
		sqlite3_prepare_v2(index,
			"SELECT 1 FROM (SELECT 1 FROM cpe_match LIMIT 1) UNION ALL SELECT 1 FROM "
			"(SELECT 1 FROM affected LIMIT 1)"
			" UNION ALL SELECT 1 FROM (SELECT 1 FROM distribution_fix LIMIT 1) LIMIT 1",
			-1, &q, NULL) == SQLITE_OK &&
		sqlite3_step(q) == SQLITE_ROW;
	(void)sqlite3_finalize(q);
	return has;
}

static as_status unread(as_review *r, as_dossier_writer *w, const char *why)
{
	as_review_say(r, "the index of vulnerabilities cannot be read: %s", why);
	return note(w, "the index of vulnerabilities could not be read to its end");
}

static as_status match(as_review *r, as_dossier_writer *w, sqlite3 *index)
{
	char why[AS_INDEX_WHY] = "";
	as_status s = as_vuln_match(as_dossier_db(w), index, why);
	if (s == AS_IO && why[0])
		return unread(r, w, why);
	if (s == AS_LIMIT)
		return note(w, "matched in part: there are more matches than are kept");
	if (s == AS_OK && !tells(index))
		return sqlite3_errcode(index) == SQLITE_OK
			       ? note(w, "the index tells of no vulnerability: assay knowledge "
					 "import FILE...")
			       : unread(r, w, sqlite3_errmsg(index));
	return s == AS_OK ? note(w, "matched") : s;
}

as_status as_find_known(as_review *r, as_dossier_writer *w)
{
	char path[AS_INDEX_PATH], why[AS_INDEX_WHY];
	const char *given = r->options->index;
	sqlite3 *index = NULL;
	if (r->options->no_vulnerabilities)
		return note(w, "not wanted");
	(void)snprintf(why, sizeof(why),
		"where the index of vulnerabilities is cannot be told: name it with --index");
	errno = 0;
	bool somewhere = as_index_path(given, path);
	as_status s = somewhere ? as_index_open(path, &index, why) : AS_IO;
	if (s != AS_OK) {
		bool absent = !given && (!somewhere || errno == ENOENT);
		if (!absent)
			as_review_say(r, "%s", why);
		return note(w, absent ? none_given : why);
	}
	s = match(r, w, index);
	(void)sqlite3_close(index);
	return s;
}
