/* SPDX-License-Identifier: Apache-2.0 */
/* Ranges of versions in people's words: what they mean, and that what is not understood is not guessed. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "vuln/spoken.h"

/* "[1.0 2.0)" and the like, one after another; "2.*" for a branch, "all" for every version. */
static void show(as_buf *b, const as_spoken *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const as_version_range *r = &s[i].range;
		as_buf_print(b, "%s", i ? " " : "");
		if (s[i].branch)
			as_buf_print(b, "%.*s.*", (int)r->from.n, (const char *)r->from.p);
		else if (!r->from.p && !r->to.p)
			as_buf_print(b, "all");
		else
			as_buf_print(b, "%c%.*s %.*s%c", r->after_from ? '(' : '[', (int)r->from.n,
				r->from.p ? (const char *)r->from.p : "", (int)r->to.n,
				r->to.p ? (const char *)r->to.p : "", r->before_to ? ')' : ']');
	}
	as_buf_u8(b, 0);
}

typedef struct meaning {
	const char *text, *ranges; /* NULL: none */
} meaning;

static void check(const meaning *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		as_spoken said[AS_SPOKEN_MAX];
		as_buf b = { 0 };
		size_t n = as_spoken_read(as_lit(cases[i].text), said);
		show(&b, said, n);
		const char *wanted = cases[i].ranges ? cases[i].ranges : "";
		if (strcmp((const char *)b.p, wanted) != 0)
			fail_msg(
				"'%s' is '%s', not '%s'", cases[i].text, (const char *)b.p, wanted);
		as_buf_free(&b);
	}
}

static void texts_mean_ranges(void **state)
{
	(void)state;
	static const meaning cases[] = { { "2.3", "[2.3 2.3]" }, { " v2.3 ", "[v2.3 v2.3]" },
		{ "R12.3-SP4", "[R12.3-SP4 R12.3-SP4]" }, { "version 2.3", "[2.3 2.3]" },
		{ "< 1.61.0", "[ 1.61.0)" }, { "<1.61.0", "[ 1.61.0)" }, { "<= 2.3", "[ 2.3]" },
		{ "> 2.3", "(2.3 ]" }, { ">=2.3", "[2.3 ]" }, { "= 2.3", "[2.3 2.3]" },
		{ ">= 1.0, < 1.2", "[1.0 1.2)" }, { ">= 1.0 < 1.2", "[1.0 1.2)" },
		{ "< 1.2, >= 1.0", "[1.0 1.2)" }, { ">=1.0 and <1.2", "[1.0 1.2)" },
		{ ">= 1.0, < 1.2 || >= 2.0, < 2.1", "[1.0 1.2) [2.0 2.1)" },
		{ "< 1.2 || >= 2.0", "[ 1.2) [2.0 ]" },
		{ ">= 1.0, < 1.2, >= 2.0, < 2.1", "[1.0 1.2) [2.0 2.1)" },
		{ "before 2.3", "[ 2.3)" }, { "versions before 2.3", "[ 2.3)" },
		{ "All versions prior to 2.3", "[ 2.3)" }, { "prior to version 2.3", "[ 2.3)" },
		{ "prior to and including 2.3", "[ 2.3]" }, { "earlier than 2.3", "[ 2.3)" },
		{ "through 2.3", "[ 2.3]" }, { "up to 2.3", "[ 2.3]" },
		{ "up to and including 2.3", "[ 2.3]" }, { "up to (including) 2.3", "[ 2.3]" },
		{ "up to (excluding) 2.3", "[ 2.3)" }, { "up to, but not including, 2.3", NULL },
		{ "up to but not including 2.3", "[ 2.3)" }, { "upto 2.3", "[ 2.3]" },
		{ "1.0 through 2.3", "[1.0 2.3]" }, { "1.0 to 2.3", "[1.0 2.3]" },
		{ "1.0 - 2.3", "[1.0 2.3]" }, { "1.0 \xe2\x80\x93 2.3", "[1.0 2.3]" },
		{ "from 1.0 through 2.3", "[1.0 2.3]" }, { "from 1.0 before 2.3", "[1.0 2.3)" },
		{ "from 1.0, before 2.3", "[1.0 2.3)" }, { "between 1.0 and 2.3", "[1.0 2.3]" },
		{ "1.0 before 2.3", "[1.0 2.3)" }, { "1.0 prior to 2.3", "[1.0 2.3)" },
		{ "1.0 up to 2.3 (inclusive)", "[1.0 2.3]" }, { "since 1.0", "[1.0 ]" },
		{ "starting with 1.0", "[1.0 ]" }, { "after 1.0", "(1.0 ]" },
		{ "2.3 and earlier", "[ 2.3]" }, { "2.3 or earlier", "[ 2.3]" },
		{ "2.3 and prior versions", "[ 2.3]" }, { "2.3 and below", "[ 2.3]" },
		{ "2.3 and later", "[2.3 ]" }, { "2.3 and above", "[2.3 ]" },
		{ "2.3 and up", "[2.3 ]" }, { "all versions", "all" }, { "all", "all" },
		{ "*", "all" }, { "2.x", "2.*" }, { "2.3.*", "2.3.*" },
		{ "1.0, 1.1 and 1.2", "[1.0 1.0] [1.1 1.1] [1.2 1.2]" },
		{ "1.0 through 1.4, 2.x; before 0.9", "[1.0 1.4] 2.* [ 0.9)" },
		/* not understood: nothing is said rather than something wrong */
		{ "n/a", NULL }, { "unspecified", NULL }, { "", NULL }, { "-", NULL },
		{ "before the fix of May", NULL }, { "see advisory", NULL },
		{ "Windows 10 Version 1809", NULL }, { "[1.0,2.0)", NULL }, { "(1.0,2.0)", NULL },
		{ "1.0 and later, before 2.0", NULL }, { "before 2.x", NULL }, { "< ", NULL },
		{ "before", NULL }, { "1.0 2.0", NULL }, { ", 1.0", NULL }, { "1.0,", NULL },
		{ "> 1.0 before 2.0", NULL }, { "= 1.0, < 2.0", "[1.0 1.0] [ 2.0)" } };
	check(cases, sizeof(cases) / sizeof(cases[0]));
}

static void pieces_mean_ranges(void **state)
{
	(void)state;
	static const meaning cases[] = {
		/* of one piece: ranges, and versions with what is usual after them */
		{ "7.80.0-7.90.0", "[7.80.0 7.90.0]" }, { "1.0-2.0", "[1.0 2.0]" },
		{ "1.0.1c-1.0.1f", "[1.0.1c 1.0.1f]" }, { "1.0-1.2.3", "[1.0 1.2.3]" },
		{ "7.80.0\xe2\x80\x93"
		  "7.90.0",
			"[7.80.0 7.90.0]" },
		{ "7.80.0\xe2\x80\x94"
		  "7.90.0",
			"[7.80.0 7.90.0]" },
		{ "7.80.0~7.90.0", "[7.80.0 7.90.0]" }, { "7.80.0..7.90.0", "[7.80.0 7.90.0]" },
		{ "versions 7.80.0-7.90.0 and 8.0", "[7.80.0 7.90.0] [8.0 8.0]" },
		{ "\xe2\x89\xa4"
		  "7.90.0",
			"[ 7.90.0]" },
		{ "\xe2\x89\xa5 7.80.0, \xe2\x89\xa4 7.90.0", "[7.80.0 7.90.0]" },
		{ ">=7.80.0,<7.90.0", "[7.80.0 7.90.0)" }, { "7.80+", "[7.80 ]" },
		{ "v7.88.x", "7.88.*" }, { "7.x.x", "7.*" }, { "before 2.3.", "[ 2.3)" },
		{ "1.2.3-rc1", "[1.2.3-rc1 1.2.3-rc1]" }, { "1.0.1f", "[1.0.1f 1.0.1f]" },
		{ "2.0p1", "[2.0p1 2.0p1]" }, { "v1.2", "[v1.2 v1.2]" },
		{ "20230101", "[20230101 20230101]" }, { "r1234", "[r1234 r1234]" },
		{ "6.9.10-23", "[6.9.10-23 6.9.10-23]" }, { "1.0~rc1", "[1.0~rc1 1.0~rc1]" },
		{ "1:1.2+dfsg-3.1", "[1:1.2+dfsg-3.1 1:1.2+dfsg-3.1]" },
		{ "5.14.0-70.13.1.el9", "[5.14.0-70.13.1.el9 5.14.0-70.13.1.el9]" },
		{ "15.0(2)SG11a", "[15.0(2)SG11a 15.0(2)SG11a]" },
		{ "1.0.0.58_10.0.85", "[1.0.0.58_10.0.85 1.0.0.58_10.0.85]" },
		{ "9f985a11e794", "[9f985a11e794 9f985a11e794]" }, { "7.80.0-8.x", NULL },
		{ "7.80.0..8.x", NULL }, { "7.80.0/7.88.1", NULL }, { "curl-7.88.1", NULL },
		{ "7.x.3", NULL }, { "~1.2", NULL }, { "^1.2", NULL }, { "2.6.32-754.35.1", NULL },
		{ "12.2-58.32", NULL }, { "1.0-and-earlier", NULL }, { "1.0_to_2.0", NULL },
		{ "..", NULL }, { "1.0..", NULL }, { "+", NULL }, { "1.0~", NULL },
		{ "1.0-", NULL }, { "\xe2\x89", NULL },
		/* ends that are mixed up, and what is left out */
		{ "7.90.0 to 7.80.0", NULL }, { "7.90.0-7.80.0", NULL }, { "> 2.0, < 1.0", NULL },
		{ "between 2.0 and 1.0", NULL }, { "> 1.0, < 1.0", NULL },
		{ "all versions but 7.10.0", NULL }, { "all but 7.10.0", NULL },
		{ "all versions except 7.10.0", NULL }
	};
	check(cases, sizeof(cases) / sizeof(cases[0]));
}

/* More ranges, or words, than are read: not understood, and in time. */
static void long_texts_end(void **state)
{
	(void)state;
	static char text[1 << 20];
	as_spoken said[AS_SPOKEN_MAX];
	for (size_t i = 0; i + 4 < sizeof(text); i += 4)
		memcpy(text + i, "1.0,", 4);
	assert_int_equal(as_spoken_read(as_bytes(text, sizeof(text) - 5), said), 0);
	memset(text, '<', sizeof(text));
	assert_int_equal(as_spoken_read(as_bytes(text, sizeof(text)), said), 0);
	assert_int_equal(as_spoken_read(as_bytes(text, 1), said), 0);
	assert_int_equal(as_spoken_read((as_span){ 0 }, said), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(texts_mean_ranges),
		cmocka_unit_test(pieces_mean_ranges), cmocka_unit_test(long_texts_end) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
