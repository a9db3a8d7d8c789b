/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses: what is one, what only looks like one, and what means little. */
#include "collect.h"

extern const as_inspector as_inspector_address;

static collected of(const char *text, const char *type)
{
	return collect(&as_inspector_address, as_lit(text), type, "");
}

static void addresses_are_found(void **state)
{
	(void)state;
	static const struct {
		const char *text, *row;
	} cases[] = {
		{ "see \"https://up.vendor.cn:8443/fw?m=1\" now",
			"address 5+32 kind=url value=https://up.vendor.cn:8443/fw?m=1 "
			"scheme=https host=up.vendor.cn\n" },
		{ "(http://a.b.com/x).", "value=http://a.b.com/x scheme=http host=a.b.com\n" },
		{ "ftp://u:p@10.9.8.7/f", "scheme=ftp host=10.9.8.7 noise=special-range" },
		{ "http://%s/cgi", "host=%s noise=template" },
		{ "http://www.w3.org/2000/svg", "noise=schema" },
		{ "mail noc@carrier.co.uk.",
			"address 5+17 kind=email value=noc@carrier.co.uk host=carrier.co.uk\n" },
		{ "E<lt>noc@carrier.orgE<gt>",
			"address 5+15 kind=email value=noc@carrier.org host=carrier.org\n" },
		{ "author=Ann <ann@Carrier.co.uk>",
			"kind=email value=ann@Carrier.co.uk host=Carrier.co.uk\n" },
		{ "server ntp1.vendor.com iburst", "kind=host value=ntp1.vendor.com" },
		{ "peer 203.0.114.9;", "kind=ipv4 value=203.0.114.9 host=203.0.114.9\n" },
		{ "dns 8.8.8.8 ", "kind=ipv4 value=8.8.8.8" },
		{ "gw=192.168.1.1\n", "value=192.168.1.1 host=192.168.1.1 noise=special-range" },
		{ "x 198.51.100.7 y", "noise=documentation" },
		{ "to 2a00:1450:4001::200e.", "kind=ipv6 value=2a00:1450:4001::200e" },
		{ "to 2001:db8::1 ", "value=2001:db8::1 host=2001:db8::1 noise=documentation" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		collected all = of(cases[i].text, "text");
		expect_has(&all, cases[i].row);
		if (all.rows != 1)
			fail_msg("%s: %zu rows:\n%s", cases[i].text, all.rows,
				(const char *)all.text.p);
		collected_free(&all);
	}
}

/* Programs: letters of any case are chance, and authors of kernel modules are not whom a device calls. */
static void addresses_in_programs(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t n;
		const char *row; /* NULL: none */
	} cases[] = {
		{ "\0mail noc@carrier.co.uk\0", 24,
			"value=noc@carrier.co.uk host=carrier.co.uk\n" },
		{ "\0license=GPL\0author=Ann <ann@carrier.co.uk>\0", 45, "noise=author\n" },
		{ "\0usb.author=Ann <ann@carrier.co.uk>\0", 36, "noise=author\n" },
		{ "\0author=Ann\0to ann@carrier.co.uk\0", 34,
			"value=ann@carrier.co.uk host=carrier.co.uk\n" },
		{ "\0coauthor=ann@carrier.co.uk\0", 28,
			"value=ann@carrier.co.uk host=carrier.co.uk\n" },
		{ "\x01 6H@FO.LwfT\x02", 13, NULL },
		{ "\x01 FK@3D.FV\x02", 11, NULL },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		collected all = collect(
			&as_inspector_address, as_bytes(cases[i].text, cases[i].n), "elf", "");
		if (cases[i].row)
			expect_has(&all, cases[i].row);
		if (all.rows != (cases[i].row != NULL))
			fail_msg("case %zu: %zu rows:\n%s", i, all.rows, (const char *)all.text.p);
		collected_free(&all);
	}
}

static void look_alikes_are_left_out(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"version 4.12.200.3",
		"libfoo-192.4.5.61.so",
		"v203.0.114.9",
		"1.3.6.1.4.1.8072",
		"2.5.29.15 ",
		"netmask 255.255.255.0",
		"300.1.2.3",
		"1.2.3.4 ",
		"std::add(12:34:56)",
		"00:11:22:33:44:55",
		"a@b",
		"x@y.z",
		"foo_bar.com(",
		"/usr/lib/foo.net/x",
		"http://",
		"http:///etc",
		"a://b.com",
		"file.org_x",
		"01.02.03.04",
		"1.2.3.4.5",
		"e.g.com_",
		"face::bad",
		"getty@tty1.service",
		"rev 1.5.99.2",
	};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		collected all = of(texts[i], "text");
		if (all.rows != 0)
			fail_msg("%s: %s", texts[i], (const char *)all.text.p);
		collected_free(&all);
	}
}

static void each_is_listed_once_and_many_are_bounded(void **state)
{
	(void)state;
	collected all = of("noc@a1.com noc@a1.com http://a2.com/ http://a2.com/", "data");
	assert_int_equal(all.rows, 2);
	collected_free(&all);
	as_buf many = { 0 };
	for (int i = 0; i < 3000; i++)
		as_buf_print(&many, "host%d@many.example.net\n", i);
	all = collect(&as_inspector_address, as_buf_span_of(&many), "text", "");
	assert_int_equal(all.rows, 2000);
	assert_int_equal(all.lost, 1);
	collected_free(&all);
	as_buf_free(&many);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_found),
		cmocka_unit_test(addresses_in_programs),
		cmocka_unit_test(look_alikes_are_left_out),
		cmocka_unit_test(each_is_listed_once_and_many_are_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
