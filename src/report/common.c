/* SPDX-License-Identifier: Apache-2.0 */
#include "report/common.h"

#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "base/hash.h"
#include "base/text.h"
#include "report/encode.h"
#include "report/sql.h"

const char as_sql_clauses[] =
	"SELECT c.framework, c.clause, c.title, c.coverage, c.evidence_pass, c.evidence_fail, "
	"c.source,"
	" CASE WHEN EXISTS (SELECT 1 FROM clause_rule AS k JOIN finding AS f ON f.rule = k.rule"
	"  WHERE k.framework = c.framework AND k.clause = c.clause AND f.verdict = 'holds'"
	"  AND f.severity <> 'info') THEN 'against' ELSE 'open' END AS state,"
	" (SELECT json_group_array(id) FROM (SELECT f.id FROM clause_rule AS k JOIN finding AS f"
	"  ON f.rule = k.rule WHERE k.framework = c.framework AND k.clause = c.clause"
	"  AND f.verdict = 'holds' AND f.severity <> 'info' ORDER BY f.id)) AS \"against:json\","
	" (SELECT json_group_array(id) FROM (SELECT f.id FROM clause_rule AS k JOIN finding AS f"
	"  ON f.rule = k.rule WHERE k.framework = c.framework AND k.clause = c.clause"
	"  AND f.verdict <> 'holds' ORDER BY f.id)) AS \"undecided:json\","
	" (SELECT json_group_array(title) FROM (SELECT r.title FROM clause_rule AS k JOIN rule AS r"
	"  ON r.id = k.rule WHERE k.framework = c.framework AND k.clause = c.clause"
	"  AND r.outcome = 'silent' ORDER BY r.id)) AS \"silent:json\""
	" FROM clause AS c ORDER BY c.framework, c.clause";

typedef struct room {
	char *p;
	size_t n;
} room;

static bool take_text(void *ctx, sqlite3_stmt *st)
{
	room *r = ctx;
	as_span s = as_sql_span(st, 0);
	size_t n = as_min(s.n, r->n - 1);
	memcpy(r->p, s.p ? s.p : (const uint8_t *)"", n);
	r->p[n] = 0;
	return false;
}

void as_meta(sqlite3 *db, const char *name, char out[AS_META_LEN])
{
	room r = { out, AS_META_LEN };
	out[0] = 0;
	if (as_sql_each_of(db, "SELECT value FROM meta WHERE name = ?1", as_lit(name), take_text,
		    &r) != AS_OK)
		out[0] = 0;
}

/* Whether text looks like the pattern, in which 0 stands for a digit. */
static bool looks_like(const char *text, const char *pattern)
{
	for (; *pattern; text++, pattern++)
		if (*pattern == '0' ? !as_is_digit((uint8_t)*text) : *text != *pattern)
			return false;
	return *text == 0;
}

void as_reviewed(sqlite3 *db, char out[AS_META_LEN])
{
	as_meta(db, "reviewed", out);
	if (looks_like(out, "0000-00-00T00:00:00Z"))
		return;
	bool date = looks_like(out, "0000-00-00");
	snprintf(out + (date ? 10 : 0), 32, "%s", date ? "T00:00:00Z" : "1970-01-01T00:00:00Z");
}

/* A character of a CPE name that stands for itself. */
static bool is_cpe_letter(uint8_t c) { return as_is_word(c) || c == '-' || c == '.'; }

/* The length of the field of a CPE name that s begins with; 0: it is none. Other signs stand behind backslashes. */
static size_t cpe_field(as_span s)
{
	size_t n = 0;
	if (as_at(s, 0) == '*')
		return 1;
	while (n < s.n && s.p[n] != ':') {
		uint8_t next = as_at(s, n + 1);
		bool sign =
			s.p[n] == '\\' && as_printable(next) && next != ' ' && !is_cpe_letter(next);
		if (!sign && !is_cpe_letter(s.p[n]))
			return 0;
		n += sign ? 2 : 1;
	}
	return n;
}

bool as_is_cpe(as_span s)
{
	enum { FIELDS = 11, LANGUAGE = 6 };
	size_t at = strlen("cpe:2.3");
	if (!as_starts(s, "cpe:2.3:") ||
		as_find_byte(as_lit("aho*-"), as_at(s, at + 1), 0) == SIZE_MAX)
		return false;
	for (size_t i = 0; i < FIELDS; i++) {
		size_t n = as_at(s, at) == ':' ? cpe_field(as_from(s, at + 1)) : 0;
		if (n == 0 || ((i == 0 || i == LANGUAGE) && n != 1))
			return false;
		at += 1 + n;
	}
	return at == s.n;
}

static bool add_row(void *ctx, sqlite3_stmt *st)
{
	as_hasher *h = ctx;
	as_hasher_add(h, as_sql_span(st, 0));
	as_hasher_add(h, as_bytes("", 1)); /* the NUL keeps neighbours apart */
	return true;
}

as_status as_uuid(sqlite3 *db, const char *salt, char out[AS_UUID_LEN + 1])
{
	static const char sql[] =
		"SELECT value FROM meta WHERE name IN ('version', 'knowledge', 'reviewed')"
		" UNION ALL SELECT coalesce(o.sha256, p.name) FROM place AS p"
		" LEFT JOIN object AS o ON o.id = p.object WHERE p.parent IS NULL"
		" UNION ALL SELECT coalesce(id, name) || ' ' || coalesce(version, '')"
		" || ' ' || object FROM component"
		" UNION ALL SELECT cve || ' ' || component || ' ' || version || ' ' || verdict"
		" || ' ' || source || ' ' || coalesce(why, '') FROM vulnerability_match";
	as_hasher *h = as_hasher_new();
	if (!h)
		return AS_NOMEM;
	as_hasher_add(h, as_bytes(salt, strlen(salt) + 1));
	as_status s = as_sql_each(db, sql, add_row, h);
	as_sha256 d = as_hasher_end(h);
	as_hasher_free(h);
	d.b[6] = (uint8_t)((d.b[6] & 0x0f) | 0x80);
	d.b[8] = (uint8_t)((d.b[8] & 0x3f) | 0x80);
	for (size_t i = 0, at = 0; i < 16; i++) {
		bool dash = i == 4 || i == 6 || i == 8 || i == 10;
		at += (size_t)snprintf(
			out + at, AS_UUID_LEN + 1 - at, dash ? "-%02x" : "%02x", d.b[i]);
	}
	return s;
}

static int digit(uint8_t b)
{
	return as_is_digit(b) ? b - '0' : b >= 'a' && b <= 'f' ? b - 'a' + 10 : -1;
}

void as_unescape(as_buf *out, as_span s)
{
	for (size_t i = 0; i < s.n; i++) {
		int high = digit(as_at(s, i + 2)), low = digit(as_at(s, i + 3));
		if (s.p[i] == '\\' && as_at(s, i + 1) == 'x' && high >= 0 && low >= 0) {
			as_buf_u8(out, (uint8_t)(high * 16 + low));
			i += 3;
		} else {
			as_buf_u8(out, s.p[i]);
		}
	}
}

void as_place_uri(as_buf *out, as_span container, as_span path)
{
	as_buf raw = { 0 };
	if (as_starts(container, "/"))
		container = as_from(container, 1);
	as_unescape(&raw, container);
	if (container.n == 0 && as_starts(path, "/"))
		path = as_from(path, 1);
	else if (!as_starts(path, "/"))
		as_buf_text(&raw, "/");
	as_unescape(&raw, path);
	as_uri_add(out, as_buf_span_of(&raw));
	out->bad = out->bad || raw.bad;
	as_buf_free(&raw);
}
