/* SPDX-License-Identifier: Apache-2.0 */
#include "dossier/read.h"

#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"

enum {
	LENGTH_MAX = 64 << 20, /* bytes of one value or row */
	COLUMNS_MAX = 256,
	STEPS = 20000, /* virtual machine steps between two looks at the clock */
};

assay_status as_say(assay_error *error, assay_status s, const char *format, ...)
{
	if (!error)
		return s;
	va_list args;
	va_start(args, format);
	int n = vsnprintf(error->message, sizeof(error->message), format, args);
	va_end(args);
	if (n < (int)sizeof(error->message))
		return s;
	/* Cut: a character that lost its end goes too. */
	size_t end = sizeof(error->message) - 1;
	while (end > 0 && ((unsigned char)error->message[end - 1] & 0xc0) == 0x80)
		end--;
	error->message[end > 0 ? end - 1 : 0] = 0;
	return s;
}

static int64_t now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int on_progress(void *ctx)
{
	const assay_dossier *d = ctx;
	return d->deadline != 0 && now_ms() >= d->deadline;
}

void as_dossier_hurry(assay_dossier *d, unsigned usual)
{
	d->allowed = d->seconds ? d->seconds : usual;
	d->deadline = now_ms() + (int64_t)d->allowed * 1000;
}

void as_dossier_rest(assay_dossier *d) { d->deadline = 0; }

/* Pragmas that only tell about the schema. Some take the name of what they tell about; given to the
 * others, an argument would set something. */
static bool pragma_tells(const char *name, const char *argument)
{
	static const struct {
		const char *name;
		bool takes_name;
	} pragmas[] = { { "table_info", true }, { "table_xinfo", true }, { "table_list", true },
		{ "index_list", true }, { "index_info", true }, { "index_xinfo", true },
		{ "foreign_key_list", true }, { "database_list", false }, { "user_version", false },
		{ "application_id", false }, { "function_list", false } };
	for (size_t i = 0; i < sizeof(pragmas) / sizeof(pragmas[0]); i++)
		if (sqlite3_stricmp(name, pragmas[i].name) == 0)
			return !argument || pragmas[i].takes_name;
	return false;
}

/* Says to SQLite what a statement may do: read. */
static int guard(
	void *ctx, int action, const char *a, const char *b, const char *db, const char *from)
{
	const assay_dossier *d = ctx;
	(void)db;
	(void)from;
	if (action == SQLITE_SELECT || action == SQLITE_READ || action == SQLITE_RECURSIVE)
		return SQLITE_OK;
	if (action == SQLITE_FUNCTION)
		return b && sqlite3_stricmp(b, "load_extension") == 0 ? SQLITE_DENY : SQLITE_OK;
	if (action == SQLITE_PRAGMA)
		return a && pragma_tells(a, b) ? SQLITE_OK : SQLITE_DENY;
	/* What SQLite asks when it declares its own pragma tables; the file itself is open read-only. */
	if (action == SQLITE_UPDATE)
		return a && strcmp(a, "sqlite_master") == 0 ? SQLITE_OK : SQLITE_DENY;
	return action == SQLITE_ATTACH && d->attaching ? SQLITE_OK : SQLITE_DENY;
}

/* The integer a pragma of schema answers, or -1. */
static int64_t ask_pragma(sqlite3 *db, const char *schema, const char *pragma)
{
	sqlite3_stmt *st = NULL;
	int64_t v = -1;
	char *sql = sqlite3_mprintf("PRAGMA \"%w\".%s", schema, pragma);
	if (sql && sqlite3_prepare_v2(db, sql, -1, &st, NULL) == SQLITE_OK &&
		sqlite3_step(st) == SQLITE_ROW)
		v = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	sqlite3_free(sql);
	return v;
}

static assay_status check(sqlite3 *db, const char *schema, const char *path, assay_error *error)
{
	if (ask_pragma(db, schema, "application_id") != AS_DOSSIER_APPLICATION)
		return as_say(error, ASSAY_INPUT, "'%s' is not a dossier", path);
	int64_t version = ask_pragma(db, schema, "user_version");
	if (version < 1)
		return as_say(
			error, ASSAY_INPUT, "'%s' is not finished: review the image again", path);
	bool newer = version > AS_DOSSIER_SCHEMA;
	if (!newer && version >= AS_DOSSIER_OLDEST)
		return ASSAY_OK;
	return as_say(error, ASSAY_INPUT,
		"'%s' was written by %s version: its dossier schema is %lld, this program reads "
		"%d; %s",
		path, newer ? "a newer" : "an older", (long long)version, AS_DOSSIER_SCHEMA,
		newer ? "read it with that version"
		      : "review the image again, or ask it with sqlite3");
}

/* A dossier may come from anybody: nothing in its schema may run with our rights. */
static void harden(assay_dossier *d)
{
	sqlite3_db_config(d->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(d->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(d->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	sqlite3_exec(d->db, "PRAGMA cell_size_check = 1; PRAGMA mmap_size = 0", NULL, NULL, NULL);
	sqlite3_limit(d->db, SQLITE_LIMIT_LENGTH, LENGTH_MAX);
	sqlite3_limit(d->db, SQLITE_LIMIT_COLUMN, COLUMNS_MAX);
	sqlite3_set_authorizer(d->db, guard, d);
	sqlite3_progress_handler(d->db, STEPS, on_progress, d);
}

assay_status assay_dossier_open(const char *path, assay_dossier **out, assay_error *error)
{
	char inside[PATH_MAX];
	struct stat st = { 0 };
	*out = NULL;
	as_say(error, ASSAY_OK, "%s", "");
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) { /* what a review wrote */
		int n = snprintf(inside, sizeof(inside), "%s/dossier.assay", path);
		if (n < 0 || (size_t)n >= sizeof(inside) || access(inside, F_OK) != 0)
			return as_say(error, ASSAY_INPUT,
				"'%s' is a folder without a dossier.assay", path);
		path = inside;
	}
	/* for the system's own words; SQLite has only "unable to open", and a pipe would be waited for */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return as_say(error, ASSAY_INPUT, "'%s': %m", path);
	(void)close(fd);
	assay_dossier *d = calloc(1, sizeof(*d));
	if (!d)
		return as_say(error, ASSAY_INTERNAL, "out of memory");
	assay_status s = ASSAY_OK;
	if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
		s = as_say(error, ASSAY_INPUT, "'%s' is no file", path);
	else if (sqlite3_open_v2(path, &d->db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
		s = as_say(error, ASSAY_INPUT, "'%s': %s", path, sqlite3_errmsg(d->db));
	if (s == ASSAY_OK) {
		harden(d);
		s = check(d->db, "main", path, error);
	}
	if (s != ASSAY_OK) {
		assay_dossier_close(d);
		return s;
	}
	*out = d;
	return ASSAY_OK;
}

void assay_dossier_close(assay_dossier *d)
{
	if (!d)
		return;
	sqlite3_close(d->db);
	free(d);
}

static bool is_name(const char *name)
{
	bool reserved = sqlite3_stricmp(name, "main") == 0 || sqlite3_stricmp(name, "temp") == 0;
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
	return !reserved && n > 0 && name[n] == 0 && !(name[0] >= '0' && name[0] <= '9');
}

assay_status assay_dossier_attach(
	assay_dossier *d, const char *path, const char *name, assay_error *error)
{
	as_say(error, ASSAY_OK, "%s", "");
	if (!is_name(name))
		return as_say(error, ASSAY_USAGE,
			"'%s' is no name for a dossier: letters, digits and _, beginning with no "
			"digit",
			name);
	sqlite3_stmt *st = NULL;
	d->attaching = true;
	int rc = sqlite3_prepare_v2(d->db, "ATTACH ?1 AS ?2", -1, &st, NULL);
	sqlite3_bind_text(st, 1, path, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 2, name, -1, SQLITE_STATIC);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(st);
	sqlite3_finalize(st);
	d->attaching = false;
	if (rc != SQLITE_DONE)
		return as_say(error, ASSAY_INPUT, "'%s': %s", path, sqlite3_errmsg(d->db));
	return check(d->db, name, path, error);
}

void assay_dossier_set_width(assay_dossier *d, unsigned columns) { d->width = columns; }
void assay_dossier_set_seconds(assay_dossier *d, unsigned seconds) { d->seconds = seconds; }
void assay_dossier_set_places(assay_dossier *d, unsigned places) { d->places = places; }
