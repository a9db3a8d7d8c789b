/* SPDX-License-Identifier: Apache-2.0 */
/* The directory of suppliers: where it is, opening it, and who in it a name means. directory.sql says what is
 * in it. */
#ifndef AS_SUPPLIERS_DIRECTORY_H
#define AS_SUPPLIERS_DIRECTORY_H

#include "dossier/db.h"
#include "suppliers/compare.h"

enum {
	AS_DIRECTORY_APPLICATION = 0x41535350, /* PRAGMA application_id: "ASSP" */
	AS_DIRECTORY_SCHEMA = 1,               /* PRAGMA user_version */
	AS_DIRECTORY_PATH = 4096,              /* bytes of a path */
	AS_DIRECTORY_WHY = 400,                /* bytes of words for what went wrong */
	AS_PROPOSALS = 5,                      /* suppliers that a name may mean, at most */
	AS_OWNERS = 64, /* relatives of a supplier that are followed, each way */
};

/* Where the directory is: given, if it is not NULL; else what the environment says (ASSAY_SUPPLIERS), else
 * assay/suppliers.db in the user's folder for data. False if that cannot be told, or is too long. */
bool as_directory_path(const char *given, char path[AS_DIRECTORY_PATH]);

/* Opens a directory, made new (and empty) with the folder it stands in if there is none. It is guarded against
 * whoever made it: nothing in its schema runs. What is written is written in one transaction of the caller's,
 * which others wait for. AS_NOT_THIS: it is no directory, or of another schema; AS_IO: it cannot be opened.
 * why: words for the user. Close with sqlite3_close. */
as_status as_directory_open(const char *path, sqlite3 **db, char why[AS_DIRECTORY_WHY]) AS_MUST_USE;

/* A supplier of the directory that a name means, or may mean. */
typedef struct as_maker {
	int64_t id;
	as_span name, country, role; /* country, role: p NULL where it is not known */
	as_span met;                 /* the name of it that was met: its own or an alias */
	as_likeness like;
} as_maker;

typedef struct as_makers {
	as_maker *maker; /* the likeliest first; owned by the arena */
	size_t n;        /* at most AS_PROPOSALS */
	bool known; /* the first is who is meant; else all are proposals for a person to choose from */
} as_makers;

/* Who in the directory is meant by a name (as people write it), an id ("#12") or an identifier ("mac:00259e",
 * "pci:19e5", "cpe:huawei", ...). None at all: nobody like that is known. AS_IO: the directory cannot be read. */
as_status as_directory_resolve(
	sqlite3 *db, as_naming *names, as_arena *arena, as_span name, as_makers *out) AS_MUST_USE;

/* A name of a supplier, or of one that it belongs to or that belongs to it. */
typedef struct as_relative {
	int64_t id;
	as_span name;
	const char *how; /* "name", "alias", "parent", "subsidiary": constant */
} as_relative;

/* All names under which a supplier may stand on a list: its own, its aliases, and those of its owners and of
 * what it owns, as far up and down as the directory tells (AS_OWNERS of each; *more: there are others). Owned
 * by the arena. */
as_status as_directory_relatives(sqlite3 *db, as_arena *arena, int64_t id, as_relative **out,
	size_t *n, bool *more) AS_MUST_USE;

#endif
