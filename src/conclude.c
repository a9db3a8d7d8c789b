/* SPDX-License-Identifier: Apache-2.0 */
/* From what examiners said to the dossier, its findings and its reports. */
#include <errno.h>
#include <fcntl.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/embed.h"
#include "code/disassembler.h"
#include "dossier/read.h"
#include "dossier/crowd.h"
#include "dossier/mark.h"
#include "dossier/reach.h"
#include "dossier/write.h"
#include "judge/judge.h"
#include "run.h"
#include "sandbox/lock.h"
#include "signed.h"
#include "unpack/format.h"
#include "vuln/same.h"
#include "weigh.h"

static as_status read_said(void *ctx, const as_sha256 *sum, as_span path, as_buf *b)
{
	as_review *r = ctx;
	uint32_t object = as_object_get(&r->objects, sum, 0);
	return object == AS_NONE ? AS_NOMEM : as_read_said(r, object, path, b);
}

static as_status add_inputs(as_review *r, as_dossier_writer *w)
{
	as_status s = AS_OK;
	for (size_t i = 0; i < r->n_inputs && s == AS_OK; i++) {
		const as_object *o = &r->objects.objects[r->inputs[i].object];
		as_dossier_input in = {
			.name = r->inputs[i].name, .sha256 = o->sha256, .size = o->size
		};
		if (!r->inputs[i].folder)
			in.sha1 = &r->inputs[i].sha1;
		s = as_dossier_add_input(w, &in);
	}
	return s;
}

/* When the review is made, or as SOURCE_DATE_EPOCH says. */
static void write_date(char date[32])
{
	time_t now = time(NULL);
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	uint64_t fixed = 0;
	if (epoch && as_number(as_lit(epoch), 10, &fixed) && fixed < (1ull << 40))
		now = (time_t)fixed;
	struct tm tm;
	(void)strftime(date, 32, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &tm));
}

static as_status add_format(as_dossier_writer *w, const as_format *f)
{
	as_buf gaps = { 0 };
	for (const char *const *gap = f->gaps; gap && *gap; gap++)
		as_buf_print(&gaps, "%s%s", gaps.n ? "; " : "", *gap);
	as_buf_u8(&gaps, 0);
	as_status s = gaps.bad ? AS_NOMEM
			       : as_dossier_add_format(w, f->id, f->title, f->see,
					 gaps.n > 1 ? (const char *)gaps.p : NULL);
	as_buf_free(&gaps);
	return s;
}

static as_status add_meta(as_review *r, as_dossier_writer *w)
{
	char date[32], against[64], limits[256], walls[64], schema[16], disassembler[32];
	write_date(date);
	as_disassembler_name(disassembler, sizeof(disassembler));
	(void)snprintf(against, sizeof(against), "%s%s",
		r->options->as_of ? r->options->as_of : date,
		r->options->as_of ? "T00:00:00Z" : "");
	(void)snprintf(limits, sizeof(limits),
		"depth %u, entries %llu, bytes %llu, object bytes %llu, ratio %u, seconds %u, "
		"memory %llu",
		r->limits.depth, (unsigned long long)r->limits.objects,
		(unsigned long long)as_bytes_budget(r), (unsigned long long)r->limits.object_bytes,
		r->limits.ratio, r->limits.seconds, (unsigned long long)r->limits.memory);
	(void)snprintf(schema, sizeof(schema), "%d", AS_DOSSIER_SCHEMA);
	(void)snprintf(walls, sizeof(walls), "%s%s%s", r->locks & AS_LOCK_SECCOMP ? "seccomp " : "",
		r->locks & AS_LOCK_LANDLOCK ? "landlock " : "",
		r->locks & AS_LOCK_LIMITS ? "limits" : "");
	const as_dossier_meta meta[] = { { "tool", "assay" }, { "version", ASSAY_VERSION_TEXT },
		{ "schema", schema }, { "reviewed", date }, { "reference_date", against },
		{ "limits", limits }, { "sandbox", walls }, { "disassembler", disassembler },
		{ "yara", (const char *)r->yara.p } };
	as_status s =
		as_dossier_add_meta(w, meta, sizeof(meta) / sizeof(meta[0]) - (r->yara.n == 0));
	for (const as_format *const *f = as_formats; *f && s == AS_OK; f++)
		s = add_format(w, *f);
	return s;
}

static void say(void *ctx, const char *text) { as_review_say(ctx, "%s", text); }

static as_status judge_text(
	as_review *r, as_dossier_writer *w, as_arena *a, as_span text, const char *name)
{
	as_status s = as_judge(as_dossier_db(w), a, text, name, say, r);
	as_arena_reset(a);
	return s;
}

static as_status judge_file(
	as_review *r, as_dossier_writer *w, as_arena *a, const char *folder, const char *name)
{
	enum { RULE_MAX = 1 << 20 };
	as_span path = as_print(a, "%s/%s", folder, name);
	int fd = open((const char *)path.p, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	uint8_t *text = as_alloc(a, RULE_MAX);
	ssize_t n = fd < 0 || !text ? -1 : read(fd, text, RULE_MAX);
	if (fd >= 0)
		close(fd);
	if (n < 0) {
		as_review_say(r, "rule %s cannot be read", (const char *)path.p);
		return AS_OK;
	}
	return judge_text(r, w, a, as_bytes(text, (size_t)n), name);
}

/* Not alphasort: its order is the locale's. */
static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_rule(const struct dirent *d) { return as_ends(as_lit(d->d_name), ".sql"); }

static as_status judge_folder(as_review *r, as_dossier_writer *w, as_arena *a, const char *folder)
{
	struct dirent **names = NULL;
	int n = scandir(folder, &names, is_rule, by_bytes);
	as_status s = AS_OK;
	if (n < 0)
		as_review_say(r, "rules in %s cannot be read: %s", folder, strerror(errno));
	for (int i = 0; i < n; i++) {
		if (s == AS_OK)
			s = judge_file(r, w, a, folder, names[i]->d_name);
		free(names[i]);
	}
	free(names);
	return s;
}

static as_status judge_all(as_review *r, as_dossier_writer *w)
{
	as_arena *a = as_arena_new(0);
	as_status s = a ? AS_OK : AS_NOMEM;
	for (const as_embedded *rule = as_embedded_rules; rule->path && s == AS_OK; rule++)
		s = judge_text(r, w, a, as_bytes(rule->data, rule->n), rule->path);
	for (const char *const *f = r->options->rules; f && *f && s == AS_OK; f++)
		s = judge_folder(r, w, a, *f);
	as_arena_free(a);
	return s;
}

assay_status as_write_dossier(as_review *r, const char *path)
{
	as_span temporary = as_print(r->objects.arena, "%s.new", path);
	as_source source = { .read = read_said, .ctx = r, .max_places = r->limits.objects };
	as_dossier_writer *w = as_dossier_create((const char *)temporary.p, &source);
	as_status s = w ? add_meta(r, w) : AS_IO;
	if (s == AS_OK)
		s = as_dossier_add_knowledge(w);
	if (s == AS_OK)
		s = add_inputs(r, w);
	if (s == AS_OK)
		s = as_dossier_bound_places(as_dossier_db(w));
	if (s == AS_OK)
		s = as_weigh(as_dossier_db(w));
	if (s == AS_OK)
		s = as_join_signatures(as_dossier_db(w));
	if (s == AS_OK)
		s = as_dossier_reach(as_dossier_db(w));
	if (s == AS_OK)
		s = as_vuln_same(as_dossier_db(w));
	if (s == AS_OK)
		s = as_other_compare(r, w);
	if (s == AS_OK)
		s = as_find_known(r, w);
	if (s == AS_OK)
		s = judge_all(r, w);
	if (s == AS_OK && r->marks.p)
		s = as_marks_add(as_dossier_db(w), as_buf_span_of(&r->marks), say, r);
	if (s == AS_OK && r->marks.p)
		s = as_marks_apply(as_dossier_db(w));
	if (w)
		s = as_worse(s, as_dossier_close(w));
	if (s == AS_OK && rename((const char *)temporary.p, path) == 0)
		return ASSAY_OK;
	(void)unlink((const char *)temporary.p);
	return as_review_fail(r, s == AS_NOMEM ? ASSAY_INTERNAL : ASSAY_OUTPUT,
		"%s cannot be written: is the disk full? Free some room and run the same command "
		"again: it resumes",
		path);
}
