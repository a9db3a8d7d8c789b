/* SPDX-License-Identifier: Apache-2.0 */
/* Known vulnerabilities of what a review found, out of the index that the user's feeds were imported into; where
 * there is none, out of what ships. */
#include <errno.h>
#include <stdio.h>

#include "feeds.h"
#include "run.h"
#include "vuln/match.h"

/* Says in the dossier where the knowledge comes from, or why there is none. */
static as_status note(as_dossier_writer *w, const char *text)
{
	return as_dossier_add_meta(
		w, &(as_dossier_meta){ .name = "vulnerabilities", .value = text }, 1);
}

static as_status unread(as_review *r, as_dossier_writer *w, const char *why)
{
	as_review_say(r, "the index of vulnerabilities cannot be read: %s", why);
	return note(w, "the index of vulnerabilities could not be read to its end");
}

/* done: what is said of a match that went well. */
static as_status match(as_review *r, as_dossier_writer *w, sqlite3 *index, const char *done)
{
	char why[AS_INDEX_WHY] = "";
	as_status s = as_vuln_match(as_dossier_db(w), index, why);
	if (s == AS_IO && why[0])
		return unread(r, w, why);
	if (s == AS_LIMIT)
		return note(w, "matched in part: there are more matches than are kept");
	return s == AS_OK ? note(w, done) : s;
}

static void say(void *ctx, const char *text) { as_review_say(ctx, "%s", text); }

/* own: an index that tells of no vulnerability, but of statements, scores; or NULL. */
static as_status match_shipped(as_review *r, as_dossier_writer *w, sqlite3 *own)
{
	char why[AS_INDEX_WHY];
	sqlite3 *index = NULL;
	as_status s = as_feeds_shipped(own, say, r, &index, why);
	if (s != AS_OK) {
		as_review_say(r, "%s", why);
		return note(w, why);
	}
	s = match(r, w, index, "only what ships");
	(void)sqlite3_close(index);
	return s;
}

as_status as_find_known(as_review *r, as_dossier_writer *w)
{
	char path[AS_INDEX_PATH], why[AS_INDEX_WHY];
	const char *given = r->options->index;
	sqlite3 *index = NULL;
	if (r->options->no_vulnerabilities)
		return note(w, "not wanted");
	errno = ENOENT;
	as_status s = as_index_path(given, path) ? as_index_open(path, &index, why) : AS_IO;
	if (s != AS_OK && !given && errno == ENOENT)
		return match_shipped(r, w, NULL);
	if (s != AS_OK) {
		as_review_say(r, "%s", why);
		return note(w, why);
	}
	if (as_feeds_tell(index))
		s = match(r, w, index, "matched");
	else if (sqlite3_errcode(index) != SQLITE_OK)
		s = unread(r, w, sqlite3_errmsg(index));
	else
		s = match_shipped(r, w, index);
	(void)sqlite3_close(index);
	return s;
}
