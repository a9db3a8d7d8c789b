/* SPDX-License-Identifier: Apache-2.0 */
/* Concentration: who has which share of each segment, now and in the end. */
#include <stdlib.h>

#include "assess/tuple.h"
#include "assess/store.h"

typedef struct share {
	double elements, subscribers;
} share;

/* Shares by segment (the last row: of all) and owner, at a time. */
static void fill(const as_model *m, size_t scenario, const as_draw *d, double years, share *out)
{
	const as_groups *g = &m->plans[scenario].groups[AS_BY_OWNER];
	for (size_t owner = 0; owner < g->n; owner++)
		for (size_t i = g->first[owner]; i < g->first[owner + 1]; i++) {
			const as_lot *lot = &g->lots[i];
			double new = as_draw_share(d, lot->programme, years),
			       part = lot->after ? new : 1 - new;
			share *const rows[] = {
				&out[m->profiles[lot->profile].segment_at * g->n + owner],
				&out[m->n_segments * g->n + owner]
			};
			for (size_t k = 0; k < 2; k++) {
				rows[k]->elements += part * lot->elements;
				rows[k]->subscribers += part * lot->subscribers;
			}
		}
}

typedef struct sums {
	double elements, subscribers, squares, most, mode;
	size_t largest;
} sums;

static sums add_up(const share *row, size_t n)
{
	sums s = { 0 };
	for (size_t i = 0; i < n; i++) {
		s.elements += row[i].elements;
		s.subscribers += row[i].subscribers;
		s.mode = row[i].subscribers > s.mode ? row[i].subscribers : s.mode;
		if (row[i].elements > s.most) {
			s.most = row[i].elements;
			s.largest = i;
		}
	}
	for (size_t i = 0; i < n && s.elements > 0; i++)
		s.squares += row[i].elements / s.elements * (row[i].elements / s.elements);
	return s;
}

static as_status write_row(sqlite3 *db, const as_model *m, size_t scenario, const char *moment,
	as_span segment, const share *row)
{
	const as_network *n = m->network;
	sums s = add_up(row, n->n_suppliers);
	as_status worst = AS_OK;
	static const double some = 1e-9;
	for (size_t i = 0; i < n->n_suppliers; i++) {
		as_tuple r = as_tuple_of(db, "concentration");
		as_tuple_whole(&r, "scenario", (int64_t)scenario);
		as_tuple_text(&r, "moment", moment);
		as_tuple_span(&r, "segment", segment);
		as_tuple_span(&r, "supplier", n->suppliers[i].name);
		as_tuple_money(&r, "elements", row[i].elements);
		as_tuple_money(&r, "share", s.elements > 0 ? row[i].elements / s.elements : 0);
		as_tuple_money(&r, "subscribers", row[i].subscribers);
		if (row[i].elements > some)
			worst = as_worse(worst, as_tuple_end(&r));
	}
	as_tuple r = as_tuple_of(db, "concentration_index");
	as_tuple_whole(&r, "scenario", (int64_t)scenario);
	as_tuple_text(&r, "moment", moment);
	as_tuple_span(&r, "segment", segment);
	as_tuple_money(&r, "hhi", s.squares);
	as_tuple_span(&r, "largest", n->suppliers[s.largest].name);
	as_tuple_money(&r, "largest_share", s.elements > 0 ? s.most / s.elements : 0);
	as_tuple_money(&r, "common_mode", s.subscribers > 0 ? s.mode / s.subscribers : 0);
	return s.elements > 0 ? as_worse(worst, as_tuple_end(&r)) : worst;
}

as_status as_store_concentration(sqlite3 *db, const as_assessed *x, const as_draw *middle)
{
	const as_model *m = x->m;
	size_t n = m->network->n_suppliers, cells = (m->n_segments + 1) * n;
	as_status worst = AS_OK;
	for (size_t s = 0; s < m->network->n_scenarios; s++)
		for (int end = 0; end < 2; end++) {
			share *all = calloc(cells + 1, sizeof(*all));
			if (!all)
				return AS_NOMEM;
			fill(m, s, middle, end ? m->network->question.years : 0, all);
			for (size_t g = 0; g <= m->n_segments; g++)
				worst = as_worse(worst, write_row(db, m, s, end ? "end" : "start",
								g < m->n_segments ? m->segments[g]
										  : as_lit("(all)"),
								&all[g * n]));
			free(all);
		}
	return worst;
}
