/* SPDX-License-Identifier: Apache-2.0 */
/* The ground everything stands on: spans, cursors, text, numbers, arenas. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/arena.h"
#include "base/ascii.h"
#include "base/cur.h"
#include "base/hash.h"
#include "base/map.h"
#include "base/text.h"

static void cut_stays_inside(void **state)
{
	(void)state;
	as_span s = as_lit("abcdef");
	assert_int_equal(as_cut(s, 2, 3).n, 3);
	assert_int_equal(as_cut(s, 6, 0).n, 0);
	assert_int_equal(as_cut(s, 2, UINT64_MAX).n, 0);
	assert_int_equal(as_cut(s, UINT64_MAX, 1).n, 0);
	assert_null(as_cut(s, 7, 0).p);
}

static void cursor_error_sticks(void **state)
{
	(void)state;
	as_cur c = as_cur_be(as_bytes("\x12\x34\x56", 3), 0);
	assert_int_equal(as_u16(&c), 0x1234);
	assert_int_equal(as_u16(&c), 0);
	assert_false(as_ok(&c));
	assert_int_equal(as_u8(&c), 0);
	assert_int_equal(as_pos(&c), 2);
	c = as_cur_le(as_bytes("\x12\x34\x56", 3), 1);
	assert_int_equal(as_u16(&c), 0x5634);
	assert_true(as_ok(&c));
	c = as_cur_le(as_bytes("x", 1), 2);
	assert_false(as_ok(&c));
}

static void strings_and_lines(void **state)
{
	(void)state;
	as_cur c = as_cur_be(as_bytes("ab\0\0cd\0", 7), 0);
	assert_true(as_is(as_str(&c, 4), "ab"));
	assert_int_equal(as_pos(&c), 4);
	assert_true(as_is(as_str(&c, 4), "cd"));
	assert_true(as_ok(&c));
	(void)as_str(&c, 1);
	assert_false(as_ok(&c));
	as_span line;
	c = as_cur_le(as_lit("one\r\n\ntwo"), 0);
	assert_true(as_line(&c, &line) && as_is(line, "one"));
	assert_true(as_line(&c, &line) && line.n == 0);
	assert_true(as_line(&c, &line) && as_is(line, "two"));
	assert_false(as_line(&c, &line));
}

static void fields_and_words(void **state)
{
	(void)state;
	assert_true(as_is(as_field(as_lit("a::b"), ':', 2), "b"));
	assert_non_null(as_field(as_lit("a::b"), ':', 1).p);
	assert_null(as_field(as_lit("a::b"), ':', 3).p);
	assert_true(as_is(as_word(as_lit("  x \ty z"), 1), "y"));
	assert_null(as_word(as_lit("  x "), 1).p);
}

static void numbers_fit_or_fail(void **state)
{
	(void)state;
	uint64_t v = 7;
	assert_true(as_number(as_lit("18446744073709551615"), 10, &v));
	assert_true(v == UINT64_MAX);
	assert_false(as_number(as_lit("18446744073709551616"), 10, &v));
	assert_false(as_number(as_lit(""), 10, &v));
	assert_false(as_number(as_lit("12x"), 10, &v));
	assert_true(as_number(as_lit("0x1F"), 0, &v) && v == 31);
	assert_true(as_number(as_lit("017"), 0, &v) && v == 15);
}

static void patterns_match(void **state)
{
	(void)state;
	assert_true(as_glob("*/etc/passwd", as_lit("/a/etc/passwd")));
	assert_false(as_glob("*/etc/passwd", as_lit("/a/etc/passwd-")));
	assert_true(as_glob("/etc/rc[0-9S].d/*", as_lit("/etc/rcS.d/S01x")));
	assert_false(as_glob("/etc/rc[!0-9S].d/*", as_lit("/etc/rc3.d/S01x")));
	assert_true(as_glob("a?c[", as_lit("abc[")));
	assert_false(as_glob("", as_lit("a")));
	assert_true(as_glob("**", as_lit("")));
	assert_true(as_glob("a*[*]x", as_lit("ab*x")));
	assert_false(as_glob("a*[*]x", as_lit("abcx")));
	assert_true(as_glob("*ab*ab", as_lit("aabab")));
	assert_false(as_glob("*ab*ab", as_lit("xaab")));
	assert_false(as_glob("*b", as_lit("")));
	assert_true(as_glob("*/lib*.la", as_lit("/a/lib/libc.la")));
}

static void text_is_safe_and_reversible(void **state)
{
	(void)state;
	as_buf b = { 0 };
	as_text_add(&b, as_bytes("a\\\x1b[2J\xc3\xa9\xff\xe2\x80\xae\0", 13));
	as_buf_u8(&b, 0);
	assert_string_equal((char *)b.p, "a\\x5c\\x1b[2J\xc3\xa9\\xff\\xe2\\x80\\xae\\x00");
	as_buf_free(&b);
	assert_false(as_is_text(as_bytes("\xc0\xaf", 2)));
	assert_false(as_is_text(as_bytes("\xed\xa0\x80", 3)));
	assert_true(as_is_text(as_lit("plain\ttext\r\n")));
}

static void arena_keeps_its_limit(void **state)
{
	(void)state;
	as_arena *a = as_arena_new(1000);
	assert_non_null(as_alloc(a, 900));
	assert_null(as_alloc(a, 200));
	as_arena_reset(a);
	assert_non_null(as_alloc(a, 900));
	assert_null(as_alloc_array(a, SIZE_MAX / 2, 8));
	as_arena_free(a);
}

static void map_keeps_what_it_got(void **state)
{
	(void)state;
	as_map m = { .seed = 5 };
	uint64_t v = 0;
	for (uint64_t i = 0; i < 5000; i++)
		assert_int_equal(as_map_set(&m, i * 64, i), AS_OK);
	for (uint64_t i = 0; i < 5000; i++)
		assert_true(as_map_get(&m, i * 64, &v) && v == i);
	assert_false(as_map_get(&m, 1, &v));
	as_map_free(&m);
}

static void digests(void **state)
{
	(void)state;
	char hex[65], hex1[41];
	as_sha256 h = as_sha256_of(as_lit("abc"));
	as_sha256_hex(&h, hex);
	assert_string_equal(
		hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	as_hasher *both = as_hasher_new_both(), *one = as_hasher_new();
	assert_true(both && one);
	for (int round = 0; round < 2; round++) { /* ready for the next message */
		as_hasher_add(both, as_lit("a"));
		as_hasher_add(both, as_lit("bc"));
		as_digests d = as_hasher_end_both(both);
		as_sha1_hex(&d.sha1, hex1);
		assert_memory_equal(d.sha256.b, h.b, AS_SHA256_LEN);
		assert_string_equal(hex1, "a9993e364706816aba3e25717850c26c9cd0d89d");
	}
	as_hasher_add(one, as_lit("abc"));
	assert_memory_equal(as_hasher_end(one).b, h.b, AS_SHA256_LEN);
	as_hasher_free(both);
	as_hasher_free(one);
	assert_int_equal(as_crc32(0, as_lit("123456789")), 0xcbf43926);
	assert_int_equal(
		as_crc32(as_crc32(0, as_lit("1234")), (as_span){ 0 }), as_crc32(0, as_lit("1234")));
	assert_int_equal(as_sum32(as_bytes("\0\0\0\1\0\0\0\2\3", 9), true), 3);
	assert_int_equal(as_sum32(as_bytes("\0\0\0\1\0\0\0\2\3", 9), false), 0x03000000);
	assert_int_equal(as_entropy(as_lit("aaaa")), 0);
	assert_int_equal(as_entropy(as_lit("abababab")), 1000);
}

static void dates_are_of_the_calendar(void **state)
{
	static const char *const good[] = { "1970-01-01", "2024-02-29", "2000-02-29", "2026-12-31",
		"9999-01-30" };
	static const char *const bad[] = { "", "2026-1-1", "2026-01-01 ", "2026-13-01",
		"2026-00-10", "2026-04-31", "2026-02-29", "2100-02-29", "2026-01-00", "1969-12-31",
		"+026-01-01", "2026/01/01", "2026-01-1x", "20260101", "today" };
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(as_is_date(as_lit(good[i])));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(as_is_date(as_lit(bad[i])));
}

/* As the C library has it in its own locale, which knows ASCII alone. */
static void classes_are_those_of_ascii(void **state)
{
	(void)state;
	for (int b = 0; b < 256; b++) {
		uint8_t c = (uint8_t)b;
		assert_int_equal(as_is_digit(c), isdigit(b) != 0);
		assert_int_equal(as_is_upper(c), isupper(b) != 0);
		assert_int_equal(as_is_lower(c), islower(b) != 0);
		assert_int_equal(as_is_letter(c), isalpha(b) != 0);
		assert_int_equal(as_is_alnum(c), isalnum(b) != 0);
		assert_int_equal(as_is_hex(c), isxdigit(b) != 0);
		assert_int_equal(as_is_space(c), isspace(b) != 0);
		assert_int_equal(as_is_word(c), isalnum(b) || b == '_');
		assert_int_equal(as_lower(c), tolower(b));
	}
}

static void case_does_not_count(void **state)
{
	(void)state;
	assert_true(as_same_nocase(as_lit("aZ@[`{"), as_lit("Az@[`{")));
	assert_false(as_same_nocase(as_lit("@"), as_lit("`")));
	assert_false(as_same_nocase(as_lit("\xc1"), as_lit("\xe1")));
	assert_false(as_same_nocase(as_lit("a"), as_lit("ab")));
	assert_true(as_is_nocase(as_lit(""), "") && !as_is_nocase(as_lit("a"), ""));
	assert_true(as_has_nocase(as_lit("the Name"), "nAME") && as_has_nocase(as_lit("x"), ""));
	assert_false(as_has_nocase(as_lit("the Nam"), "name"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cut_stays_inside),
		cmocka_unit_test(cursor_error_sticks),
		cmocka_unit_test(strings_and_lines),
		cmocka_unit_test(fields_and_words),
		cmocka_unit_test(numbers_fit_or_fail),
		cmocka_unit_test(classes_are_those_of_ascii),
		cmocka_unit_test(case_does_not_count),
		cmocka_unit_test(patterns_match),
		cmocka_unit_test(dates_are_of_the_calendar),
		cmocka_unit_test(text_is_safe_and_reversible),
		cmocka_unit_test(arena_keeps_its_limit),
		cmocka_unit_test(map_keeps_what_it_got),
		cmocka_unit_test(digests),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
