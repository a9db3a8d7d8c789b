/* SPDX-License-Identifier: Apache-2.0 */
/* Public back doors by exact bytes. In programs and in what they serve (pages, scripts); a container's bytes are
 * looked at where they are unpacked. */
#include "inspect/binary.h"

#include "knowledge/known.h"

enum { HITS_MAX = 64 /* in one file */ };

typedef struct context {
	as_facts *out;
	size_t n;
} context;

static bool cares(const as_file *f) { return as_file_is_binary(f) || as_file_is_text(f); }

static as_status found(void *ctx, const as_known *hit)
{
	context *c = ctx;
	if (c->n++ >= HITS_MAX)
		return AS_OK;
	return as_add_known_backdoor(c->out, (as_known_backdoor){ .where = hit->where,
						     .id = hit->id,
						     .name = hit->name,
						     .means = hit->means,
						     .source = hit->source });
}

static as_status inspect(as_facts *out, const as_file *f)
{
	context c = { .out = out };
	return as_known_scan(f->data, found, &c);
}

const as_inspector as_inspector_known = {
	.id = "known",
	.title = "Public back doors by exact bytes",
	.cares = cares,
	.inspect = inspect,
	.tables = (const char *const[]){ "known_backdoor", NULL },
};
