/* SPDX-License-Identifier: Apache-2.0 */
/* The dossiers that a network file names. */
#include "decide.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"

const char *as_decision_path(as_decision *d, as_span name)
{
	const char *folder = name.n && name.p[0] == '/' ? "" : d->folder;
	as_span s = as_print(
		d->arena, "%s%.*s", folder, (int)name.n, name.n ? (const char *)name.p : "");
	d->faults.no_memory |= !s.p;
	return (const char *)s.p;
}

/* A folder that a review wrote stands for the dossier in it. NULL and *why where there is none to open. */
static const char *dossier_file(as_decision *d, as_span name, const char **why)
{
	struct stat st;
	const char *path = as_decision_path(d, name);
	*why = path && stat(path, &st) != 0 ? strerror(errno) : NULL;
	if (!path || *why)
		return NULL;
	if (!S_ISDIR(st.st_mode)) {
		*why = S_ISREG(st.st_mode) ? NULL : "it is no file";
		return *why ? NULL : path;
	}
	as_span s = as_print(d->arena, "%s/dossier.assay", path);
	d->faults.no_memory |= !s.p;
	return (const char *)s.p;
}

/* A review of after the first year may mean that the file is an old one. */
static void compare_days(as_decision *d, const as_evidence *e)
{
	const as_question *q = &d->network.question;
	as_span day = as_cut(e->reviewed, 0, 10);
	uint64_t year = 0;
	if (as_is_date(day) && as_number(as_cut(day, 0, 4), 10, &year) && (double)year > q->start)
		as_fault_add(&d->network.notes, q->written.file, as_form_line(&q->written, "start"),
			"assessment: the first year, %.0f, lies before the review in '%s' (%.*s)",
			q->start, as_shown_text(d->arena, e->dossier), (int)day.n,
			(const char *)day.p);
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
	const char *why = NULL, *path = dossier_file(d, name, &why);
	assay_status s = path ? assay_dossier_open(path, &dossier, &error) : ASSAY_INTERNAL;
	as_status read = s == ASSAY_OK
				 ? as_evidence_read(dossier, name, d->arena, &to->evidence, &error)
				 : AS_IO;
	to->fine = read == AS_OK;
	d->faults.no_memory |= read == AS_NOMEM;
	if (read == AS_IO)
		as_fault_add(&d->faults, w->file, as_form_line(w, "dossier"),
			"%s: dossier: '%s': %s", what, as_shown_text(d->arena, name),
			why ? why : error.message);
	if (read == AS_OK)
		compare_days(d, &to->evidence);
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

static bool is_sha256(as_span s)
{
	bool fine = s.n == 64;
	for (size_t i = 0; fine && i < s.n; i++)
		fine = (s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f');
	return fine;
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
		const char *shown = as_shown_text(d->arena, c->image);
		unsigned line = as_form_line(&c->written, "image");
		if (c->image.n && !is_sha256(c->image))
			as_fault_add(&d->faults, c->written.file, line,
				"class: image: '%s' is no SHA-256 (64 digits of 0-9 and a-f)",
				shown);
		else if (c->image.n && !c->dossier.n && !is_known(d, c->image))
			as_fault_add(&d->faults, c->written.file, line,
				"class: image: no dossier named here is of the image %s", shown);
	}
}

const as_evidence *as_decision_evidence(void *decision, as_span dossier, as_span image)
{
	const as_decision *d = decision;
	for (size_t i = 0; i < d->n_dossiers; i++) {
		const struct as_dossier_read *r = &d->dossiers[i];
		if (r->fine && (dossier.n ? as_same(r->name, dossier)
					  : image.n && as_same(r->evidence.sha256, image)))
			return &r->evidence;
	}
	return NULL;
}
