/* SPDX-License-Identifier: Apache-2.0 */
/* Traces of a build told apart from paths and dates that a program uses at run time. */
#include "collect.h"

#include "base/literals.h"

extern const as_inspector as_inspector_build_trace;

static void expect(const char *bytes, size_t n, const char *line)
{
	collected all = collect(&as_inspector_build_trace, as_bytes(bytes, n), "data", "");
	if (line)
		expect_has(&all, line);
	else if (all.rows > 0)
		fail_msg("unexpected: %s", (const char *)all.text.p);
	collected_free(&all);
}
#define EXPECT(bytes, line) expect(bytes, sizeof(bytes) - 1, line)

static void test_paths(void **state)
{
	(void)state;
	EXPECT("\0/home/anna/fw/src/main.c\0",
		"build_trace 1+24 kind=build-path value=/home/anna/fw/src/main.c");
	EXPECT("\0-I/home/anna/fw/include/x.h -O2\0", "value=/home/anna/fw/include/x.h");
	EXPECT("\0/srv/ci/builds/fw/openwrt/build_dir/target-mips/busybox\0",
		"value=/srv/ci/builds/fw/openwrt/build_dir/target-mips/busybox");
	EXPECT("\0/home/%s/.profile\0", NULL);
	EXPECT("\0/root/.ssh/authorized_keys\0", NULL);
	EXPECT("\0http://example.org/home/a/b.c\0", NULL);
	EXPECT("\0relative/home/a/b.c\0", NULL);
	/* Two files of one tree are one trace, another tree is another. */
	static const char trees[] = "/home/a/fw/x.c\0/home/a/fw/y.c\0/home/b/fw/x.c\0";
	collected all =
		collect(&as_inspector_build_trace, as_bytes(trees, sizeof(trees)), "elf", "");
	assert_int_equal(all.rows, 2);
	collected_free(&all);
}

static void test_dates(void **state)
{
	(void)state;
	EXPECT("\0Mar  5 2019\0", "build_trace 1+11 kind=time-macro value=Mar  5 2019");
	EXPECT("U-Boot 2019.01 (Mar 05 2019 - 10:11:12 +0800)",
		"kind=time-macro value=Mar 05 2019 - 10:11:12");
	EXPECT("\0Copyright Mar 5 2019 by x\0", NULL);
	EXPECT("\0Mar 05 20191\0", NULL);
	EXPECT("Mar ", NULL);
	EXPECT("Linux version 4.9.1 (jo@ci-7) (gcc version 4.8) #1 SMP Tue Mar 5 10:11:12 CST "
	       "2019\n",
		"kind=user-host value=jo@ci-7");
	EXPECT("Linux version 4.9.1 (jo@ci-7) (gcc version 4.8) #1 SMP Tue Mar 5 10:11:12 CST "
	       "2019\n",
		"kind=date value=#1 SMP Tue Mar 5 10:11:12 CST 2019");
	EXPECT("Linux version %s (%s) (%s) #\n", NULL);
}

static void test_flood(void **state)
{
	(void)state;
	as_buf b = { 0 };
	for (size_t i = 0; i < 50000; i++)
		as_buf_text(&b, "Jan Feb /home/ ");
	collected all = collect(&as_inspector_build_trace, as_buf_span_of(&b), "data", "");
	assert_int_equal(all.rows, 0);
	assert_int_equal(all.lost, 1);
	collected_free(&all);
	as_buf_free(&b);
}

typedef struct finds {
	size_t n;
	uint64_t at[8];
	as_status answer;
} finds;

static as_status found(void *ctx, size_t i, uint64_t at)
{
	finds *f = ctx;
	assert_true(i < 3 && f->n < 8);
	f->at[f->n++] = at;
	return f->answer;
}

static void test_literals(void **state)
{
	(void)state;
	const as_span texts[] = { as_lit("abc"), as_bytes("x\0", 2), as_lit("bc") };
	as_literals *l = as_literals_new(texts, 3);
	assert_non_null(l);
	finds f = { .answer = AS_OK };
	assert_int_equal(as_literals_search(l, as_bytes("zabcx\0bc", 8), found, &f), AS_OK);
	assert_int_equal(f.n, 4);
	assert_int_equal(f.at[2], 4);
	assert_int_equal(f.at[3], 6);
	f = (finds){ .answer = AS_LIMIT };
	assert_int_equal(as_literals_search(l, as_lit("abcabc"), found, &f), AS_LIMIT);
	assert_int_equal(f.n, 1);
	as_literals_free(l);
	as_literals_free(NULL);
	assert_null(as_literals_new(texts, 0));
	const as_span empty[] = { { 0 } };
	assert_null(as_literals_new(empty, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_dates),
		cmocka_unit_test(test_flood),
		cmocka_unit_test(test_literals),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
