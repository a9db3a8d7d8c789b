/* SPDX-License-Identifier: Apache-2.0 */
/* The dossiers that a network file names. */
#include "decide.h"

#include <sys/stat.h>

const char *as_decision_path(as_decision *d, as_span name)
{
	const char *folder = name.n && name.p[0] == '/' ? "" : d->folder;
	as_span s = as_print(
		d->arena, "%s%.*s", folder, (int)name.n, name.n ? (const char *)name.p : "");
	d->faults.no_memory |= !s.p;
	return (const char *)s.p;
}

/* A folder that a review wrote stands for the dossier in it. */
static const char *dossier_file(as_decision *d, as_span name)
{
	struct stat st;
	const char *path = as_decision_path(d, name);
	if (!path || stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
		return path;
	as_span s = as_print(d->arena, "%s/dossier.assay", path);
	d->faults.no_memory |= !s.p;
	return (const char *)s.p;
}

static void read_one(as_decision *d, as_span name, const as_written *w, const char *what)
{
	assay_error error = { 0 };
	assay_dossier *dossier = NULL;
	for (size_t i = 0; i < d->n_dossiers; i++)
		if (as_same(d->dossiers[i].name, name))
			return;
	struct as_dossier_read *to = &d->dossiers[d->n_dossiers++];
	to->name = name;
	const char *path = dossier_file(d, name);
	assay_status s = path ? assay_dossier_open(path, &dossier, &error) : ASSAY_INTERNAL;
	as_status read = s == ASSAY_OK
				 ? as_evidence_read(dossier, name, d->arena, &to->evidence, &error)
				 : AS_IO;
	to->fine = read == AS_OK;
	d->faults.no_memory |= read == AS_NOMEM;
	if (read == AS_IO)
		as_fault_add(&d->faults, w->file, w->line,
			"%s: the dossier '%s' cannot be read: %s", what,
			as_shown_text(d->arena, name),
			as_shown_text(d->arena, as_lit(error.message)));
	assay_dossier_close(dossier);
}

static size_t count(const as_network *n)
{
	size_t sum = n->n_classes;
	for (size_t s = 0; s < n->n_scenarios; s++)
		sum += n->scenarios[s].replace.n + n->scenarios[s].cap.n + n->scenarios[s].freeze.n;
	return sum;
}

static bool is_known(const as_decision *d, as_span image)
{
	return as_decision_evidence((void *)(uintptr_t)d, (as_span){ 0 }, image) != NULL;
}

static void read_of_changes(as_decision *d, const as_rows *rows)
{
	const as_change *c = rows->p;
	for (size_t i = 0; i < rows->n; i++)
		if (c[i].dossier.n)
			read_one(d, c[i].dossier, &c[i].written, "scenario");
}

void as_decision_read_dossiers(as_decision *d)
{
	const as_network *n = &d->network;
	d->dossiers = as_alloc_array(d->arena, count(n) + 1, sizeof(*d->dossiers));
	if (!d->dossiers) {
		d->faults.no_memory = true;
		return;
	}
	for (size_t i = 0; i < n->n_classes; i++)
		if (n->classes[i].dossier.n)
			read_one(d, n->classes[i].dossier, &n->classes[i].written, "class");
	for (size_t s = 0; s < n->n_scenarios; s++) {
		read_of_changes(d, &n->scenarios[s].replace);
		read_of_changes(d, &n->scenarios[s].cap);
		read_of_changes(d, &n->scenarios[s].freeze);
	}
	for (size_t i = 0; i < n->n_classes; i++) {
		const as_class *c = &n->classes[i];
		if (c->image.n && !is_known(d, c->image))
			as_fault_add(&d->faults, c->written.file, c->written.line,
				"class: no dossier named here is of the image %s",
				as_shown_text(d->arena, c->image));
	}
}

const as_evidence *as_decision_evidence(void *decision, as_span dossier, as_span image)
{
	const as_decision *d = decision;
	for (size_t i = 0; i < d->n_dossiers; i++) {
		const struct as_dossier_read *r = &d->dossiers[i];
		if (r->fine && (dossier.n ? as_same(r->name, dossier)
					  : as_same(r->evidence.sha256, image)))
			return &r->evidence;
	}
	return NULL;
}
