/* SPDX-License-Identifier: Apache-2.0 */
#include "dossier/mark.h"

#include <stdio.h>

#include "base/text.h"
#include "dossier/db.h"
#include "knowledge/tsv.h"

enum { RULE, FINGERPRINT, SIGNAL, TRIGGER, EFFECT, SHA256, SUBJECT, AUTHOR, DATE, REASON, FIELDS };

/* Why a line is no mark, or NULL. */
static const char *fault_of(const as_span *fields, size_t n)
{
	if (n != FIELDS)
		return "it has not 10 fields";
	if (fields[RULE].n == 0 || fields[REASON].n == 0)
		return "it names no rule, or no reason";
	if ((fields[FINGERPRINT].n == 0) == (fields[SHA256].n == 0))
		return "it needs either a fingerprint or a SHA-256";
	for (size_t i = 0; i < n; i++)
		if (!as_is_text(fields[i]))
			return "it is not text";
	return NULL;
}

as_status as_marks_add(
	sqlite3 *db, as_span text, void (*say)(void *ctx, const char *text), void *ctx)
{
	as_span fields[FIELDS + 1];
	as_cur c = as_cur_le(text, 0);
	sqlite3_stmt *q = as_db_prepare(db,
		"INSERT INTO mark (rule, fingerprint, signal, trigger, effect, sha256, subject, "
		"author, date, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
	as_status s = q ? AS_OK : AS_IO;
	for (size_t n, i = 1; s == AS_OK && (n = as_tsv_row(&c, fields, FIELDS + 1)) > 0; i++) {
		const char *fault = fault_of(fields, n);
		if (fault) {
			char line[128];
			(void)snprintf(
				line, sizeof(line), "mark number %zu is left out: %s", i, fault);
			say(ctx, line);
			continue;
		}
		/* What is escaped in the file is so in the dossier: the text is taken as it stands. */
		for (int k = 0; k < FIELDS; k++)
			(void)(fields[k].n == 0
					? sqlite3_bind_null(q, k + 1)
					: sqlite3_bind_text(q, k + 1, (const char *)fields[k].p,
						  (int)fields[k].n, SQLITE_TRANSIENT));
		s = as_db_step(q);
	}
	(void)sqlite3_finalize(q);
	return s;
}

/* A place in code is known again by what the function does and by what the signal says, not by where it stands; so a
 * mark ends with the constant, the effect or the code that it was about. */
static const char in_code[] =
	"UPDATE finding_place SET mark = (SELECT min(m.id) FROM suspicion AS x JOIN function AS f"
	"  ON f.object = x.object AND f.addr = x.function JOIN mark AS m ON m.fingerprint ="
	"  f.fingerprint AND m.signal = x.signal AND coalesce(m.trigger, '') = coalesce(x.trigger, "
	"'')"
	"  AND coalesce(m.effect, '') = coalesce(x.effect, '')"
	"  WHERE x.object = finding_place.object AND x.at = finding_place.at)"
	" WHERE object IS NOT NULL AND at IS NOT NULL AND finding IN (SELECT id FROM finding"
	"  WHERE kind IN ('backdoor-indicator', 'undocumented-access'))"
	" AND EXISTS (SELECT 1 FROM mark WHERE fingerprint IS NOT NULL)";
/* Any other by the very bytes of its file. */
static const char in_files[] =
	"UPDATE finding_place SET mark = (SELECT min(m.id) FROM mark AS m JOIN finding AS f"
	"  ON f.rule = m.rule WHERE f.id = finding_place.finding AND m.sha256 = (SELECT sha256 FROM"
	"  object WHERE id = coalesce(finding_place.object, (SELECT p.object FROM place AS p"
	"   WHERE p.id = finding_place.place)))"
	"  AND coalesce(m.subject, '') = coalesce(finding_place.subject, ''))"
	" WHERE mark IS NULL AND EXISTS (SELECT 1 FROM mark WHERE sha256 IS NOT NULL)";
static const char counts[] =
	"UPDATE finding SET explained = (SELECT count(*) FROM finding_place AS fp WHERE fp.finding "
	"="
	" finding.id AND fp.mark IS NOT NULL);"
	"UPDATE mark SET n = c.n FROM (SELECT mark AS id, count(*) AS n FROM finding_place"
	"  WHERE mark IS NOT NULL GROUP BY mark) AS c WHERE c.id = mark.id";

/* While marks are held against places: both may be many. */
static const char index_marks[] = "CREATE INDEX mark_code ON mark (fingerprint, signal);"
				  "CREATE INDEX mark_file ON mark (sha256, rule)";
static const char drop_index[] = "DROP INDEX mark_code; DROP INDEX mark_file";

as_status as_marks_apply(sqlite3 *db)
{
	as_status s = as_db_run(db, index_marks);
	s = as_worse(s, as_db_run(db, in_code));
	s = as_worse(s, as_db_run(db, in_files));
	s = as_worse(s, as_db_run(db, drop_index));
	return as_worse(s, as_db_run(db, counts));
}
