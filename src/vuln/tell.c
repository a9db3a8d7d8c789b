/* SPDX-License-Identifier: Apache-2.0 */
/* Which kind of record a value is, and its reading. The content tells, never the name of the file. */
#include "base/ascii.h"
#include "vuln/feed.h"

as_kind_of as_kind_tell(const as_value *v, bool is_member)
{
	as_span id = { 0 };
	const as_value *named = as_json_get(v, "id"), *cve = as_json_get(v, "cve");
	if (v->type != AS_JSON_OBJECT)
		return AS_KIND_unknown;
	if (is_member)
		return AS_KIND_debian;
	if (as_json_get(v, "cveMetadata"))
		return AS_KIND_cve;
	if (as_json_get(v, "cveID"))
		return AS_KIND_kev;
	if (as_json_get(v, "document") && as_json_get(as_json_get(v, "document"), "csaf_version"))
		return AS_KIND_csaf;
	if (as_json_get(v, "@context") && as_json_get(v, "statements"))
		return AS_KIND_openvex;
	if (as_json_get(v, "packages") &&
		(as_json_get(v, "urlprefix") || as_json_get(v, "distroversion")))
		return AS_KIND_alpine;
	if (as_json_get(v, "package") && as_json_get(v, "version"))
		return AS_KIND_yocto;
	if ((cve && cve->type == AS_JSON_OBJECT) || as_json_get(v, "vulnStatus") ||
		as_json_get(v, "sourceIdentifier"))
		return AS_KIND_nvd;
	if (named && named->type == AS_JSON_TEXT)
		id = named->text;
	if (as_is_cve(id) && as_json_get(v, "descriptions"))
		return AS_KIND_nvd;
	return named && (as_json_get(v, "modified") || as_json_get(v, "affected"))
		       ? AS_KIND_osv
		       : AS_KIND_unknown;
}

as_kind_of as_kind_guess(as_span text, bool is_member)
{
	static const struct {
		const char *words;
		as_kind_of kind;
	} signs[] = { { "\"cveMetadata\"", AS_KIND_cve }, { "\"csaf_version\"", AS_KIND_csaf },
		{ "\"cveID\"", AS_KIND_kev }, { "openvex", AS_KIND_openvex },
		{ "\"distroversion\"", AS_KIND_alpine }, { "\"secfixes\"", AS_KIND_alpine },
		{ "\"vulnStatus\"", AS_KIND_nvd }, { "\"sourceIdentifier\"", AS_KIND_nvd },
		{ "\"cpeMatch\"", AS_KIND_nvd }, { "\"cve\"", AS_KIND_nvd },
		{ "\"cvesInRecord\"", AS_KIND_yocto }, { "\"schema_version\"", AS_KIND_osv },
		{ "schema_version:", AS_KIND_osv }, { "\"affected\"", AS_KIND_osv },
		{ "affected:", AS_KIND_osv } };
	enum { LOOK = 64 << 10 };
	text = as_cut(text, 0, as_min(text.n, LOOK));
	if (is_member)
		return AS_KIND_debian;
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (as_has(text, signs[i].words))
			return signs[i].kind;
	return AS_KIND_unknown;
}

as_span as_name_guess(as_span text)
{
	static const char *const beginnings[] = { "CVE-", "OSV-", "GHSA-" };
	enum { LOOK = 64 << 10, NAME_MAX = 40 };
	as_span best = { 0 };
	text = as_cut(text, 0, as_min(text.n, LOOK));
	for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++) {
		size_t at = as_find(text, as_lit(beginnings[i]), 0), end = at;
		if (at == SIZE_MAX || (best.p && text.p + at > best.p))
			continue;
		while (end - at < NAME_MAX &&
			(as_at(text, end) == '-' || as_is_alnum(as_at(text, end))))
			end++;
		best = as_cut(text, at, end - at);
	}
	return best;
}

/* The name by which a record is spoken of when it is refused. */
static as_span name_of(const as_value *v, as_span name)
{
	static const char *const keys[] = { "id", "cveID", "@id" };
	const as_value *inner = as_json_get(v, "cve"), *meta = as_json_get(v, "cveMetadata");
	const as_value *found = meta ? as_json_get(meta, "cveId") : NULL;
	if (name.n > 0)
		return name;
	v = inner && inner->type == AS_JSON_OBJECT ? inner : v;
	for (size_t i = 0; !found && i < sizeof(keys) / sizeof(keys[0]); i++)
		found = as_json_get(v, keys[i]);
	return found && found->type == AS_JSON_TEXT ? found->text : (as_span){ 0 };
}

void as_feed_read(as_feed *f, const as_value *v, as_span name, uint64_t at)
{
	static void (*const readers[AS_KINDS])(
		as_feed *, const as_value *) = { [AS_KIND_nvd] = as_feed_nvd,
		[AS_KIND_cve] = as_feed_cve,
		[AS_KIND_osv] = as_feed_osv,
		[AS_KIND_csaf] = as_feed_csaf,
		[AS_KIND_openvex] = as_feed_openvex,
		[AS_KIND_kev] = as_feed_kev,
		[AS_KIND_alpine] = as_feed_alpine,
		[AS_KIND_yocto] = as_feed_yocto };
	f->kind = as_kind_tell(v, name.p != NULL);
	f->wrong = NULL;
	f->detail = (as_span){ 0 };
	if (f->kind == AS_KIND_debian)
		as_feed_debian(f, v, name);
	else if (readers[f->kind])
		readers[f->kind](f, v);
	else
		f->wrong = "no record of a feed that is known here";
	if (f->wrong)
		as_feed_refuse(f, name_of(v, name), at, f->wrong, f->detail);
}
