/* SPDX-License-Identifier: Apache-2.0 */
/* A process that reads feeds and was taken over says what cannot be: nothing of that goes into the index, and it is
 * said. The process is played here: these functions stand in the place of vuln/child.c. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/embed.h"
#include "sandbox/lock.h"
#include "vuln/child.h"
#include "vuln/import.h"

enum { MESSAGES = 8 };

static as_buf script[MESSAGES];
static size_t n_script, next_message;
static char said[4096];

struct as_child {
	int unused;
};

as_child *as_child_new(const as_child_file *files, size_t n, size_t first)
{
	static as_child c;
	(void)files;
	next_message = first == 0 && n > 0 ? 0 : n_script;
	return &c;
}

as_status as_child_sum(const as_child_file *file, as_sha256 *sum)
{
	(void)file;
	(void)sum;
	return AS_NOMEM;
}

as_status as_child_next(as_child *c, as_span *message)
{
	(void)c;
	if (next_message >= n_script)
		return AS_IO;
	*message = as_buf_span_of(&script[next_message++]);
	return AS_OK;
}

unsigned as_child_locks(const as_child *c)
{
	(void)c;
	return AS_LOCK_ALL;
}

void as_child_end(as_child *c, char *why, size_t n)
{
	(void)c;
	if (why)
		(void)snprintf(why, n, "it ended early");
}

static void say(void *ctx, const char *text)
{
	(void)ctx;
	size_t n = strlen(said);
	(void)snprintf(said + n, sizeof(said) - n, "%s\n", text);
}

static void progress(void *ctx, const char *name, uint64_t records)
{
	(void)ctx;
	(void)name;
	(void)records;
}

static as_buf *message(uint8_t what)
{
	as_buf *b = &script[n_script++];
	as_buf_clear(b);
	as_buf_u8(b, what);
	return b;
}

static void file(uint32_t number)
{
	as_buf *b = message(AS_FEED_FILE);
	for (int i = 0; i < 4; i++)
		as_buf_u8(b, (uint8_t)(number >> 8 * i));
}

/* A record of KEV that says nothing; then its rows are added to what this answers. */
static as_buf *record(const char *modified)
{
	as_buf *b = message(AS_FEED_RECORD);
	as_buf_u8(b, AS_KIND_kev);
	as_buf_span(b, as_lit("CVE-2024-1"));
	as_buf_span(b, as_lit(modified));
	return b;
}

static void newest(const char *date)
{
	as_buf *b = message(AS_FEED_NEWEST);
	as_buf_u8(b, AS_KIND_kev);
	as_buf_span(b, as_lit(date));
}

static void other(const char *name)
{
	as_buf *b = message(AS_FEED_OTHER);
	as_buf_span(b, as_lit(name));
	as_buf_u64(b, 0);
	as_buf_span(b, as_lit("because"));
}

static int64_t ask(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *q = NULL;
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &q, NULL), SQLITE_OK);
	int64_t v = sqlite3_step(q) == SQLITE_ROW ? sqlite3_column_int64(q, 0) : -1;
	(void)sqlite3_finalize(q);
	return v;
}

/* Imports a file of a few bytes by the script. Answers the records in the index; *complete: it counts as read. */
static int64_t run(bool *complete)
{
	sqlite3 *db = NULL;
	char path[] = "/tmp/assay-reader-XXXXXX";
	int fd = mkstemp(path);
	as_span schema = as_embedded_file(as_embedded_vuln, "index.sql");
	char *sql = sqlite3_mprintf("%.*s", (int)schema.n, schema.p);
	assert_true(fd >= 0 && write(fd, "{}", 2) == 2);
	assert_true(sqlite3_open(":memory:", &db) == SQLITE_OK && sql);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_free(sql);
	as_import im = { .store = as_store_new(db), .say = say, .progress = progress };
	said[0] = 0;
	assert_non_null(im.store);
	assert_int_equal(as_import_path(&im, path, "s", NULL), AS_OK);
	int64_t n = ask(db, "SELECT count(*) FROM record");
	*complete = ask(db, "SELECT count(*) FROM source WHERE sha256 IS NOT NULL") == 1;
	as_store_free(im.store);
	(void)sqlite3_close(db);
	close(fd);
	(void)unlink(path);
	for (size_t i = 0; i < n_script; i++)
		as_buf_clear(&script[i]);
	n_script = 0;
	return n;
}

static bool is_lie(void)
{
	bool complete = true;
	(void)run(&complete);
	return !complete && strstr(said, "said what cannot be") != NULL;
}

static void the_truth_is_taken(void **state)
{
	(void)state;
	bool complete = false;
	file(0);
	(void)record("2024-01-01");
	newest("2024-01-02T03:04:05.678Z");
	(void)message(AS_FEED_DONE);
	assert_int_equal(run(&complete), 1);
	assert_true(complete);
	assert_string_equal(said, "");
	file(0);
	(void)record("2024-01-01");
	as_buf_span(message(AS_FEED_CUT), as_lit("it is short"));
	(void)message(AS_FEED_DONE);
	assert_int_equal(run(&complete), 1);
	assert_false(complete);
	assert_non_null(strstr(said, "it was not read to its end: it is short"));
	file(0);
	(void)message(AS_FEED_LEFT_OUT); /* without its number */
	(void)message(AS_FEED_DONE);
	assert_true(is_lie());
}

static void lies_about_order_are_seen(void **state)
{
	(void)state;
	(void)record("2024-01-01"); /* of no file */
	(void)message(AS_FEED_DONE);
	assert_true(is_lie());
	file(1); /* there is none */
	assert_true(is_lie());
	file(0);
	file(0); /* twice */
	assert_true(is_lie());
	(void)message(AS_FEED_DONE); /* nothing was read */
	assert_true(is_lie());
	file(0);
	(void)message(0xee); /* no such message */
	assert_true(is_lie());
	file(0);
	(void)message(AS_FEED_SUM); /* not what was asked for */
	assert_true(is_lie());
}

static void lies_about_names_dates_and_types_are_seen(void **state)
{
	(void)state;
	static const char *const dates[] = { "9999-01-01", "2024-13-01", "yesterday",
		"2024-01-01'" };
	for (size_t i = 0; i < sizeof(dates) / sizeof(dates[0]); i++) {
		file(0);
		(void)record(dates[i]);
		assert_true(is_lie());
		file(0);
		newest(dates[i]);
		assert_true(is_lie());
	}
	file(0);
	other("/etc/shadow"); /* a file that it was not given */
	assert_true(is_lie());
	bool complete;
	file(0);
	as_buf *b = record("2024-01-01");
	as_buf_u8(b, AS_INDEX_alias);
	as_buf_u8(b, AS_CELL_INT); /* where a text stands */
	as_buf_u64(b, 7);
	(void)message(AS_FEED_DONE);
	assert_int_equal(run(&complete), 0);
	assert_int_equal(n_script, 0);
}

static int clean(void **state)
{
	(void)state;
	for (size_t i = 0; i < MESSAGES; i++)
		as_buf_free(&script[i]);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(the_truth_is_taken),
		cmocka_unit_test(lies_about_order_are_seen),
		cmocka_unit_test(lies_about_names_dates_and_types_are_seen) };
	return cmocka_run_group_tests(tests, NULL, clean);
}
