/* SPDX-License-Identifier: Apache-2.0 */
/* Orders of versions: chains that must rise, in every order; equals; and that each order is total on anything. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>

#include "vuln/version.h"

enum { CHAIN = 24 };

/* Each chain from the oldest to the newest. */
static const struct {
	const char *order, *chain[CHAIN];
} rising[] = {
	/* OpenSSL: letters, two letters, pre and beta. */
	{ "upstream", { "0.9.8", "0.9.8zg", "0.9.8zh", "1.0.0-beta1", "1.0.0", "1.0.1", "1.0.1a",
			      "1.0.1u", "1.0.2-beta3", "1.0.2", "1.0.2a", "1.0.2b", "1.0.2y",
			      "1.0.2z", "1.0.2za", "1.0.2zd", "1.1.0-pre1", "1.1.0", "1.1.1-pre9",
			      "1.1.1", "1.1.1n", "3.0.0-alpha17", "3.0.0" } },
	/* dnsmasq, OpenSSH, ISC BIND, NTP, sudo, Dropbear, lighttpd. */
	{ "upstream", { "2.73rc1", "2.73rc8", "2.73", "2.80test5", "2.80rc1", "2.80", "2.87" } },
	{ "upstream", { "6.5p1", "7.0", "7.9p1", "8.0", "8.0p1", "8.0p2", "8.5p1", "10.0p1" } },
	{ "upstream", { "9.11.0a1", "9.11.0b2", "9.11.0rc1", "9.11.0", "9.11.0-P1", "9.11.0-P4",
			      "9.11.1" } },
	{ "upstream", { "4.2.7p444", "4.2.8", "4.2.8p1-beta1", "4.2.8p1-rc1", "4.2.8p1", "4.2.8p2",
			      "4.2.8p15", "4.3.0" } },
	{ "upstream", { "1.8.11", "1.8.11p1", "1.8.11p2", "1.8.12", "1.9.5p2" } },
	{ "upstream", { "0.53.1", "2011.54", "2016.73", "2016.74", "2020.81" } },
	{ "upstream", { "6.9.10-9", "6.9.10-23", "6.9.11-0", "7.0.1" } },
	{ "upstream", { "20190701", "20190702", "20200101" } },
	{ "upstream", { "r122", "r123", "r1000" } },
	/* U-Boot: numbers, then dates. */
	{ "upstream", { "1.1.4", "1.3.4", "2008.10", "2018.07", "2018.09-rc1", "2018.09",
			      "2023.07-rc4", "2023.07", "2023.07.02" } },
	{ "firmware", { "1.2b3", "1.2b10", "3.02", "3.02b05", "3.03" } },
	{ "upstream", { "1.2b3", "1.2b10", "1.2", "1.2c" } },
	{ "kernel", { "2.6.16", "2.6.16.9", "2.6.39-rc1", "2.6.39", "3.0-rc1", "3.0", "3.10.0",
			    "3.10.108", "4.14.90-yocto-standard", "6.1-rc3", "6.1", "6.1.1",
			    "6.1.176", "6.10" } },
	{ "dpkg", { "1.0~~", "1.0~~a", "1.0~", "1.0", "1.0-1", "1.0-1+b1", "1.0a", "1.0+dfsg-1",
			  "1.0.1~rc1-1", "1.0.1-0ubuntu1", "1.1", "1:0.5" } },
	{ "rpm", { "1.0~rc1-1", "1.0", "1.0-1.el8", "1.0-2.el8", "1.0^20200101-1", "1.0.1-1",
			 "1.0.10-1", "2:0.1-1" } },
	{ "apk", { "1.2_alpha1", "1.2_beta", "1.2_pre2", "1.2_rc1", "1.2", "1.2-r1", "1.2-r10",
			 "1.2_git20200101", "1.2_p1", "1.2_p1-r1", "1.2a", "1.2.1", "1.10" } },
	{ "semver", { "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta",
			    "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.1-0",
			    "1.0.1", "1.10.0", "2.0.0" } },
	{ "pep440", { "1.dev0", "1.0.dev456", "1.0a1", "1.0a2.dev456", "1.0a12.dev456", "1.0a12",
			    "1.0b1.dev456", "1.0b2", "1.0b2.post345.dev456", "1.0b2.post345",
			    "1.0rc1.dev456", "1.0rc1", "1.0", "1.0+abc.5", "1.0+abc.7", "1.0+5",
			    "1.0.post456.dev34", "1.0.post456", "1.0.15", "1.1.dev1", "1!0.1" } },
};

static const char *const same[][3] = {
	{ "upstream", "1.0", "1.0.0" },
	{ "upstream", "v1.2.3", "1.2.3" },
	{ "upstream", "release-1.2", "1.2" },
	{ "upstream", "1.02", "1.2" },
	{ "upstream", "1.0.2k-fips", "1.0.2k" },
	{ "upstream", "2.0+build7", "2.0" },
	{ "upstream", "1.4.2-P1", "1.4.2p1" },
	{ "upstream", "2022.07-rc1", "2022.07rc1" },
	{ "kernel", "6.1.0-50-armmp", "6.1" },
	{ "kernel", "3.10.0-1160.el7.x86_64", "3.10.0" },
	{ "dpkg", "0:1.0", "1.0" },
	{ "dpkg", "1.0-0", "1.0" },
	{ "dpkg", "1.00-1", "1.0-1" },
	{ "rpm", "1.0.0", "1..0.0" },
	{ "semver", "1.0.0+a", "v1.0.0+b" },
	{ "semver", "1.2", "1.2.0" },
	{ "pep440", "1.0.0", "1" },
	{ "pep440", "1.0-1", "1.0.post1" },
	{ "pep440", "1.0alpha1", "1.0a1" },
	{ "pep440", "1.0.RC1", "1.0c1" },
};

static int compare(const char *order, as_span a, as_span b)
{
	const as_version_order *o = as_version_order_of(as_lit(order));
	assert_non_null(o);
	int by = o->compare(a, b);
	return (by > 0) - (by < 0);
}

static void expect(const char *order, const char *a, const char *b, int want)
{
	int there = compare(order, as_lit(a), as_lit(b)),
	    back = compare(order, as_lit(b), as_lit(a));
	if (there != want || back != -want)
		fail_msg("%s: %s %s: %d and %d", order, a, b, there, back);
}

static void chains_rise(void **state)
{
	(void)state;
	for (size_t c = 0; c < sizeof(rising) / sizeof(rising[0]); c++)
		for (size_t i = 0; i < CHAIN && rising[c].chain[i]; i++)
			for (size_t j = 0; j < CHAIN && rising[c].chain[j]; j++)
				expect(rising[c].order, rising[c].chain[i], rising[c].chain[j],
					i < j ? -1 : i > j);
}

static void the_same_is_the_same(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		expect(same[i][0], same[i][1], same[i][2], 0);
}

/* Anything at all: never out of bounds (the spans are exact), and a total order. */
static void anything_is_ordered(void **state)
{
	(void)state;
	static const char *const orders[] = { "upstream", "firmware", "kernel", "dpkg", "rpm",
		"apk", "semver", "pep440" };
	static const char bytes[] = "0019.ab-_+~^:!rcpP \xff";
	enum { N = 40, LEN = 9 };
	unsigned seed = 7;
	for (size_t o = 0; o < sizeof(orders) / sizeof(orders[0]); o++) {
		as_span v[N];
		for (size_t i = 0; i < N; i++) {
			size_t n = (seed = seed * 1103515245u + 12345u) / 65536u % LEN;
			uint8_t *p = malloc(n + !n);
			assert_non_null(p);
			for (size_t k = 0; k < n; k++)
				p[k] = (uint8_t)bytes[(seed = seed * 1103515245u + 12345u) /
						      65536u % (sizeof(bytes) - 1)];
			v[i] = as_bytes(p, n);
		}
		for (size_t i = 0; i < N * N * N; i++) {
			as_span a = v[i % N], b = v[i / N % N], c = v[i / N / N];
			int ab = compare(orders[o], a, b), bc = compare(orders[o], b, c);
			if (ab != -compare(orders[o], b, a) ||
				(ab <= 0 && bc <= 0 && compare(orders[o], a, c) > 0))
				fail_msg("%s: '%.*s' '%.*s' '%.*s'", orders[o], (int)a.n,
					(const char *)a.p, (int)b.n, (const char *)b.p, (int)c.n,
					(const char *)c.p);
		}
		for (size_t i = 0; i < N; i++)
			free((void *)(uintptr_t)v[i].p);
	}
	static uint8_t large[1 << 20];
	memset(large, '1', sizeof(large));
	for (size_t o = 0; o < sizeof(orders) / sizeof(orders[0]); o++)
		assert_int_equal(compare(orders[o], as_bytes(large, sizeof(large)),
					 as_bytes(large, sizeof(large))),
			0);
}

static void packages_have_makers_versions(void **state)
{
	(void)state;
	static const char *const cases[][3] = { { "dpkg", "1:1.2.13.dfsg-1", "1.2.13" },
		{ "dpkg", "2.36-9+deb12u13", "2.36" }, { "dpkg", "3.0.20-1~deb12u2", "3.0.20" },
		{ "dpkg", "1.0~rc1-1", "1.0~rc1" }, { "dpkg", "1.3+really1.2-1", "1.2" },
		{ "opkg", "2.90-4", "2.90" }, { "apk", "1.36.1-r15", "1.36.1" },
		{ "rpm", "1:1.1.1k-9.el8", "1.1.1k" }, { "npm", "1.0-1", "1.0-1" } };
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		as_span v = as_version_upstream(as_lit(cases[i][0]), as_lit(cases[i][1]));
		if (!as_is(v, cases[i][2]))
			fail_msg("%s: %.*s", cases[i][1], (int)v.n, (const char *)v.p);
	}
}

static void ranges_and_witnesses(void **state)
{
	(void)state;
	const as_version_order *o = as_version_order_of(as_lit("upstream"));
	as_version_range r = {
		.from = as_lit("1.0.2"), .to = as_lit("1.0.2zd"), .before_to = true
	};
	static const struct {
		const char *lo, *hi;
		as_fit fit;
	} cases[] = { { "1.0.2", "1.0.2", AS_FIT_YES }, { "1.0.2zc", "1.0.2zc", AS_FIT_YES },
		{ "1.0.2zd", "1.0.2zd", AS_FIT_NO }, { "1.0.1u", "1.0.1u", AS_FIT_NO },
		{ "1.0.2a", "1.0.2u", AS_FIT_YES }, { "1.0.1a", "1.0.2a", AS_FIT_POSSIBLY },
		{ "1.0.1a", "1.1.0", AS_FIT_POSSIBLY }, { "1.1.0", "1.1.1", AS_FIT_NO } };
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(as_version_within(o, as_lit(cases[i].lo), as_lit(cases[i].hi), &r),
			cases[i].fit);
	r.after_from = true;
	assert_int_equal(as_version_within(o, as_lit("1.0.2"), as_lit("1.0.2"), &r), AS_FIT_NO);
	r.before_to = false;
	assert_int_equal(
		as_version_within(o, as_lit("1.0.2zd"), as_lit("1.0.2zd"), &r), AS_FIT_YES);
	assert_int_equal(as_version_within(o, (as_span){ 0 }, (as_span){ 0 }, &r), AS_FIT_POSSIBLY);
	r = (as_version_range){ 0 };
	assert_int_equal(as_version_within(o, (as_span){ 0 }, (as_span){ 0 }, &r), AS_FIT_YES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chains_rise),
		cmocka_unit_test(the_same_is_the_same),
		cmocka_unit_test(anything_is_ordered),
		cmocka_unit_test(packages_have_makers_versions),
		cmocka_unit_test(ranges_and_witnesses),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
