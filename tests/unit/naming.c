/* SPDX-License-Identifier: Apache-2.0 */
/* Names of components as CPE and package URLs write them: what separates the fields is never part of one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/purl.h"
#include "inspect/naming.h"
#include "vuln/cpe.h"

static void is(as_span told, const char *wanted)
{
	assert_int_equal(told.n, as_lit(wanted).n);
	assert_memory_equal(told.p, wanted, told.n);
}

static void test_cpe(void **state)
{
	as_arena *a = as_arena_new(1 << 20);
	as_span none = { 0 };
	(void)state;
	is(as_cpe_of(a, 'a', as_lit("zlib"), as_lit("zlib"), as_lit("1.2.13")),
		"cpe:2.3:a:zlib:zlib:1.2.13:*:*:*:*:*:*:*");
	is(as_cpe_of(a, 'a', as_lit("apache"), as_lit("xerces-c++"), as_lit("3.2.4")),
		"cpe:2.3:a:apache:xerces-c\\+\\+:3.2.4:*:*:*:*:*:*:*");
	is(as_cpe_of(a, 'o', as_lit("linux"), as_lit("linux_kernel"), none),
		"cpe:2.3:o:linux:linux_kernel:*:*:*:*:*:*:*:*");
	is(as_cpe_of(a, 'a', none, as_lit("x"), as_lit("1:2~rc1 b*")),
		"cpe:2.3:a:*:x:1\\:2\\~rc1_b\\*:*:*:*:*:*:*:*");
	is(as_cpe_of(a, 'a', none, as_lit("x"), as_lit("-")), "cpe:2.3:a:*:x:\\-:*:*:*:*:*:*:*");
	assert_null(as_cpe_of(a, 'a', as_lit("x"), none, as_lit("1")).p);
	assert_null(as_cpe_of(a, 'a', as_lit("x"), as_lit("y"), as_lit("1\n")).p);
	assert_null(as_cpe_of(a, 'a', as_lit("x"), as_lit("\xc3\xa9"), as_lit("1")).p);
	as_arena_free(a);
}

/* What is written is read as the same fields again. */
static void test_cpe_is_read_as_it_was_meant(void **state)
{
	static const char *const texts[] = { "xerces-c++", "a:b", "back\\slash", "what?*",
		"1.0~rc1+2", "-" };
	as_arena *a = as_arena_new(1 << 20);
	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		uint8_t plain[64];
		as_cpe c;
		as_span t = as_lit(texts[i]);
		assert_true(as_cpe_parse(as_cpe_of(a, 'a', t, t, t), &c));
		for (int f = AS_CPE_VENDOR; f <= AS_CPE_VERSION; f++) {
			assert_true(as_same(as_cpe_plain(c.at[f], plain, sizeof(plain)), t));
			assert_int_equal(as_cpe_relation(c.at[f], c.at[f]), AS_EQUAL);
		}
		is(c.at[AS_CPE_UPDATE], "*");
	}
	as_arena_free(a);
}

static void test_purl(void **state)
{
	as_arena *a = as_arena_new(1 << 20);
	as_span none = { 0 };
	(void)state;
	is(as_purl_of(a, as_lit("github/madler/zlib"), as_lit("1.2.13")),
		"pkg:github/madler/zlib@1.2.13");
	is(as_purl_of(a, as_lit("pkg:npm/%40popperjs/core"), as_lit("2.11.8+build?x#y")),
		"pkg:npm/%40popperjs/core@2.11.8%2Bbuild%3Fx%23y");
	is(as_purl_of(a, as_lit("pkg:generic/busybox"), none), "pkg:generic/busybox");
	is(as_purl_generic(a, as_lit("libsigc++-2.0"), as_lit("2.12.0")),
		"pkg:generic/libsigc%2B%2B-2.0@2.12.0");
	is(as_purl_generic(a, as_lit("a/b@c"), as_lit("1 2")), "pkg:generic/a%2Fb%40c@1%202");
	is(as_purl_generic(a, as_lit("a"), as_lit("1:2")), "pkg:generic/a@1:2");
	assert_null(as_purl_of(a, none, as_lit("1")).p);
	as_arena_free(a);
}

static void test_purl_is_split(void **state)
{
	static const struct {
		const char *url, *type, *name, *version;
	} all[] = {
		{ "pkg:npm/@x/tool@1.0?a=b@c#d@e", "npm", "@x/tool", "1.0" },
		{ "pkg:NPM/%40x/tool", "NPM", "%40x/tool", "" },
		{ "pkg:generic/a@", "generic", "a", "" },
		{ "pkg:generic", "generic", "", "" },
		{ "pkg:generic/", "generic", "", "" },
		{ "pkg:/a@1", "", "pkg:/a", "1" },
		{ "generic/a@1", "", "generic/a", "1" },
		{ "", "", "", "" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		as_purl u = as_purl_split(as_lit(all[i].url));
		assert_true(as_same(u.type, as_lit(all[i].type)));
		assert_true(as_same(u.name, as_lit(all[i].name)));
		assert_true(as_same(u.version, as_lit(all[i].version)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cpe),
		cmocka_unit_test(test_cpe_is_read_as_it_was_meant),
		cmocka_unit_test(test_purl),
		cmocka_unit_test(test_purl_is_split),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
