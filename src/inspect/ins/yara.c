/* SPDX-License-Identifier: Apache-2.0 */
/* What the user's own YARA rules match, in every distinct object that is no container: what stands in those
 * is matched by itself, unpacked. */
#include "knowledge/yara.h"

#include "inspect/inspector.h"

static bool cares(const as_file *f) { return f->yara && !f->opened && f->data.n > 0; }

static as_span or_none(as_span s) { return s.n > 0 ? s : (as_span){ 0 }; }

static as_status found(void *ctx, const as_yara_hit *hit)
{
	return as_add_yara_match(ctx, (as_yara_match){ .where = hit->where,
					      .rule = hit->rule,
					      .namespace = hit->space,
					      .tags = or_none(hit->tags),
					      .string = or_none(hit->string),
					      .description = or_none(hit->description),
					      .severity = or_none(hit->severity) });
}

static as_status inspect(as_facts *out, const as_file *f)
{
	const char *unread = NULL;
	as_status s = as_yara_scan(f->yara, f->data, found, out, &unread);
	return s == AS_OK && unread ? as_unread(out, f->data, unread) : s;
}

const as_inspector as_inspector_yara = {
	.id = "yara",
	.title = "Matches of the user's own YARA rules",
	.cares = cares,
	.inspect = inspect,
	.tables = (const char *const[]){ "yara_match", NULL },
};
