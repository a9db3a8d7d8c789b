/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/cpe.h"

#include "base/cur.h"
#include "vuln/order.h"

static bool is_any(as_span s) { return s.n == 0 || as_is(s, "*"); }
static bool is_na(as_span s) { return as_is(s, "-"); }

/* The field at offset *at, which moves behind the colon that ends it; a backslash keeps a colon. */
static as_span field_at(as_span s, size_t *at)
{
	size_t from = *at, end = from;
	while (end < s.n && s.p[end] != ':')
		end += s.p[end] == '\\' && end + 1 < s.n ? 2 : 1;
	*at = end + 1;
	return as_cut(s, from, end - from);
}

bool as_cpe_parse(as_span text, as_cpe *out)
{
	static const as_span any = { (const uint8_t *)"*", 1 };
	if (!as_starts(text, "cpe:2.3:"))
		return false;
	size_t at = strlen("cpe:2.3:");
	for (size_t i = 0; i < AS_CPE_FIELDS; i++) {
		out->at[i] = at <= text.n ? field_at(text, &at) : any;
		if (out->at[i].n == 0)
			return false;
	}
	as_span part = out->at[AS_CPE_PART];
	return at > text.n && part.n == 1 &&
	       as_find_byte(as_lit("aoh*-"), part.p[0], 0) != SIZE_MAX &&
	       !is_any(out->at[AS_CPE_PRODUCT]);
}

as_span as_cpe_plain(as_span field, uint8_t *to, size_t n)
{
	size_t k = 0;
	for (size_t i = 0; i < field.n && k < n; i++) {
		if (field.p[i] == '\\' && i + 1 < field.n)
			i++;
		to[k++] = field.p[i];
	}
	return as_bytes(to, k);
}

/* One character of a field; a pattern's are * and ? without a backslash. */
typedef struct letter {
	uint8_t c;
	bool pattern;
	size_t n; /* bytes */
} letter;

static letter letter_at(as_span s, size_t at)
{
	uint8_t c = as_at(s, at);
	if (c == '\\' && at + 1 < s.n)
		return (letter){ as_lower(s.p[at + 1]), false, 2 };
	return (letter){ as_lower(c), c == '*' || c == '?', 1 };
}

static bool has_pattern(as_span s)
{
	if (as_find_byte(s, '*', 0) == SIZE_MAX && as_find_byte(s, '?', 0) == SIZE_MAX)
		return false;
	for (size_t at = 0; at < s.n; at += letter_at(s, at).n)
		if (letter_at(s, at).pattern)
			return true;
	return false;
}

/* ? stands for one character, or at an end for none, too. One place to come back to: linear in practice. */
static bool fits_pattern(as_span pattern, as_span s)
{
	size_t i = 0, j = 0, star = SIZE_MAX, back = 0;
	while (j < s.n) {
		letter p = letter_at(pattern, i), c = letter_at(s, j);
		if (i < pattern.n && p.pattern && p.c == '*') {
			star = i++;
			back = j;
		} else if (i < pattern.n && (p.pattern || p.c == c.c)) {
			i += p.n;
			j += c.n;
		} else if (star != SIZE_MAX) {
			i = star + 1;
			back += letter_at(s, back).n;
			j = back;
		} else {
			return false;
		}
	}
	while (i < pattern.n && letter_at(pattern, i).pattern)
		i++;
	return i >= pattern.n;
}

as_relation as_cpe_relation(as_span criterion, as_span name)
{
	bool any = is_any(name), na = is_na(name);
	if (!any && !na && has_pattern(name))
		return AS_UNDEFINED;
	if (is_any(criterion))
		return any ? AS_EQUAL : AS_SUPERSET;
	if (any)
		return AS_SUBSET;
	if (is_na(criterion) || na)
		return is_na(criterion) && na ? AS_EQUAL : AS_DISJOINT;
	bool pattern = has_pattern(criterion);
	if (!fits_pattern(criterion, name))
		return AS_DISJOINT;
	return pattern ? AS_SUPERSET : AS_EQUAL;
}

/* Where the patch level of a version begins ("8.0p1", "4.2.8p1-beta1", "1.0-rc2"): what CPE writes in the
 * field update. */
static size_t level_at(as_span v)
{
	static const char *const words[] = { "p", "pl", "patch", "sp", "update", "rc", "beta",
		"alpha", "pre", "test", "dev" };
	for (size_t at = 1; at < v.n; at++) {
		size_t n = 0;
		while (at + n < v.n && as_is_letter(v.p[at + n]))
			n++;
		bool number = as_is_digit(as_at(v, at + n));
		for (size_t i = 0; n > 0 && i < sizeof(words) / sizeof(words[0]); i++)
			if (as_is_nocase(as_cut(v, at, n), words[i]) && (number || n > 1))
				return at - !as_is_digit(v.p[at - 1]);
		at += n;
	}
	return v.n;
}

/* The version without a patch level that came after it: 8.0 for 8.0p1; 1.0-rc2 stays, which came before 1.0. */
static as_span without_level(const as_version_order *order, as_span v)
{
	as_span base = as_cut(v, 0, level_at(v));
	return base.n > 0 && base.n < v.n && order->compare(base, v) < 0 ? base : v;
}

static bool is_number(as_span s) { return s.n > 0 && as_order_run(s, 0).n == s.n; }

/* A version and the update that its criterion names, as a maker writes both: "8.0p1". A number is not glued to the last
 * one of the version (1.0 and 3 are not 1.03): it counts as a revision, 1.0-3. */
static as_span joined(as_span version, as_span update, uint8_t to[AS_VERSION_MAX])
{
	as_span v = as_cpe_plain(version, to, AS_VERSION_MAX / 2);
	if (is_any(update) || is_na(update))
		return v;
	if (as_is_digit(as_at(update, 0)) && v.n > 0 && as_is_digit(v.p[v.n - 1])) {
		to[v.n] = '-';
		v.n++;
	}
	as_span u = as_cpe_plain(update, to + v.n, AS_VERSION_MAX / 2 - 1);
	return as_bytes(to, v.n + u.n);
}

/* Whether a version may be this one with the update that is only a number: how makers write that differs. It tells none
 * (1.0), or in another way (1.0.3, 1.0u3). */
static bool may_be_numbered(
	const as_version_order *order, as_span known, as_span version, as_span update)
{
	uint8_t to[AS_VERSION_MAX];
	if (!is_number(update))
		return false;
	as_span v = as_cpe_plain(version, to, sizeof(to));
	if (order->compare(known, v) == 0)
		return true;
	as_span rest = as_from(known, v.n);
	size_t at = 0;
	while (at < rest.n && !as_is_digit(rest.p[at]))
		at++;
	return as_same(as_cut(known, 0, v.n), v) && at > 0 && as_same(as_from(rest, at), update);
}

static const char unknown_version[] = "the component's version is not known";
static const char no_version[] = "the record names no version";
static const char numbered[] =
	"the record names an update by a number, and how the version would tell it is not known";

/* One exact version. */
static as_fit fits_exactly(
	const as_criterion *c, const as_version_order *order, const as_witness *w, const char **why)
{
	uint8_t to[AS_VERSION_MAX];
	as_span version = c->cpe.at[AS_CPE_VERSION], update = c->cpe.at[AS_CPE_UPDATE];
	if (!w->lo.p) {
		*why = unknown_version;
		return AS_FIT_POSSIBLY;
	}
	bool known = !w->hi.p || as_same(w->lo, w->hi);
	as_span base = as_cut(w->lo, 0, level_at(w->lo));
	if (has_pattern(version)) {
		bool fits = fits_pattern(version, w->lo) ||
			    (is_any(update) && fits_pattern(version, base));
		return !known ? AS_FIT_POSSIBLY : fits ? AS_FIT_YES : AS_FIT_NO;
	}
	as_span v = joined(version, update, to);
	as_version_range one = { .from = v, .to = v };
	if (known && is_any(update) && base.n < w->lo.n && order->compare(base, v) == 0)
		return AS_FIT_YES; /* whatever its patch level */
	as_fit fit = as_version_within(order, w->lo, w->hi, &one);
	if (fit == AS_FIT_NO && known && may_be_numbered(order, w->lo, version, update)) {
		*why = numbered;
		fit = AS_FIT_POSSIBLY;
	}
	return fit;
}

/* The end of a range, if v is that with a patch level; otherwise v. */
static as_span patched(const as_version_order *order, as_span v, as_span end)
{
	as_span base = without_level(order, v);
	return base.n < v.n && order->compare(base, end) == 0 ? end : v;
}

/* A range; its last version stands for all its patch levels unless it is named with one. */
static as_fit fits_range(
	const as_criterion *c, const as_version_order *order, const as_witness *w, const char **why)
{
	uint8_t to[AS_VERSION_MAX];
	as_version_range r = c->range;
	as_span update = c->cpe.at[AS_CPE_UPDATE], lo = w->lo, hi = w->hi;
	if (!lo.p) {
		*why = unknown_version;
		return AS_FIT_POSSIBLY;
	}
	if (r.to.p && !is_any(update) && !is_na(update))
		r.to = joined(r.to, update, to);
	if (r.to.p && !r.before_to && level_at(r.to) == r.to.n) {
		lo = patched(order, lo, r.to);
		hi = hi.p ? patched(order, hi, r.to) : hi;
	}
	return as_version_within(order, lo, hi, &r);
}

static as_fit version_fits(
	const as_criterion *c, const as_version_order *order, const as_witness *w, const char **why)
{
	as_span version = c->cpe.at[AS_CPE_VERSION];
	if (is_na(version)) {
		*why = no_version;
		return AS_FIT_POSSIBLY;
	}
	if (!is_any(version))
		return fits_exactly(c, order, w, why);
	if (c->range.from.p || c->range.to.p)
		return fits_range(c, order, w, why);
	return AS_FIT_YES;
}

/* What a product is for: other systems than the image's are plainly not meant; other words cannot be decided. */
static as_fit target_fits(as_span target, const as_witness *w)
{
	static const char *const others[] = { "windows", "macos", "mac_os", "mac_os_x", "iphone_os",
		"ipados", "ios", "android", "wordpress", "jenkins", "joomla", "joomla!", "drupal",
		"solaris", "freebsd", "chrome", "visual_studio_code", "docker", "kubernetes" };
	static const struct {
		const char *target, *type;
	} languages[] = { { "node.js", "npm" }, { "python", "pypi" }, { "rust", "cargo" },
		{ "go", "golang" }, { "ruby", "gem" }, { "perl", "cpan" }, { "java", "maven" },
		{ "php", "composer" } };
	uint8_t to[64];
	as_span plain = as_cpe_plain(target, to, sizeof(to));
	if (is_any(target) || is_na(target) || (w->linux_image && as_is_nocase(plain, "linux")))
		return AS_FIT_YES;
	for (size_t i = 0; w->linux_image && i < sizeof(others) / sizeof(others[0]); i++)
		if (as_is_nocase(plain, others[i]))
			return AS_FIT_NO;
	for (size_t i = 0; i < sizeof(languages) / sizeof(languages[0]); i++)
		if (as_is_nocase(plain, languages[i].target) && w->type.n > 0)
			return as_is(w->type, languages[i].type) ? AS_FIT_YES : AS_FIT_NO;
	return AS_FIT_POSSIBLY;
}

as_fit as_cpe_fits(
	const as_criterion *c, const as_version_order *order, const as_witness *w, const char **why)
{
	static const as_cpe_field editions[] = { AS_CPE_EDITION, AS_CPE_LANGUAGE, AS_CPE_SW_EDITION,
		AS_CPE_TARGET_HW, AS_CPE_OTHER };
	*why = NULL;
	as_fit fit = version_fits(c, order, w, why);
	as_fit target = fit == AS_FIT_NO ? AS_FIT_NO : target_fits(c->cpe.at[AS_CPE_TARGET_SW], w);
	if (fit == AS_FIT_NO)
		return fit;
	if (target == AS_FIT_NO)
		*why = "the record is about the product for another system";
	else if (target == AS_FIT_POSSIBLY)
		*why = "the record is about the product for one system, and which this is is not "
		       "known";
	fit = target < fit ? target : fit;
	for (size_t i = 0; fit == AS_FIT_YES && i < sizeof(editions) / sizeof(editions[0]); i++) {
		as_span edition = c->cpe.at[editions[i]];
		if (!is_any(edition) && !is_na(edition)) {
			*why = "the record is about one edition, and which this is is not known";
			fit = AS_FIT_POSSIBLY;
		}
	}
	return fit;
}
