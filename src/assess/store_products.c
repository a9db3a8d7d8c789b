/* SPDX-License-Identifier: Apache-2.0 */
/* Products, what is known of them and what shows it. */
#include <math.h>

#include "assess/tuple.h"
#include "assess/store.h"

static const char *const severity_words[] = { "low", "medium", "high", "critical" };

/* The sum over all classes of findings, each at the same place of its range, with what was not seen. */
static double shift_at(const as_product *p, double q)
{
	double sum = 0;
	for (size_t c = 0; p->evidence && c < AS_CLASSES; c++)
		if (p->evidence->times[c] > 0)
			sum += p->evidence->times[c] *
			       as_quantile(&as_classes_of_findings[c].shift, q);
	sum = sum > AS_SHIFT_MOST ? AS_SHIFT_MOST : sum;
	return sum + p->missing_share * as_quantile(&as_unexamined_shift, q);
}

static as_status write_ways(sqlite3 *db, const as_product *p, size_t i)
{
	as_status worst = AS_OK;
	for (size_t w = 0; p->evidence && w < p->evidence->n_ways; w++) {
		const as_way_in *x = &p->evidence->ways[w];
		as_tuple r = as_tuple_of(db, "way_in");
		as_tuple_whole(&r, "product", (int64_t)i);
		as_tuple_text(&r, "class", as_classes_of_findings[x->class].id);
		as_tuple_span(&r, "finding", x->id);
		as_tuple_span(&r, "text", x->text);
		as_tuple_text(&r, "severity", severity_words[x->severity]);
		as_tuple_number(&r, "confidence", x->confidence);
		as_tuple_span(&r, "sha256", x->sha256);
		as_tuple_span(&r, "path", x->path);
		if (x->at >= 0)
			as_tuple_whole(&r, "at", x->at);
		if (x->len >= 0)
			as_tuple_whole(&r, "len", x->len);
		worst = as_worse(worst, as_tuple_end(&r));
	}
	for (size_t c = 0; p->evidence && c < p->evidence->n_clauses; c++) {
		const as_clause_against *x = &p->evidence->clauses[c];
		as_tuple r = as_tuple_of(db, "product_clause");
		as_tuple_whole(&r, "product", (int64_t)i);
		as_tuple_span(&r, "framework", x->framework);
		as_tuple_span(&r, "clause", x->clause);
		as_tuple_span(&r, "title", x->title);
		as_tuple_whole(&r, "findings", x->findings);
		as_tuple_span(&r, "example", x->example);
		worst = as_worse(worst, as_tuple_end(&r));
	}
	return worst;
}

static as_status write_product(sqlite3 *db, const as_assessed *x, size_t i, double subscribers)
{
	const as_product *p = &x->m->products[i];
	const as_network *n = x->m->network;
	as_tuple r = as_tuple_of(db, "product");
	as_tuple_whole(&r, "id", (int64_t)i);
	as_tuple_span(&r, "supplier", p->supplier);
	if (p->owner_at < n->n_suppliers && p->owner_at != p->supplier_at)
		as_tuple_span(&r, "owner", n->suppliers[p->owner_at].name);
	as_tuple_span(&r, "product", p->product.n ? p->product : as_lit("(not named)"));
	as_tuple_span(&r, "version", p->version);
	if (p->evidence) {
		as_tuple_span(&r, "dossier", p->evidence->dossier);
		as_tuple_span(&r, "sha256", p->evidence->sha256);
		as_tuple_span(&r, "reviewed", p->evidence->reviewed);
		as_tuple_money(&r, "seen", 1 - p->evidence->unexamined);
		as_tuple_span(&r, "parts", p->evidence->suppliers);
	}
	as_tuple_whole(&r, "elements", (int64_t)p->elements);
	as_tuple_number(&r, "subscribers", subscribers);
	as_tuple_money(&r, "shift_low", shift_at(p, 0.05));
	as_tuple_money(&r, "shift", shift_at(p, 0.5));
	as_tuple_money(&r, "shift_high", shift_at(p, 0.95));
	return as_worse(as_tuple_end(&r), write_ways(db, p, i));
}

static as_status write_classes_of_findings(sqlite3 *db)
{
	as_status worst = AS_OK;
	for (size_t c = 0; c < AS_CLASSES; c++) {
		const as_class_of_findings *x = &as_classes_of_findings[c];
		as_buf doors = { 0 };
		for (size_t b = 0; as_exposure_words[b]; b++)
			if (x->doors >> b & 1)
				as_buf_print(
					&doors, "%s%s", doors.n ? ", " : "", as_exposure_words[b]);
		as_tuple r = as_tuple_of(db, "finding_class");
		as_tuple_text(&r, "id", x->id);
		as_tuple_text(&r, "title", x->title);
		as_tuple_span(&r, "doors", as_buf_span_of(&doors));
		as_tuple_number(&r, "low", x->shift.a);
		as_tuple_number(&r, "likely", x->shift.m);
		as_tuple_number(&r, "high", x->shift.b);
		worst = as_worse(worst, as_tuple_end(&r));
		as_buf_free(&doors);
	}
	return worst;
}

as_status as_store_products(sqlite3 *db, const as_assessed *x)
{
	const as_model *m = x->m;
	double *behind = as_alloc_array(m->arena, m->n_products + 1, sizeof(*behind));
	as_status worst = behind ? write_classes_of_findings(db) : AS_NOMEM;
	for (size_t i = 0; behind && i < m->network->n_classes; i++)
		behind[m->profiles[m->plans[0].slots[i].before].product] +=
			m->network->classes[i].subscribers;
	for (size_t i = 0; behind && i < m->n_products; i++)
		worst = as_worse(worst, write_product(db, x, i, behind[i]));
	for (size_t c = 0; c < m->n_shared; c++)
		for (size_t i = 0; i < m->shared[c].n; i++) {
			as_tuple r = as_tuple_of(db, "shared_component");
			as_tuple_span(&r, "component", m->shared[c].id);
			as_tuple_whole(&r, "product", (int64_t)m->shared[c].products[i]);
			worst = as_worse(worst, as_tuple_end(&r));
		}
	return worst;
}
