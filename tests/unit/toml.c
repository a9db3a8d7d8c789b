/* SPDX-License-Identifier: Apache-2.0 */
/* TOML: the kinds of values, tables in their forms, what is wrong and on which line. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "assess/toml.h"
#include "base/buf.h"

typedef struct faults {
	unsigned n, line[16];
	char text[16][120];
} faults;

static void on_fault(void *ctx, unsigned line, const char *message, as_span about)
{
	faults *f = ctx;
	if (f->n < 16) {
		f->line[f->n] = line;
		(void)snprintf(f->text[f->n], sizeof(f->text[0]), "%s: %.*s", message, (int)about.n,
			about.p ? (const char *)about.p : "");
	}
	f->n++;
}

static as_arena *arena;

static const as_toml *read(const char *text, faults *f)
{
	*f = (faults){ 0 };
	return as_toml_read(as_lit(text), arena, on_fault, f);
}

static const as_toml *good(const char *text)
{
	faults f;
	const as_toml *t = read(text, &f);
	if (f.n)
		fail_msg("line %u: %s", f.line[0], f.text[0]);
	assert_non_null(t);
	return t;
}

static const as_toml *at(const as_toml *t, const char *path)
{
	for (as_span p = as_lit(path); p.n > 0 && t;) {
		char key[40] = { 0 };
		as_span k = as_field(p, '.', 0);
		memcpy(key, k.p, k.n);
		uint64_t i = 0;
		if (t->kind == AS_TOML_ARRAY && as_number(k, 10, &i))
			for (t = t->first; t && i > 0; i--)
				t = t->next;
		else
			t = as_toml_get(t, key);
		p = as_from(p, as_min(p.n, k.n + 1));
	}
	return t;
}

static void test_values(void **state)
{
	const as_toml *t = good(
		"a = 1_000\nb = -2.5e3\nc = 'x\\y'\nd = \"t\\tq\\u00e9\\U0001F600\"\n"
		"e = true\nf = 1979-05-27T07:32:00Z\ng = 1979-05-27 07:32:00\nh = 0xff\n"
		"i = [1, 'two', [3],\n # c\n 4, ]\nj = { x = 1, y.z = 'q' }\nk = inf\n\"l m\" = 1\n"
		"n = \"\"\"\nfirst\nsecond \\\n   joined\"\"\"\"\no = '''a'b'''\np = 07:32:00\nq = "
		"-0\n");
	(void)state;
	assert_true(at(t, "a")->number == 1000 && at(t, "a")->whole);
	assert_true(at(t, "b")->number == -2500 && !at(t, "b")->whole);
	assert_true(as_is(at(t, "c")->text, "x\\y"));
	assert_true(as_is(at(t, "d")->text, "t\tq\xc3\xa9\xf0\x9f\x98\x80"));
	assert_true(at(t, "e")->kind == AS_TOML_TRUTH && at(t, "e")->truth);
	assert_true(at(t, "f")->kind == AS_TOML_TIME && at(t, "g")->kind == AS_TOML_TIME &&
		    at(t, "p")->kind == AS_TOML_TIME);
	assert_true(at(t, "h")->number == 255);
	assert_int_equal(at(t, "i")->n, 4);
	assert_true(at(t, "i.2.0")->number == 3);
	assert_true(as_is(at(t, "j.y.z")->text, "q"));
	assert_true(isinf(at(t, "k")->number));
	assert_true(at(t, "l m")->number == 1);
	assert_true(as_is(at(t, "n")->text, "first\nsecond joined\""));
	assert_true(as_is(at(t, "o")->text, "a'b"));
}

static void test_tables(void **state)
{
	const as_toml *t = good("top = 1\n[a.b]\nx = 1\n[a]\ny.z = 2\n[[c]]\nn = 1\n[[c]]\nn = "
				"2\n[c.d]\nq = 3\n[[c.e]]\n[[c.e]]\nw=1\r\n");
	(void)state;
	assert_true(at(t, "a.b.x")->number == 1 && at(t, "a.y.z")->number == 2);
	assert_int_equal(at(t, "c")->n, 2);
	assert_true(at(t, "c.1.d.q")->number == 3);
	assert_null(at(t, "c.0.d"));
	assert_true(at(t, "c.1.e.1.w")->number == 1);
	assert_int_equal(at(t, "c.1")->line, 8);
}

/* Each with the line of its fault, and no other fault. */
static void test_wrong(void **state)
{
	static const struct {
		unsigned line;
		const char *text;
	} wrong[] = {
		{ 1, "a = 1 b = 2" },
		{ 2, "a = 1\na = 2" },
		{ 1, "a = x" },
		{ 1, "a = " },
		{ 1, "= 1" },
		{ 1, "a = 01" },
		{ 1, "a = 1__0" },
		{ 1, "a = _1" },
		{ 1, "a = 1." },
		{ 1, "a = 'x" },
		{ 1, "a = \"\\q\"" },
		{ 1, "a = \"\\ud800\"" },
		{ 1, "a = [1 2]" },
		{ 2, "[a]\n[a]" },
		{ 3, "[a]\nb=1\n[a.b]" },
		{ 2, "a = {x=1}\na.y = 2" },
		{ 2, "a=[1]\n[[a]]" },
		{ 1, "a = \"\xff\"" },
		{ 1, "[a" },
		{ 1, "a.b" },
		{ 1, "a = 0xfg" },
		{ 1, "a = tru" },
		{ 1, "a = 2001-13-40" },
		{ 3, "[a.b]\nc=1\n[[a.b]]" },
		{ 1, "a = {x=1" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		faults f;
		assert_non_null(read(wrong[i].text, &f));
		if (f.n != 1 || f.line[0] != wrong[i].line)
			fail_msg("%s: %u faults, the first on line %u: %s", wrong[i].text, f.n,
				f.line[0], f.text[0]);
	}
}

static void test_all_faults(void **state)
{
	faults f;
	const as_toml *t = read("a = \nb = 2\nc = 'x\nd = 4\n[e\nf = 5\n[g]\nh = 6\n", &f);
	(void)state;
	assert_int_equal(f.n, 3);
	assert_true(f.line[0] == 1 && f.line[1] == 3 && f.line[2] == 5);
	assert_true(
		at(t, "b")->number == 2 && at(t, "d")->number == 4 && at(t, "g.h")->number == 6);
	assert_null(at(t, "f"));
}

static void test_deep(void **state)
{
	enum { DEEP = 100000 };
	static char text[DEEP + 8] = "a=";
	faults f;
	(void)state;
	for (size_t i = 2; i < DEEP; i++)
		text[i] = '[';
	assert_non_null(read(text, &f));
	assert_true(f.n >= 1);
	for (size_t i = 0; i < DEEP; i++)
		text[i] = i & 1 ? '.' : 'a';
	assert_non_null(read(text, &f));
	assert_int_equal(f.n, 1);
}

/* What looks at each name for each other does not end before the test's time has. */
static void test_many_names(void **state)
{
	enum { MANY = 300000 };
	as_buf b = { 0 };
	faults f = { 0 };
	(void)state;
	for (unsigned i = 0; i < MANY; i++)
		as_buf_print(&b, "n%u = 1\n", i);
	for (unsigned i = 0; i < MANY; i++)
		as_buf_print(&b, "[t.n%u]\n", i);
	as_buf_text(&b, "[t.n1]\n");
	const as_toml *t = as_toml_read(as_buf_span_of(&b), arena, on_fault, &f);
	assert_non_null(t);
	assert_int_equal(t->n, MANY + 1);
	assert_int_equal(as_toml_get(t, "t")->n, MANY);
	assert_true(f.n == 1 && f.line[0] == 2 * MANY + 1);
	as_buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_tables),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_all_faults),
		cmocka_unit_test(test_deep),
		cmocka_unit_test(test_many_names),
	};
	arena = as_arena_new(0);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	as_arena_free(arena);
	return failed;
}
