/* SPDX-License-Identifier: Apache-2.0 */
/* Package databases: what is installed, what is only remembered, and the names it gets. */
#include "collect.h"

extern const as_inspector as_inspector_package;

static void expect(const char *path, const char *text, const char *const *lines, const char *absent)
{
	collected all = collect(&as_inspector_package, as_lit(text), "text", path);
	for (size_t i = 0; lines[i]; i++)
		if (!strstr((const char *)all.text.p, lines[i]))
			fail_msg("%s not in:\n%s", lines[i], (const char *)all.text.p);
	if (absent && strstr((const char *)all.text.p, absent))
		fail_msg("%s in:\n%s", absent, (const char *)all.text.p);
	collected_free(&all);
}

static void test_dpkg(void **state)
{
	(void)state;
	expect("/var/lib/dpkg/status",
		"Package: libc6\nStatus: install ok installed\nArchitecture: armhf\n"
		"Source: glibc\nVersion: 1:2.36-9+deb12u4\nDescription: GNU C Library\n Version: "
		"9\n\n"
		"Package: gone\nStatus: deinstall ok config-files\nVersion: 1.0-1\n\n"
		"Package: half\nStatus: install ok half-installed\nVersion: 3\n\n\n"
		"Package: last\nStatus: install ok unpacked\nArchitecture: all\nVersion: "
		"2~rc1-0ubuntu1",
		(const char *const[]){
			"package 0+143 manager=dpkg name=libc6 version=1:2.36-9+deb12u4 arch=armhf "
			"source=glibc status=install ok installed",
			"purl=pkg:deb/debian/libc6@1:2.36-9%2Bdeb12u4?arch=armhf method=package "
			"confidence=950 evidence=dpkg: libc6 1:2.36-9+deb12u4",
			"name=gone version=1.0-1", "name=half",
			"purl=pkg:deb/ubuntu/last@2~rc1-0ubuntu1?arch=all", NULL },
		"pkg:deb/debian/gone");
}

static void test_status_d(void **state)
{
	(void)state;
	expect("/var/lib/dpkg/status.d/tzdata", "Package: tzdata\nVersion: 2024a-0+deb12u1\n",
		(const char *const[]){ "pkg:deb/debian/tzdata@2024a-0%2Bdeb12u1 ", NULL },
		"status=");
}

static void test_opkg(void **state)
{
	(void)state;
	expect("/usr/lib/opkg/status",
		"Package: dropbear\r\nVersion: 2017.75-5\r\nDepends: libc\r\n"
		"Status: install user installed\r\nArchitecture: mipsel_24kc\r\n\r\n",
		(const char *const[]){
			"manager=opkg name=dropbear version=2017.75-5 arch=mipsel_24kc",
			"pkg:opkg/dropbear@2017.75-5?arch=mipsel_24kc", NULL },
		"deb");
}

static void test_apk(void **state)
{
	(void)state;
	expect("/lib/apk/db/installed",
		"C:Q1abc=\nP:musl\nV:1.2.4-r2\nA:aarch64\nL:MIT\no:musl\nF:lib\nR:ld-musl.so.1\n\n"
		"P:libubox\nV:2024.03.29\nA:aarch64_generic\no:feeds/base/libubox\n\n",
		(const char *const[]){ "pkg:apk/alpine/musl@1.2.4-r2?arch=aarch64", "license=MIT",
			"pkg:apk/openwrt/libubox@2024.03.29?arch=aarch64_generic", NULL },
		NULL);
}

static void test_rpm(void **state)
{
	(void)state;
	expect("/var/lib/rpm/rpmdb.sqlite", "SQLite format 3",
		(const char *const[]){ "lost: rpm database: its packages are not read", NULL },
		"package ");
}

/* The machine the test runs on knows its own packages. */
static void test_host(void **state)
{
	(void)state;
	FILE *f = fopen("/var/lib/dpkg/status", "rb");
	if (!f)
		skip();
	as_buf b = { 0 };
	for (size_t n = 1; n > 0;) {
		uint8_t *room = as_buf_room(&b, 1 << 16);
		n = room ? fread(room, 1, 1 << 16, f) : 0;
		b.n += n;
	}
	(void)fclose(f);
	collected all =
		collect(&as_inspector_package, as_buf_span_of(&b), "text", "/var/lib/dpkg/status");
	size_t n = 0;
	as_cur c = as_cur_le(as_buf_span_of(&b), 0);
	for (as_span line; as_line(&c, &line);)
		n += as_starts(line, "Package: ");
	size_t stated = 0;
	c = as_cur_le(as_buf_span_of(&all.text), 0);
	for (as_span line; as_line(&c, &line);)
		stated += as_starts(line, "package ");
	assert_true(n > 0);
	assert_int_equal(stated, n);
	collected_free(&all);
	as_buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dpkg),
		cmocka_unit_test(test_status_d),
		cmocka_unit_test(test_opkg),
		cmocka_unit_test(test_apk),
		cmocka_unit_test(test_rpm),
		cmocka_unit_test(test_host),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
