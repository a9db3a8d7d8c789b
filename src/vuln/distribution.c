/* SPDX-License-Identifier: Apache-2.0 */
/* What a distribution says of its own packages: a fix that was carried back shows in the revision of the
 * package, not in the
 * maker's version. */
#include "vuln/hit.h"

#include "dossier/db.h"

static const char statements[] =
	"SELECT release, cve, fixed, status, urgency, nodsa, record FROM distribution_fix"
	" WHERE package = ?1 AND distribution = ?2 ORDER BY cve, release";

/* Whether a statement is about the release that the image is: Debian by its code name, Alpine by "v3.20/main". */
static bool is_release(as_matcher *m, as_span release)
{
	const as_image *image = &m->image;
	if (release.n == 0 || as_same(release, image->codename))
		return true;
	as_span branch = as_field(release, '/', 0);
	as_span number = as_from(branch, as_at(branch, 0) == 'v');
	return number.n > 0 &&
	       as_starts(image->number, (const char *)as_print(m->arena, "%.*s", (int)number.n,
						(const char *)number.p)
						.p) &&
	       (image->number.n == number.n || as_at(image->number, number.n) == '.');
}

typedef struct statement {
	as_span release, cve, fixed, status, urgency, note;
	int64_t record;
} statement;

static as_fit verdict_of(const statement *s, const as_packet *k)
{
	if (as_is(s->status, "not-affected") || as_is(s->status, "ignored") || as_is(s->fixed, "0"))
		return AS_FIT_NO;
	if (as_is(s->status, "undetermined"))
		return AS_FIT_POSSIBLY;
	if (s->fixed.n == 0) /* Debian: not in what is installed, or no fault in practice */
		return as_is(s->urgency, "unimportant") ? AS_FIT_POSSIBLY : AS_FIT_YES;
	const as_version_order *order = as_version_order_of_ecosystem(k->manager);
	return order->compare(k->source_version, s->fixed) < 0 ? AS_FIT_YES : AS_FIT_NO;
}

#define TEXT(s) (int)(s).n, (const char *)(s).p

static as_status state(as_matcher *m, uint32_t part, const statement *s, bool known)
{
	const as_packet *k = m->image.parts[part].packet;
	as_arena *a = m->arena;
	as_hit hit = { .part = part, .by = AS_BY_DISTRIBUTION, .cve = s->cve, .record = s->record };
	hit.verdict = verdict_of(s, k);
	hit.order = as_version_order_of_ecosystem(k->manager)->name;
	hit.range = s->fixed.n > 0 && !as_is(s->fixed, "0")
			    ? as_print(a, "%.*s before %.*s", TEXT(k->source), TEXT(s->fixed))
			    : as_print(a, "%.*s", TEXT(k->source));
	if (hit.verdict == AS_FIT_NO)
		hit.why = as_is(s->status, "resolved") && !as_is(s->fixed, "0")
				  ? as_print(a, "%.*s fixed it in %.*s %.*s; here is %.*s",
					    TEXT(k->distribution), TEXT(k->source), TEXT(s->fixed),
					    TEXT(k->source_version))
				  : as_print(a, "%.*s says that its package %.*s does not have it",
					    TEXT(k->distribution), TEXT(k->source));
	else if (hit.verdict == AS_FIT_POSSIBLY)
		hit.why = as_print(a, "%.*s has not determined it for %.*s", TEXT(k->distribution),
			TEXT(k->source));
	else
		hit.why = as_print(a, "%.*s %.*s is not fixed%s%.*s", TEXT(k->source),
			TEXT(k->source_version), s->note.n ? ": " : "", TEXT(s->note));
	if (!known && hit.verdict == AS_FIT_YES) {
		hit.verdict = AS_FIT_POSSIBLY;
		hit.why = as_print(a, "%.*s; which release this is is not known", TEXT(hit.why));
	}
	return as_hit_add(m, &hit);
}

static as_status match_part(as_matcher *m, sqlite3_stmt *q, uint32_t part, as_packet *k)
{
	bool known = m->image.codename.n > 0 || m->image.number.n > 0;
	as_status s = AS_OK;
	as_db_text(q, 1, k->source);
	as_db_text(q, 2, k->distribution);
	while (s == AS_OK && as_answer(m, q)) {
		statement one = { .release = as_column(m->arena, q, 0) };
		if (known && !is_release(m, one.release))
			continue;
		k->tracked = true;
		one.cve = as_column(m->arena, q, 1);
		one.fixed = as_column(m->arena, q, 2);
		one.status = as_column(m->arena, q, 3);
		one.urgency = as_column(m->arena, q, 4);
		one.note = as_column(m->arena, q, 5);
		one.record = sqlite3_column_int64(q, 6);
		s = state(m, part, &one, known);
	}
	(void)sqlite3_reset(q);
	return s;
}

as_status as_match_distribution(as_matcher *m)
{
	sqlite3_stmt *q = as_ask(m, statements);
	as_status s = q ? AS_OK : AS_IO;
	for (uint32_t i = 0; s == AS_OK && i < m->image.n_parts; i++) {
		const as_packet *k = m->image.parts[i].packet;
		if (k && k->distribution.n > 0)
			s = match_part(m, q, i, &m->image.packets[k - m->image.packets]);
	}
	(void)sqlite3_finalize(q);
	return s;
}
