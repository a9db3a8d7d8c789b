/* SPDX-License-Identifier: Apache-2.0 */
#include "suppliers/directory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/embed.h"
#include "base/folders.h"

enum { BUSY_MS = 60000 /* another process that writes is waited for */ };

bool as_directory_path(const char *given, char path[AS_DIRECTORY_PATH])
{
	const char *own = getenv("ASSAY_SUPPLIERS"), *data = getenv("XDG_DATA_HOME"),
		   *home = getenv("HOME");
	int n = -1;
	if (given && *given)
		n = snprintf(path, AS_DIRECTORY_PATH, "%s", given);
	else if (own && *own)
		n = snprintf(path, AS_DIRECTORY_PATH, "%s", own);
	else if (data && *data == '/')
		n = snprintf(path, AS_DIRECTORY_PATH, "%s/assay/suppliers.db", data);
	else if (home && *home)
		n = snprintf(path, AS_DIRECTORY_PATH, "%s/.local/share/assay/suppliers.db", home);
	return n > 0 && n < AS_DIRECTORY_PATH;
}

static int64_t pragma(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *q = as_db_prepare(db, sql);
	int64_t v = q && sqlite3_step(q) == SQLITE_ROW ? sqlite3_column_int64(q, 0) : -1;
	sqlite3_finalize(q);
	return v;
}

/* The schema, if the file is empty: whoever comes second finds it made. */
static as_status make(sqlite3 *db)
{
	as_span schema = as_embedded_file(as_embedded_suppliers, "directory.sql");
	as_status s = as_db_run(db, "BEGIN IMMEDIATE");
	if (s != AS_OK)
		return s;
	if (pragma(db, "SELECT count(*) FROM sqlite_schema") == 0) {
		char *sql = sqlite3_mprintf(
			"%.*s; PRAGMA application_id = %d; PRAGMA user_version = %d", (int)schema.n,
			schema.p, AS_DIRECTORY_APPLICATION, AS_DIRECTORY_SCHEMA);
		s = sql ? as_db_run(db, sql) : AS_NOMEM;
		sqlite3_free(sql);
	}
	return s == AS_OK ? as_db_run(db, "COMMIT") : s;
}

/* The views by which it is shown, of this connection alone. */
static as_status show(sqlite3 *db)
{
	as_span views = as_embedded_file(as_embedded_suppliers, "views.sql");
	char *sql = sqlite3_mprintf("%.*s", (int)views.n, views.p);
	as_status s = sql ? as_db_run(db, sql) : AS_NOMEM;
	sqlite3_free(sql);
	return s;
}

static as_status prepare(sqlite3 *db, const char *path, char why[AS_DIRECTORY_WHY])
{
	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
	sqlite3_busy_timeout(db, BUSY_MS);
	as_status s = as_db_run(db,
		"PRAGMA cell_size_check = 1; PRAGMA mmap_size = 0; PRAGMA foreign_keys = 0;"
		"PRAGMA temp_store = MEMORY; PRAGMA cache_size = -65536");
	if (s == AS_OK && pragma(db, "PRAGMA application_id") == 0 &&
		pragma(db, "SELECT count(*) FROM sqlite_schema") == 0)
		s = make(db);
	int64_t application = pragma(db, "PRAGMA application_id"),
		schema = pragma(db, "PRAGMA user_version");
	if (s == AS_OK && application == AS_DIRECTORY_APPLICATION && schema == AS_DIRECTORY_SCHEMA)
		return show(db);
	if (s != AS_OK && application < 0)
		(void)snprintf(why, AS_DIRECTORY_WHY, "'%s': %s", path, sqlite3_errmsg(db));
	else if (s != AS_OK)
		(void)snprintf(why, AS_DIRECTORY_WHY, "'%s' cannot be written: %s", path,
			sqlite3_errmsg(db));
	else if (application != AS_DIRECTORY_APPLICATION)
		(void)snprintf(why, AS_DIRECTORY_WHY, "'%s' is no directory of suppliers", path);
	else
		(void)snprintf(why, AS_DIRECTORY_WHY,
			"'%s' is a directory of suppliers of schema %lld, this program has schema "
			"%d: use the version of "
			"Assay that wrote it, or another file (--directory)",
			path, (long long)schema, AS_DIRECTORY_SCHEMA);
	return s == AS_OK ? AS_NOT_THIS : AS_IO;
}

as_status as_directory_open(const char *path, sqlite3 **db, char why[AS_DIRECTORY_WHY])
{
	int how = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
	*db = NULL;
	why[0] = 0;
	if (!as_folders_above(path)) {
		(void)snprintf(why, AS_DIRECTORY_WHY, "'%s': %s", path, strerror(errno));
		return AS_IO;
	}
	as_status s = AS_IO;
	if (sqlite3_open_v2(path, db, how, NULL) != SQLITE_OK)
		(void)snprintf(why, AS_DIRECTORY_WHY, "'%s': %s", path, sqlite3_errmsg(*db));
	else
		s = prepare(*db, path, why);
	if (s == AS_OK)
		return AS_OK;
	sqlite3_close(*db);
	*db = NULL;
	return s;
}
