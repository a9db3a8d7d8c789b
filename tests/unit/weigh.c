/* SPDX-License-Identifier: Apache-2.0 */
/* How witnesses of one component become one line of the inventory: who knows no version joins the one that fits, if
 * only one does, and where two are stated both stand there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "dossier/db.h"
#include "dossier/write.h"
#include "weigh.h"

enum { PROGRAM = 1, LIBRARY = 2 };

static as_status nothing(void *ctx, const as_sha256 *sha256, as_span path, as_buf *b)
{
	(void)ctx, (void)sha256, (void)path;
	as_buf_clear(b);
	return AS_NOT_THIS;
}

static as_dossier_writer *begin(void)
{
	as_source source = { .read = nothing };
	as_dossier_writer *w = as_dossier_create(":memory:", &source);
	assert_non_null(w);
	assert_int_equal(as_db_run(as_dossier_db(w),
				 "INSERT INTO object (id, sha256, size, type, state) VALUES"
				 " (1, 'program', 9, 'elf', 'examined'),"
				 " (2, 'library', 9, 'elf', 'examined')"),
		AS_OK);
	return w;
}

typedef struct claim {
	int object;
	const char *id, *version, *newer, *older, *method;
	int confidence;
} claim;

static void say(as_dossier_writer *w, claim c)
{
	char *sql = sqlite3_mprintf("INSERT INTO component (object, at, len, id, name, version, "
				    "newer_than, older_than, method, confidence)"
				    " VALUES (%d, 0, 9, %Q, %Q, %Q, %Q, %Q, %Q, %d)",
		c.object, c.id, c.id, c.version, c.newer, c.older, c.method, c.confidence);
	assert_non_null(sql);
	assert_int_equal(as_db_run(as_dossier_db(w), sql), AS_OK);
	sqlite3_free(sql);
}

/* Weighs, and holds the inventory against the lines: ID VERSION (NEWER..OLDER) WITNESSES/FILES METHODS [conflict]. */
static void expect(as_dossier_writer *w, const char *lines)
{
	static const char sql[] = "SELECT group_concat(id || ' ' || coalesce(version, '(' || "
				  "coalesce(newer_than, '') || '..' ||"
				  " coalesce(older_than, '') || ')') || ' ' || witnesses || '/' || "
				  "files || ' ' || methods ||"
				  " CASE conflict WHEN 1 THEN ' conflict' ELSE '' END, '; ') FROM "
				  "(SELECT * FROM inventory"
				  " ORDER BY id, version)";
	assert_int_equal(as_weigh(as_dossier_db(w)), AS_OK);
	sqlite3_stmt *st = as_db_prepare(as_dossier_db(w), sql);
	assert_non_null(st);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	assert_string_equal((const char *)sqlite3_column_text(st, 0), lines);
	(void)sqlite3_finalize(st);
	assert_int_equal(as_dossier_close(w), AS_OK);
}

static void test_two_that_agree_are_one(void **state)
{
	(void)state;
	as_dossier_writer *w = begin();
	say(w, (claim){ LIBRARY, "zlib", "1.2.13", NULL, NULL, "banner", 950 });
	say(w, (claim){ LIBRARY, "zlib", "1.2.13", NULL, NULL, "signature", 970 });
	expect(w, "zlib 1.2.13 2/1 signature,banner");
}

static void test_two_versions_of_one_file_are_a_conflict(void **state)
{
	(void)state;
	as_dossier_writer *w = begin();
	say(w, (claim){ LIBRARY, "zlib", "1.2.13", NULL, NULL, "banner", 950 });
	say(w, (claim){ LIBRARY, "zlib", "1.3", NULL, NULL, "signature", 800 });
	expect(w, "zlib 1.2.13 1/1 banner conflict; zlib 1.3 1/1 signature conflict");
	w = begin(); /* in two files they are two builds */
	say(w, (claim){ LIBRARY, "zlib", "1.2.13", NULL, NULL, "banner", 950 });
	say(w, (claim){ PROGRAM, "zlib", "1.3", NULL, NULL, "banner", 950 });
	expect(w, "zlib 1.2.13 1/1 banner; zlib 1.3 1/1 banner");
}

static void test_a_range_joins_the_version_in_it(void **state)
{
	(void)state;
	as_dossier_writer *w = begin();
	say(w, (claim){ LIBRARY, "zlib", "1.2.13", NULL, NULL, "banner", 950 });
	say(w, (claim){ PROGRAM, "zlib", NULL, "1.2.11", "1.3", "signature", 900 });
	expect(w, "zlib 1.2.13 2/2 banner,signature");
	w = begin(); /* its ends are outside; 1.2.9 is before 1.2.13 */
	say(w, (claim){ LIBRARY, "zlib", "1.2.13", NULL, NULL, "banner", 950 });
	say(w, (claim){ PROGRAM, "zlib", NULL, "1.2.13", "1.3", "signature", 900 });
	expect(w, "zlib (1.2.13..1.3) 1/1 signature; zlib 1.2.13 1/1 banner");
	w = begin();
	say(w, (claim){ LIBRARY, "zlib", "1.2.9", NULL, NULL, "banner", 950 });
	say(w, (claim){ PROGRAM, "zlib", NULL, "1.2.11", "1.3", "signature", 900 });
	expect(w, "zlib (1.2.11..1.3) 1/1 signature; zlib 1.2.9 1/1 banner");
}

/* Two versions fit: it is not said which, unless its own file states one. */
static void test_of_two_that_fit_its_own_file_decides(void **state)
{
	(void)state;
	as_dossier_writer *w = begin();
	say(w, (claim){ LIBRARY, "zlib", "1.2.12", NULL, NULL, "banner", 950 });
	say(w, (claim){ LIBRARY, "zlib", "1.2.13", NULL, NULL, "package", 950 });
	say(w, (claim){ PROGRAM, "zlib", NULL, "1.2.11", NULL, "signature", 900 });
	expect(w, "zlib (1.2.11..) 1/1 signature; zlib 1.2.12 1/1 banner conflict;"
		  " zlib 1.2.13 1/1 package conflict");
	w = begin();
	say(w, (claim){ LIBRARY, "zlib", "1.2.12", NULL, NULL, "banner", 950 });
	say(w, (claim){ PROGRAM, "zlib", "1.2.13", NULL, NULL, "banner", 950 });
	say(w, (claim){ PROGRAM, "zlib", NULL, "1.2.11", NULL, "signature", 900 });
	expect(w, "zlib 1.2.12 1/1 banner; zlib 1.2.13 2/1 banner,signature");
}

/* A copy whose version may be any is not taken for the library beside it, but for what its own file states. */
static void test_copies(void **state)
{
	(void)state;
	as_dossier_writer *w = begin();
	say(w, (claim){ LIBRARY, "zlib", "1.2.13", NULL, NULL, "banner", 950 });
	say(w, (claim){ PROGRAM, "zlib", NULL, NULL, NULL, "copy", 900 });
	expect(w, "zlib (..) 1/1 copy; zlib 1.2.13 1/1 banner");
	w = begin();
	say(w, (claim){ LIBRARY, "zlib", "1.2.13", NULL, NULL, "banner", 950 });
	say(w, (claim){ PROGRAM, "zlib", "1.1.4", NULL, NULL, "banner", 950 });
	say(w, (claim){ PROGRAM, "zlib", NULL, NULL, NULL, "copy", 900 });
	expect(w, "zlib 1.1.4 2/1 banner,copy; zlib 1.2.13 1/1 banner");
	w = begin(); /* with a range it may be the same build */
	say(w, (claim){ LIBRARY, "zlib", "1.2.13", NULL, NULL, "banner", 950 });
	say(w, (claim){ PROGRAM, "zlib", NULL, "1.2.12", NULL, "copy", 900 });
	expect(w, "zlib 1.2.13 2/2 banner,copy");
}

/* What the distribution put behind the version tells which fixes are in it: it is no other spelling of the version. */
static void test_a_revision_of_the_distribution_is_kept(void **state)
{
	(void)state;
	as_dossier_writer *w = begin();
	say(w, (claim){ LIBRARY, "openssl", "1.1.1k-1+deb11u2", NULL, NULL, "package", 950 });
	say(w, (claim){ PROGRAM, "openssl", NULL, "1.1.1j", "1.1.1l", "signature", 900 });
	expect(w, "openssl 1.1.1k-1+deb11u2 2/2 package,signature");
}

/* A package has its makers' version and more: with the same in a file there is one version, with another two. */
static void test_a_package_of_the_version_is_no_second_one(void **state)
{
	(void)state;
	as_dossier_writer *w = begin();
	say(w, (claim){ LIBRARY, "zlib", "1:1.2.13+dfsg-4+deb12u1", NULL, NULL, "package", 950 });
	say(w, (claim){ PROGRAM, "zlib", "1.2.13", NULL, NULL, "banner", 950 });
	say(w, (claim){ 3, "zlib", NULL, NULL, NULL, "signature", 900 });
	expect(w, "zlib 1.2.13 2/2 banner,signature; zlib 1:1.2.13+dfsg-4+deb12u1 1/1 package");
	w = begin();
	say(w, (claim){ LIBRARY, "zlib", "1.3-4", NULL, NULL, "package", 950 });
	say(w, (claim){ PROGRAM, "zlib", "1.2.13", NULL, NULL, "banner", 950 });
	say(w, (claim){ 3, "zlib", NULL, NULL, NULL, "signature", 900 });
	expect(w, "zlib (..) 1/1 signature; zlib 1.2.13 1/1 banner; zlib 1.3-4 1/1 package");
	w = begin(); /* an epoch does not lie outside a range of the makers' versions, a revision not inside */
	say(w, (claim){ LIBRARY, "zlib", "2:1.2.13-1", NULL, NULL, "package", 950 });
	say(w, (claim){ PROGRAM, "zlib", NULL, "1.2.12", "1.3", "signature", 900 });
	expect(w, "zlib 2:1.2.13-1 2/2 package,signature");
	w = begin();
	say(w, (claim){ LIBRARY, "zlib", "1.2.13-1", NULL, NULL, "package", 950 });
	say(w, (claim){ PROGRAM, "zlib", NULL, "1.2.13", "1.3", "signature", 900 });
	expect(w, "zlib (1.2.13..1.3) 1/1 signature; zlib 1.2.13-1 1/1 package");
}

/* Of nobody else's version is anything taken, and with more versions than can be told apart of none. */
static void test_who_has_nothing_to_join(void **state)
{
	enum { MANY = 17 };
	(void)state;
	as_dossier_writer *w = begin();
	say(w, (claim){ LIBRARY, "zlib", "1.2.13", NULL, NULL, "banner", 950 });
	say(w, (claim){ LIBRARY, "expat", NULL, "1.0", "2.0", "signature", 900 });
	expect(w, "expat (1.0..2.0) 1/1 signature; zlib 1.2.13 1/1 banner");
	w = begin();
	for (char version[] = "1.0.a"; version[4] < 'a' + MANY; version[4]++)
		say(w, (claim){ LIBRARY, "zlib", version, NULL, NULL, "banner", 950 });
	say(w, (claim){ PROGRAM, "zlib", NULL, "1.0.a", "1.0.c", "signature", 900 });
	assert_int_equal(as_weigh(as_dossier_db(w)), AS_OK);
	sqlite3_stmt *st = as_db_prepare(as_dossier_db(w), "SELECT count(*) FROM weighed");
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	assert_int_equal(sqlite3_column_int(st, 0), 0);
	(void)sqlite3_finalize(st);
	assert_int_equal(as_dossier_close(w), AS_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_two_that_agree_are_one),
		cmocka_unit_test(test_two_versions_of_one_file_are_a_conflict),
		cmocka_unit_test(test_a_range_joins_the_version_in_it),
		cmocka_unit_test(test_of_two_that_fit_its_own_file_decides),
		cmocka_unit_test(test_copies),
		cmocka_unit_test(test_a_revision_of_the_distribution_is_kept),
		cmocka_unit_test(test_a_package_of_the_version_is_no_second_one),
		cmocka_unit_test(test_who_has_nothing_to_join),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
