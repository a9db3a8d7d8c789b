/* SPDX-License-Identifier: Apache-2.0 */
#include "report/story.h"

#include <stdio.h>
#include <string.h>

#include "report/encode.h"
#include "report/sql.h"

#define OF_STORY " WHERE object = ?1 AND function = ?2 AND site = ?3 "

static const char steps_sql[] = "SELECT kind, addr, coalesce(name, printf('sub_%x', inside)), text "
				"FROM path_step" OF_STORY "ORDER BY step";
static const char pseudo_sql[] = "SELECT depth, text FROM pseudo_code" OF_STORY "ORDER BY line";
static const char listing_sql[] = "SELECT addr, bytes, text, note, reader, inside FROM "
				  "listing" OF_STORY "ORDER BY line";
static const char against_sql[] =
	"SELECT text FROM counter_evidence" OF_STORY "ORDER BY kind, n DESC, text";
/* One sentence: what triggers what. */
static const char words_sql[] =
	"SELECT CASE WHEN t.text IS NOT NULL AND e.text IS NOT NULL THEN 'Where ' || t.text || "
	"' holds, the program comes to: ' || e.text WHEN t.text IS NOT NULL AND a.text IS NOT NULL "
	"THEN 'Where ' || t.text || ' holds, the function ' || a.text WHEN e.text IS NOT NULL THEN "
	"'The program comes to ' || s.text || ', and on to: ' || e.text ELSE 'The program comes "
	"to: ' || coalesce(s.text, t.text) END || '.' FROM (SELECT"
	" (SELECT text FROM path_step" OF_STORY "AND kind = 'test' ORDER BY step LIMIT 1) AS text)"
	" AS t, (SELECT (SELECT text FROM path_step" OF_STORY "AND kind = 'effect') AS text) AS e,"
	" (SELECT (SELECT text FROM path_step" OF_STORY "AND kind = 'answer') AS text) AS a,"
	" (SELECT (SELECT text FROM path_step" OF_STORY "AND kind = 'site') AS text) AS s";
/* The two functions at most, each with what is listed of it. */
static const char ranges_sql[] =
	"SELECT min(addr), max(addr + length(bytes) / 2), max(mode), min(at), min(line), (SELECT "
	"e.machine || CASE e.endian WHEN 'big' THEN ' big' ELSE '' END || CASE e.bits WHEN 64 THEN "
	"' 64' ELSE '' END FROM (SELECT object, machine, endian, bits FROM elf"
	" UNION ALL SELECT object, machine, endian, bits FROM blob) AS e"
	" WHERE e.object = ?1), (SELECT c.sectionless OR "
	"c.class IN ('module', 'object') FROM code AS c WHERE c.object = ?1) FROM listing" OF_STORY
	"AND addr IS NOT NULL GROUP BY inside ORDER BY "
	"min(line)";

typedef struct telling {
	as_out *out;
	as_json *j;
	as_see *see;
	as_buf buf;
	int64_t n;
} telling;

static as_status each(sqlite3 *db, const char *sql, as_story_key key,
	bool (*row)(void *ctx, sqlite3_stmt *st), telling *t)
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(db, sql, -1, &st, NULL);
	t->n = 0;
	if (rc == SQLITE_OK) {
		(void)sqlite3_bind_int64(st, 1, key.object);
		(void)sqlite3_bind_int64(st, 2, key.function);
		(void)sqlite3_bind_int64(st, 3, key.site);
		while ((rc = sqlite3_step(st)) == SQLITE_ROW && row(t, st))
			t->n++;
	}
	(void)sqlite3_finalize(st);
	return rc == SQLITE_DONE || rc == SQLITE_ROW ? AS_OK : AS_IO;
}

as_story_key as_story_find(sqlite3 *db, int64_t object, int64_t at)
{
	as_story_key key = { .object = object };
	sqlite3_stmt *st = NULL;
	if (sqlite3_prepare_v2(db,
		    "SELECT s.function, s.addr FROM signal AS s WHERE s.object = ?1 AND s.at = ?2 "
		    "AND EXISTS (SELECT 1 FROM path_step AS p WHERE p.object = s.object AND "
		    "p.function = s.function AND p.site = s.addr) ORDER BY s.function LIMIT 1",
		    -1, &st, NULL) == SQLITE_OK &&
		sqlite3_bind_int64(st, 1, object) == SQLITE_OK &&
		sqlite3_bind_int64(st, 2, at) == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW) {
		key.function = sqlite3_column_int64(st, 0);
		key.site = sqlite3_column_int64(st, 1);
		key.found = true;
	}
	(void)sqlite3_finalize(st);
	return key;
}

/* As text */

static void heading(telling *t, const char *text)
{
	if (t->n == 0)
		as_out_print(t->out, "    %s\n", text);
}

static bool words_row(void *ctx, sqlite3_stmt *st)
{
	telling *t = ctx;
	as_out_text(t->out, "    in words: ");
	as_out_plain(t->out, as_sql_span(st, 0), 0);
	as_out_text(t->out, "\n");
	return false;
}

static bool step_row(void *ctx, sqlite3_stmt *st)
{
	telling *t = ctx;
	heading(t, "the path, from where the program is entered:");
	as_out_print(t->out, "      %lld. %-6s 0x%llx in ", (long long)t->n + 1,
		(const char *)as_sql_span(st, 0).p,
		(unsigned long long)sqlite3_column_int64(st, 1));
	as_out_plain(t->out, as_sql_span(st, 2), 0);
	as_out_text(t->out, ": ");
	as_out_plain(t->out, as_sql_span(st, 3), 0);
	as_out_text(t->out, "\n");
	return !t->out->failed;
}

static bool pseudo_row(void *ctx, sqlite3_stmt *st)
{
	telling *t = ctx;
	heading(t, "in pseudo-code (\xe2\x80\xa6: not known, or left out):");
	as_out_print(t->out, "      %*s", 4 * (int)(sqlite3_column_int64(st, 0) & 31), "");
	as_out_plain(t->out, as_sql_span(st, 1), 0);
	as_out_text(t->out, "\n");
	return !t->out->failed;
}

static bool listing_row(void *ctx, sqlite3_stmt *st)
{
	enum { BYTES = 20, TEXT = 40 };
	telling *t = ctx;
	as_span bytes = as_sql_span(st, 1), text = as_sql_span(st, 2), note = as_sql_span(st, 3);
	heading(t, as_is(as_sql_span(st, 4), "lifted")
			   ? "the instructions on it, as our own operations (the disassembler does "
			     "not know them):"
			   : "the instructions on it:");
	if (sqlite3_column_type(st, 0) == SQLITE_INTEGER)
		as_out_print(
			t->out, "    %8llx  ", (unsigned long long)sqlite3_column_int64(st, 0));
	else
		as_out_print(t->out, "    %8s  ", "");
	size_t wide = as_out_plain(t->out, bytes, 0);
	as_out_print(t->out, "%*s", wide < BYTES ? (int)(BYTES - wide) : 1, "");
	wide = as_out_plain(t->out, text, 0);
	if (note.n > 0) {
		as_out_print(t->out, "%*s; ", wide < TEXT ? (int)(TEXT - wide) : 1, "");
		as_out_plain(t->out, note, 0);
	}
	as_out_text(t->out, "\n");
	return !t->out->failed;
}

static bool against_row(void *ctx, sqlite3_stmt *st)
{
	telling *t = ctx;
	heading(t, "what speaks against it:");
	as_out_text(t->out, "      - ");
	as_out_plain(t->out, as_sql_span(st, 0), 0);
	as_out_text(t->out, "\n");
	return !t->out->failed;
}

as_status as_story_write(sqlite3 *db, as_story_key key, as_out *out)
{
	telling t = { .out = out };
	as_status s = each(db, words_sql, key, words_row, &t);
	s = as_worse(s, each(db, steps_sql, key, step_row, &t));
	s = as_worse(s, each(db, pseudo_sql, key, pseudo_row, &t));
	s = as_worse(s, each(db, against_sql, key, against_row, &t));
	if (t.n == 0)
		as_out_text(out, "    what speaks against it: nothing that was found\n");
	return as_worse(s, each(db, listing_sql, key, listing_row, &t));
}

/* As JSON */

static bool words_json(void *ctx, sqlite3_stmt *st)
{
	as_json_column(((telling *)ctx)->j, "words", st, 0);
	return false;
}

static bool step_json(void *ctx, sqlite3_stmt *st)
{
	as_json *j = ((telling *)ctx)->j;
	as_json_open(j, NULL, '{');
	as_json_column(j, "kind", st, 0);
	as_json_column(j, "at", st, 1);
	as_json_column(j, "name", st, 2);
	as_json_column(j, "text", st, 3);
	as_json_close(j, '}');
	return !j->out->failed;
}

static bool pseudo_json(void *ctx, sqlite3_stmt *st)
{
	telling *t = ctx;
	for (int64_t i = sqlite3_column_int64(st, 0) & 31; i > 0; i--)
		as_buf_u8(&t->buf, '\t');
	as_buf_add(&t->buf, as_sql_span(st, 1).p, as_sql_span(st, 1).n);
	as_buf_u8(&t->buf, '\n');
	return !t->buf.bad;
}

static bool listing_json(void *ctx, sqlite3_stmt *st)
{
	as_json *j = ((telling *)ctx)->j;
	as_json_open(j, NULL, '{');
	as_json_column(j, "at", st, 0);
	as_json_column(j, "bytes", st, 1);
	as_json_column(j, "text", st, 2);
	as_json_column(j, "note", st, 3);
	as_json_column(j, "reader", st, 4);
	as_json_close(j, '}');
	return !j->out->failed;
}

static bool against_json(void *ctx, sqlite3_stmt *st)
{
	as_json *j = ((telling *)ctx)->j;
	as_json_text(j, NULL, as_sql_span(st, 0));
	return !j->out->failed;
}

as_status as_story_json(sqlite3 *db, as_story_key key, as_json *j)
{
	telling t = { .j = j };
	as_json_open(j, "story", '{');
	as_status s = each(db, words_sql, key, words_json, &t);
	as_json_open(j, "steps", '[');
	s = as_worse(s, each(db, steps_sql, key, step_json, &t));
	as_json_close(j, ']');
	s = as_worse(s, each(db, pseudo_sql, key, pseudo_json, &t));
	as_json_text(j, "pseudo", as_buf_span_of(&t.buf));
	as_json_open(j, "against", '[');
	s = as_worse(s, each(db, against_sql, key, against_json, &t));
	as_json_close(j, ']');
	as_json_open(j, "listing", '[');
	s = as_worse(s, each(db, listing_sql, key, listing_json, &t));
	as_json_close(j, ']');
	as_json_close(j, '}');
	s = t.buf.bad ? as_worse(s, AS_IO) : s;
	as_buf_free(&t.buf);
	return s;
}

/* What objdump calls an architecture, where the file has no sections that tell. */
static const struct {
	const char *machine, *name;
} machines[] = { { "x86_64 64", "i386:x86-64" }, { "i386", "i386" }, { "arm", "arm -EL" },
	{ "arm big", "arm -EB" }, { "aarch64 64", "aarch64 -EL" }, { "mips", "mips -EL" },
	{ "mips big", "mips -EB" }, { "mips 64", "mips:isa64r2 -EL" },
	{ "mips big 64", "mips:isa64r2 -EB" }, { "powerpc big", "powerpc:common -EB" },
	{ "powerpc", "powerpc:common -EL" }, { "powerpc64 64", "powerpc:common64 -EL" },
	{ "powerpc64 big 64", "powerpc:common64 -EB" }, { "riscv", "riscv:rv32" },
	{ "riscv 64", "riscv:rv64" } };

static bool range_row(void *ctx, sqlite3_stmt *st)
{
	as_see *see = ((telling *)ctx)->see;
	as_span machine = as_sql_span(st, 5);
	as_see_code *c = &see->code[see->n_code];
	const char *name = NULL;
	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++)
		name = as_is(machine, machines[i].machine) ? machines[i].name : name;
	if (sqlite3_column_int(st, 6) && !name)
		return true; /* no ordinary tool would know where its code is, nor for which processor */
	*c = (as_see_code){ .start = sqlite3_column_int64(st, 0),
		.stop = sqlite3_column_int64(st, 1),
		.base = sqlite3_column_int64(st, 0) - sqlite3_column_int64(st, 3),
		.machine = sqlite3_column_int(st, 6) ? name : NULL,
		.options = as_is(as_sql_span(st, 2), "thumb") ? "-M force-thumb "
			   : as_starts(machine, "x86_64") || as_is(machine, "i386") ? "-M intel "
										    : "" };
	return ++see->n_code < AS_SEE_CODE_MAX;
}

as_status as_story_ranges(sqlite3 *db, as_story_key key, as_see *what)
{
	telling t = { .see = what };
	what->n_code = 0;
	return each(db, ranges_sql, key, range_row, &t);
}
