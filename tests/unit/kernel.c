/* SPDX-License-Identifier: Apache-2.0 */
/* Kernels by their banner, configurations inside and beside them, and modules. */
#include "collect.h"

extern const as_inspector as_inspector_kernel, as_inspector_kernel_module;

enum { SIZE = 64 * 1024 };

/* SIZE zero bytes with a text at an odd place. */
static as_buf image(const char *text)
{
	as_buf b = { 0 };
	for (size_t i = 0; i < 1001; i++)
		as_buf_u8(&b, 0);
	as_buf_text(&b, text);
	while (b.n < SIZE)
		as_buf_u8(&b, 0);
	return b;
}

static collected run(const char *text, const char *type)
{
	as_buf b = image(text);
	collected all = collect(&as_inspector_kernel, as_buf_span_of(&b), type, "");
	as_buf_free(&b);
	return all;
}

static const char vendor[] =
	"Linux version 3.10.14 (build@router-ci) (gcc version 4.6.4 (OpenWrt GCC 4.6-linaro) ) "
	"#3 Tue Mar 5 10:11:12 CST 2019\n";
static const char debian[] =
	"Linux version 6.1.0-50-armmp (debian-kernel@lists.debian.org) (gcc-12 (Debian 12.2.0-14) "
	"12.2.0, GNU ld 2.40) # SMP Debian 6.1.176-1 (2026-07-02)\n\0";
static const char ubuntu[] =
	"Linux version 5.15.0-91-generic (buildd@bos03-amd64-055) (gcc (Ubuntu 11.4.0) 11.4.0, GNU "
	"ld 2.38) #101-Ubuntu SMP Tue Nov 14 13:30:08 UTC 2023 (Ubuntu 5.15.0-91.101-generic "
	"5.15.131)\n";

static void test_vendor(void **state)
{
	(void)state;
	collected all = run(vendor, "data");
	expect_has(&all, "kernel 1001+");
	expect_has(&all, "version=3.10.14 banner=Linux version 3.10.14 (build@router-ci)");
	expect_has(&all, "compiler=gcc version 4.6.4 (OpenWrt GCC 4.6-linaro) ");
	expect_has(&all, "built=#3 Tue Mar 5 10:11:12 CST 2019 configured=0");
	expect_has(&all, "cpe=cpe:2.3:o:linux:linux_kernel:3.10.14:");
	collected_free(&all);
}

/* Distributions number their interface in the release; the source version stands further on. */
static void test_distributions(void **state)
{
	(void)state;
	collected all = run(debian, "data");
	expect_has(&all, "kernel 1001+");
	expect_has(&all, "version=6.1.0-50-armmp ");
	expect_has(&all, "purl=pkg:generic/linux@6.1.176 ");
	collected_free(&all);
	all = run(ubuntu, "elf");
	expect_has(&all, "purl=pkg:generic/linux@5.15.131 ");
	collected_free(&all);
}

static void test_replaced_banner(void **state)
{
	(void)state;
	char both[1024];
	(void)snprintf(both, sizeof(both), "%s%s", debian, vendor);
	collected all = run(both, "data");
	expect_has(&all, "version=3.10.14 ");
	expect_not(&all, "6.1");
	collected_free(&all);
}

static void test_not_kernels(void **state)
{
	(void)state;
	static const char *const texts[] = { "Linux version %s (%s@%s) (%s) %s\n",
		"needs Linux version 2.6.18 or newer\n", "Linux version 4.4 (static) (none) #\n",
		"Linux version 4.4.0 (a@b", "Linux version ", NULL };
	for (size_t i = 0; texts[i]; i++) {
		collected all = run(texts[i], "data");
		assert_int_equal(all.rows, 0);
		collected_free(&all);
	}
	collected all = run(vendor, "squashfs");
	assert_int_equal(all.rows, 0);
	collected_free(&all);
}

static const char config[] = "#\n# Automatically generated file; DO NOT EDIT.\n"
			     "# Linux/mips 4.14.241 Kernel Configuration\n#\nCONFIG_MIPS=y\n"
			     "CONFIG_LOCALVERSION=\"-v\"\n# CONFIG_STRICT_DEVMEM is not set\n"
			     "CONFIG_EMPTY=\"\"\nnot a line\n";

static void test_embedded(void **state)
{
	(void)state;
	char both[1024];
	(void)snprintf(both, sizeof(both), "%sIKCFG_ST\x1f\x8b", vendor);
	collected all = run(both, "linux_raw");
	expect_has(&all, "configured=1");
	collected_free(&all);
}

static void test_config_file(void **state)
{
	(void)state;
	collected all = collect(&as_inspector_kernel, as_lit(config), "text", "");
	expect_has(&all, "kernel_option 92+13 name=CONFIG_MIPS value=y");
	assert_int_equal(all.rows, 4);
	collected_free(&all);
	all = collect(&as_inspector_kernel, as_lit("CONFIG_MIPS=y\n"), "text", "");
	assert_int_equal(all.rows, 0);
	collected_free(&all);
}

/* A big-endian 32-bit relocatable file with .modinfo, as a router's kernel would load it. */
static as_buf module(const char *info, size_t info_len, const char *after)
{
	static const char names[] = "\0.modinfo\0.shstrtab";
	const uint32_t strings_at = 52 + (uint32_t)info_len;
	const uint32_t sections_at = (strings_at + sizeof(names) + 3) & ~3u;
	const uint32_t header[] = { 0x00010008, 1, 0, 0, sections_at, 0x50001000, 0x00340000,
		0x00000028, 0x00030002 };
	const uint32_t sections[3][10] = { { 0 },
		{ 1, 1, 2, 0, 52, (uint32_t)info_len, 0, 0, 1, 0 },
		{ 10, 3, 0, 0, strings_at, sizeof(names), 0, 0, 1, 0 } };
	as_buf b = { 0 };
	as_buf_add(&b,
		"\x7f"
		"ELF\1\2\1\0\0\0\0\0\0\0\0\0",
		16);
	for (size_t i = 0; i < 9; i++)
		as_buf_u32(&b, __builtin_bswap32(header[i]));
	as_buf_add(&b, info, info_len);
	as_buf_add(&b, names, sizeof(names));
	while (b.n < sections_at)
		as_buf_u8(&b, 0);
	for (size_t i = 0; i < 30; i++)
		as_buf_u32(&b, __builtin_bswap32(sections[i / 10][i % 10]));
	as_buf_text(&b, after);
	return b;
}

static void test_modules(void **state)
{
	(void)state;
	static const char own[] =
		"license=Proprietary\0version=6.30.163\0name=wl\0depends=cfg80211\0"
		"vermagic=3.14.79 SMP mod_unload MIPS32_R2 32BIT ";
	as_buf b = module(own, sizeof(own), "xx~Module signature appended~\n");
	collected all = collect(&as_inspector_kernel_module, as_buf_span_of(&b), "elf", "");
	expect_has(&all, "kernel_module 52+");
	expect_has(
		&all, "name=wl version=6.30.163 vermagic=3.14.79 SMP mod_unload MIPS32_R2 32BIT ");
	expect_has(&all, "license=Proprietary");
	expect_has(&all, "has_signature=1");
	expect_has(&all, "purl=pkg:generic/wl@6.30.163 method=module");
	collected_free(&all);
	as_buf_free(&b);
	static const char in_tree[] =
		"license=GPL\0intree=Y\0name=tun\0vermagic=4.14.1 mod_unload ";
	b = module(in_tree, sizeof(in_tree), "");
	all = collect(&as_inspector_kernel_module, as_buf_span_of(&b), "elf", "");
	expect_has(&all, "name=tun vermagic=4.14.1 mod_unload ");
	expect_has(&all, "has_signature=0");
	expect_has(&all, "spdx=GPL-2.0-only text=GPL method=module");
	expect_not(
		&all, "method=module confidence"); /* part of the kernel: no component of its own */
	assert_int_equal(all.rows, 2);
	collected_free(&all);
	as_buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vendor),
		cmocka_unit_test(test_distributions),
		cmocka_unit_test(test_replaced_banner),
		cmocka_unit_test(test_not_kernels),
		cmocka_unit_test(test_embedded),
		cmocka_unit_test(test_config_file),
		cmocka_unit_test(test_modules),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
