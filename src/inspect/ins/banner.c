/* SPDX-License-Identifier: Apache-2.0 */
/* Components by the version text in their own binaries. Only in what can run: in documents and
 * scripts the same words speak about a component instead of being one. */
#include "inspect/binary.h"
#include "inspect/naming.h"

#include "knowledge/banner.h"

enum { DISTINCT_MAX = 256, EVIDENCE_MAX = 160 /* bytes */ };

typedef struct seen {
	as_span id, version;
} seen;

typedef struct context {
	as_facts *out;
	as_arena *arena;
	size_t n;
	bool left_out; /* more than can be listed */
	seen seen[DISTINCT_MAX];
} context;

static bool is_new(context *c, const as_banner *hit)
{
	for (size_t i = 0; i < c->n; i++)
		if (as_same(c->seen[i].id, hit->id) && as_same(c->seen[i].version, hit->version))
			return false;
	c->left_out = c->left_out || c->n == DISTINCT_MAX;
	if (c->left_out)
		return false;
	c->seen[c->n++] = (seen){ hit->id, hit->version };
	return true;
}

static as_status found(void *ctx, const as_banner *hit)
{
	context *c = ctx;
	if (!is_new(c, hit))
		return AS_OK;
	bool system = as_is(hit->product, "linux_kernel") || as_is(hit->product, "vxworks");
	as_component row = { .where = hit->text,
		.id = hit->id,
		.name = hit->name,
		.vendor = hit->vendor,
		.method = as_lit("banner"),
		.confidence = hit->confidence };
	row.version = hit->version.n > 0 ? hit->version : (as_span){ 0 };
	row.evidence = as_cut(hit->text, 0, as_min(hit->text.n, EVIDENCE_MAX));
	row.purl = as_purl_of(c->arena, hit->purl, hit->version);
	row.cpe = as_cpe_of(c->arena, system ? 'o' : 'a', hit->vendor, hit->product, hit->version);
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
	return s == AS_PARTIAL || (s == AS_OK && c->left_out)
		       ? as_beyond(out, f->data, "too many version texts to look at all")
		       : s;
}

const as_inspector as_inspector_banner = {
	.id = "banner",
	.title = "Components by their own version text",
	.cares = as_file_is_binary,
	.inspect = inspect,
	.tables = (const char *const[]){ "component", NULL },
};
