/* SPDX-License-Identifier: Apache-2.0 */
#include "report/mark.h"

#include "report/sql.h"
#include "report/views.h"

const char as_mark_head[] =
	"# Marks for assay review --marks: places that somebody looked at and explained. "
	"Tab-separated;\n"
	"# a line may be changed or removed by hand. How marks are known again: "
	"docs/backdoors.md.\n"
	"# rule\tfingerprint\tsignal\ttrigger\teffect\tsha256\tsubject\tauthor\tdate\treason\n";

/* A place in code is told by its function, any other by its file. Numbered as explanations do. */
static const char of_finding[] =
	"WITH numbered AS (SELECT f.rule, f.kind, fp.object, fp.at, fp.subject, o.sha256,"
	"  row_number() OVER (ORDER BY fp.i, p.id) AS nth FROM finding AS f," AS_SQL_PLACES
	"  WHERE f.id = ?1 AND fp.finding = f.id),"
	" code AS (SELECT n.*, x.signal, x.trigger, x.effect, g.fingerprint FROM numbered AS n"
	"  LEFT JOIN suspicion AS x ON x.object = n.object AND x.at = n.at AND n.kind IN"
	"  ('backdoor-indicator', 'undocumented-access')"
	"  LEFT JOIN function AS g ON g.object = x.object AND g.addr = x.function)"
	" SELECT rule, fingerprint, iif(fingerprint IS NULL, NULL, signal),"
	"  iif(fingerprint IS NULL, NULL, trigger), iif(fingerprint IS NULL, NULL, effect),"
	"  iif(fingerprint IS NULL, sha256, NULL), iif(fingerprint IS NULL, subject, NULL), nth"
	"  FROM code WHERE fingerprint IS NOT NULL OR sha256 IS NOT NULL ORDER BY nth";
/* A function by its name or address, whatever programs of the image have it. */
static const char of_function[] =
	"SELECT 'code', g.fingerprint, x.signal, x.trigger, x.effect, NULL, NULL, 0 FROM suspicion "
	"AS x"
	" JOIN function AS g ON g.object = x.object AND g.addr = x.function"
	" WHERE g.fingerprint IS NOT NULL AND (x.name = ?1 OR printf('0x%x', x.function) = "
	"lower(?1))"
	" GROUP BY g.fingerprint, x.signal, x.trigger, x.effect ORDER BY min(x.object)";

typedef struct marking {
	const as_mark_request *request;
	as_out *out;
	as_buf last; /* the line before: one place may stand in many files alike */
	unsigned n;
} marking;

/* Text of the image, or of whoever made the dossier: a tab or the end of a line in it would begin another field or
 * another mark. */
static bool is_field(as_span text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] < 0x20 || text.p[i] == 0x7f)
			return false;
	return true;
}

static void field(as_buf *b, as_span text)
{
	as_buf_add(b, text.p, text.n);
	as_buf_u8(b, '\t');
}

static bool mark_row(void *ctx, sqlite3_stmt *st)
{
	enum { COLUMNS = 7, NTH = 7 };
	marking *m = ctx;
	as_buf line = { 0 };
	if (m->request->place && sqlite3_column_int64(st, NTH) != (int64_t)m->request->place)
		return true;
	for (int i = 0; i < COLUMNS; i++)
		if (!is_field(as_sql_span(st, i)))
			return true;
	for (int i = 0; i < COLUMNS; i++)
		field(&line, as_sql_span(st, i));
	field(&line, m->request->author);
	field(&line, m->request->date);
	as_buf_add(&line, m->request->reason.p, m->request->reason.n);
	as_buf_u8(&line, '\n');
	m->out->failed = m->out->failed || line.bad;
	if (!as_same(as_buf_span_of(&line), as_buf_span_of(&m->last))) {
		as_out_add(m->out, line.p, line.n);
		m->n++;
	}
	as_buf_free(&m->last);
	m->last = line;
	return !m->out->failed;
}

as_status as_mark_write(sqlite3 *db, const as_mark_request *request, unsigned *n, as_out *out)
{
	marking m = { .request = request, .out = out };
	as_status s = as_sql_each_of(db, of_finding, request->finding, mark_row, &m);
	if (s == AS_OK && m.n == 0 && !request->place)
		s = as_sql_each_of(db, of_function, request->finding, mark_row, &m);
	as_buf_free(&m.last);
	*n = m.n;
	return s == AS_OK && m.n == 0 ? AS_NOT_THIS : s;
}
