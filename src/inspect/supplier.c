/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/supplier.h"

#include "knowledge/banner.h"

enum { DISTINCT_MAX = 64, EVIDENCE_MAX = 160 /* bytes */ };

typedef struct context {
	as_facts *out;
	as_span where;    /* set: stands for every row's bytes */
	const char *role; /* NULL: only marks of SDKs count, in the role of their row */
	size_t n;
	bool left_out; /* more than can be listed */
	as_banner seen[DISTINCT_MAX];
} context;

/* In this pack vendor is the role, product the group, purl the part. A name has no part, and adds nothing to one that
 * was told. */
static as_status found(void *ctx, const as_banner *hit)
{
	context *c = ctx;
	if (!c->role && as_is(hit->vendor, "name"))
		return AS_OK;
	for (size_t i = 0; i < c->n; i++)
		if (as_same(c->seen[i].id, hit->id) &&
			(as_same(c->seen[i].purl, hit->purl) || hit->purl.n == 0))
			return AS_OK;
	c->left_out = c->left_out || c->n == DISTINCT_MAX;
	if (c->left_out)
		return AS_OK;
	c->seen[c->n++] = *hit;
	return as_add_supplier(c->out,
		(as_supplier){ .where = c->where.p ? c->where : hit->text,
			.name = hit->name,
			.role = c->role ? as_lit(c->role) : hit->vendor,
			.part = hit->purl.n > 0 ? hit->purl : (as_span){ 0 },
			.belongs_to = hit->product.n > 0 ? hit->product : (as_span){ 0 },
			.confidence = hit->confidence,
			.evidence = as_cut(hit->text, 0, as_min(hit->text.n, EVIDENCE_MAX)) });
}

static as_status scan(as_arena *arena, const context *begin, as_span text)
{
	context *c = as_alloc(arena, sizeof(*c));
	if (!c)
		return AS_NOMEM;
	*c = *begin;
	as_status s = as_banner_scan(AS_SUPPLIERS, text, found, c);
	return s == AS_PARTIAL || (s == AS_OK && c->left_out)
		       ? as_unread(c->out, c->where, "too many names of makers to look at all")
		       : s;
}

as_status as_add_named_suppliers(
	as_facts *out, as_arena *arena, as_span where, as_span text, const char *role)
{
	context begin = { .out = out, .where = where, .role = role };
	return text.n > 0 ? scan(arena, &begin, text) : AS_OK;
}

as_status as_add_sdk_suppliers(as_facts *out, as_arena *arena, as_span data)
{
	context begin = { .out = out };
	return scan(arena, &begin, data);
}
