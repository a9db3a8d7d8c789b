/* SPDX-License-Identifier: Apache-2.0 */
/* Libraries of the browser, told by their own comments and assignments of a version (knowledge/weblibs.tsv). In text
 * that a web server sends: scripts, style sheets, pages. Minified libraries whose comments were taken out are known by
 * what their compressors leave beside the version, where that is the same in all releases. */
#include "inspect/part.h"

#include "knowledge/banner.h"

enum { DISTINCT_MAX = 256, EVIDENCE_MAX = 160 /* bytes */ };

typedef struct context {
	as_facts *out;
	const as_file *f;
	size_t n;
	as_banner seen[DISTINCT_MAX];
} context;

static as_status found(void *ctx, const as_banner *hit)
{
	context *c = ctx;
	for (size_t i = 0; i < c->n; i++)
		if (as_same(c->seen[i].id, hit->id) && as_same(c->seen[i].version, hit->version))
			return AS_OK;
	if (c->n == DISTINCT_MAX)
		return AS_OK;
	c->seen[c->n++] = *hit;
	int n = (int)hit->version.n;
	as_component row = { .where = hit->text,
		.id = hit->id,
		.name = hit->name,
		.version = hit->version,
		.vendor = hit->vendor.n > 0 ? hit->vendor : (as_span){ 0 },
		.purl = as_print(c->f->arena, "%.*s@%.*s", (int)hit->purl.n,
			(const char *)hit->purl.p, n, (const char *)hit->version.p),
		.method = as_lit("web"),
		.confidence = hit->confidence,
		.evidence = as_cut(hit->text, 0, as_min(hit->text.n, EVIDENCE_MAX)) };
	if (hit->product.n > 0)
		row.cpe = as_print(c->f->arena, "cpe:2.3:a:%.*s:%.*s:%.*s:*:*:*:*:*:*:*",
			(int)hit->vendor.n, (const char *)hit->vendor.p, (int)hit->product.n,
			(const char *)hit->product.p, n, (const char *)hit->version.p);
	return as_add_component(c->out, row);
}

static bool cares(const as_file *f)
{
	as_span type = as_lit(f->type);
	return as_is(type, "text") || as_is(type, "text/html") || as_is(type, "text/xml");
}

static as_status inspect(as_facts *out, const as_file *f)
{
	context *c = as_alloc(f->arena, sizeof(*c));
	if (!c)
		return AS_NOMEM;
	c->out = out;
	c->f = f;
	as_status s = as_banner_scan(AS_WEBLIBS, f->data, found, c);
	return s == AS_PARTIAL
		       ? as_unread(out, f->data, "too many names of web libraries to look at all")
		       : s;
}

const as_inspector as_inspector_weblib = {
	.id = "weblib",
	.title = "Libraries of the browser",
	.cares = cares,
	.inspect = inspect,
	.tables = (const char *const[]){ "component", NULL },
};
