/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/quality.h"

#include "code/fingerprint.h"

enum {
	CITED = 16, /* bytes of code that a row shows */
	NAME_MAX_BYTES = 200,
	BLOCKS = 8,  /* of a function whose fingerprint says something */
	SAMPLED = 8, /* one in so many fingerprints is stated, by its value */
	SAMPLES_MAX = 4096
};

static as_span cited(const as_program *p, uint64_t addr)
{
	as_span from = as_program_file(p, addr);
	return from.n > 0 ? as_cut(from, 0, as_min(from.n, CITED)) : p->elf.header;
}

static as_opt address(uint64_t addr)
{
	return addr <= INT64_MAX ? as_some((int64_t)addr) : (as_opt){ 0 };
}

static as_span short_name(as_span name) { return as_cut(name, 0, as_min(name.n, NAME_MAX_BYTES)); }

static as_status state_measure(as_facts *out, const as_quality *q, int m)
{
	as_span detail = { 0 };
	if (m == AS_M_LARGE_FRAME)
		detail = as_print(
			q->arena, "largest %llu bytes", (unsigned long long)q->largest_frame);
	else if (q->count[m].n > AS_SITES_MAX && q->n_of[m] == AS_SITES_MAX)
		detail = as_print(q->arena, "the first %d places are listed", AS_SITES_MAX);
	return as_add_measure(out, (as_measure_row){ .where = q->profile->program->elf.header,
					   .name = as_lit(as_measure_name((as_measure_id)m)),
					   .numerator = (int64_t)q->count[m].n,
					   .denominator = (int64_t)q->count[m].of,
					   .detail = detail });
}

static as_status state_family(as_facts *out, const as_quality *q, const as_family_count *f)
{
	return as_add_family_call(out, (as_family_call){ .where = cited(q->profile->program, f->at),
					       .family = f->family,
					       .variant = f->variant,
					       .api = short_name(f->api),
					       .calls = (int64_t)f->calls,
					       .addr = address(f->at) });
}

static as_status state_site(as_facts *out, const as_quality *q, const as_site *s)
{
	const as_function *f = &q->profile->functions.list[s->function];
	return as_add_measure_site(
		out, (as_measure_site){ .where = cited(q->profile->program, s->at),
			     .measure = as_lit(as_measure_name(s->measure)),
			     .function = address(f->addr),
			     .name = short_name(f->name),
			     .addr = address(s->at),
			     .api = short_name(s->api),
			     .argument = short_name(s->argument),
			     .source = s->source ? as_lit(s->source) : (as_span){ 0 },
			     .origin = short_name(s->origin) });
}

static as_status state_samples(as_facts *out, const as_profile *p)
{
	as_status worst = AS_OK;
	size_t n = 0;
	for (size_t i = 0; i < p->functions.n && n < SAMPLES_MAX && worst <= AS_PARTIAL; i++) {
		const as_kept *k = p->kept[i];
		uint64_t h = k && k->flow.n_blocks >= BLOCKS ? as_fingerprint_of(p->program, k) : 1;
		if (h % SAMPLED != 0)
			continue;
		n++;
		worst = as_add_function_sample(
			out, (as_function_sample){ .where = cited(p->program, k->function->addr),
				     .addr = address(k->function->addr),
				     .fingerprint = as_print(p->program->arena, "%016llx",
					     (unsigned long long)h) });
	}
	return worst;
}

as_status as_state_quality(as_facts *out, const as_profile *p)
{
	as_quality q;
	as_status worst = as_quality_find(&q, p);
	for (int m = 0; m < AS_N_MEASURES && worst <= AS_PARTIAL; m++)
		if (q.count[m].of > 0 || q.count[m].n > 0)
			worst = as_worse(worst, state_measure(out, &q, m));
	for (size_t i = 0; i < q.n_families && worst <= AS_PARTIAL; i++)
		worst = as_worse(worst, state_family(out, &q, &q.families[i]));
	for (size_t i = 0; i < q.n_sites && worst <= AS_PARTIAL; i++)
		worst = as_worse(worst, state_site(out, &q, &q.sites[i]));
	return worst <= AS_PARTIAL ? as_worse(worst, state_samples(out, p)) : worst;
}
