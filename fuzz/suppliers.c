/* SPDX-License-Identifier: Apache-2.0 */
/* Files of users: "suppliers" takes the bytes for a file that is imported, and for files whose names are screened: a
 * network in TOML, and what is told by its content (CSV, JSON, a name on each line). */
#include "listen.h"
#include "suppliers/screen.h"
#include "suppliers/subjects.h"
#include "suppliers/take.h"
#include "targets.h"

static as_naming *names; /* made once */

static void ignore(void *ctx, const char *text)
{
	(void)ctx;
	insist(text && *text, "a message of nothing");
}

typedef struct asked {
	as_screen *screen;
	as_arena *arena;
	size_t left;
} asked;

static as_status screen_one(void *ctx, as_span name, const char *where)
{
	asked *a = ctx;
	as_listed *hit = NULL;
	size_t n = 0;
	insist(where && name.n > 0, "a name of nothing");
	if (a->left == 0)
		return AS_OK;
	a->left--;
	insist(as_screen_name(a->screen, a->arena, name, 0.1, &hit, &n) == AS_OK,
		"a name that cannot be screened");
	for (size_t i = 0; i < n; i++)
		insist(hit[i].like.score > 0 && hit[i].like.score <= 1 && hit[i].like.reason,
			"a hit without a score or a reason");
	as_arena_reset(a->arena);
	return AS_OK;
}

static void screen_all(sqlite3 *db, as_span bytes)
{
	as_status s = AS_OK;
	as_told told = { .say = ignore, .file = "fuzz" };
	asked a = { .screen = as_screen_new(db, names, &s), .arena = as_arena_new(0), .left = 64 };
	insist(a.screen && a.arena, "no screen");
	insist(as_subjects_of("network.toml", bytes, &told, screen_one, &a) == AS_OK, "TOML");
	insist(as_subjects_of("names", bytes, &told, screen_one, &a) == AS_OK, "names");
	as_screen_free(a.screen);
	as_arena_free(a.arena);
}

void run_suppliers(const uint8_t *data, size_t n)
{
	char why[AS_DIRECTORY_WHY];
	sqlite3 *db = NULL;
	as_taking t = { .told = { .say = ignore, .file = "fuzz" } };
	names = names ? names : as_naming_new();
	insist(names && as_directory_open(":memory:", &db, why) == AS_OK, "no directory");
	insist(as_db_run(db, "BEGIN") == AS_OK, "no transaction");
	insist(as_take_begin(&t, db, names) == AS_OK, "nothing can be begun");
	insist(as_take_bytes(&t, "fuzz", as_bytes(data, n)) == AS_OK,
		"a file that cannot be refused");
	insist(as_take_end(&t) == AS_OK, "what cannot be ended");
	as_take_free(&t);
	insist(as_db_run(db, "COMMIT") == AS_OK, "what cannot be written");
	screen_all(db, as_bytes(data, n));
	sqlite3_close(db);
}
