/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/index.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/embed.h"
#include "base/folders.h"

enum { BUSY_MS = 60000 /* a reader or a commit of another process is waited for */ };

bool as_index_path(const char *given, char path[AS_INDEX_PATH])
{
	const char *own = getenv("ASSAY_KNOWLEDGE"), *data = getenv("XDG_DATA_HOME"),
		   *home = getenv("HOME");
	int n = -1;
	if (given && *given)
		n = snprintf(path, AS_INDEX_PATH, "%s", given);
	else if (own && *own)
		n = snprintf(path, AS_INDEX_PATH, "%s", own);
	else if (data && *data == '/')
		n = snprintf(path, AS_INDEX_PATH, "%s/assay/vulnerabilities.db", data);
	else if (home && *home)
		n = snprintf(path, AS_INDEX_PATH, "%s/.local/share/assay/vulnerabilities.db", home);
	return n > 0 && n < AS_INDEX_PATH;
}

static int64_t pragma(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *st = NULL;
	int64_t v = -1;
	if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) == SQLITE_OK &&
		sqlite3_step(st) == SQLITE_ROW)
		v = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return v;
}

/* Whether what is open is an index of this schema. */
static as_status check(sqlite3 *db, const char *path, char why[AS_INDEX_WHY])
{
	int64_t application = pragma(db, "PRAGMA application_id"),
		schema = pragma(db, "PRAGMA user_version");
	if (application != AS_INDEX_APPLICATION) {
		(void)snprintf(why, AS_INDEX_WHY, "'%s' is no index of vulnerabilities%s%s", path,
			application < 0 ? ": " : "", application < 0 ? sqlite3_errmsg(db) : "");
		return AS_NOT_THIS;
	}
	if (schema == AS_INDEX_SCHEMA)
		return AS_OK;
	(void)snprintf(why, AS_INDEX_WHY,
		"'%s' is an index of schema %lld, this program has schema %d: import the feeds "
		"into a new file (--index), or use "
		"the version of Assay that wrote it",
		path, (long long)schema, AS_INDEX_SCHEMA);
	return AS_NOT_THIS;
}

static as_status cannot(const char *path, char why[AS_INDEX_WHY])
{
	int saved = errno;
	(void)snprintf(why, AS_INDEX_WHY, "'%s': %s", path, strerror(saved));
	errno = saved;
	return AS_IO;
}

static void harden(sqlite3 *db)
{
	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	sqlite3_exec(db, "PRAGMA cell_size_check = 1; PRAGMA mmap_size = 0", NULL, NULL, NULL);
	sqlite3_busy_timeout(db, BUSY_MS);
}

as_status as_index_open(const char *path, sqlite3 **db, char why[AS_INDEX_WHY])
{
	*db = NULL;
	why[0] = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC); /* for the system's own words */
	if (fd < 0)
		return cannot(path, why);
	close(fd);
	as_status s = AS_OK;
	/* To write, where that may be: what an import left half written when it was killed is taken back by
	 * whoever opens the file next. */
	int how = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX; /* one thread at a time uses it */
	if (sqlite3_open_v2(path, db, how, NULL) != SQLITE_OK) {
		(void)snprintf(why, AS_INDEX_WHY, "'%s': %s", path, sqlite3_errmsg(*db));
		s = AS_IO;
	} else {
		harden(*db);
		s = check(*db, path, why);
		if (s == AS_OK &&
			sqlite3_exec(*db, "PRAGMA query_only = 1", NULL, NULL, NULL) != SQLITE_OK)
			s = AS_IO;
	}
	if (s == AS_OK)
		return AS_OK;
	sqlite3_close(*db);
	*db = NULL;
	errno = 0;
	return s;
}

/* The schema, in one transaction: a file is empty, or an index. */
static as_status make(sqlite3 *db)
{
	as_span schema = as_embedded_file(as_embedded_vuln, "index.sql");
	char *sql = sqlite3_mprintf(
		"BEGIN; %.*s; PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT",
		(int)schema.n, schema.p, AS_INDEX_APPLICATION, AS_INDEX_SCHEMA);
	bool ok = sql && sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;
	sqlite3_free(sql);
	return ok ? AS_OK : AS_IO;
}

static as_status prepare(sqlite3 *db, const char *path, char why[AS_INDEX_WHY])
{
	/* Pages stay in memory until the commit: readers wait for that moment only. */
	static const char how[] =
		"PRAGMA cache_spill = 0; PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY;"
		"PRAGMA foreign_keys = 0; PRAGMA synchronous = NORMAL";
	as_status s = AS_OK;
	harden(db);
	if (pragma(db, "PRAGMA page_count") == 0)
		s = make(db);
	if (s == AS_OK)
		s = check(db, path, why);
	if (s == AS_OK && sqlite3_exec(db, how, NULL, NULL, NULL) != SQLITE_OK)
		s = AS_IO;
	if (s == AS_IO)
		(void)snprintf(why, AS_INDEX_WHY, "'%s': %s", path, sqlite3_errmsg(db));
	return s;
}

static as_status take_lock(const char *path, int lock, void (*wait)(void *, const char *),
	void *ctx, char why[AS_INDEX_WHY])
{
	if (flock(lock, LOCK_EX | LOCK_NB) == 0)
		return AS_OK;
	if (errno != EWOULDBLOCK)
		return cannot(path, why);
	wait(ctx, path);
	while (flock(lock, LOCK_EX) != 0)
		if (errno != EINTR)
			return cannot(path, why);
	return AS_OK;
}

as_status as_index_open_to_write(const char *path, sqlite3 **db, int *lock,
	void (*wait)(void *ctx, const char *path), void *ctx, char why[AS_INDEX_WHY])
{
	*db = NULL;
	why[0] = 0;
	*lock = as_folders_above(path) ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666) : -1;
	if (*lock < 0)
		return cannot(path, why);
	as_status s = take_lock(path, *lock, wait, ctx, why);
	if (s == AS_OK && sqlite3_open_v2(path, db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK) {
		(void)snprintf(why, AS_INDEX_WHY, "'%s': %s", path, sqlite3_errmsg(*db));
		s = AS_IO;
	}
	if (s == AS_OK)
		s = prepare(*db, path, why);
	if (s == AS_OK)
		return AS_OK;
	sqlite3_close(*db);
	close(*lock);
	*db = NULL;
	*lock = -1;
	return s;
}

static as_status copy_all(sqlite3 *from, sqlite3 *to, char why[AS_INDEX_WHY])
{
	sqlite3_backup *b = sqlite3_backup_init(to, "main", from, "main");
	int rc = b ? sqlite3_backup_step(b, -1) : SQLITE_ERROR;
	if (b)
		(void)sqlite3_backup_finish(b);
	if (rc == SQLITE_DONE)
		return AS_OK;
	(void)snprintf(why, AS_INDEX_WHY, "the index of vulnerabilities cannot be read: %s",
		sqlite3_errstr(rc));
	return AS_IO;
}

as_status as_index_in_memory(sqlite3 *from, sqlite3 **db, char why[AS_INDEX_WHY])
{
	int how = SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY | SQLITE_OPEN_NOMUTEX;
	as_status s = sqlite3_open_v2(":memory:", db, how, NULL) == SQLITE_OK ? AS_OK : AS_IO;
	why[0] = 0;
	if (s == AS_OK && from)
		s = copy_all(from, *db, why);
	if (s == AS_OK)
		s = prepare(*db, "an index in memory", why);
	if (s == AS_OK)
		return AS_OK;
	sqlite3_close(*db);
	*db = NULL;
	return s;
}
