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
static void warn_of_locks(as_keeper *k)
{
	unsigned locks = k->im.locks;
	if (k->im.files > 0 && locks != AS_LOCK_ALL)
		as_keeper_say(k,
			"warning: feeds were read in a process without all its walls "
			"(missing:%s%s%s)",
			locks & AS_LOCK_LANDLOCK ? "" : " landlock",
			locks & AS_LOCK_SECCOMP ? "" : " seccomp",
			locks & AS_LOCK_LIMITS ? "" : " limits");
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
	warn_of_locks(k);
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

/* Imports what ships, which is small beside any whole feed. */
static as_status import_shipped(as_keeper *k)
{
	char path[64];
	as_span feeds = as_embedded_file(as_embedded_feeds, "feeds.tar.xz");
	int fd = memfd_create("assay-feeds", MFD_CLOEXEC);
	if (fd < 0)
		return AS_NOMEM;
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	ssize_t n = write(fd, feeds.p, feeds.n);
	as_status s = n >= 0 && (size_t)n == feeds.n
			      ? as_import_path(&k->im, path, "shipped with assay",
					"knowledge/feeds.tar.xz")
			      : AS_NOMEM;
	close(fd);
	return s;
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
	as_status own = result == ASSAY_OK && shipped ? import_shipped(&k) : AS_OK;
	if (own != AS_OK)
		result = as_keeper_failed(&k, own, "shipped with assay", error);
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
	const char *fixed = getenv("SOURCE_DATE_EPOCH");
	as_status s = sqlite3_prepare_v2(db, sql, -1, &st, NULL) == SQLITE_OK ? AS_OK : AS_IO;
	if (s == AS_OK && sqlite3_bind_parameter_count(st) > 0)
		sqlite3_bind_int64(st, 1, fixed ? strtoll(fixed, NULL, 10) : (long long)time(NULL));
	if (s == AS_OK)
		s = as_rows_write(out, st, style);
	sqlite3_finalize(st);
	return s;
}

static as_status write_status(sqlite3 *db, const char *path, as_out *out, as_rows_style style)
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
		as_out_text(out, ",\"sources\":");
	} else {
		as_out_text(out, "Index: ");
		as_out_text(out, path);
		as_out_text(out, "\n\n");
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

assay_status assay_knowledge_status(const char *index, assay_format format, unsigned width,
	assay_write write, void *ctx, assay_error *error)
{
	char path[AS_INDEX_PATH], why[AS_INDEX_WHY];
	sqlite3 *db = NULL;
	as_out out = { .write = write, .ctx = ctx };
	assay_status result = assay_knowledge_path(index, path, sizeof(path), error);
	if (result != ASSAY_OK)
		return result;
	as_status s = as_index_open(path, &db, why);
	if (s != AS_OK && errno == ENOENT)
		return as_say(error, ASSAY_INPUT,
			"there is no index of vulnerabilities at '%s': make one with assay "
			"knowledge import",
			path);
	if (s != AS_OK)
		return as_say(error, ASSAY_INPUT, "%s", why);
	s = write_status(db, path, &out, (as_rows_style){ format, width, true });
	if (as_out_end(&out) != AS_OK || out.failed)
		result = as_say(error, ASSAY_OUTPUT, "the output cannot be written");
	else if (s != AS_OK)
		result = as_say(
			error, ASSAY_INPUT, "'%s' cannot be read: %s", path, sqlite3_errmsg(db));
	sqlite3_close(db);
	return result;
}
