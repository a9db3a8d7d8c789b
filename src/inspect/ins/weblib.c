/* SPDX-License-Identifier: Apache-2.0 */
/* Libraries of the browser, told by their own comments and assignments of a version (knowledge/weblibs.tsv). In text
 * that a web server sends: scripts, style sheets, pages. Minified libraries whose comments were taken out are known by
 * what their compressors leave beside the version, where that is the same in all releases. */
#include "inspect/naming.h"
#include "inspect/part.h"

#include "knowledge/banner.h"

enum { DISTINCT_MAX = 256, EVIDENCE_MAX = 160 /* bytes */ };

typedef struct context {
	as_facts *out;
	const as_file *f;
	size_t n;
	bool left_out; /* more than can be listed */
	as_banner seen[DISTINCT_MAX];
} context;

static as_status found(void *ctx, const as_banner *hit)
{
	context *c = ctx;
	for (size_t i = 0; i < c->n; i++)
		if (as_same(c->seen[i].id, hit->id) && as_same(c->seen[i].version, hit->version))
			return AS_OK;
	c->left_out = c->left_out || c->n == DISTINCT_MAX;
	if (c->left_out)
		return AS_OK;
	c->seen[c->n++] = *hit;
	as_component row = { .where = hit->text,
		.id = hit->id,
		.name = hit->name,
		.version = hit->version,
		.vendor = hit->vendor.n > 0 ? hit->vendor : (as_span){ 0 },
		.purl = as_purl_of(c->f->arena, hit->purl, hit->version),
		.method = as_lit("web"),
		.confidence = hit->confidence,
		.evidence = as_cut(hit->text, 0, as_min(hit->text.n, EVIDENCE_MAX)) };
	row.cpe = as_cpe_of(c->f->arena, 'a', hit->vendor, hit->product, hit->version);
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
	return s == AS_PARTIAL || (s == AS_OK && c->left_out)
		       ? as_beyond(out, f->data, "too many names of web libraries to look at all")
		       : s;
}

const as_inspector as_inspector_weblib = {
	.id = "weblib",
	.title = "Libraries of the browser",
	.cares = cares,
	.inspect = inspect,
	.tables = (const char *const[]){ "component", NULL },
};
