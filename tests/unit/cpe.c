/* SPDX-License-Identifier: Apache-2.0 */
/* Names of products: reading them, table 6-2 of NISTIR 7696, and criteria of records against versions. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include "vuln/cpe.h"

static void names_are_read(void **state)
{
	(void)state;
	as_cpe c;
	uint8_t to[64];
	assert_true(as_cpe_parse(
		as_lit("cpe:2.3:a:gnu:libstdc\\+\\+:1\\:2:p1-beta1:*:*:-:node.js:x64:\\\\"), &c));
	assert_true(as_is(as_cpe_plain(c.at[AS_CPE_PRODUCT], to, sizeof(to)), "libstdc++"));
	assert_true(as_is(as_cpe_plain(c.at[AS_CPE_VERSION], to, sizeof(to)), "1:2"));
	assert_true(as_is(c.at[AS_CPE_UPDATE], "p1-beta1"));
	assert_true(as_is(c.at[AS_CPE_TARGET_SW], "node.js"));
	assert_true(as_is(as_cpe_plain(c.at[AS_CPE_OTHER], to, sizeof(to)), "\\"));
	assert_int_equal(as_cpe_plain(c.at[AS_CPE_PRODUCT], to, 4).n, 4);
	assert_true(as_cpe_parse(as_lit("cpe:2.3:o:linux:linux_kernel:6.1"), &c));
	assert_true(as_is(c.at[AS_CPE_TARGET_HW], "*"));
	static const char *const wrong[] = { "", "cpe:2.3:", "cpe:/a:x:y", "cpe:2.3:a",
		"cpe:2.3:b:x:y", "cpe:2.3:a:x:*:1", "cpe:2.3:a::y:1",
		"cpe:2.3:a:x:y:1:2:3:4:5:6:7:8:9", "cpe:2.3:a:x:y\\" };
	for (size_t i = 0; i + 1 < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(as_cpe_parse(as_lit(wrong[i]), &c));
	assert_true(
		as_cpe_parse(as_lit("cpe:2.3:a:x:y\\"), &c)); /* a backslash at the end is itself */
}

/* The lines of the table in its order; the pattern on the side of the name cannot be decided. */
static void fields_stand_to_each_other(void **state)
{
	(void)state;
	static const struct {
		const char *criterion, *name;
		as_relation relation;
	} cases[] = { { "*", "*", AS_EQUAL }, { "*", "-", AS_SUPERSET }, { "*", "x", AS_SUPERSET },
		{ "*", "x*", AS_UNDEFINED }, { "-", "*", AS_SUBSET }, { "-", "-", AS_EQUAL },
		{ "-", "x", AS_DISJOINT }, { "-", "x?", AS_UNDEFINED }, { "x", "x", AS_EQUAL },
		{ "x", "X", AS_EQUAL }, { "x", "y", AS_DISJOINT }, { "x", "x*", AS_UNDEFINED },
		{ "x", "-", AS_DISJOINT }, { "x", "*", AS_SUBSET }, { "x*", "xyz", AS_SUPERSET },
		{ "x*", "y", AS_DISJOINT }, { "*x", "yyx", AS_SUPERSET },
		{ "x??", "x1", AS_SUPERSET }, { "x??", "x123", AS_DISJOINT },
		{ "*b*", "abc", AS_SUPERSET }, { "x*", "-", AS_DISJOINT }, { "x*", "*", AS_SUBSET },
		{ "x*", "x?", AS_UNDEFINED }, { "1\\*", "1\\*", AS_EQUAL },
		{ "1\\*", "12", AS_DISJOINT }, { "1\\.0", "1.0", AS_EQUAL } };
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (as_cpe_relation(as_lit(cases[i].criterion), as_lit(cases[i].name)) !=
			cases[i].relation)
			fail_msg("%s to %s", cases[i].criterion, cases[i].name);
}

typedef struct fit_case {
	const char *cpe, *from,
		*to; /* the ends: "[1.0" or "(1.0" and "1.0]" or "1.0)"; NULL: none */
	const char *lo, *hi;
	as_fit fit;
} fit_case;

#define OPENSSH "cpe:2.3:a:openbsd:openssh:"
#define SUDO "cpe:2.3:a:sudo_project:sudo:"
#define UBOOT "cpe:2.3:a:denx:u-boot:"
#define TOOL "cpe:2.3:a:x:tool:"

static const fit_case fits[] = {
	{ OPENSSH "*:*:*:*:*:*:*:*", NULL, "8.5)", "8.4p1", NULL, AS_FIT_YES },
	{ OPENSSH "*:*:*:*:*:*:*:*", NULL, "8.5)", "8.5p1", NULL, AS_FIT_NO },
	{ OPENSSH "*:*:*:*:*:*:*:*", NULL, "8.4]", "8.4p1", NULL,
		AS_FIT_YES }, /* 8.4 is all its patch levels */
	{ OPENSSH "*:*:*:*:*:*:*:*", NULL, "8.4]", "8.4.1", NULL, AS_FIT_NO },
	{ OPENSSH "6.5:*:*:*:*:*:*:*", NULL, NULL, "6.5p1", NULL, AS_FIT_YES },
	{ OPENSSH "6.5:-:*:*:*:*:*:*", NULL, NULL, "6.5p1", NULL, AS_FIT_NO },
	{ OPENSSH "8.0:p1:*:*:*:*:*:*", NULL, NULL, "8.0p1", NULL, AS_FIT_YES },
	{ OPENSSH "8.0:p1:*:*:*:*:*:*", NULL, NULL, "8.0p2", NULL, AS_FIT_NO },
	{ "cpe:2.3:a:ntp:ntp:4.2.8:p1-beta1:*:*:*:*:*:*", NULL, NULL, "4.2.8p1-beta1", NULL,
		AS_FIT_YES },
	{ "cpe:2.3:a:ntp:ntp:4.2.8:p1-beta1:*:*:*:*:*:*", NULL, NULL, "4.2.8p1", NULL, AS_FIT_NO },
	{ UBOOT "2018.09:rc1:*:*:*:*:*:*", NULL, NULL, "2018.09-rc1", NULL, AS_FIT_YES },
	{ UBOOT "2018.09:rc1:*:*:*:*:*:*", NULL, NULL, "2018.09", NULL, AS_FIT_NO },
	{ TOOL "11:sp3:*:*:*:*:*:*", NULL, NULL, "11-sp3", NULL, AS_FIT_YES },
	{ TOOL "11:sp3:*:*:*:*:*:*", NULL, NULL, "11", NULL, AS_FIT_NO },
	/* A number as an update is no part of the version's last number. */
	{ TOOL "1.0:3:*:*:*:*:*:*", NULL, NULL, "1.03", NULL, AS_FIT_NO },
	{ TOOL "1.0:3:*:*:*:*:*:*", NULL, NULL, "1.0-3", NULL, AS_FIT_YES },
	{ TOOL "1.0:3:*:*:*:*:*:*", NULL, NULL, "1.0", NULL, AS_FIT_POSSIBLY },
	{ TOOL "1.0:3:*:*:*:*:*:*", NULL, NULL, "1.0u3", NULL, AS_FIT_POSSIBLY },
	{ TOOL "1.0:3:*:*:*:*:*:*", NULL, NULL, "1.0.3", NULL, AS_FIT_POSSIBLY },
	{ TOOL "1.0:3:*:*:*:*:*:*", NULL, NULL, "1.0-2", NULL, AS_FIT_NO },
	{ TOOL "1.0:3:*:*:*:*:*:*", NULL, NULL, "1.0.33", NULL, AS_FIT_NO },
	{ TOOL "*:3:*:*:*:*:*:*", NULL, "1.0]", "1.02", NULL, AS_FIT_NO },
	{ TOOL "*:3:*:*:*:*:*:*", NULL, "1.0]", "1.0-3", NULL, AS_FIT_YES },
	{ TOOL "*:3:*:*:*:*:*:*", NULL, "1.0]", "1.0-4", NULL, AS_FIT_NO },
	{ SUDO "*:p2:*:*:*:*:*:*", NULL, "1.8.11]", "1.8.11p2", NULL, AS_FIT_YES },
	{ SUDO "*:p2:*:*:*:*:*:*", NULL, "1.8.11]", "1.8.11p3", NULL, AS_FIT_NO },
	{ SUDO "*:p2:*:*:*:*:*:*", NULL, "1.8.11]", "1.8.11", NULL, AS_FIT_YES },
	{ TOOL "*:*:*:*:*:*:*:*", "[1.0", "2.0]", "1.0", NULL, AS_FIT_YES },
	{ TOOL "*:*:*:*:*:*:*:*", "(1.0", "2.0]", "1.0", NULL, AS_FIT_NO },
	{ TOOL "*:*:*:*:*:*:*:*", "(1.0", "2.0]", "1.0.1", NULL, AS_FIT_YES },
	{ TOOL "*:*:*:*:*:*:*:*", "[1.0", "2.0]", "2.0", NULL, AS_FIT_YES },
	{ TOOL "*:*:*:*:*:*:*:*", "[1.0", "2.0)", "2.0", NULL, AS_FIT_NO },
	{ TOOL "*:*:*:*:*:*:*:*", "[1.0", "2.0)", "0.5", "1.5", AS_FIT_POSSIBLY },
	{ TOOL "*:*:*:*:*:*:*:*", "[1.0", "2.0)", "1.2", "1.5", AS_FIT_YES },
	{ TOOL "*:*:*:*:*:*:*:*", "[1.0", "2.0)", NULL, NULL, AS_FIT_POSSIBLY },
	{ TOOL "*:*:*:*:*:*:*:*", NULL, NULL, NULL, NULL, AS_FIT_YES },
	{ TOOL "-:*:*:*:*:*:*:*", NULL, NULL, "1.0", NULL, AS_FIT_POSSIBLY },
	{ TOOL "1.*:*:*:*:*:*:*:*", NULL, NULL, "1.7", NULL, AS_FIT_YES },
	{ TOOL "1.*:*:*:*:*:*:*:*", NULL, NULL, "2.7", NULL, AS_FIT_NO },
	{ TOOL "1.2:*:*:*:*:*:*:*", NULL, NULL, "1.2.0", NULL, AS_FIT_YES },
	{ TOOL "1.2:*:*:*:*:*:*:*", NULL, NULL, "1.1", "1.3", AS_FIT_POSSIBLY },
	{ TOOL "*:*:*:*:*:windows:*:*", NULL, "2.0)", "1.0", NULL, AS_FIT_NO },
	{ TOOL "*:*:*:*:*:linux:*:*", NULL, "2.0)", "1.0", NULL, AS_FIT_YES },
	{ TOOL "*:*:*:*:*:node.js:*:*", NULL, "2.0)", "1.0", NULL, AS_FIT_POSSIBLY },
	{ TOOL "*:*:*:*:enterprise:*:*:*", NULL, "2.0)", "1.0", NULL, AS_FIT_POSSIBLY },
	{ TOOL "*:*:*:*:enterprise:*:*:*", NULL, "2.0)", "2.0", NULL, AS_FIT_NO },
};

static void end_of(const char *text, as_version_range *r)
{
	as_span s = as_lit(text ? text : "");
	if (as_at(s, 0) == '[' || as_at(s, 0) == '(') {
		r->from = as_from(s, 1);
		r->after_from = s.p[0] == '(';
	} else if (s.n > 0) {
		r->to = as_cut(s, 0, s.n - 1);
		r->before_to = s.p[s.n - 1] == ')';
	}
}

static void criteria_fit_versions(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(fits) / sizeof(fits[0]); i++) {
		as_criterion c = { 0 };
		const char *why = NULL;
		as_witness w = { .linux_image = true };
		if (fits[i].lo)
			w.lo = w.hi = as_lit(fits[i].lo);
		if (fits[i].hi)
			w.hi = as_lit(fits[i].hi);
		assert_true(as_cpe_parse(as_lit(fits[i].cpe), &c.cpe));
		end_of(fits[i].from, &c.range);
		end_of(fits[i].to, &c.range);
		as_fit fit = as_cpe_fits(&c, as_version_order_of(as_lit("upstream")), &w, &why);
		if (fit != fits[i].fit)
			fail_msg("%s %s %s: %s is %d", fits[i].cpe,
				fits[i].from ? fits[i].from : "", fits[i].to ? fits[i].to : "",
				fits[i].lo ? fits[i].lo : "unknown", fit);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_read),
		cmocka_unit_test(fields_stand_to_each_other),
		cmocka_unit_test(criteria_fit_versions),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
