/* SPDX-License-Identifier: Apache-2.0 */
/* Components by the version text in their own binaries. Only in what can run: in documents and
 * scripts the same words speak about a component instead of being one. */
#include "inspect/binary.h"

#include "knowledge/banner.h"

enum { DISTINCT_MAX = 256, EVIDENCE_MAX = 160 /* bytes */ };

typedef struct seen {
	as_span id, version;
} seen;

typedef struct context {
	as_facts *out;
	as_arena *arena;
	size_t n;
	seen seen[DISTINCT_MAX];
} context;

static bool is_new(context *c, const as_banner *hit)
{
	for (size_t i = 0; i < c->n; i++)
		if (as_same(c->seen[i].id, hit->id) && as_same(c->seen[i].version, hit->version))
			return false;
	if (c->n == DISTINCT_MAX)
		return false;
	c->seen[c->n++] = (seen){ hit->id, hit->version };
	return true;
}

static bool plain(uint8_t b)
{
	return (b >= '0' && b <= '9') || ((b | 0x20) >= 'a' && (b | 0x20) <= 'z') || b == '.' ||
	       b == '-' || b == '_';
}

/* A version as both names may hold it: what the pack's expressions let through is plain already. */
static bool plain_version(as_span v)
{
	for (size_t i = 0; i < v.n; i++)
		if (!plain(v.p[i]))
			return false;
	return v.n > 0;
}

static as_status found(void *ctx, const as_banner *hit)
{
	context *c = ctx;
	if (!is_new(c, hit))
		return AS_OK;
	bool named = plain_version(hit->version);
	bool system = as_is(hit->product, "linux_kernel") || as_is(hit->product, "vxworks");
	int n = named ? (int)hit->version.n : 0;
	const char *v = (const char *)hit->version.p;
	as_component row = { .where = hit->text,
		.id = hit->id,
		.name = hit->name,
		.vendor = hit->vendor,
		.method = as_lit("banner"),
		.confidence = hit->confidence };
	row.version = hit->version.n > 0 ? hit->version : (as_span){ 0 };
	row.evidence = as_cut(hit->text, 0, as_min(hit->text.n, EVIDENCE_MAX));
	if (hit->purl.n > 0)
		row.purl = as_print(c->arena, "%.*s%s%.*s", (int)hit->purl.n,
			(const char *)hit->purl.p, named ? "@" : "", n, v);
	if (hit->product.n > 0)
		row.cpe = as_print(c->arena, "cpe:2.3:%c:%.*s:%.*s:%.*s%s:*:*:*:*:*:*:*",
			system ? 'o' : 'a', (int)hit->vendor.n, (const char *)hit->vendor.p,
			(int)hit->product.n, (const char *)hit->product.p, n, v, named ? "" : "*");
	return as_add_component(c->out, row);
}

static as_status inspect(as_facts *out, const as_file *f)
{
	context *c = as_alloc(f->arena, sizeof(*c));
	if (!c)
		return AS_NOMEM;
	c->out = out;
	c->arena = f->arena;
	as_status s = as_banner_scan(AS_COMPONENTS, f->data, found, c);
	return s == AS_PARTIAL ? as_unread(out, f->data, "too many version texts to look at all")
			       : s;
}

const as_inspector as_inspector_banner = {
	.id = "banner",
	.title = "Components by their own version text",
	.cares = as_file_is_binary,
	.inspect = inspect,
	.tables = (const char *const[]){ "component", NULL },
};
