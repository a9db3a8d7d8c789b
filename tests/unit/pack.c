/* SPDX-License-Identifier: Apache-2.0 */
/* CPE names of a product in one value: what is packed comes out again, and whatever somebody made of it, what is read
 * lies within it and the reading ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "vuln/pack.h"

enum { NAMES = 6, MUCH = 70000, LEAST = 2 /* bytes of a name: its set */ };

static uint8_t much[MUCH];

/* Lengths around what a byte holds, empty fields beside missing ones, no field, every field. */
static void set_up(as_span name[NAMES][AS_PACK_FIELDS])
{
	memset(much, '7', sizeof(much));
	memset(name, 0, NAMES * sizeof(name[0]));
	name[0][0] = as_lit("1.0");
	name[0][1] = as_lit("rc1");
	name[0][8] = as_lit("0.9");
	name[0][9] = as_lit("0.8");
	name[0][10] = as_lit("");
	name[2][7] = as_bytes(much, 255);
	name[2][11] = as_bytes(much, 254);
	for (size_t i = 0; i < AS_PACK_FIELDS; i++)
		name[3][i] = as_bytes(much, i);
	name[4][11] = as_bytes(much, 256);
	name[5][10] = as_bytes(much, MUCH);
}

static void expect_span(as_span a, as_span b)
{
	assert_true(as_same(a, b));
	assert_int_equal(a.p == NULL, b.p == NULL);
}

static void expect_same(const as_criterion *a, const as_criterion *b)
{
	for (size_t i = 0; i < AS_CPE_FIELDS; i++)
		expect_span(a->cpe.at[i], b->cpe.at[i]);
	expect_span(a->range.from, b->range.from);
	expect_span(a->range.to, b->range.to);
	assert_int_equal(a->range.after_from, b->range.after_from);
	assert_int_equal(a->range.before_to, b->range.before_to);
}

/* ends: where each name ends. */
static as_buf packed(size_t n, size_t ends[NAMES])
{
	as_span name[NAMES][AS_PACK_FIELDS];
	as_buf b = { 0 };
	set_up(name);
	for (size_t i = 0; i < n; i++) {
		as_pack_add(&b, name[i]);
		ends[i] = b.n;
	}
	assert_false(b.bad);
	return b;
}

static void comes_out_again(void **state)
{
	as_span name[NAMES][AS_PACK_FIELDS];
	size_t ends[NAMES];
	as_criterion c;
	(void)state;
	as_buf b = packed(NAMES, ends);
	set_up(name);
	as_cur cur = as_cur_le(as_buf_span_of(&b), 0);
	for (size_t i = 0; i < NAMES; i++) {
		as_criterion wanted = as_pack_criterion(name[i]);
		assert_true(as_pack_next(&cur, &c));
		expect_same(&c, &wanted);
		assert_int_equal(as_pos(&cur), ends[i]);
	}
	assert_false(as_pack_next(&cur, &c));
	assert_true(as_ok(&cur));
	as_buf_free(&b);
}

/* Of two ends of a side the excluding one counts. */
static void columns_are_a_criterion(void **state)
{
	as_span name[NAMES][AS_PACK_FIELDS];
	(void)state;
	set_up(name);
	as_criterion c = as_pack_criterion(name[0]);
	assert_true(as_is(c.cpe.at[AS_CPE_VERSION], "1.0"));
	assert_true(as_is(c.cpe.at[AS_CPE_UPDATE], "rc1") && !c.cpe.at[AS_CPE_EDITION].p);
	assert_true(as_is(c.range.from, "0.8") && c.range.after_from);
	assert_true(c.range.to.p && c.range.to.n == 0 && !c.range.before_to);
	c = as_pack_criterion(name[2]);
	assert_int_equal(c.cpe.at[AS_CPE_OTHER].n, 255);
	assert_true(c.range.to.n == 254 && c.range.before_to && !c.range.from.p);
}

static void expect_within(as_span whole, as_span part)
{
	uint64_t at;
	assert_true(part.n == 0 || (as_within(whole, part, &at) && part.n <= whole.n - at));
}

/* Reads a copy that ends where its bytes end, so that sanitizers see what reads on; how many names it holds. */
static size_t read(as_span bytes, bool *ok)
{
	size_t n = 0;
	as_criterion c;
	uint8_t *p = malloc(bytes.n + !bytes.n);
	assert_non_null(p);
	memcpy(p, bytes.p, bytes.n);
	as_span whole = as_bytes(p, bytes.n);
	as_cur cur = as_cur_le(whole, 0);
	for (; as_pack_next(&cur, &c); n++) {
		for (size_t i = 0; i < AS_CPE_FIELDS; i++)
			expect_within(whole, c.cpe.at[i]);
		expect_within(whole, c.range.from);
		expect_within(whole, c.range.to);
	}
	*ok = as_ok(&cur);
	assert_true(n <= bytes.n / LEAST);
	free(p);
	return n;
}

/* Cut off anywhere: the names before the cut, and that there is a piece of one. */
static void cut_anywhere(void **state)
{
	size_t ends[NAMES], whole = 0;
	bool ok;
	(void)state;
	as_buf b = packed(NAMES, ends);
	for (size_t n = 0; n <= b.n; n += n < ends[NAMES - 2] + 600 || n + 3 > b.n ? 1 : 997) {
		while (whole < NAMES && ends[whole] <= n)
			whole++;
		assert_int_equal(read(as_bytes(b.p, n), &ok), whole);
		assert_int_equal(ok, n == 0 || (whole > 0 && ends[whole - 1] == n));
	}
	as_buf_free(&b);
}

/* Each byte changed in each way: what comes before it is as it was. */
static void changed_anywhere(void **state)
{
	enum { CHANGED = 4 /* names: those that are not long */ };
	size_t ends[NAMES];
	bool ok;
	(void)state;
	as_buf b = packed(CHANGED, ends);
	for (size_t i = 0, before = 0; i < b.n; i++) {
		before += before < CHANGED && ends[before] <= i;
		uint8_t was = b.p[i];
		for (unsigned v = 0; v < 256; v++) {
			b.p[i] = (uint8_t)v;
			assert_true(read(as_buf_span_of(&b), &ok) >= before);
		}
		b.p[i] = was;
	}
	b.p[1] |= 0x10; /* a thirteenth field */
	assert_int_equal(read(as_buf_span_of(&b), &ok), 0);
	assert_false(ok);
	as_buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comes_out_again),
		cmocka_unit_test(columns_are_a_criterion),
		cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(changed_anywhere),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
