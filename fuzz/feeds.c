/* SPDX-License-Identifier: Apache-2.0 */
/* Feeds of vulnerabilities: "feed" reads the bytes as a file, and stores what is said about them, all of which must
 * be well formed; "store" takes the bytes for what a reading process says that was taken over. */
#include <stdlib.h>

#include "base/cur.h"
#include "base/embed.h"
#include "listen.h"
#include "targets.h"
#include "vuln/container.h"
#include "vuln/intake.h"
#include "vuln/store.h"

/* An index in memory. */
static sqlite3 *open_index(void)
{
	sqlite3 *db = NULL;
	as_span schema = as_embedded_file(as_embedded_vuln, "index.sql");
	char *sql = sqlite3_mprintf("%.*s", (int)schema.n, schema.p);
	insist(sqlite3_open(":memory:", &db) == SQLITE_OK && sql &&
			sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK,
		"no index");
	sqlite3_free(sql);
	return db;
}

static as_status store(void *ctx, as_span message)
{
	uint8_t what = as_at(message, 0);
	if (what == AS_FEED_OTHER || what == AS_FEED_CUT)
		return AS_OK;
	insist(message.n <= AS_FEED_MAX, "a message that is too long");
	insist(as_store_take(ctx, message) == AS_OK, "a message that the store does not take");
	return AS_OK;
}

static as_status begin(void *ctx, as_span name)
{
	as_intake_begin(ctx, name);
	return AS_OK;
}

static as_status add(void *ctx, as_span bytes) { return as_intake_add(ctx, bytes); }

static as_status end(void *ctx, const char *damage) { return as_intake_end(ctx, damage); }

void run_feed(const uint8_t *data, size_t n)
{
	sqlite3 *db = open_index();
	as_store *s = as_store_new(db);
	as_feed f = { .send = store, .ctx = s };
	as_intake *in = as_intake_new(&f);
	as_taker taker = { .begin = begin, .add = add, .end = end, .ctx = in };
	insist(s && in && as_store_begin(s, "fuzz", NULL) == AS_OK, "nothing can be prepared");
	insist(as_container_read(as_bytes(data, n), false, as_lit("file"), &taker) <= AS_OK,
		"a file that cannot be read at all");
	insist(as_store_end(s, NULL) == AS_OK, "what cannot be ended");
	as_counts c = as_store_counts(s, AS_KINDS);
	insist(c.read == c.stored + c.unchanged + c.refused, "counts that do not agree");
	as_intake_free(in);
	as_store_free(s);
	sqlite3_close(db);
}

void run_store(const uint8_t *data, size_t n)
{
	sqlite3 *db = open_index();
	as_store *s = as_store_new(db);
	insist(s && as_store_begin(s, "fuzz", NULL) == AS_OK, "nothing can be prepared");
	as_cur c = as_cur_le(as_bytes(data, n), 0);
	while (as_left(&c) > 0 && as_ok(&c)) {
		as_span message = as_counted(&c);
		if (message.n > 0)
			insist(as_store_take(s, message) <= AS_NOT_THIS, "a store that breaks");
	}
	as_store_free(s);
	sqlite3_close(db);
}
