/* SPDX-License-Identifier: Apache-2.0 */
/* Suppliers of a network, and makers of the parts found in their images, against lists of restrictions. What is met is
 * written down beside the figures, and moves none of them. */
#include <unistd.h>

#include "assess/tuple.h"
#include "decide.h"
#include "suppliers/screen.h"

typedef struct screening {
	sqlite3 *db; /* the assessment */
	as_arena *arena;
	as_screen *screen;
} screening;

static as_status write_hit(const screening *x, as_span supplier, as_span role, const as_listed *hit)
{
	as_tuple r = as_tuple_of(x->db, "restriction");
	as_tuple_span(&r, "supplier", supplier);
	as_tuple_span(&r, "role", role);
	as_tuple_span(&r, "list", hit->title.n ? hit->title : hit->list);
	as_tuple_span(&r, "jurisdiction", hit->jurisdiction);
	as_tuple_span(&r, "date", hit->date);
	as_tuple_span(&r, "words", hit->words);
	as_tuple_span(&r, "entity", hit->entity);
	as_tuple_money(&r, "score", hit->like.score);
	as_tuple_text(&r, "certain", hit->certain ? "yes" : "to be confirmed");
	as_tuple_span(&r, "source", hit->source);
	return as_tuple_end(&r);
}

static as_status screen_name(const screening *x, as_span name, as_span supplier, as_span role)
{
	as_listed *hits = NULL;
	size_t n = 0;
	as_status s = as_screen_name(x->screen, x->arena, name, 0, &hits, &n);
	for (size_t i = 0; i < n && s == AS_OK; i++)
		s = write_hit(x, supplier, role, &hits[i]);
	return s;
}

static as_status screen_parts(const screening *x, const as_product *p)
{
	as_status s = AS_OK;
	as_span role =
		as_print(x->arena, "maker of a part of %s", as_shown_text(x->arena, p->product));
	for (as_span left = p->evidence->suppliers; left.n > 0 && s == AS_OK;) {
		size_t end = as_find(left, as_lit("; "), 0);
		as_span one = as_cut(left, 0, end == SIZE_MAX ? left.n : end);
		s = screen_name(x, one, one, role);
		left = end == SIZE_MAX ? (as_span){ 0 } : as_from(left, end + 2);
	}
	return s;
}

static as_status screen_all(const screening *x, const as_assessed *a)
{
	const as_network *n = a->m->network;
	as_status s = AS_OK;
	for (size_t i = 0; i < n->n_suppliers && s == AS_OK; i++) {
		const as_supplier *u = &n->suppliers[i];
		s = screen_name(x, u->name, u->name, as_lit("supplier"));
		for (size_t k = 0; k < u->aliases.n && s == AS_OK; k++)
			s = screen_name(x, u->aliases.p[k], u->name, as_lit("supplier"));
	}
	for (size_t i = 0; i < a->m->n_products && s == AS_OK; i++)
		if (a->m->products[i].evidence)
			s = screen_parts(x, &a->m->products[i]);
	return s;
}

/* The user's directory, if there is one: it knows who belongs to whom. */
static sqlite3 *open_directory(void)
{
	char path[AS_DIRECTORY_PATH], why[AS_DIRECTORY_WHY];
	sqlite3 *db = NULL;
	if (!as_directory_path(NULL, path) || access(path, R_OK) != 0)
		return NULL;
	return as_directory_open(path, &db, why) == AS_OK ? db : NULL;
}

as_status as_decision_screen(sqlite3 *db, const as_assessed *a)
{
	as_status s = AS_OK;
	sqlite3 *directory = open_directory();
	as_naming *names = as_naming_new();
	screening x = { .db = db, .arena = a->m->arena };
	x.screen = names ? as_screen_new(directory, names, &s) : NULL;
	if (x.screen)
		s = screen_all(&x, a);
	else if (s == AS_OK)
		s = AS_NOMEM;
	as_screen_free(x.screen);
	as_naming_free(names);
	(void)sqlite3_close(directory);
	return s;
}
