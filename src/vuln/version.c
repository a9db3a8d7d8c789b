/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/version.h"

#include "vuln/order.h"

enum { UPSTREAM, FIRMWARE, KERNEL, DPKG, RPM, APK, SEMVER, PEP440 };

static const as_version_order orders[] = {
	{ "upstream", "numbers, then words before (rc, beta) or after (p1, letters) a release",
		as_order_upstream },
	{ "firmware", "as upstream, but a letter with a number is a build", as_order_firmware },
	{ "kernel", "as upstream, but after a dash only -rc counts", as_order_kernel },
	{ "dpkg", "epoch, upstream, revision, as dpkg compares them", as_order_dpkg },
	{ "rpm", "epoch, version, release, as rpm compares them", as_order_rpm },
	{ "apk", "as apk compares them", as_order_apk },
	{ "semver", "as semver.org says", as_order_semver },
	{ "pep440", "as PEP 440 says", as_order_pep440 },
};

static const struct {
	const char *ecosystem; /* without what follows a colon */
	size_t order;
} ecosystems[] = { { "Debian", DPKG }, { "Ubuntu", DPKG }, { "deb", DPKG }, { "opkg", DPKG },
	{ "dpkg", DPKG }, { "Alpine", APK }, { "apk", APK }, { "Wolfi", APK },
	{ "Chainguard", APK }, { "OpenWrt", APK }, { "Red Hat", RPM }, { "Rocky Linux", RPM },
	{ "AlmaLinux", RPM }, { "SUSE", RPM }, { "openSUSE", RPM }, { "openEuler", RPM },
	{ "Mageia", RPM }, { "rpm", RPM }, { "npm", SEMVER }, { "Go", SEMVER },
	{ "golang", SEMVER }, { "crates.io", SEMVER }, { "cargo", SEMVER }, { "Hex", SEMVER },
	{ "Pub", SEMVER }, { "NuGet", SEMVER }, { "SwiftURL", SEMVER },
	{ "GitHub Actions", SEMVER }, { "semver", SEMVER }, { "PyPI", PEP440 },
	{ "python", PEP440 }, { "Linux", KERNEL }, { "Android", UPSTREAM } };

const as_version_order *as_version_order_of(as_span name)
{
	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++)
		if (as_is(name, orders[i].name))
			return &orders[i];
	return NULL;
}

const as_version_order *as_version_order_of_product(char part, as_span vendor, as_span product)
{
	(void)vendor;
	if (as_is(product, "linux_kernel"))
		return &orders[KERNEL];
	return &orders[part == 'h' || as_ends(product, "_firmware") ? FIRMWARE : UPSTREAM];
}

const as_version_order *as_version_order_of_ecosystem(as_span ecosystem)
{
	as_span name = as_field(ecosystem, ':', 0);
	for (size_t i = 0; i < sizeof(ecosystems) / sizeof(ecosystems[0]); i++)
		if (as_is_nocase(name, ecosystems[i].ecosystem))
			return &orders[ecosystems[i].order];
	return &orders[UPSTREAM];
}

/* The offset of the last byte b in s, or s.n. */
static size_t last(as_span s, uint8_t b)
{
	for (size_t i = s.n; i > 0; i--)
		if (s.p[i - 1] == b)
			return i - 1;
	return s.n;
}

as_span as_version_upstream(as_span manager, as_span v)
{
	bool apk = as_is(manager, "apk");
	if (!apk && !as_is(manager, "dpkg") && !as_is(manager, "opkg") && !as_is(manager, "rpm"))
		return v;
	size_t colon = as_order_run(v, 0).n;
	if (as_at(v, colon) == ':')
		v = as_from(v, colon + 1);
	size_t dash = last(v, '-');
	if (!apk || as_at(v, dash + 1) == 'r' || as_is_digit(as_at(v, dash + 1)))
		v = as_cut(v, 0, dash);
	/* A repackaging is marked by + (1.2+dfsg1) or ~ds; ~rc1 is the maker's. */
	static const char *const marks[] = { "+", "~dfsg", "~ds", "~bpo", ".dfsg", "~deb",
		"~ubuntu", "really" };
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		size_t at = as_find(v, as_lit(marks[i]), 1);
		if (at != SIZE_MAX && i + 1 == sizeof(marks) / sizeof(marks[0]))
			v = as_from(v, at + strlen(marks[i])); /* 1.3+really1.2 is 1.2 */
		else if (at != SIZE_MAX && !as_starts(as_from(v, at), "+really"))
			v = as_cut(v, 0, at);
	}
	return v;
}

/* Where one version lies: below 0 before the range, 0 in it, above 0 after it. */
static int side(const as_version_order *order, as_span v, const as_version_range *r)
{
	bool one = r->from.p && r->from.p == r->to.p && r->from.n == r->to.n; /* a single version */
	int by = 0;
	if (r->from.p) {
		by = order->compare(v, r->from);
		if (by < 0 || (by == 0 && r->after_from))
			return -1;
	}
	if (r->to.p) {
		by = one ? by : order->compare(v, r->to);
		if (by > 0 || (by == 0 && r->before_to))
			return 1;
	}
	return 0;
}

as_fit as_version_within(
	const as_version_order *order, as_span lo, as_span hi, const as_version_range *range)
{
	if (!range->from.p && !range->to.p)
		return AS_FIT_YES;
	if (!lo.p)
		return AS_FIT_POSSIBLY;
	int low = side(order, lo, range);
	int high = hi.p && !as_same(lo, hi) ? side(order, hi, range) : low;
	if (low == 0 && high == 0)
		return AS_FIT_YES;
	return low == high ? AS_FIT_NO : AS_FIT_POSSIBLY;
}
