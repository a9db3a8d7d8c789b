/* SPDX-License-Identifier: Apache-2.0 */
/* A review, from the inputs to the reports:
 *
 *   inputs -> examine (unpack, inspect; in sandboxed processes) -> dossier (facts) -> judge (findings) -> reports */
#include "run.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/folders.h"
#include "base/text.h"
#include "examine.h"
#include "inspect/engine.h"
#include "knowledge/yara.h"

enum { SPOOL_MEMORY = 160 << 20 /* bytes of objects that wait in memory */ };

double as_now(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

assay_status as_review_fail(as_review *r, assay_status status, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	(void)vsnprintf(r->error->message, sizeof(r->error->message), format, args);
	va_end(args);
	return status;
}

void as_review_say(as_review *r, const char *format, ...)
{
	char text[ASSAY_MESSAGE_LEN];
	va_list args;
	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (!r->options->on_message)
		return;
	/* A rule or a name of the image may stand in it: a terminal must not obey it. */
	as_buf shown = { 0 };
	as_text_add(&shown, as_lit(text));
	as_buf_u8(&shown, 0);
	r->options->on_message(
		r->options->ctx, shown.bad ? "a message is lost" : (const char *)shown.p);
	as_buf_free(&shown);
}

struct as_workshop {
	as_limits limits;
	as_scanner *scanner;
	as_arena *arena;
	as_yara *yara;       /* the user's own rules; NULL: none */
	const char *without; /* inspectors not to be asked, or NULL */
	bool traits;         /* a comparison with another build is wanted */
	bool contents_only;  /* the contents are wanted, no facts */
	const char *fail;    /* tests: see assay_review_options.debug_fail */
};

/* Tests only. "crash:NAME" and so on: NAME is a stage, or the end of the path of the object in hand. */
static as_status fail_as_told(const as_workshop *w, as_span name)
{
	as_span what = as_field(as_lit(w->fail), ':', 0), whom = as_field(as_lit(w->fail), ':', 1);
	if (whom.n == 0 || !as_ends(name, (const char *)whom.p))
		return AS_OK;
	if (as_is(what, "crash"))
		abort();
	for (volatile unsigned n = 0; as_is(what, "hang"); n = n + 1)
		continue;
	for (;;) {
		volatile uint8_t *p = malloc(1 << 20);
		for (size_t i = 0; p && i < 1 << 20; i += 4096)
			p[i] = 1;
		if (!p)
			return AS_NOMEM;
	}
}

typedef struct saboteur {
	const as_workshop *w;
	const as_sender *send;
} saboteur;

static as_status send_on(void *ctx, as_message kind, as_span payload)
{
	const saboteur *s = ctx;
	return s->send->send(s->send->ctx, kind, payload);
}

static bool stage_on(void *ctx, const char *id, uint64_t at)
{
	const saboteur *s = ctx;
	bool go = s->send->stage(s->send->ctx, id, at);
	return go && fail_as_told(s->w, as_lit(id)) == AS_OK;
}

static as_status work(void *ctx, const as_order *order, as_span data, const as_sender *send)
{
	as_workshop *w = ctx;
	saboteur s = { w, send };
	as_sender failing = { .send = send_on, .stage = stage_on, .ctx = &s };
	as_examiner e = { .limits = &w->limits,
		.scanner = w->scanner,
		.send = w->fail ? &failing : send,
		.yara = w->yara,
		.without = w->without,
		.traits = w->traits,
		.only_unpack = w->contents_only,
		.contents_only = w->contents_only,
		.arena = w->arena };
	as_task task = { .data = data,
		.hint = order->hint,
		.path = order->path,
		.depth = order->depth,
		.content = order->content,
		.share = order->share,
		.open = order->open,
		.type = order->type,
		.roles = order->roles };
	if (w->fail && order->path.n > 0 && send->stage(send->ctx, "debug", 0) &&
		fail_as_told(w, order->path) != AS_OK)
		return AS_NOMEM;
	return as_examine(&e, &task);
}

static uint64_t or_default(uint64_t v, uint64_t usual) { return v ? v : usual; }

static as_limits limits_of(const assay_review_options *o)
{
	return (as_limits){ .depth = (unsigned)or_default(o->max_depth, 16),
		.objects = or_default(o->max_objects, 2000000),
		.bytes = o->max_bytes,
		.object_bytes = as_min(or_default(o->max_object_bytes, 8ull << 30), 15ull << 30),
		.ratio = (unsigned)or_default(o->max_ratio, 100),
		.seconds = (unsigned)or_default(o->max_seconds, 120),
		.memory = or_default(o->max_memory, 1ull << 30) };
}

static unsigned jobs_of(const assay_review_options *o)
{
	enum { JOBS_MAX = 64 };
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	uint64_t jobs = or_default(o->jobs, cores > 0 ? (uint64_t)cores : 1);
	return (unsigned)as_min(jobs, JOBS_MAX);
}

/* Everything that decides what a review says: a journal of another stamp is not taken up. */
static as_span stamp_of(as_review *r)
{
	as_buf b = { 0 };
	as_limits l = r->limits;
	as_buf_print(&b, "assay %s limits %u %llu %llu %llu %u %llu", ASSAY_VERSION_TEXT, l.depth,
		(unsigned long long)l.objects, (unsigned long long)l.bytes,
		(unsigned long long)l.object_bytes, l.ratio, (unsigned long long)l.memory);
	char self[32] = "";
	struct stat st;
	if (stat("/proc/self/exe", &st) == 0)
		(void)snprintf(self, sizeof(self), " build %lld", (long long)st.st_mtime);
	as_buf_text(&b, self);
	for (const char *const *in = r->options->inputs; *in; in++) {
		if (stat(*in, &st) != 0)
			continue;
		as_buf_print(&b, " input %s %lld %lld.%ld", *in, (long long)st.st_size,
			(long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
	}
	if (r->options->reference || r->options->as_reference)
		as_buf_text(&b, " traits");
	if (r->options->without)
		as_buf_print(&b, " without %s", r->options->without);
	if (r->yara.n > 0)
		as_buf_print(&b, " yara %.*s", (int)r->yara.n, (const char *)r->yara.p);
	as_span stamp = as_copy(r->objects.arena, as_buf_span_of(&b));
	as_buf_free(&b);
	return stamp;
}

static as_status on_record(void *ctx, const as_record *record)
{
	as_review *r = ctx;
	uint32_t object = as_object_get(&r->objects, &record->sha256, 0);
	uint32_t exam =
		object == AS_NONE ? AS_NONE : as_exam_get(&r->objects, object, record->path);
	if (exam == AS_NONE)
		return AS_NOMEM;
	as_exam *e = &r->objects.exams[exam];
	e->at = record->at;
	e->n = record->n;
	e->state = AS_EXAM_DONE;
	return AS_OK;
}

/* Wrong rules are a usage error, told before anything is made. */
static assay_status load_yara(as_review *r, as_workshop *w)
{
	char problem[ASSAY_MESSAGE_LEN];
	if (!r->options->yara || !r->options->yara[0])
		return ASSAY_OK;
	w->yara = as_yara_new(r->options->yara, problem, sizeof(problem));
	if (!w->yara)
		return as_review_fail(r, ASSAY_USAGE, "%s", problem);
	r->yara = as_yara_stamp(w->yara);
	return ASSAY_OK;
}

static assay_status prepare(as_review *r, as_workshop *w, const char *journal)
{
	struct stat st;
	if (!as_folders_make(r->options->output))
		return as_review_fail(
			r, ASSAY_OUTPUT, "%s: %s", r->options->output, strerror(errno));
	if (stat(r->options->output, &st) != 0 || !S_ISDIR(st.st_mode))
		return as_review_fail(r, ASSAY_OUTPUT,
			"%s is no folder: the output of a review is one; name another with -o",
			r->options->output);
	r->spool = as_spool_new(r->options->output, SPOOL_MEMORY);
	r->window = malloc(AS_WINDOW);
	w->scanner = as_scanner_new();
	w->arena = as_arena_new(r->limits.memory);
	r->n_sessions = jobs_of(r->options);
	r->sessions = calloc(r->n_sessions, sizeof(*r->sessions));
	if (!r->spool)
		return as_review_fail(
			r, ASSAY_OUTPUT, "%s: nothing can be written there", r->options->output);
	if (!r->window || !w->scanner || !as_scanner_prepare(w->scanner) || !w->arena ||
		!r->sessions || as_objects_init(&r->objects, r->spool) != AS_OK ||
		(!w->contents_only && as_examine_prepare() != AS_OK))
		return as_review_fail(r, ASSAY_INTERNAL, "memory ran out");
	for (unsigned i = 0; i < r->n_sessions; i++) {
		r->sessions[i].exam = AS_NONE;
		r->sessions[i].hasher = as_review_hasher(r);
		if (!r->sessions[i].hasher)
			return as_review_fail(r, ASSAY_INTERNAL, "memory ran out");
	}
	r->journal = as_journal_open(journal, stamp_of(r), &r->resumed, on_record, r);
	if (!r->journal && errno == EWOULDBLOCK)
		return as_review_fail(r, ASSAY_OUTPUT,
			"%s: another review is writing there; name another folder with -o",
			r->options->output);
	if (!r->journal)
		return as_review_fail(r, ASSAY_OUTPUT, "%s cannot be written", journal);
	if (r->resumed)
		as_review_say(r, "resuming an interrupted review: %u examinations are done already",
			r->objects.n_exams);
	return ASSAY_OK;
}

void as_finish(as_review *r, as_workshop *w)
{
	if (!w)
		return;
	for (unsigned i = 0; r->sessions && i < r->n_sessions; i++) {
		as_process_kill(r->sessions[i].process);
		as_hasher_free(r->sessions[i].hasher);
		as_buf_free(&r->sessions[i].payload);
		as_nodes_free(&r->sessions[i].nodes);
	}
	as_buf_free(&r->marks);
	free(r->sessions);
	free(r->heap);
	free(r->window);
	as_journal_close(r->journal);
	as_objects_free(&r->objects);
	as_spool_free(r->spool);
	as_scanner_free(w->scanner);
	as_yara_free(w->yara);
	as_arena_free(w->arena);
	free(w);
}

static void stage(as_review *r, const char *name)
{
	assay_progress p = { .stage = name,
		.bytes_done = r->bytes_done,
		.bytes_known = r->bytes_known,
		.objects_done = r->n_done,
		.objects_known = r->objects.n_exams,
		.seconds = as_now() - r->started };
	if (r->options->on_progress)
		r->options->on_progress(r->options->ctx, &p);
}

/* A mistyped name must not cost the journal of the review that it was meant to resume. */
static assay_status look_for_inputs(as_review *r)
{
	for (const char *const *in = r->options->inputs; *in; in++)
		if (access(*in, R_OK) != 0)
			return as_review_fail(r, ASSAY_INPUT, "%s: %s", *in, strerror(errno));
	const char *index = r->options->index;
	if (index && access(index, R_OK) != 0)
		return as_review_fail(r, ASSAY_INPUT, "%s: %s", index, strerror(errno));
	return ASSAY_OK;
}

/* Read before anything else: a name that is mistyped must not cost a review. */
static assay_status read_marks(as_review *r)
{
	enum { MARKS_MAX = 16 << 20 };
	const char *path = r->options->marks;
	FILE *f = path ? fopen(path, "rbe") : NULL;
	if (path && !f)
		return as_review_fail(r, ASSAY_INPUT, "%s: %s", path, strerror(errno));
	uint8_t *to = f ? as_buf_room(&r->marks, MARKS_MAX) : NULL;
	r->marks.n = to ? fread(to, 1, MARKS_MAX, f) : 0;
	bool bad = f && (!to || ferror(f) || !feof(f));
	if (f)
		(void)fclose(f);
	return bad ? as_review_fail(r, ASSAY_INPUT,
			     "%s cannot be read, or is larger than any file of marks", path)
		   : ASSAY_OK;
}

assay_status as_examine_all(as_review *r, as_workshop *w, const char *journal)
{
	assay_status s = look_for_inputs(r);
	if (s == ASSAY_OK)
		s = read_marks(r);
	if (s == ASSAY_OK)
		s = load_yara(r, w);
	if (s == ASSAY_OK)
		s = prepare(r, w, journal);
	if (s == ASSAY_OK)
		s = as_inputs_open(r);
	return s == ASSAY_OK ? as_supervise(r) : s;
}

as_workshop *as_workshop_new(as_review *r)
{
	as_workshop *w = calloc(1, sizeof(*w));
	if (!w)
		return NULL;
	r->started = as_now();
	r->locks = ~0u;
	r->roles = r->on_object ? NULL : as_roles_of;
	r->work = work;
	r->work_ctx = w;
	r->limits = w->limits = limits_of(r->options);
	w->fail = r->options->debug_fail;
	w->without = r->options->without;
	w->traits = r->options->reference || r->options->as_reference;
	w->contents_only = r->on_object != NULL;
	return w;
}

static assay_status run(as_review *r, const char *dossier, const char *journal)
{
	as_workshop *w = as_workshop_new(r);
	assay_status s = w ? as_examine_all(r, w, journal)
			   : as_review_fail(r, ASSAY_INTERNAL, "memory ran out");
	if (s == ASSAY_OK) {
		stage(r, "write");
		s = as_write_dossier(r, dossier);
	}
	if (s == ASSAY_OK) {
		stage(r, "report");
		s = as_write_reports(r, dossier);
	}
	if (s == ASSAY_OK || (s == ASSAY_INPUT && r->journal && !r->resumed))
		(void)unlink(journal); /* there is nothing in it to take up */
	as_finish(r, w);
	return s;
}

assay_status assay_review(const assay_review_options *options, assay_error *error)
{
	assay_error unused;
	as_review r = { .options = options, .error = error ? error : &unused };
	char dossier[4096], journal[4096], other[4096];
	r.error->message[0] = 0;
	if (options->size != sizeof(*options) || !options->inputs || !options->inputs[0] ||
		!options->output)
		return as_review_fail(&r, ASSAY_USAGE, "nothing to review, or nowhere to write");
	if (options->as_of && !as_is_date(as_lit(options->as_of)))
		return as_review_fail(
			&r, ASSAY_USAGE, "'%s' is no date: write it as YYYY-MM-DD", options->as_of);
	as_span wrong = { 0 };
	if (options->without && !as_inspectors_named(as_lit(options->without), &wrong))
		return as_review_fail(&r, ASSAY_USAGE,
			"there is no inspector '%.*s': docs/inspectors.md", (int)wrong.n,
			(const char *)wrong.p);
	/* Not "dossier.assay-journal": SQLite would take that for its own. */
	int n = snprintf(dossier, sizeof(dossier), "%s/dossier.assay", options->output);
	(void)snprintf(journal, sizeof(journal), "%s/resume.journal", options->output);
	if (n < 0 || (size_t)n + sizeof("resume.journal") > sizeof(dossier))
		return as_review_fail(&r, ASSAY_USAGE, "the output folder's path is too long");
	if (options->reference) {
		assay_status s = as_other_prepare(options, other, sizeof(other), r.error);
		if (s != ASSAY_OK)
			return s;
		r.reference = other;
	}
	return run(&r, dossier, journal);
}
