/* SPDX-License-Identifier: Apache-2.0 */
/* What a system says of itself, from files as distributions ship them. */
#include "collect.h"

extern const as_inspector as_inspector_release;

static void expect(const char *path, const char *text, const char *const *lines, size_t rows)
{
	collected all = collect(&as_inspector_release, as_lit(text), "text", path);
	for (size_t i = 0; lines[i]; i++)
		expect_has(&all, lines[i]);
	assert_int_equal(all.rows, rows);
	assert_int_equal(all.lost, 0);
	collected_free(&all);
}

static void test_os_release(void **state)
{
	(void)state;
	expect("/usr/lib/os-release",
		"PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME='Debian GNU/Linux'\n"
		"# VERSION_ID=\"13\"\n\nVERSION_ID=\"12\"\r\nID=debian\nEMPTY=\n",
		(const char *const[]){ "property 0+44 format=os-release name=PRETTY_NAME "
				       "value=Debian GNU/Linux 12 (bookworm)\n",
			"name=NAME value=Debian GNU/Linux\n", "name=VERSION_ID value=12\n",
			"name=ID value=debian\n", NULL },
		4);
}

static void test_openwrt(void **state)
{
	(void)state;
	expect("/etc/openwrt_release",
		"DISTRIB_ID='OpenWrt'\nDISTRIB_RELEASE='SNAPSHOT'\nDISTRIB_REVISION='r1234-abc'",
		(const char *const[]){
			"format=openwrt_release name=DISTRIB_RELEASE value=SNAPSHOT\n",
			"name=DISTRIB_REVISION value=r1234-abc\n", NULL },
		3);
}

static void test_android(void **state)
{
	(void)state;
	expect("/system/build.prop",
		"# begin\nro.build.version.security_patch=2023-01-05\nro.debuggable=1\n"
		"ro.product.system.manufacturer=Maker\nro.product.manufacturer=unknown\nimport "
		"/x\n",
		(const char *const[]){ "format=build.prop name=ro.build.version.security_patch "
				       "value=2023-01-05\n",
			"name=ro.debuggable value=1\n", "name=Maker role=manufacturer", NULL },
		5);
}

static void test_lines(void **state)
{
	(void)state;
	expect("/etc/debian_version", "\n12.5\nmore\n",
		(const char *const[]){
			"property 1+4 format=release name=debian_version value=12.5\n", NULL },
		1);
	expect("/squashfs-root/etc/hostname", "cell-7\n",
		(const char *const[]){ "format=hostname name=hostname value=cell-7\n", NULL }, 1);
	expect("/etc/alpine-release", "3.19.1",
		(const char *const[]){ "name=alpine-release value=3.19.1\n", NULL }, 1);
}

/* Lines that are no assignments, a name that never ends, quotes that do not close, nothing at all. */
static void test_hostile(void **state)
{
	(void)state;
	expect("/etc/os-release", "=x\nA B=c\n9A=b\n=\n\"\n", (const char *const[]){ NULL }, 0);
	expect("/etc/os-release", "ID=\"half\nX='\n",
		(const char *const[]){ "name=ID value=\"half\n", "name=X value='\n", NULL }, 2);
	expect("/etc/hostname", "", (const char *const[]){ NULL }, 0);
	static const char text[] = "ID=\"a\"\nNAME='b'\n";
	for (size_t n = 0; n < sizeof(text); n++) {
		collected all = collect(
			&as_inspector_release, as_bytes(text, n), "text", "/etc/os-release");
		assert_true(all.rows <= 2);
		collected_free(&all);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_os_release),
		cmocka_unit_test(test_openwrt),
		cmocka_unit_test(test_android),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_hostile),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
