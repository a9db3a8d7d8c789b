/* SPDX-License-Identifier: Apache-2.0 */
/* An assessment, from the network file to the results: what stands in the network, what its dossiers say, what may come
 * of it under each way to act. */
#include "decide.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "assess/near.h"
#include "base/embed.h"
#include "base/folders.h"
#include "base/hash.h"

enum {
	TRIALS = 100000,
	OUTER = 1000,
	TRIALS_MOST = 10000000,
	ROOM_MOST = 1 << 30 /* bytes of losses kept */
};

static const double money_most = 1e18; /* what is shown is whole numbers of 64 bits */

/* A whole file in the arena; p NULL and *why where it cannot be read. Nothing that never ends is waited for. */
static as_span read_file(as_arena *arena, const char *path, const char **why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	as_span s = { 0 };
	*why = NULL;
	if (fd < 0 || fstat(fd, &st) != 0)
		*why = strerror(errno);
	else if (!S_ISREG(st.st_mode))
		*why = S_ISDIR(st.st_mode) ? "it is a folder" : "it is no file";
	else if (st.st_size > AS_TOML_BYTES)
		*why = "it is larger than 256 MiB";
	uint8_t *p = *why ? NULL : as_alloc(arena, (size_t)st.st_size + 1);
	if (!p && !*why)
		*why = strerror(ENOMEM);
	size_t n = 0;
	for (ssize_t got = 1; p && got > 0 && n < (size_t)st.st_size;) {
		got = read(fd, p + n, (size_t)st.st_size - n);
		n += got > 0 ? (size_t)got : 0;
		if (got < 0)
			*why = strerror(errno);
	}
	if (!*why)
		s = (as_span){ p, n };
	if (fd >= 0)
		(void)close(fd);
	return s;
}

static as_span read_named(void *ctx, as_span name, unsigned line, as_faults *f)
{
	as_decision *d = ctx;
	const char *path = as_decision_path(d, name);
	const char *why = strerror(ENOMEM);
	as_span s = path ? read_file(d->arena, path, &why) : (as_span){ 0 };
	if (!s.p)
		as_fault_add(f, as_lit(d->o.network), line, "assessment: inventory: '%s': %s",
			as_shown_text(d->arena, name), why);
	return s;
}

static bool set_folder(as_decision *d)
{
	const char *slash = strrchr(d->o.network, '/');
	as_span s = as_print(
		d->arena, "%.*s", slash ? (int)(slash - d->o.network + 1) : 0, d->o.network);
	d->folder = (char *)(uintptr_t)s.p;
	return s.p;
}

/* Leaves accept and the scenarios that were asked for. */
static void choose_scenarios(as_decision *d)
{
	as_network *n = &d->network;
	size_t kept = 1;
	if (!d->o.scenarios)
		return;
	for (const char *const *name = d->o.scenarios; *name; name++) {
		bool met = false;
		as_near near = { .given = as_lit(*name) };
		for (size_t i = 0; i < n->n_scenarios; i++) {
			met |= as_is_nocase(n->scenarios[i].name, *name);
			as_near_try(&near, n->scenarios[i].name);
		}
		if (!met)
			as_fault_add(&d->faults, (as_span){ 0 }, 0,
				"there is no scenario called '%s'%s",
				as_shown_text(d->arena, as_lit(*name)),
				as_near_text(&near, d->arena));
	}
	for (size_t i = 1; i < n->n_scenarios; i++) {
		bool asked = false;
		for (const char *const *name = d->o.scenarios; *name; name++)
			asked |= as_is_nocase(n->scenarios[i].name, *name);
		if (asked)
			n->scenarios[kept++] = n->scenarios[i];
	}
	n->n_scenarios = kept;
}

/* What a fault or note is about, NUL-terminated; a file of the network's is named as the user would name it. */
static const char *file_of(as_decision *d, const struct as_fault *f)
{
	bool own = !f->file.n || as_is(f->file, d->o.network) || as_is(f->file, "controls.toml");
	as_span file = as_print(d->arena, "%s%.*s", own || f->file.p[0] == '/' ? "" : d->folder,
		(int)f->file.n, f->file.n ? (const char *)f->file.p : "");
	return file.p ? (const char *)file.p : "";
}

/* What is not wrong, but may surprise. */
static void tell_notes(as_decision *d)
{
	const as_faults *f = &d->network.notes;
	for (size_t i = 0; i < f->n && d->o.on_message; i++) {
		as_span s = as_print(d->arena, "note: %s:%u: %s", file_of(d, &f->p[i]),
			f->p[i].line, (const char *)f->p[i].text.p);
		if (s.p)
			d->o.on_message(d->o.ctx, (const char *)s.p);
	}
}

/* By line within each file, otherwise as they were met. */
static void sort_faults(as_faults *f)
{
	for (size_t i = 1; i < f->n; i++) {
		struct as_fault x = f->p[i];
		size_t at = i;
		while (at > 0 && as_same(f->p[at - 1].file, x.file) && f->p[at - 1].line > x.line) {
			f->p[at] = f->p[at - 1];
			at--;
		}
		f->p[at] = x;
	}
}

static assay_status tell_faults(as_decision *d)
{
	const as_faults *f = &d->faults;
	sort_faults(&d->faults);
	for (size_t i = 0; i < f->n && d->o.on_fault; i++)
		d->o.on_fault(
			d->o.ctx, file_of(d, &f->p[i]), f->p[i].line, (const char *)f->p[i].text.p);
	if (f->no_memory)
		return as_say(d->error, ASSAY_INTERNAL, "not enough memory");
	if (f->n == 0)
		return ASSAY_OK;
	return as_say(d->error, ASSAY_INPUT, "%zu thing%s wrong with '%s'%s; nothing was written",
		f->n + f->untold, f->n + f->untold == 1 ? " is" : "s are", d->o.network,
		f->untold ? ", the first 1000 of which are told" : "");
}

static assay_status read_network(as_decision *d)
{
	as_network_files files = { .read = read_named, .ctx = d };
	const char *why = NULL;
	d->text = read_file(d->arena, d->o.network, &why);
	if (!d->text.p)
		return as_say(d->error, ASSAY_INPUT, "'%s': %s", d->o.network, why);
	d->network = as_network_read(d->text, as_lit(d->o.network),
		as_embedded_file(as_embedded_toml, "controls.toml"), &files, &d->faults);
	if (d->o.years > 0)
		d->network.question.years = d->o.years;
	if (d->o.years > AS_YEARS_MOST)
		as_fault_add(&d->faults, (as_span){ 0 }, 0, "at most %d years are looked at",
			AS_YEARS_MOST);
	choose_scenarios(d);
	as_decision_read_dossiers(d);
	assay_status s = tell_faults(d);
	if (s == ASSAY_OK)
		tell_notes(d);
	return s;
}

/* Whether results can be written at all, before anything is simulated for them. */
static assay_status check_output(as_decision *d)
{
	struct stat st;
	if (stat(d->o.output, &st) == 0 && !S_ISDIR(st.st_mode))
		return as_say(d->error, ASSAY_OUTPUT, "'%s': it is no folder", d->o.output);
	if (!as_folders_make(d->o.output))
		return as_say(d->error, ASSAY_OUTPUT, "'%s': %s", d->o.output, strerror(errno));
	if (access(d->o.output, W_OK | X_OK) != 0)
		return as_say(d->error, ASSAY_OUTPUT, "'%s': %s", d->o.output, strerror(errno));
	return ASSAY_OK;
}

static void on_progress(void *ctx, size_t done, size_t all)
{
	as_decision *d = ctx;
	if (d->o.on_draws)
		d->o.on_draws(d->o.ctx, done, all);
}

static as_run run_of(as_decision *d)
{
	const as_question *q = &d->network.question;
	double trials = d->o.trials ? (double)d->o.trials : q->paths > 0 ? q->paths : TRIALS;
	double outer = d->o.outer ? (double)d->o.outer : q->outer > 0 ? q->outer : OUTER;
	outer = outer > trials ? trials : outer;
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	return (as_run){ .seed = d->o.seed ? d->o.seed : 1,
		.outer = (size_t)outer,
		.inner = (size_t)ceil(trials / outer),
		.threads = d->o.jobs        ? d->o.jobs
			   : processors > 0 ? (unsigned)processors
					    : 1,
		.progress = on_progress,
		.ctx = d };
}

/* Whether what a simulation keeps fits into memory. */
static bool fits(const as_model *m, const as_run *run)
{
	double years = m->network->question.years, scenarios = (double)m->network->n_scenarios,
	       outer = (double)run->outer, paths = outer * (double)run->inner;
	double bytes = paths * scenarios * (years * (double)sizeof(float) + (double)sizeof(double));
	bytes += outer * (double)sizeof(double) *
		 ((double)m->n_params + scenarios * (years + 1) + (double)m->n_programmes);
	return bytes <= ROOM_MOST;
}

/* Simulates, and on until it is as precise as was asked for. */
static as_outcome *simulate(as_decision *d, const as_model *m, as_run *run)
{
	as_outcome *o = as_simulate(m, run);
	while (o && d->o.precision > 0) {
		double sum = 0, square = 0, n = (double)o->outer;
		for (size_t i = 0; i < o->outer; i++) {
			sum += o->mean[i];
			square += o->mean[i] * o->mean[i];
		}
		double error = sqrt((square / n - sum / n * sum / n) / n);
		as_run more = *run;
		more.outer *= 2;
		if (error <= d->o.precision * sum / n || more.outer * more.inner > TRIALS_MOST ||
			!fits(m, &more))
			break;
		as_outcome_free(o);
		*run = more;
		o = as_simulate(m, run);
	}
	return o;
}

/* Adds the best set of measures that is found, as one more scenario. */
static as_status propose(as_decision *d, const as_evidence_of *evidence, as_proposal *p)
{
	as_network *n = &d->network;
	as_run run = run_of(d);
	as_wish wish = { .budget = d->o.budget,
		.deadline = d->o.deadline,
		.seed = run.seed,
		.threads = run.threads };
	as_status s = as_optimise(n, evidence, &wish, d->arena, p);
	if (s == AS_NOT_THIS && d->o.on_message)
		d->o.on_message(d->o.ctx, (const char *)p->text.p);
	if (s != AS_OK)
		return s == AS_NOT_THIS ? AS_OK : s;
	as_scenario *all = as_alloc_array(d->arena, n->n_scenarios + 1, sizeof(*all));
	if (!all)
		return AS_NOMEM;
	memcpy(all, n->scenarios, n->n_scenarios * sizeof(*all));
	all[n->n_scenarios++] = p->scenario;
	n->scenarios = all;
	return AS_OK;
}

/* Threats that succeed so often that simulating them would never end are refused: they are no events but a cost. */
static void check_rates(as_decision *d, const as_model *m)
{
	static const double events_most = 20000; /* of one threat in the horizon */
	as_draw *middle = as_draw_new(m, d->arena);
	for (size_t i = 0; middle && i < m->n_params; i++)
		middle->value[i] = as_quantile(&m->params[i].d, 0.5);
	if (!middle) {
		d->faults.no_memory = true;
		return;
	}
	as_draw_follow(middle);
	for (size_t k = 0; k < m->network->n_threats; k++) {
		const as_threat *t = &m->network->threats[k];
		double most = as_quantile(&t->rate.d, 0.95) * m->threats[k].units *
			      m->network->question.years / (1 + exp(-middle->most[k]));
		if (most > events_most)
			as_fault_add(&d->faults, t->written.file, t->rate.line,
				"threat: '%s' would succeed some %.2g times in the horizon; state "
				"what happens less often than "
				"%.0f times, or put it into the losses as a cost",
				as_shown_text(d->arena, t->name), most, events_most);
	}
}

static assay_status assess(as_decision *d)
{
	as_evidence_of evidence = { .find = as_decision_evidence, .ctx = d };
	as_proposal proposal = { 0 };
	bool wished = d->o.budget > 0 && d->network.n_threats > 0;
	if (wished && propose(d, &evidence, &proposal) != AS_OK)
		d->faults.no_memory = true;
	as_model *m = as_model_new(&d->network, &evidence, d->arena, &d->faults);
	as_run run = run_of(d);
	if (m && !fits(m, &run))
		as_fault_add(&d->faults, (as_span){ 0 }, 0,
			"%zu paths of %.0f years in %zu scenarios, out of %zu draws of %zu "
			"parameters, do not fit into memory: fewer --trials, or fewer --draws",
			run.outer * run.inner, d->network.question.years, d->network.n_scenarios,
			run.outer, m->n_params);
	d->faults.no_memory |= !m;
	if (m)
		check_rates(d, m);
	assay_status s = tell_faults(d);
	if (s != ASSAY_OK)
		return s;
	char hex[65];
	as_sha256 h = as_sha256_of(d->text);
	as_sha256_hex(&h, hex);
	as_assessed x = { .m = m,
		.run = &run,
		.network_sha256 = as_lit(hex),
		.proposal = wished ? &proposal : NULL };
	as_outcome *o = NULL;
	if (d->network.n_threats == 0) {
		x.why_none = "the network file tells of no threat: how often something happens is "
			     "nothing that findings can say";
	} else {
		o = simulate(d, m, &run);
		as_answer *a = o ? as_answer_new(o, d->arena) : NULL;
		if (!a || as_answer_variance(a, &run, d->arena) != AS_OK)
			s = as_say(d->error, ASSAY_INTERNAL, "not enough memory");
		x.a = a;
		for (size_t i = 0; a && s == ASSAY_OK && i < m->network->n_scenarios; i++)
			if (!(a->figures[i].total.mean < money_most &&
				    a->figures[i].total.high < money_most))
				s = as_say(d->error, ASSAY_INPUT,
					"'%s': costs and losses come to more than can be reckoned "
					"with; nothing was written",
					d->o.network);
	}
	if (s == ASSAY_OK)
		s = as_decision_publish(d, &x);
	as_outcome_free(o);
	return s;
}

assay_status assay_assess(const assay_assess_options *options, assay_error *error)
{
	as_decision d = { .error = error };
	as_say(error, ASSAY_OK, "%s", "");
	memcpy(&d.o, options, options->size < sizeof(d.o) ? options->size : sizeof(d.o));
	if (!d.o.network)
		return as_say(error, ASSAY_USAGE, "which network is not told");
	if (!d.o.output)
		d.o.output = ".";
	d.arena = as_arena_new(0);
	d.faults.arena = d.arena;
	assay_status s = ASSAY_INTERNAL;
	if (!d.arena || !set_folder(&d))
		(void)as_say(error, s, "not enough memory");
	else
		s = read_network(&d);
	if (s == ASSAY_OK)
		s = check_output(&d);
	if (s == ASSAY_OK)
		s = assess(&d);
	as_arena_free(d.arena);
	return s;
}

static assay_status write_span(as_span s, assay_write write, void *ctx, assay_error *error)
{
	if (!s.p || write(ctx, s.p, s.n) != 0)
		return as_say(error, ASSAY_OUTPUT, "it cannot be written");
	return as_say(error, ASSAY_OK, "%s", "");
}

assay_status assay_assess_start(assay_write write, void *ctx, assay_error *error)
{
	return write_span(as_embedded_file(as_embedded_toml, "start.toml"), write, ctx, error);
}

assay_status assay_assess_schema(assay_write write, void *ctx, assay_error *error)
{
	as_buf b = { 0 };
	as_network_schema(&b);
	assay_status s = write_span(b.bad ? (as_span){ 0 } : as_buf_span_of(&b), write, ctx, error);
	as_buf_free(&b);
	return s;
}
