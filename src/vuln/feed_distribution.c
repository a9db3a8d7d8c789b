/* SPDX-License-Identifier: Apache-2.0 */
/* What distributions say of their packages: the Debian security tracker, Alpine's security database (and
 * those made like it), and what Yocto's cve-check writes of a build. */
#include "vuln/feed.h"

typedef struct fix {
	int64_t i;
	const char *distribution;
	as_span named; /* in place of distribution, where the file names it */
	as_span release, package, cve, fixed, version, urgency, nodsa;
	const char *status;
} fix;

static void fix_row(as_feed *f, fix *x)
{
	as_row_of(f, AS_INDEX_distribution_fix);
	as_cell_int(f, x->i++);
	if (x->distribution)
		as_cell_word(f, x->distribution);
	else
		as_cell_text(f, x->named);
	as_cell_text(f, x->release);
	as_cell_text(f, x->package);
	as_cell_text(f, x->cve);
	as_cell_text(f, x->fixed);
	as_cell_word(f, x->status);
	as_cell_text(f, x->version);
	as_cell_text(f, x->urgency);
	as_cell_text(f, x->nodsa);
}

/* Debian: { package: { CVE: { "releases": { release: {...} } } } }; v is what stands under package, name. */

static const char *debian_status(as_feed *f, as_span s, as_span fixed)
{
	static const char *const statuses[] = { "resolved", "open", "undetermined" };
	if (as_is(s, "resolved") && as_is(fixed, "0"))
		return "not-affected";
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		if (as_is(s, statuses[i]))
			return statuses[i];
	as_feed_wrong(f, "a status that the tracker does not have", "status");
	return "undetermined";
}

static void debian_release(as_feed *f, const as_value *v, fix *x)
{
	const as_value *r = as_element_object(f, v, "releases"),
		       *versions = as_take_object(f, r, "repositories");
	as_span words = as_take_text(f, r, "nodsa"), reason = as_take_text(f, r, "nodsa_reason");
	x->release = v->key;
	x->fixed = as_take_text(f, r, "fixed_version");
	x->fixed = x->fixed.n ? x->fixed : (as_span){ 0 };
	x->status = debian_status(f, as_need_text(f, r, "status"), x->fixed);
	x->urgency = as_take_text(f, r, "urgency");
	x->nodsa = as_feed_join(f, words, ": ", reason);
	x->version = (as_span){ 0 };
	for (const as_value *one = versions ? versions->first : NULL; one; one = one->next)
		if (as_same(one->key, x->release))
			x->version = as_element_text(f, one, "repositories");
	fix_row(f, x);
}

void as_feed_debian(as_feed *f, const as_value *v, as_span name)
{
	fix x = { .distribution = "debian", .package = name };
	if (name.n == 0)
		as_feed_wrong(f, "a package without a name", "");
	as_record_begin(f, AS_KIND_debian, name, (as_span){ 0 });
	for (const as_value *c = v->first; c && !f->wrong; c = c->next) {
		const as_value *releases =
			as_take_object(f, as_element_object(f, c, "package"), "releases");
		x.cve = c->key;
		for (const as_value *r = releases ? releases->first : NULL; r && !f->wrong;
			r = r->next)
			debian_release(f, r, &x);
	}
	as_record_end(f);
}

/* Alpine: { "distroversion": "v3.20", "reponame": "main", "packages": [ { "pkg": { "name": ..., "secfixes":
 * { version:
 * [ "CVE-... CVE-..." ] } } } ] }. Version "0" says that the package never had it. */

static void alpine_fixes(as_feed *f, const as_value *secfixes, fix *x)
{
	for (const as_value *version = secfixes ? secfixes->first : NULL; version && !f->wrong;
		version = version->next) {
		if (version->type == AS_JSON_NULL)
			continue;
		if (version->type != AS_JSON_ARRAY)
			as_feed_wrong(f, "a list is expected here", "secfixes");
		x->fixed = version->key;
		x->status = as_is(version->key, "0") ? "not-affected" : "resolved";
		for (const as_value *names = version->first; names && !f->wrong;
			names = names->next) {
			as_span text = as_element_text(f, names, "secfixes");
			for (size_t i = 0; (x->cve = as_word(text, i)).n > 0 && i < 16; i++)
				fix_row(f, x);
		}
	}
}

void as_feed_alpine(as_feed *f, const as_value *v)
{
	static const char wolfi[] = "https://packages.wolfi.dev",
			  chainguard[] = "https://packages.cgr.dev";
	as_span url = as_take_text(f, v, "urlprefix"), branch = as_take_text(f, v, "distroversion");
	as_span release = as_feed_join(f, branch, "/", as_take_text(f, v, "reponame"));
	const char *distribution = as_starts(url, wolfi)        ? "wolfi"
				   : as_starts(url, chainguard) ? "chainguard"
								: "alpine";
	const as_value *packages = as_take_list(f, v, "packages");
	if (f->wrong)
		return;
	for (const as_value *p = packages; p && f->status == AS_OK; p = p->next) {
		const as_value *package =
			as_take_object(f, as_element_object(f, p, "packages"), "pkg");
		fix x = { .distribution = distribution,
			.release = release,
			.package = as_need_text(f, package, "name") };
		as_span key = as_feed_join(
			f, as_feed_join(f, as_lit(distribution), "/", release), "/", x.package);
		as_record_begin(f, AS_KIND_alpine, key, (as_span){ 0 });
		alpine_fixes(f, as_take_object(f, package, "secfixes"), &x);
		as_record_end(f);
		if (f->wrong)
			as_feed_refuse(f, key, 0, f->wrong, f->detail);
		f->wrong = NULL;
	}
}

/* Yocto: { "version": "1", "package": [ { "name", "layer", "version", "issue": [ { "id", "status" } ] } ] }. */

static const char *yocto_status(as_feed *f, as_span s)
{
	static const struct {
		const char *word, *status;
	} statuses[] = { { "Patched", "resolved" }, { "Unpatched", "open" },
		{ "Ignored", "ignored" }, { "Unknown", "undetermined" } };
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		if (as_is(s, statuses[i].word))
			return statuses[i].status;
	as_feed_wrong(f, "a status that cve-check does not have", "status");
	return "undetermined";
}

static void yocto_package(as_feed *f, const as_value *package)
{
	fix x = { .distribution = "yocto", .release = as_take_text(f, package, "layer") };
	x.package = as_need_text(f, package, "name");
	x.version = as_take_text(f, package, "version");
	as_span key = as_feed_join(f, x.release, "/", x.package);
	as_record_begin(f, AS_KIND_yocto, key, (as_span){ 0 });
	for (const as_value *v = as_take_list(f, package, "issue"); v && !f->wrong; v = v->next) {
		const as_value *issue = as_element_object(f, v, "issue");
		x.cve = as_need_text(f, issue, "id");
		x.status = yocto_status(f, as_need_text(f, issue, "status"));
		x.nodsa = as_take_text(f, issue, "detail");
		fix_row(f, &x);
	}
	as_record_end(f);
	if (f->wrong)
		as_feed_refuse(f, key, 0, f->wrong, f->detail);
	f->wrong = NULL;
}

void as_feed_yocto(as_feed *f, const as_value *v)
{
	const as_value *packages = as_take_list(f, v, "package");
	for (const as_value *p = f->wrong ? NULL : packages; p && f->status == AS_OK; p = p->next)
		yocto_package(f, as_element_object(f, p, "package"));
}
