/* SPDX-License-Identifier: Apache-2.0 */
/* Loads feeds from the network and imports them. Which, a list of sources says: the one built in, or the user's. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/ascii.h"
#include "base/embed.h"
#include "dossier/read.h"
#include "feeds.h"
#include "knowledge/tsv.h"
#include "vuln/child.h"
#include "vuln/download.h"

enum {
	SOURCES = 256,
	NAME = 64,
	ADDRESS = 1024,
	SETTINGS_MAX = 1 << 20,
	FIRST_YEAR = 2002, /* NVD's first yearly feed holds all before */
	SUM_MAX = 64 << 10,
};

#define FEED_MAX (16ull << 30) /* bytes of a file that is loaded */

typedef struct origin {
	char name[NAME], url[ADDRESS], sum[ADDRESS]; /* sum: address of a checksum, or empty */
} origin;

typedef struct update {
	as_keeper k;
	origin *list; /* owned; SOURCES of them */
	size_t n;
	char folder[AS_INDEX_PATH]; /* where files are loaded to */
	const char *now;            /* name of the source in hand */
	uint64_t failed, unchanged;
} update;

static bool is_name(const char *name)
{
	size_t n = strlen(name);
	for (size_t i = 0; i < n; i++)
		if (!as_is_alnum((uint8_t)name[i]) && !strchr("._-", name[i]))
			return false;
	return n > 0 && name[0] != '.';
}

/* text with the year in place of {year}; false: it does not fit. */
static bool put_year(char *to, size_t n, as_span text, int year)
{
	static const char mark[] = "{year}";
	size_t at = as_find(text, as_lit(mark), 0),
	       rest = at == SIZE_MAX ? text.n : at + strlen(mark);
	int wrote = at == SIZE_MAX
			    ? snprintf(to, n, "%.*s", (int)text.n, (const char *)text.p)
			    : snprintf(to, n, "%.*s%d%.*s", (int)at, (const char *)text.p, year,
				      (int)(text.n - rest), (const char *)text.p + rest);
	return text.n < ADDRESS && wrote >= 0 && (size_t)wrote < n;
}

/* Adds a source, or gives one of that name another address. */
static bool add(update *u, as_span name, as_span url, as_span sum, int year)
{
	origin o = { 0 };
	if (!put_year(o.name, sizeof(o.name), name, year) || !is_name(o.name) ||
		!put_year(o.url, sizeof(o.url), url, year) || o.url[0] == 0 ||
		!put_year(o.sum, sizeof(o.sum), as_is(sum, "-") ? as_lit("") : sum, year))
		return false;
	size_t i = 0;
	while (i < u->n && strcmp(u->list[i].name, o.name) != 0)
		i++;
	if (i == SOURCES)
		return false;
	u->list[i] = o;
	u->n += i == u->n;
	return true;
}

static int this_year(void)
{
	const char *fixed = getenv("SOURCE_DATE_EPOCH");
	time_t t = fixed ? (time_t)strtoll(fixed, NULL, 10) : time(NULL);
	struct tm tm;
	return gmtime_r(&t, &tm) ? tm.tm_year + 1900 : FIRST_YEAR;
}

static assay_status read_list(update *u, as_span text, const char *where, assay_error *error)
{
	as_span f[3];
	as_cur c = as_cur_le(text, 0);
	for (size_t n = as_tsv_row(&c, f, 3); n > 0; n = as_tsv_row(&c, f, 3)) {
		bool yearly = n >= 2 && as_has(f[0], "{year}"), ok = n >= 2;
		int from = yearly ? FIRST_YEAR : 0, to = yearly ? this_year() : 0;
		for (int year = from; year <= to && ok; year++)
			ok = add(u, f[0], f[1], n > 2 ? f[2] : as_lit(""), year);
		if (!ok)
			return as_say(error, ASSAY_INPUT,
				"%s: no source is told by '%.*s': a name, an address, the address "
				"of a "
				"checksum or -, with tabs between",
				where, (int)as_min(f[0].n, 100), (const char *)f[0].p);
	}
	return ASSAY_OK;
}

static assay_status read_settings(update *u, const char *path, assay_error *error)
{
	FILE *f = fopen(path, "re");
	char *text = f ? malloc(SETTINGS_MAX) : NULL;
	if (!f)
		return as_say(error, ASSAY_INPUT, "'%s': %m", path);
	size_t n = text ? fread(text, 1, SETTINGS_MAX, f) : 0;
	bool bad = !text || ferror(f) || n == SETTINGS_MAX;
	fclose(f);
	assay_status s =
		bad ? as_say(error, ASSAY_INPUT, "'%s' cannot be read, or is too long", path)
		    : read_list(u, as_bytes(text, n), path, error);
	free(text);
	return s;
}

/* The sources: those built in or of the settings, then those of the command line. */
static assay_status gather(update *u, const assay_knowledge_options *o, assay_error *error)
{
	assay_status s = o->settings
				 ? read_settings(u, o->settings, error)
				 : read_list(u, as_embedded_file(as_embedded_vuln, "sources.tsv"),
					   "sources", error);
	for (size_t i = 0; s == ASSAY_OK && o->sources && o->sources[i]; i++) {
		const char *equals = strchr(o->sources[i], '=');
		as_span name =
			as_bytes(o->sources[i], equals ? (size_t)(equals - o->sources[i]) : 0);
		if (!equals || !add(u, name, as_lit(equals + 1), as_lit(""), 0))
			s = as_say(error, ASSAY_USAGE, "a source is NAME=URL, not '%s'",
				o->sources[i]);
	}
	for (size_t i = 0; s == ASSAY_OK && o->files && o->files[i]; i++) {
		size_t k = 0;
		while (k < u->n && strcmp(u->list[k].name, o->files[i]) != 0)
			k++;
		if (k == u->n)
			s = as_say(error, ASSAY_USAGE, "there is no source '%s'", o->files[i]);
	}
	return s;
}

static bool wanted(const update *u, const char *name)
{
	if (!u->k.o.files || !u->k.o.files[0])
		return true;
	for (size_t i = 0; u->k.o.files[i]; i++)
		if (strcmp(u->k.o.files[i], name) == 0)
			return true;
	return false;
}

/* What the server said of the version that was imported last. */
static void recall(update *u, const origin *o, char etag[AS_TAG_MAX], char modified[AS_TAG_MAX])
{
	static const char sql[] =
		"SELECT etag, last_modified FROM source WHERE name = ?1 AND url = ?2 "
		"AND sha256 IS NOT NULL";
	sqlite3_stmt *q = NULL;
	etag[0] = modified[0] = 0;
	if (sqlite3_prepare_v2(u->k.db, sql, -1, &q, NULL) != SQLITE_OK)
		return;
	sqlite3_bind_text(q, 1, o->name, -1, SQLITE_STATIC);
	sqlite3_bind_text(q, 2, o->url, -1, SQLITE_STATIC);
	if (sqlite3_step(q) == SQLITE_ROW) {
		const char *e = (const char *)sqlite3_column_text(q, 0),
			   *m = (const char *)sqlite3_column_text(q, 1);
		(void)snprintf(etag, AS_TAG_MAX, "%s", e ? e : "");
		(void)snprintf(modified, AS_TAG_MAX, "%s", m ? m : "");
	}
	sqlite3_finalize(q);
}

static void on_bytes(void *ctx, uint64_t bytes)
{
	const update *u = ctx;
	if (u->k.o.on_bytes)
		u->k.o.on_bytes(u->k.o.ctx, u->now, bytes);
}

/* The first 64 hexadecimal digits in a row, in lower case. */
static bool find_sum(const char *text, size_t n, char hex[65])
{
	for (size_t i = 0, run = 0; i <= n; i++) {
		bool digit = i < n && as_is_hex((uint8_t)text[i]);
		if (!digit && run == 64) {
			for (size_t k = 0; k < 64; k++)
				hex[k] = (char)as_lower((uint8_t)text[i - 64 + k]);
			hex[64] = 0;
			return true;
		}
		run = digit ? run + 1 : 0;
	}
	return false;
}

static bool load_sum(update *u, const origin *o, char hex[65])
{
	char path[AS_INDEX_PATH + NAME + 8], text[SUM_MAX];
	(void)snprintf(path, sizeof(path), "%s/%s.sum", u->folder, o->name);
	as_download d = {
		.url = o->sum, .path = path, .plain = u->k.o.plain_http == 1, .most = SUM_MAX
	};
	if (as_download_run(&d) != AS_OK) {
		as_keeper_say(&u->k, "%s: its checksum cannot be loaded: %s", o->name, d.why);
		return false;
	}
	FILE *f = fopen(path, "re");
	size_t n = f ? fread(text, 1, sizeof(text), f) : 0;
	if (f)
		fclose(f);
	(void)unlink(path);
	bool found = find_sum(text, n, hex);
	if (!found)
		as_keeper_say(&u->k, "%s: there is no SHA-256 at %s", o->name, o->sum);
	return found;
}

/* Whether the SHA-256 of the file, or of what is compressed in it, is hex. */
static bool has_sum(const char *path, const char *hex)
{
	struct stat st;
	char own[65];
	as_sha256 sum;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	as_hasher *h = as_hasher_new();
	bool same = false;
	if (fd >= 0 && h && fstat(fd, &st) == 0) {
		static _Thread_local uint8_t piece[1 << 16];
		for (ssize_t n; (n = read(fd, piece, sizeof(piece))) > 0;)
			as_hasher_add(h, as_bytes(piece, (size_t)n));
		sum = as_hasher_end(h);
		as_sha256_hex(&sum, own);
		same = strcmp(own, hex) == 0;
		as_child_file file = { .fd = fd, .n = (uint64_t)st.st_size, .name = path };
		if (!same && as_child_sum(&file, &sum) == AS_OK) {
			as_sha256_hex(&sum, own);
			same = strcmp(own, hex) == 0;
		}
	}
	as_hasher_free(h);
	if (fd >= 0)
		close(fd);
	return same;
}

/* Loads one source into path; false: it failed, and that is said, or there is nothing new. */
static bool load(update *u, const origin *o, as_download *d)
{
	char etag[AS_TAG_MAX], modified[AS_TAG_MAX], hex[65];
	recall(u, o, etag, modified);
	d->etag = etag;
	d->last_modified = modified;
	as_status s = as_download_run(d);
	d->etag = d->last_modified = NULL;
	if (s != AS_OK) {
		as_keeper_say(&u->k, "%s: %s: %s", o->name, o->url, d->why);
		u->failed++;
		return false;
	}
	if (d->unchanged) {
		u->unchanged++;
		return false;
	}
	if (o->sum[0] == 0)
		return true;
	bool ok = load_sum(u, o, hex);
	if (ok && !has_sum(d->path, hex)) {
		as_keeper_say(&u->k, "%s: its checksum is not the one at %s; it is not imported",
			o->name, o->sum);
		ok = false;
	}
	u->failed += !ok;
	if (!ok)
		(void)unlink(d->path);
	return ok;
}

static assay_status take(update *u, const origin *o, assay_error *error)
{
	char path[AS_INDEX_PATH + NAME + 2];
	(void)snprintf(path, sizeof(path), "%s/%s", u->folder, o->name);
	as_download d = { .url = o->url,
		.path = path,
		.plain = u->k.o.plain_http == 1,
		.most = FEED_MAX,
		.progress = on_bytes,
		.ctx = u };
	u->now = o->name;
	if (!load(u, o, &d))
		return ASSAY_OK;
	uint64_t before = u->k.im.total.stored + u->k.im.total.unchanged;
	as_status s = as_import_path(&u->k.im, path, o->name, o->url);
	if (s == AS_OK)
		s = as_store_server(u->k.im.store, d.new_etag, d.new_last_modified);
	if (s == AS_OK)
		(void)unlink(path);
	if (s == AS_OK && u->k.im.total.stored + u->k.im.total.unchanged == before) {
		as_keeper_say(&u->k, "%s: nothing in it was of use", o->name);
		u->failed++;
	}
	return s == AS_OK ? ASSAY_OK : as_keeper_failed(&u->k, s, o->name, error);
}

static assay_status take_all(update *u, assay_error *error)
{
	assay_status s = ASSAY_OK;
	int n = snprintf(u->folder, sizeof(u->folder), "%s.feeds", u->k.path);
	if (n < 0 || n >= (int)sizeof(u->folder) ||
		(mkdir(u->folder, 0777) != 0 && errno != EEXIST))
		return as_say(error, ASSAY_OUTPUT, "'%s.feeds': %m", u->k.path);
	for (size_t i = 0; i < u->n && s == ASSAY_OK; i++)
		if (wanted(u, u->list[i].name))
			s = take(u, &u->list[i], error);
	(void)rmdir(u->folder); /* parts of what was interrupted stay */
	if (s == ASSAY_OK && u->failed > 0)
		s = as_say(error, ASSAY_INPUT, "%llu sources could not be updated; the others are",
			(unsigned long long)u->failed);
	return s;
}

assay_status assay_knowledge_update(
	const assay_knowledge_options *options, assay_knowledge_counts *counts, assay_error *error)
{
	update u = { .list = calloc(SOURCES, sizeof(*u.list)) };
	if (counts)
		*counts = (assay_knowledge_counts){ 0 };
	if (!u.list)
		return as_say(error, ASSAY_INTERNAL, "out of memory");
	assay_knowledge_options o = { 0 };
	memcpy(&o, options, options->size < sizeof(o) ? options->size : sizeof(o));
	assay_status s = gather(&u, &o, error);
	if (s == ASSAY_OK) {
		s = as_keeper_open(&u.k, &o, error);
		if (s == ASSAY_OK)
			s = take_all(&u, error);
		as_keeper_close(&u.k, counts);
		if (counts)
			counts->sources_unchanged = u.unchanged;
	}
	free(u.list);
	return s;
}
