/* SPDX-License-Identifier: Apache-2.0 */
/* Network files: "network" reads the bytes as one, "inventory" as the CSV file that one names. What is wrong must be
 * told in lines of the file, in words safe to print; what is not wrong must make a model that can be drawn. */
#include <math.h>
#include <stdlib.h>

#include "assess/draw.h"
#include "base/embed.h"
#include "base/text.h"
#include "insist.h"
#include "targets.h"

static const char around[] =
	"[assessment]\nquestion=\"q\"\noperator=\"o\"\ncurrency=\"c\"\ninventory=\"i\"\n"
	"[loss]\nsubscriber_hour=1\n"
	"[[threat]]\nname=\"t\"\nrate=1\nsusceptibility={low=0.1,high=0.2}\nhours=1\nvia=["
	"\"internet\"]\n"
	"[[scenario]]\nname=\"s\"\nfreeze={supplier=\"A\",with=\"B\"}\n";
static const char within[] = "name,supplier,product,segment\nx,A,X,radio\n";

static as_span give(void *ctx, as_span name, unsigned line, as_faults *f)
{
	(void)name;
	(void)line;
	(void)f;
	return *(const as_span *)ctx;
}

static const as_evidence *nothing(void *ctx, as_span dossier, as_span image)
{
	(void)ctx;
	(void)dossier;
	(void)image;
	return NULL;
}

static unsigned lines_of(as_span s)
{
	unsigned n = 1;
	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == '\n';
	return n;
}

static void look_at(const as_faults *f, unsigned lines)
{
	insist(f->n <= AS_FAULTS_MOST, "more faults than are kept");
	for (size_t i = 0; i < f->n; i++) {
		insist(as_is_text(f->p[i].text) && f->p[i].text.n,
			"a fault that cannot be printed");
		insist(f->p[i].text.p[f->p[i].text.n] == 0, "a fault without an end");
		insist(f->p[i].line <= lines, "a fault after the last line");
	}
}

static void draw(const as_network *n, as_arena *arena, as_faults *f)
{
	as_evidence_of none = { .find = nothing };
	as_model *m = as_model_new(n, &none, arena, f);
	insist(m && f->n == 0, "a network without faults that makes no model");
	as_draw *d = as_draw_new(m, arena);
	insist(d, "no memory");
	as_draw_take(d, 1, 1);
	for (size_t i = 0; i < m->n_params; i++)
		insist(!isnan(d->value[i]), "a value that is no number");
	for (size_t i = 0; i < m->n_profiles * n->n_threats; i++)
		insist(!isnan(d->odds[i]), "odds that are no number");
}

static void run(as_span network, as_span inventory)
{
	as_arena *arena = as_arena_new(512 << 20);
	insist(arena, "no memory");
	as_faults f = { .arena = arena };
	as_network_files files = { .read = give, .ctx = &inventory };
	as_network n = as_network_read(network, as_lit("n"),
		as_embedded_file(as_embedded_toml, "controls.toml"), &files, &f);
	unsigned a = lines_of(network), b = lines_of(inventory);
	look_at(&f, a > b ? a : b);
	look_at(&n.notes, a > b ? a : b);
	if (f.n == 0 && !f.no_memory)
		draw(&n, arena, &f);
	as_arena_free(arena);
}

void run_network(const uint8_t *data, size_t n) { run(as_bytes(data, n), as_lit(within)); }

void run_inventory(const uint8_t *data, size_t n) { run(as_lit(around), as_bytes(data, n)); }
