/* SPDX-License-Identifier: Apache-2.0 */
/* All literals of the pack are searched in one pass (vectorscan); only where one stands, the
 * expressions that belong to it look at the bytes around it (PCRE2). So the cost is that of
 * reading the bytes once. */
#include "knowledge/banner.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/cur.h"
#include "base/embed.h"
#include "base/literals.h"

enum {
	ROWS_MAX = 4096,
	WINDOW = 512,        /* bytes on either side of the literal that the expression may see */
	TRIES_OF_ROW = 1024, /* looks of one expression at one object */
	TRIES_MAX = 8192,    /* looks at one object */
	STEPS_MAX = 20000,   /* match limit of one look; the pack's test keeps every row below it */
	FIELD_ID = 0,
	FIELD_NAME,
	FIELD_VENDOR,
	FIELD_PRODUCT,
	FIELD_PURL,
	FIELD_LITERAL,
	FIELD_REGEX,
	FIELD_CONFIDENCE,
};

typedef struct row {
	as_banner fixed;
	uint8_t literal[AS_LITERAL_MAX];
	size_t n_literal; /* bytes */
	pcre2_code *regex;
	uint32_t look_behind; /* bytes before the match that the expression may ask about */
	uint32_t captures;    /* groups; 0: the text tells the component alone */
	size_t same;          /* the next row with the same literal, or SIZE_MAX */
} row;

/* Built once and then only read. */
typedef struct pack {
	row *rows;
	size_t n;
	as_literals *search;
	size_t *first; /* by literal: the first row that has it */
	as_status status;
} pack;

static pack packs[AS_N_BANNER_PACKS];
static const char *const files[AS_N_BANNER_PACKS] = { "components.tsv", "weblibs.tsv",
	"suppliers.tsv" };
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* Undoes \xNN, \t, \n, \r and \\. False if the text is malformed or too long. */
static bool unescape(as_span text, row *r)
{
	static const char from[] = "tnr\\", to[] = "\t\n\r\\";
	for (size_t i = 0; i < text.n; i++) {
		uint64_t v = text.p[i];
		const char *simple = strchr(from, as_at(text, i + 1));
		if (v == '\\' && as_at(text, i + 1) == 'x' &&
			as_number(as_cut(text, i + 2, 2), 16, &v))
			i += 3;
		else if (v == '\\' && simple && *simple)
			v = (uint8_t)to[simple - from], i++;
		else if (v == '\\')
			return false;
		if (r->n_literal == AS_LITERAL_MAX)
			return false;
		r->literal[r->n_literal++] = (uint8_t)v;
	}
	return r->n_literal > 0 && r->literal[0] != 0; /* as_literals_new takes no other */
}

/* "0.97" in thousandths. */
static int64_t thousandths(as_span s)
{
	uint64_t whole = 0, part = 0;
	as_span digits = as_field(s, '.', 1);
	(void)as_number(as_field(s, '.', 0), 10, &whole);
	(void)as_number(digits, 10, &part);
	for (size_t i = digits.n; i < 3; i++)
		part *= 10;
	return (int64_t)as_min(whole * 1000 + part, 1000);
}

static bool read_row(as_span line, row *r)
{
	int code = 0;
	PCRE2_SIZE at = 0;
	as_span regex = as_field(line, '\t', FIELD_REGEX);
	*r = (row){ .same = SIZE_MAX };
	r->fixed = (as_banner){ .id = as_field(line, '\t', FIELD_ID),
		.name = as_field(line, '\t', FIELD_NAME),
		.vendor = as_field(line, '\t', FIELD_VENDOR),
		.product = as_field(line, '\t', FIELD_PRODUCT),
		.purl = as_field(line, '\t', FIELD_PURL),
		.confidence = thousandths(as_field(line, '\t', FIELD_CONFIDENCE)) };
	if (!unescape(as_field(line, '\t', FIELD_LITERAL), r) || regex.n == 0)
		return false;
	r->regex = pcre2_compile(regex.p, regex.n, PCRE2_NEVER_UTF, &code, &at, NULL);
	if (!r->regex)
		return false;
	(void)pcre2_pattern_info(r->regex, PCRE2_INFO_MAXLOOKBEHIND, &r->look_behind);
	(void)pcre2_pattern_info(r->regex, PCRE2_INFO_CAPTURECOUNT, &r->captures);
	return true;
}

static bool same_literal(const row *a, const row *b)
{
	return as_same(as_bytes(a->literal, a->n_literal), as_bytes(b->literal, b->n_literal));
}

static bool read_rows(pack *p, const char *file)
{
	as_span text = as_embedded_file(as_embedded_knowledge, file);
	as_cur c = as_cur_le(text, 0);
	p->rows = calloc(ROWS_MAX, sizeof(*p->rows));
	if (!p->rows)
		return false;
	for (as_span line; p->n < ROWS_MAX && as_line(&c, &line);)
		if (line.n > 0 && line.p[0] != '#' && read_row(line, &p->rows[p->n]))
			p->n++;
	return true;
}

/* One search for all literals; rows with the same one are chained from the first of them. */
static bool compile(pack *p)
{
	size_t n = 0;
	as_span *texts = calloc(p->n, sizeof(*texts));
	p->first = calloc(p->n, sizeof(*p->first));
	for (size_t i = 0; texts && p->first && i < p->n; i++) {
		size_t k = 0;
		while (k < n && !same_literal(&p->rows[p->first[k]], &p->rows[i]))
			k++;
		if (k < n) {
			p->rows[i].same = p->rows[p->first[k]].same;
			p->rows[p->first[k]].same = i;
			continue;
		}
		texts[n] = as_bytes(p->rows[i].literal, p->rows[i].n_literal);
		p->first[n++] = i;
	}
	p->search = texts && p->first ? as_literals_new(texts, n) : NULL;
	free(texts);
	return p->search != NULL;
}

static void prepare(void)
{
	for (size_t i = 0; i < AS_N_BANNER_PACKS; i++) {
		bool ok = read_rows(&packs[i], files[i]) && (packs[i].n == 0 || compile(&packs[i]));
		packs[i].status = ok ? AS_OK : AS_NOMEM;
	}
}

as_status as_banner_prepare(void)
{
	as_status s = AS_OK;
	(void)pthread_once(&once, prepare);
	for (size_t i = 0; i < AS_N_BANNER_PACKS; i++)
		s = as_worse(s, packs[i].status);
	return s;
}

size_t as_banner_rows(as_banner_pack which)
{
	return as_banner_prepare() == AS_OK ? packs[which].n : 0;
}

typedef struct scan {
	const pack *pack;
	as_span data;
	as_banner_found found;
	void *ctx;
	pcre2_match_data *match;
	pcre2_match_context *limits;
	uint16_t *tries; /* by row */
	size_t n_tries;
	bool left_out;
} scan;

/* The match of the row's expression that covers the literal at [at, at + n_literal), if there
 * is one. */
static bool match_at(scan *s, const row *r, uint64_t at, size_t *from, size_t *to)
{
	uint64_t lo = at - as_min(at, WINDOW + r->look_behind);
	uint64_t start = at - as_min(at, WINDOW) - lo;
	uint64_t hi = at + r->n_literal;
	hi += as_min(s->data.n - hi, WINDOW);
	as_span window = as_cut(s->data, lo, hi - lo);
	while (start <= at - lo &&
		pcre2_match(r->regex, window.p, window.n, start, 0, s->match, s->limits) > 0) {
		const PCRE2_SIZE *found = pcre2_get_ovector_pointer(s->match);
		*from = (size_t)lo + found[0];
		*to = (size_t)lo + found[1];
		if (*from <= at && *to >= at + r->n_literal)
			return true;
		start = found[1] > found[0] ? found[1] : found[1] + 1;
	}
	return false;
}

static as_status look(scan *s, size_t i, uint64_t at)
{
	size_t from = 0, to = 0;
	const row *r = &s->pack->rows[i];
	if (s->tries[i] >= TRIES_OF_ROW || s->n_tries >= TRIES_MAX) {
		s->left_out = true;
		return AS_OK;
	}
	s->tries[i]++;
	s->n_tries++;
	if (!match_at(s, r, at, &from, &to))
		return AS_OK;
	const PCRE2_SIZE *found = pcre2_get_ovector_pointer(s->match);
	as_banner hit = r->fixed;
	hit.text = as_cut(s->data, from, to - from);
	/* Without a group, what an earlier row found is still there. */
	if (r->captures > 0 && found[2] != PCRE2_UNSET)
		hit.version = as_cut(hit.text, found[2] - found[0], found[3] - found[2]);
	return s->found(s->ctx, &hit);
}

static as_status on_literal(void *ctx, size_t literal, uint64_t at)
{
	scan *s = ctx;
	as_status status = AS_OK;
	size_t i = s->pack->first[literal];
	for (; i != SIZE_MAX && status == AS_OK; i = s->pack->rows[i].same)
		status = look(s, i, at);
	return status;
}

as_status as_banner_scan(as_banner_pack which, as_span data, as_banner_found found, void *ctx)
{
	scan s = { .pack = &packs[which], .data = data, .found = found, .ctx = ctx };
	as_status status = as_banner_prepare();
	if (status != AS_OK || s.pack->n == 0)
		return status;
	s.tries = calloc(s.pack->n, sizeof(*s.tries));
	s.match = pcre2_match_data_create(2, NULL);
	s.limits = pcre2_match_context_create(NULL);
	status = AS_NOMEM;
	if (s.tries && s.match && s.limits) {
		(void)pcre2_set_match_limit(s.limits, STEPS_MAX);
		status = as_literals_search(s.pack->search, data, on_literal, &s);
	}
	pcre2_match_context_free(s.limits);
	pcre2_match_data_free(s.match);
	free(s.tries);
	return status == AS_OK && s.left_out ? AS_PARTIAL : status;
}
