/* SPDX-License-Identifier: Apache-2.0 */
/* Names of organizations: how they are read, and which are one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "suppliers/compare.h"
#include "suppliers/csv.h"

typedef struct fixture {
	as_naming *names;
	as_arena *arena;
} fixture;

static as_name name_of(void **state, const char *text)
{
	const fixture *f = *state;
	as_name name;
	assert_int_equal(as_name_read(f->names, f->arena, as_lit(text), &name), AS_OK);
	return name;
}

static as_likeness like(void **state, const char *asked, const char *listed)
{
	as_name a = name_of(state, asked), b = name_of(state, listed);
	return as_name_compare(&a, &b);
}

static void expect_read(void **state, const char *text, const char *core, const char *forms)
{
	as_name name = name_of(state, text);
	if (!as_is(name.core, core) || !as_is(name.forms, forms))
		fail_msg("%s: '%.*s' and '%.*s'", text, (int)name.core.n, (const char *)name.core.p,
			(int)name.forms.n, (const char *)name.forms.p);
}

static void names_are_read(void **state)
{
	expect_read(state, "HUAWEI TECHNOLOGIES CO.,LTD", "huaweitechnologies", "company limited ");
	expect_read(state, "Huawei Technologies Company Limited", "huaweitechnologies",
		"company limited ");
	expect_read(state, "S.p.A. Magneti", "spamagneti", ""); /* a form of the end alone */
	expect_read(state, "Telecom Italia S. p. A.", "telecomitalia", "spa ");
	expect_read(state, "OOO Romashka", "romashka", "ooo ");
	expect_read(state, "Łódź Systemy Sp. z o.o.", "lodzsystemy", "spzoo ");
	expect_read(state, "Bang & Olufsen A/S", "bangolufsen", "as ");
	expect_read(state, "株式会社ソニー", "soni", "kk ");
	expect_read(state, "Company", "company", ""); /* a form is a name if there is no other */
	expect_read(state, "", "", "");
	expect_read(state, "...", "", "");
	expect_read(state, "Levi's GmbH & Co. KG", "levis", "company gmbh kg ");
}

static void the_same_is_certain(void **state)
{
	static const char *const same[][2] = { { "ZTE Corporation", "zte  CORP." },
		{ "TP-Link Technologies Co., Ltd.", "TPLINK TECHNOLOGIES CO LTD" },
		{ "Müller Meßtechnik GmbH", "MULLER MESSTECHNIK GMBH" },
		{ "АО Касперский", "AO Kasperskij" } };
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		if (!like(state, same[i][0], same[i][1]).same)
			fail_msg("%s and %s", same[i][0], same[i][1]);
}

static void what_is_alike_is_possible(void **state)
{
	static const char *const alike[][2] = { { "ZTE GmbH", "ZTE Corporation" },
		{ "Mueller Messtechnik", "Müller Meßtechnik GmbH" },
		{ "Hickvision Digital Technology", "Hikvision Digital Technology Co., Ltd." },
		{ "Technology Dahua", "Dahua Technology Company" },
		{ "Huawei Tech", "Huawei Technologies Co., Ltd." } };
	for (size_t i = 0; i < sizeof(alike) / sizeof(alike[0]); i++) {
		as_likeness l = like(state, alike[i][0], alike[i][1]);
		if (l.same || l.score < 0.85 || !l.reason)
			fail_msg("%s and %s: %.2f", alike[i][0], alike[i][1], l.score);
	}
}

static void others_are_others(void **state)
{
	static const char *const others[][2] = { { "Shanghai Dahua Scale Factory",
							 "Dahua Technology Company" },
		{ "Shenzhen Technology Co., Ltd.", "Huawei Technologies Co., Ltd." },
		{ "Taiwan Semiconductor Manufacturing",
			"Semiconductor Manufacturing International" },
		{ "ZTEX GmbH", "ZTE Corporation" }, { "Nokia", "Huawei" }, { "", "Huawei" } };
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		as_likeness l = like(state, others[i][0], others[i][1]);
		if (l.same || l.score >= 0.4)
			fail_msg("%s and %s: %.2f", others[i][0], others[i][1], l.score);
	}
}

/* Whatever the bytes: no name is read past its end, and a score stays one. */
static void hostile_names(void **state)
{
	static uint8_t bytes[3000];
	const fixture *f = *state;
	as_name listed = name_of(state, "Huawei Technologies Co., Ltd."), name;
	uint32_t x = 7;
	for (int round = 0; round < 300; round++) {
		size_t n = (size_t)round * 10;
		for (size_t i = 0; i < n; i++) {
			x = x * 1664525 + 1013904223;
			bytes[i] = round % 3 == 0   ? (uint8_t)(x >> 24)
				   : round % 3 == 1 ? (uint8_t) ".a-&"[x >> 30]
						    : 0xe5;
		}
		assert_int_equal(
			as_name_read(f->names, f->arena, as_bytes(bytes, n), &name), AS_OK);
		double score = as_name_compare(&name, &listed).score;
		assert_true(name.n <= AS_NAME_WORDS && score >= 0 && score <= 1);
		as_arena_reset(f->arena);
		listed = name_of(state, "Huawei Technologies Co., Ltd.");
	}
}

static void csv_is_read(void **state)
{
	static const char text[] = "a;b\r\n\"x;\"\"y\"\"\nz\";1\n\n;\n\"open";
	const fixture *f = *state;
	as_csv c = as_csv_new(as_lit(text), f->arena);
	as_csv_record r;
	assert_true(as_csv_next(&c, &r) && r.n == 2 && as_is(r.field[1], "b") && r.line == 1);
	assert_true(
		as_csv_next(&c, &r) && r.n == 2 && as_is(r.field[0], "x;\"y\"\nz") && r.line == 2);
	assert_true(as_csv_next(&c, &r) && r.n == 2 && r.field[0].n == 0 && r.line == 5);
	assert_true(as_csv_next(&c, &r) && r.fault && r.line == 6);
	assert_false(as_csv_next(&c, &r));
}

static int begin(void **state)
{
	static fixture f;
	f = (fixture){ as_naming_new(), as_arena_new(64 << 20) };
	*state = &f;
	return f.names && f.arena ? 0 : -1;
}

static int end(void **state)
{
	fixture *f = *state;
	as_naming_free(f->names);
	as_arena_free(f->arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(names_are_read),
		cmocka_unit_test(the_same_is_certain), cmocka_unit_test(what_is_alike_is_possible),
		cmocka_unit_test(others_are_others), cmocka_unit_test(hostile_names),
		cmocka_unit_test(csv_is_read) };
	return cmocka_run_group_tests(tests, begin, end);
}
