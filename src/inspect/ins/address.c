/* SPDX-License-Identifier: Apache-2.0 */
/* URLs, hosts, IP and e-mail addresses in every file, each once per file, with what is known to mean
 * little told apart. Containers are left to the files in them. */
#include "knowledge/address.h"

#include "inspect/inspector.h"

enum { DISTINCT_MAX = 2000 /* addresses of one file */, SLOTS = 4096 };

typedef struct context {
	as_facts *out;
	as_arena *arena;
	as_span *seen; /* open addressing, SLOTS of them */
	size_t n;
} context;

static bool is_new(context *c, as_span value)
{
	size_t slot = as_crc32(0, value) % SLOTS;
	for (; c->seen[slot].p; slot = (slot + 1) % SLOTS)
		if (as_same(c->seen[slot], value))
			return false;
	c->seen[slot] = value;
	c->n++;
	return true;
}

static as_status found(void *ctx, const as_found_address *a)
{
	context *c = ctx;
	if (!c->seen)
		c->seen = as_alloc_array(c->arena, SLOTS, sizeof(*c->seen));
	if (!c->seen)
		return AS_NOMEM;
	if (c->n == DISTINCT_MAX)
		return as_beyond(
			c->out, a->value, "more than 2000 addresses: the rest was not listed");
	if (!is_new(c, a->value))
		return AS_OK;
	return as_add_address(c->out, (as_address){ .where = a->value,
					      .kind = as_lit(as_address_kind_name(a->kind)),
					      .value = a->value,
					      .scheme = a->scheme,
					      .host = a->host,
					      .noise = a->noise });
}

static bool cares(const as_file *f) { return !f->opened; }

static as_status inspect(as_facts *out, const as_file *f)
{
	context c = { .out = out, .arena = f->arena };
	return as_address_scan(f->data, as_file_is_text(f), found, &c);
}

const as_inspector as_inspector_address = {
	.id = "address",
	.title = "URLs, hosts, IP and e-mail addresses",
	.cares = cares,
	.inspect = inspect,
	.tables = (const char *const[]){ "address", NULL },
};
