/* SPDX-License-Identifier: Apache-2.0 */
/* The part of the library that keeps the index of vulnerabilities: feeds in, and what is there. */
#include "feeds.h"

#include <errno.h>
#include <stddef.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/embed.h"
#include "base/text.h"
#include "dossier/read.h"
#include "report/encode.h"
#include "report/rows.h"
#include "report/write_json.h"
#include "sandbox/lock.h"

static void say(void *ctx, const char *text)
{
	const as_keeper *k = ctx;
	if (k->o.on_message)
		k->o.on_message(k->o.ctx, text);
}

static void progress(void *ctx, const char *name, uint64_t records)
{
	const as_keeper *k = ctx;
	if (k->o.on_records)
		k->o.on_records(k->o.ctx, name, records);
}

void as_keeper_say(as_keeper *k, const char *format, ...)
{
	char text[AS_INDEX_PATH + 1024];
	as_buf shown = { 0 };
	va_list args;
	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	as_text_add(&shown, as_lit(text)); /* what a server says must not act on a terminal */
	as_buf_u8(&shown, 0);
	if (!shown.bad)
		say(k, (const char *)shown.p);
	as_buf_free(&shown);
}

static void tell_wait(void *ctx, const char *path)
{
	as_keeper_say(ctx, "another import is at work on '%s'; waiting for it to end", path);
}

assay_status assay_knowledge_path(const char *index, char *path, size_t n, assay_error *error)
{
	char own[AS_INDEX_PATH];
	as_say(error, ASSAY_OK, "%s", "");
	if (!as_index_path(index, own) || strlen(own) >= n)
		return as_say(error, ASSAY_USAGE,
			"where the index is cannot be told: name it with --index FILE");
	memcpy(path, own, strlen(own) + 1);
	return ASSAY_OK;
}

assay_status as_keeper_open(
	as_keeper *k, const assay_knowledge_options *options, assay_error *error)
{
	char why[AS_INDEX_WHY];
	*k = (as_keeper){ .lock = -1 };
	memcpy(&k->o, options, options->size < sizeof(k->o) ? options->size : sizeof(k->o));
	assay_status result = assay_knowledge_path(k->o.index, k->path, sizeof(k->path), error);
	if (result != ASSAY_OK)
		return result;
	as_status s = as_index_open_to_write(k->path, &k->db, &k->lock, tell_wait, k, why);
	if (s != AS_OK)
		return as_say(error, s == AS_NOT_THIS ? ASSAY_INPUT : ASSAY_OUTPUT, "%s", why);
	k->im = (as_import){ .say = say, .progress = progress, .ctx = k, .locks = AS_LOCK_ALL };
	k->im.store = as_store_new(k->db);
	if (!k->im.store)
		return as_say(error, ASSAY_INPUT, "'%s': %s", k->path, sqlite3_errmsg(k->db));
	return ASSAY_OK;
}

/* Says which walls did not hold in a process that read feeds. */
static void warn_of_locks(const as_import *im)
{
	char text[160];
	if (im->files == 0 || im->locks == AS_LOCK_ALL)
		return;
	(void)snprintf(text, sizeof(text),
		"warning: feeds were read in a process without all its walls (missing:%s%s%s)",
		im->locks & AS_LOCK_LANDLOCK ? "" : " landlock",
		im->locks & AS_LOCK_SECCOMP ? "" : " seccomp",
		im->locks & AS_LOCK_LIMITS ? "" : " limits");
	im->say(im->ctx, text);
}

void as_keeper_close(as_keeper *k, assay_knowledge_counts *counts)
{
	const as_counts *n = &k->im.total;
	if (counts)
		*counts = (assay_knowledge_counts){ .read = n->read,
			.stored = n->stored,
			.unchanged = n->unchanged,
			.refused = n->refused,
			.files = k->im.files,
			.strangers = k->im.strangers };
	warn_of_locks(&k->im);
	as_store_free(k->im.store);
	sqlite3_close(k->db);
	if (k->lock >= 0)
		close(k->lock);
}

assay_status as_keeper_failed(const as_keeper *k, as_status s, const char *file, assay_error *error)
{
	if (s == AS_NOT_THIS)
		return as_say(error, ASSAY_INPUT, "'%s': %s", file,
			errno == EINVAL ? "it is no regular file" : strerror(errno));
	if (s == AS_NOMEM)
		return as_say(error, ASSAY_INTERNAL,
			"'%s': memory, or a process to read it, could not be had", file);
	return as_say(
		error, ASSAY_OUTPUT, "'%s' cannot be written: %s", k->path, sqlite3_errmsg(k->db));
}

/* Every file can be opened, so that a slip of the pen is told before anything is done. */
static assay_status look(const char *const *files, assay_error *error)
{
	if (!files || !files[0])
		return as_say(error, ASSAY_USAGE, "no feed is named");
	for (size_t i = 0; files[i]; i++)
		if (access(files[i], R_OK) != 0)
			return as_say(error, ASSAY_INPUT, "'%s': %m", files[i]);
	return ASSAY_OK;
}

/* A caller of an older release has no such wish. */
static bool wants_shipped(const assay_knowledge_options *o)
{
	return o->size >= offsetof(assay_knowledge_options, shipped) + sizeof(o->shipped) &&
	       o->shipped;
}

static const char shipped_name[] = "shipped with assay";

/* Imports what ships, which is small beside any whole feed. */
static as_status import_shipped(as_import *im)
{
	char path[64];
	as_span feeds = as_embedded_file(as_embedded_feeds, "feeds.tar.xz");
	int fd = memfd_create("assay-feeds", MFD_CLOEXEC);
	if (fd < 0)
		return AS_NOMEM;
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	ssize_t n = write(fd, feeds.p, feeds.n);
	as_status s = n >= 0 && (size_t)n == feeds.n
			      ? as_import_path(im, path, shipped_name, "knowledge/feeds.tar.xz")
			      : AS_NOMEM;
	close(fd);
	return s;
}

static void say_nowhere(void *ctx, const char *text) { (void)ctx, (void)text; }

static void say_nothing(void *ctx, const char *name, uint64_t records)
{
	(void)ctx, (void)name, (void)records;
}

as_status as_feeds_shipped(sqlite3 *own, void (*tell)(void *ctx, const char *text), void *ctx,
	sqlite3 **db, char why[AS_INDEX_WHY])
{
	as_import im = { .say = tell, .progress = say_nothing, .ctx = ctx, .locks = AS_LOCK_ALL };
	as_status s = as_index_in_memory(own, db, why);
	if (s != AS_OK)
		return s;
	im.store = as_store_new(*db);
	s = im.store ? import_shipped(&im) : AS_NOMEM;
	as_store_free(im.store);
	warn_of_locks(&im);
	/* When it was read is no news, and would make two reviews differ. */
	if (s == AS_OK && im.total.stored + im.total.unchanged > 0 &&
		sqlite3_exec(*db,
			"UPDATE source SET imported = '' WHERE name = 'shipped with assay'", NULL,
			NULL, NULL) == SQLITE_OK)
		return AS_OK;
	(void)snprintf(
		why, AS_INDEX_WHY, "the records of vulnerabilities that ship could not be read");
	sqlite3_close(*db);
	*db = NULL;
	return s == AS_OK ? AS_IO : s;
}

bool as_feeds_tell(sqlite3 *index)
{
	sqlite3_stmt *q = NULL;
	bool tells =
		sqlite3_prepare_v2(index,
			"SELECT 1 FROM (SELECT 1 FROM cpe_match LIMIT 1) UNION ALL SELECT 1 FROM "
			"(SELECT 1 FROM affected LIMIT 1)"
			" UNION ALL SELECT 1 FROM (SELECT 1 FROM distribution_fix LIMIT 1) LIMIT 1",
			-1, &q, NULL) == SQLITE_OK &&
		sqlite3_step(q) == SQLITE_ROW;
	(void)sqlite3_finalize(q);
	return tells;
}

/* Seconds since 1970, as the environment fixes them. */
static long long now(void)
{
	const char *fixed = getenv("SOURCE_DATE_EPOCH");
	return fixed ? strtoll(fixed, NULL, 10) : (long long)time(NULL);
}

void as_feeds_few(sqlite3 *index, char words[AS_INDEX_WHY])
{
	static const char sql[] =
		"SELECT 'only ' || group_concat(one, ' and ') || ' ship with Assay, a small part "
		"of "
		"what is known: run assay knowledge update' FROM (SELECT printf('%d records of %s "
		"(the newest of %s, %d days old)', s.read, upper(s.kind), substr(s.newest, 1, 10), "
		"julianday(?1, 'unixepoch') - julianday(s.newest)) AS one FROM source AS s JOIN "
		"kind AS k ON k.id = s.kind WHERE s.name = ?2 AND s.kind IN ('nvd', 'osv') ORDER "
		"BY k.rank)";
	sqlite3_stmt *q = NULL;
	const unsigned char *text = NULL;
	if (sqlite3_prepare_v2(index, sql, -1, &q, NULL) == SQLITE_OK) {
		(void)sqlite3_bind_int64(q, 1, now());
		(void)sqlite3_bind_text(q, 2, shipped_name, -1, SQLITE_STATIC);
		text = sqlite3_step(q) == SQLITE_ROW ? sqlite3_column_text(q, 0) : NULL;
	}
	(void)snprintf(words, AS_INDEX_WHY, "%s",
		text ? (const char *)text : "only what ships with Assay was looked at");
	(void)sqlite3_finalize(q);
}

assay_status assay_knowledge_import(
	const assay_knowledge_options *options, assay_knowledge_counts *counts, assay_error *error)
{
	as_keeper k;
	if (counts)
		*counts = (assay_knowledge_counts){ 0 };
	bool some = options->files && options->files[0], shipped = wants_shipped(options);
	assay_status result = some || !shipped ? look(options->files, error) : ASSAY_OK;
	if (result != ASSAY_OK)
		return result;
	result = as_keeper_open(&k, options, error);
	as_status own = result == ASSAY_OK && shipped ? import_shipped(&k.im) : AS_OK;
	if (own != AS_OK)
		result = as_keeper_failed(&k, own, shipped_name, error);
	for (size_t i = 0; result == ASSAY_OK && some && k.o.files[i]; i++) {
		as_status s = as_import_path(&k.im, k.o.files[i], NULL, NULL);
		if (s != AS_OK)
			result = as_keeper_failed(&k, s, k.o.files[i], error);
	}
	const as_counts *n = &k.im.total;
	if (result == ASSAY_OK && n->stored + n->unchanged == 0)
		result = as_say(error, ASSAY_INPUT,
			"nothing was of use: %llu records were refused, %llu files are no feeds",
			(unsigned long long)n->refused, (unsigned long long)k.im.strangers);
	as_keeper_close(&k, counts);
	return result;
}

/* Sources as people and programs see them. ?1: now, in seconds since 1970. */
#define AGE "CAST(julianday(?1, 'unixepoch') - julianday(newest) AS INTEGER)"
static const char sources_table[] =
	"SELECT k.title AS feed, s.name AS source, substr(s.newest, 1, 10) AS newest, " AGE
	" AS 'days old', substr(s.imported, 1, 10) "
	"AS imported, s.read, s.stored, s.unchanged, s.refused, CASE WHEN s.sha256 IS NULL THEN "
	"'no' ELSE 'yes' END AS complete "
	"FROM source AS s JOIN kind AS k ON k.id = s.kind ORDER BY k.rank, s.name";
static const char sources_json[] =
	"SELECT s.kind, s.name, s.url, s.newest, " AGE
	" AS age_days, s.imported, s.read, s.stored, s.unchanged, s.refused, "
	"s.sha256, s.sha256 IS NOT NULL AS 'complete:bool', (SELECT json_group_object(reason, n) "
	"FROM refusal_count AS r WHERE r.source "
	"= s.id) AS 'reasons:json' FROM source AS s JOIN kind AS k ON k.id = s.kind ORDER BY "
	"k.rank, s.name";
static const char reasons_table[] =
	"SELECT k.title AS feed, s.name AS source, r.n AS refused, r.reason FROM refusal_count AS "
	"r JOIN source AS s ON s.id = r.source "
	"JOIN kind AS k ON k.id = s.kind ORDER BY r.n DESC, k.rank, s.name, r.reason";
static const char totals[] =
	"SELECT (SELECT count(*) FROM record WHERE kind = 'nvd') AS nvd, (SELECT count(*) FROM "
	"record WHERE kind = 'cve') AS cve, "
	"(SELECT count(*) FROM record WHERE kind = 'osv') AS osv, (SELECT count(*) FROM record "
	"WHERE kind = 'kev') AS kev, "
	"(SELECT count(*) FROM epss) AS epss, (SELECT count(*) FROM distribution_fix) AS "
	"distribution_fixes, "
	"(SELECT count(*) FROM vex) AS statements, (SELECT count(*) FROM cpe_match) AS cpe_matches";

static as_status rows(sqlite3 *db, const char *sql, as_out *out, as_rows_style style)
{
	sqlite3_stmt *st = NULL;
	as_status s = sqlite3_prepare_v2(db, sql, -1, &st, NULL) == SQLITE_OK ? AS_OK : AS_IO;
	if (s == AS_OK && sqlite3_bind_parameter_count(st) > 0)
		sqlite3_bind_int64(st, 1, now());
	if (s == AS_OK)
		s = as_rows_write(out, st, style);
	sqlite3_finalize(st);
	return s;
}

/* What a reader has to know before the table: where the index is, and how little there is if it is only what ships. */
static void head(sqlite3 *db, const char *path, bool shipped, as_out *out, unsigned width)
{
	enum { USUAL = 80 };
	char few[AS_INDEX_WHY];
	as_out_text(out, "Index: ");
	as_out_text(out, path);
	as_out_text(out, "\n");
	if (shipped) {
		as_feeds_few(db, few);
		as_out_text(out, access(path, F_OK) == 0 ? "       It tells of no vulnerability"
							 : "       There is none yet");
		as_out_text(out, ": reviews use what ships, as below.\n       ");
		as_out_wrapped(out, as_lit(few), strlen("Index: "), width ? width : USUAL);
		as_out_text(out, "\n");
	}
	as_out_text(out, "\n");
}

static as_status write_status(
	sqlite3 *db, const char *path, bool shipped, as_out *out, as_rows_style style)
{
	bool json = style.format == ASSAY_JSON;
	as_json j = { .out = out, .compact = true };
	as_status s = AS_OK;
	if (style.format == ASSAY_CSV)
		return rows(db, sources_table, out, style);
	if (json) {
		as_json_open(&j, NULL, '{');
		as_json_str(&j, "index", path);
		as_json_int(&j, "schema", AS_INDEX_SCHEMA);
		as_json_bool(&j, "only_shipped", shipped);
		as_out_text(out, ",\"sources\":");
	} else {
		head(db, path, shipped, out, style.width);
	}
	s = rows(db, json ? sources_json : sources_table, out, style);
	as_out_text(out, json ? ",\"holds\":" : "\nWhat the index holds:\n\n");
	if (s == AS_OK)
		s = rows(db, totals, out, style);
	if (json) {
		as_out_text(out, "}\n");
		return s;
	}
	as_out_text(out, "\nWhy records were refused:\n\n");
	return s == AS_OK ? rows(db, reasons_table, out, style) : s;
}

/* Opens the index at path. Where there is none, or none that tells of a vulnerability, what reviews use then. */
static assay_status open_status(
	const char *path, const char *given, sqlite3 **db, bool *shipped, assay_error *error)
{
	char why[AS_INDEX_WHY];
	sqlite3 *own = NULL;
	as_status s = as_index_open(path, &own, why);
	*db = own;
	*shipped = (s == AS_OK && !as_feeds_tell(own) && sqlite3_errcode(own) == SQLITE_OK) ||
		   (s != AS_OK && !given && errno == ENOENT);
	if (*shipped) {
		s = as_feeds_shipped(own, say_nowhere, NULL, db, why);
		sqlite3_close(own);
	}
	if (s != AS_OK && !*shipped && errno == ENOENT)
		return as_say(error, ASSAY_INPUT,
			"there is no index of vulnerabilities at '%s': make one with assay "
			"knowledge import",
			path);
	return s == AS_OK ? ASSAY_OK : as_say(error, ASSAY_INPUT, "%s", why);
}

assay_status assay_knowledge_status(const char *index, assay_format format, unsigned width,
	assay_write write, void *ctx, assay_error *error)
{
	char path[AS_INDEX_PATH];
	sqlite3 *db = NULL;
	bool shipped = false;
	as_out out = { .write = write, .ctx = ctx };
	assay_status result = assay_knowledge_path(index, path, sizeof(path), error);
	if (result == ASSAY_OK)
		result = open_status(path, index, &db, &shipped, error);
	if (result != ASSAY_OK)
		return result;
	as_status s = write_status(db, path, shipped, &out, (as_rows_style){ format, width, true });
	if (as_out_end(&out) != AS_OK || out.failed)
		result = as_say(error, ASSAY_OUTPUT, "the output cannot be written");
	else if (s != AS_OK)
		result = as_say(
			error, ASSAY_INPUT, "'%s' cannot be read: %s", path, sqlite3_errmsg(db));
	sqlite3_close(db);
	return result;
}
