/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/intake.h"

#include <stdlib.h>

#include "base/ascii.h"
#include "base/cur.h"
#include "base/text.h"
#include "vuln/split.h"
#include "vuln/yaml.h"

enum {
	HEAD = 4096,         /* bytes from which the form is told */
	LINE_MAX_LEN = 4096, /* bytes of a line of CSV */
	PIECE = 1 << 20,     /* bytes taken at a time */
	BATCH = 32 << 10,    /* bytes of one message of scores */
	ARENA = 384 << 20,   /* bytes of one record as a tree */
};

typedef enum form { UNTOLD, JSON, SCORES, YAML, NO_FEED } form;

struct as_intake {
	as_feed *f;
	as_split *split;
	as_buf name; /* of the file */
	as_buf held; /* the head; a document of YAML or a line that is not complete */
	uint64_t at; /* where held begins in the file */
	size_t seen; /* bytes of held in which no document of YAML ends */
	form form;
	as_kind_of last; /* kind of the last record that was known; AS_KIND_unknown: none so far */
	/* Why the file is no feed, if nothing known comes. */
	const char *strange;
	uint64_t strange_at;
	as_buf scores;
	char date[32];      /* of the scores */
	unsigned column[3]; /* of cve, epss, percentile */
};

/* Notes what may make a file no feed; or, once it is known to be one, what is wrong with a record of it. */
static void strange(as_intake *in, as_kind_of guess, as_span name, uint64_t at, const char *reason,
	as_span detail)
{
	in->f->kind = guess != AS_KIND_unknown ? guess : in->last;
	if (in->f->kind != AS_KIND_unknown) {
		in->last = in->f->kind;
		as_feed_refuse(in->f, name, at, reason, detail);
	} else if (!in->strange) {
		in->strange = reason;
		in->strange_at = at;
	}
}

static void read_value(as_intake *in, const as_value *v, as_span name, uint64_t at)
{
	as_kind_of kind = as_kind_tell(v, name.p != NULL);
	if (kind == AS_KIND_unknown) {
		strange(in, kind, name, at, "no record of a feed that is known here",
			(as_span){ 0 });
		return;
	}
	in->last = kind;
	as_feed_read(in->f, v, name, at);
}

static as_status take_record(void *ctx, const as_piece_of *p)
{
	as_intake *in = ctx;
	as_fault fault;
	as_arena_reset(in->f->arena);
	as_value *v = as_json_parse(in->f->arena, p->text, &fault);
	bool is_member = p->name.p != NULL;
	if (v)
		read_value(in, v, p->name, p->at);
	else
		strange(in, as_kind_guess(p->text, is_member),
			is_member ? p->name : as_name_guess(p->text), p->at + fault.at,
			fault.reason, fault.name);
	return in->f->status;
}

static as_status take_beside(void *ctx, as_span key, as_span text)
{
	as_intake *in = ctx;
	if (as_is(key, "timestamp"))
		as_feed_newest(in->f, AS_KIND_nvd, text);
	else if (as_is(key, "dateReleased"))
		as_feed_newest(in->f, AS_KIND_kev, text);
	return in->f->status;
}

static as_status take_refused(void *ctx, const as_piece_of *p, const char *reason, uint64_t offset)
{
	as_intake *in = ctx;
	bool is_member = p->name.p != NULL;
	strange(in, as_kind_guess(p->text, is_member), is_member ? p->name : as_name_guess(p->text),
		offset, reason, (as_span){ 0 });
	return in->f->status;
}

as_intake *as_intake_new(as_feed *f)
{
	as_intake *in = calloc(1, sizeof(*in));
	f->arena = as_arena_new(ARENA);
	if (in && f->arena) {
		in->f = f;
		return in;
	}
	as_arena_free(f->arena);
	free(in);
	return NULL;
}

void as_intake_free(as_intake *in)
{
	if (!in)
		return;
	as_split_free(in->split);
	as_arena_free(in->f->arena);
	as_buf_free(&in->f->row);
	as_buf_free(&in->name);
	as_buf_free(&in->held);
	as_buf_free(&in->scores);
	free(in);
}

void as_intake_begin(as_intake *in, as_span name)
{
	as_split_free(in->split);
	in->split = NULL;
	as_buf_clear(&in->held);
	as_buf_clear(&in->scores);
	as_buf_clear(&in->name);
	as_buf_add(&in->name, name.p, name.n);
	in->f->file = as_buf_span_of(&in->name);
	in->at = in->seen = 0;
	in->form = UNTOLD;
	in->last = AS_KIND_unknown;
	in->strange = NULL;
	in->date[0] = 0;
}

/* Whether the first line is a key and a colon, or the mark of a document. */
static bool looks_yaml(as_span s)
{
	as_cur c = as_cur_be(s, 0);
	as_span line = { 0 };
	while (as_line(&c, &line) && (as_trim(line).n == 0 || line.p[0] == '#' || line.p[0] == '%'))
		continue;
	if (as_starts(line, "---"))
		return true;
	size_t n = 0;
	while (as_is_letter(as_at(line, n)))
		n++;
	return n > 0 && as_at(line, n) == ':' && (line.n == n + 1 || as_at(line, n + 1) == ' ');
}

static form form_of(as_span s)
{
	as_span text = as_trim(as_starts(s, "\xef\xbb\xbf") ? as_from(s, 3) : s);
	if (as_at(text, 0) == '{' || as_at(text, 0) == '[')
		return JSON;
	if (as_starts(text, "#model_version") || as_starts(text, "cve,epss"))
		return SCORES;
	return as_find_byte(s, 0, 0) == SIZE_MAX && looks_yaml(text) ? YAML : NO_FEED;
}

static double number(as_span s)
{
	char digits[32] = { 0 };
	char *end = NULL;
	if (s.n == 0 || s.n >= sizeof(digits))
		return -1;
	memcpy(digits, s.p, s.n);
	double v = strtod(digits, &end);
	return *end == 0 ? v : -1;
}

static void send_scores(as_intake *in)
{
	as_feed *f = in->f;
	if (in->scores.bad)
		f->status = AS_NOMEM;
	if (in->scores.n > 0 && f->status == AS_OK)
		f->status = f->send(f->ctx, as_buf_span_of(&in->scores));
	as_buf_clear(&in->scores);
}

/* The comment that names the day, or the names of the columns. */
static bool score_head(as_intake *in, as_span line)
{
	static const char *const names[] = { "cve", "epss", "percentile" };
	size_t at = as_find(line, as_lit("score_date:"), 0);
	if (as_at(line, 0) == '#' && at != SIZE_MAX) {
		as_span date = as_cut(line, at + strlen("score_date:"), strlen("2024-01-01"));
		if (as_is_when(date)) {
			memcpy(in->date, date.p, date.n);
			in->date[date.n] = 0;
			as_feed_newest(in->f, AS_KIND_epss, date);
		}
	}
	for (size_t n = 0; n < 3 && as_at(line, 0) != '#'; n++)
		for (unsigned i = 0; as_field(line, ',', i).p && i < 16; i++)
			if (as_is(as_field(line, ',', i), names[n]))
				in->column[n] = i;
	return as_at(line, 0) == '#' || as_starts(line, "cve,");
}

static void score_line(as_intake *in, as_span line, uint64_t at)
{
	line = as_trim(line);
	if (line.n == 0 || score_head(in, line))
		return;
	as_span cve = as_field(line, ',', in->column[0]);
	double v[2] = { number(as_field(line, ',', in->column[1])),
		number(as_field(line, ',', in->column[2])) };
	if (!as_is_cve(cve) || !as_is_text(cve) || cve.n > 32 ||
		!(v[0] >= 0 && v[0] <= 1 && v[1] >= 0 && v[1] <= 1)) {
		in->f->kind = AS_KIND_epss;
		as_feed_refuse(in->f, as_cut(cve, 0, as_min(cve.n, 40)), at,
			"no CVE with two numbers from 0 to 1", (as_span){ 0 });
		return;
	}
	if (in->scores.n == 0) {
		as_buf_u8(&in->scores, AS_FEED_EPSS);
		as_buf_span(&in->scores, as_lit(in->date));
	}
	as_buf_span(&in->scores, cve);
	for (size_t i = 0; i < 2; i++) {
		uint64_t bits = 0;
		memcpy(&bits, &v[i], sizeof(bits));
		as_buf_u64(&in->scores, bits);
	}
	if (in->scores.n >= BATCH)
		send_scores(in);
}

/* The complete lines of what is held; all of it at the end. */
static void score_lines(as_intake *in, bool end)
{
	as_span all = as_buf_span_of(&in->held);
	size_t from = 0;
	in->last = AS_KIND_epss;
	for (;;) {
		size_t line = as_find_byte(all, '\n', from);
		if (line == SIZE_MAX && (!end || from >= all.n) && all.n - from <= LINE_MAX_LEN)
			break;
		size_t to = line == SIZE_MAX ? all.n : line;
		score_line(in, as_cut(all, from, as_min(to - from, LINE_MAX_LEN)), in->at + from);
		from = as_min(to + 1, all.n);
	}
	if (from > 0)
		memmove(in->held.p, in->held.p + from, all.n - from);
	in->held.n = all.n - from;
	in->at += from;
}

/* Whether the line at offset at marks where a document of YAML begins (---) or ends (...): no text within one can. */
static bool is_mark(as_span s, size_t at)
{
	as_span three = as_cut(s, at, as_min(s.n - at, 3));
	return (as_is(three, "---") || as_is(three, "...")) && as_at(s, at + 3) <= ' ';
}

/* Whether a text of YAML has marks, directives and comments only. */
static bool is_bare(as_span s)
{
	as_cur c = as_cur_be(s, 0);
	as_span line = { 0 };
	while (as_line(&c, &line)) {
		as_span rest = is_mark(line, 0) ? as_from(line, 3) : line;
		uint8_t first = as_at(as_trim(rest), 0);
		if (first != 0 && first != '#' && as_at(line, 0) != '%')
			return false;
	}
	return true;
}

/* One document of YAML, with the marks before it. */
static void read_yaml(as_intake *in, as_span text, uint64_t at)
{
	as_fault fault;
	if (is_bare(text))
		return;
	size_t skip = as_starts(text, "...") ? 3 : 0;
	text = as_from(text, skip);
	at += skip;
	as_arena_reset(in->f->arena);
	as_value *v = as_yaml_parse(in->f->arena, text, &fault);
	if (v)
		read_value(in, v, (as_span){ 0 }, at);
	else
		strange(in, as_kind_guess(text, false), as_name_guess(text), at + fault.at,
			fault.reason, fault.name);
}

/* The documents of YAML that are complete in what is held; all of it at the end. */
static void yaml_documents(as_intake *in, bool end)
{
	enum { MARK = 4 /* bytes by which one is told */ };
	as_span all = as_buf_span_of(&in->held);
	size_t from = 0, line = as_find_byte(all, '\n', in->seen);
	for (; line != SIZE_MAX && (end || all.n - line > MARK);
		line = as_find_byte(all, '\n', line + 1)) {
		if (!is_mark(all, line + 1))
			continue;
		read_yaml(in, as_cut(all, from, line + 1 - from), in->at + from);
		from = line + 1;
	}
	if (end) {
		read_yaml(in, as_from(all, from), in->at + from);
		from = all.n;
	}
	if (from > 0 && from < all.n)
		memmove(in->held.p, in->held.p + from, all.n - from);
	in->held.n = all.n - from;
	in->at += from;
	in->seen = line == SIZE_MAX ? in->held.n : line - from;
}

/* Bytes on their way to the reader of the form. */
static as_status pass_on(as_intake *in, as_span bytes)
{
	if (in->form == JSON)
		return as_split_add(in->split, bytes);
	if (in->form == NO_FEED)
		return AS_OK;
	as_buf_add(&in->held, bytes.p, bytes.n);
	if (in->held.bad)
		return AS_NOMEM;
	if (in->form == SCORES) {
		score_lines(in, false);
		return in->f->status;
	}
	yaml_documents(in, false);
	if (in->held.n > AS_RECORD_MAX) {
		strange(in, as_kind_guess(as_buf_span_of(&in->held), false), (as_span){ 0 }, in->at,
			"longer than 64 MiB", (as_span){ 0 });
		as_buf_clear(&in->held);
		in->form = NO_FEED;
	}
	return in->f->status;
}

/* Tells the form and hands over what was held for that. */
static as_status begin_form(as_intake *in)
{
	as_buf head = in->held;
	as_status s = AS_OK;
	in->held = (as_buf){ 0 };
	in->form = form_of(as_buf_span_of(&head));
	as_split_calls calls = {
		.record = take_record, .beside = take_beside, .refused = take_refused, .ctx = in
	};
	if (in->form == JSON)
		in->split = as_split_new(&calls);
	if (in->form == JSON && !in->split)
		s = AS_NOMEM;
	for (unsigned i = 0; i < 3; i++)
		in->column[i] = i;
	size_t mark = as_starts(as_buf_span_of(&head), "\xef\xbb\xbf") ? 3 : 0;
	if (s == AS_OK)
		s = pass_on(in, as_from(as_buf_span_of(&head), mark));
	as_buf_free(&head);
	return s;
}

static as_status add_piece(as_intake *in, as_span bytes)
{
	if (in->form != UNTOLD)
		return pass_on(in, bytes);
	as_buf_add(&in->held, bytes.p, bytes.n);
	if (in->held.bad)
		return AS_NOMEM;
	return in->held.n >= HEAD ? begin_form(in) : AS_OK;
}

as_status as_intake_add(as_intake *in, as_span bytes)
{
	as_status s = AS_OK;
	for (uint64_t at = 0; at < bytes.n && s == AS_OK;
		at += PIECE) /* what is held of a piece is bounded, then */
		s = add_piece(in, as_cut(bytes, at, as_min(PIECE, bytes.n - at)));
	return s;
}

/* Says that the file is no feed. */
static void say_other(as_intake *in, const char *reason, uint64_t at)
{
	as_feed *f = in->f;
	as_buf_clear(&f->row);
	as_buf_u8(&f->row, AS_FEED_OTHER);
	as_buf_span(&f->row, as_cut(f->file, 0, as_min(f->file.n, BATCH)));
	as_buf_u64(&f->row, at);
	as_buf_span(&f->row, as_lit(reason));
	f->status = f->row.bad ? AS_NOMEM : f->send(f->ctx, as_buf_span_of(&f->row));
}

as_status as_intake_end(as_intake *in, const char *damage)
{
	as_status s = in->form == UNTOLD ? begin_form(in) : AS_OK;
	bool cut = false;
	if (s == AS_OK && in->form == JSON)
		s = as_split_end(in->split, &cut);
	if (s == AS_OK && in->form == SCORES) {
		score_lines(in, true);
		send_scores(in);
	}
	if (s == AS_OK && in->form == YAML)
		yaml_documents(in, true);
	if (s == AS_OK && damage)
		strange(in, AS_KIND_unknown, (as_span){ 0 }, in->at, damage, (as_span){ 0 });
	if (s == AS_OK && in->f->status == AS_OK && in->last == AS_KIND_unknown)
		say_other(in, in->strange ? in->strange : "neither JSON, YAML nor scores of EPSS",
			in->strange_at);
	if (s == AS_OK && in->f->status == AS_OK && (damage || cut))
		as_feed_cut(in->f, damage ? damage : "it ends before its records do");
	as_split_free(in->split);
	in->split = NULL;
	return s == AS_OK ? in->f->status : s;
}
