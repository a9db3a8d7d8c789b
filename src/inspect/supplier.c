/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/supplier.h"

#include "knowledge/banner.h"
#include "knowledge/mac.h"

enum {
	DISTINCT_MAX = 64,
	EVIDENCE_MAX = 160, /* bytes */
	BY_MAC = 500,       /* of the board, or of the example that somebody left in */
};

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
		       ? as_beyond(c->out, c->where, "too many names of makers to look at all")
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

bool as_names_mac(as_span name)
{
	static const char *const words[] = { "mac", "hw", "ether", "addr" };
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		for (size_t at = 0; at < name.n; at++) {
			as_span here = as_cut(name, at, as_lit(words[i]).n);
			if (here.n > 0 && as_is_nocase(here, words[i]))
				return true;
		}
	return false;
}

/* The last of the names that suppliers.tsv knows in an organization's. */
static as_status name_of(void *ctx, const as_banner *hit)
{
	as_banner *to = ctx;
	if (as_is(hit->vendor, "name"))
		*to = *hit;
	return AS_OK;
}

as_status as_add_mac_owner(as_facts *out, as_mac_told *told, as_span text, as_span evidence)
{
	uint8_t mac[AS_MAC_BYTES];
	as_span owner = as_mac_read(text, mac) ? as_mac_owner(mac) : (as_span){ 0 };
	as_banner known = { 0 };
	if (!owner.p)
		return AS_OK;
	for (size_t i = 0; i < told->n; i++)
		if (as_same(told->owner[i], owner))
			return AS_OK;
	if (told->n == AS_MAC_OWNERS)
		return as_beyond(out, text, "more owners of MAC addresses than are listed");
	told->owner[told->n++] = owner;
	as_status s = as_banner_scan(AS_SUPPLIERS, owner, name_of, &known);
	if (s > AS_PARTIAL)
		return s;
	return as_add_supplier(
		out, (as_supplier){ .where = as_cut(text, 0, AS_MAC_TEXT),
			     .name = known.name.n > 0 ? known.name : owner,
			     .role = as_lit("mac"),
			     .belongs_to = known.product.n > 0 ? known.product : (as_span){ 0 },
			     .confidence = BY_MAC,
			     .evidence = as_cut(evidence, 0, as_min(evidence.n, EVIDENCE_MAX)) });
}
