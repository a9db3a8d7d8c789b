/* SPDX-License-Identifier: Apache-2.0 */
#include "knowledge/known.h"

#include <pthread.h>
#include <string.h>

#include "base/embed.h"
#include "base/literals.h"
#include "knowledge/tsv.h"

enum { ROWS_MAX = 256, FIELD_ID = 0, FIELD_NAME, FIELD_LITERAL, FIELD_MEANS, FIELD_SOURCE, FIELDS };

typedef struct row {
	as_known fixed;
	uint8_t literal[AS_LITERAL_MAX];
	size_t n; /* bytes of it */
} row;

static row rows[ROWS_MAX];
static size_t n_rows;
static as_literals *all;
static as_status status;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* Undoes \xNN, the only escape of this pack. False if the text is malformed or too long. */
static bool unescape(as_span text, row *r)
{
	for (size_t i = 0; i < text.n; i++) {
		uint64_t v = text.p[i];
		if (v == '\\') {
			if (as_at(text, i + 1) != 'x' || !as_number(as_cut(text, i + 2, 2), 16, &v))
				return false;
			i += 3;
		}
		if (r->n == AS_LITERAL_MAX)
			return false;
		r->literal[r->n++] = (uint8_t)v;
	}
	return r->n > 0 && r->literal[0] != 0;
}

static void prepare(void)
{
	as_span texts[ROWS_MAX], field[FIELDS];
	as_cur c = as_cur_le(as_embedded_file(as_embedded_knowledge, "known.tsv"), 0);
	while (n_rows < ROWS_MAX) {
		size_t n = as_tsv_row(&c, field, FIELDS);
		if (n == 0)
			break;
		row *r = &rows[n_rows];
		memset(r, 0, sizeof(*r));
		if (n < FIELDS || !unescape(field[FIELD_LITERAL], r))
			continue;
		r->fixed = (as_known){ .id = field[FIELD_ID],
			.name = field[FIELD_NAME],
			.means = field[FIELD_MEANS],
			.source = field[FIELD_SOURCE] };
		texts[n_rows++] = as_bytes(r->literal, r->n);
	}
	all = as_literals_new(texts, n_rows);
	status = all ? AS_OK : AS_NOMEM;
}

as_status as_known_prepare(void)
{
	(void)pthread_once(&once, prepare);
	return status;
}

size_t as_known_rows(void) { return as_known_prepare() == AS_OK ? n_rows : 0; }

typedef struct scan {
	as_span data;
	as_known_found found;
	void *ctx;
} scan;

static as_status met(void *ctx, size_t i, uint64_t at)
{
	scan *s = ctx;
	as_known hit = rows[i].fixed;
	hit.where = as_cut(s->data, at, rows[i].n);
	return s->found(s->ctx, &hit);
}

as_status as_known_scan(as_span data, as_known_found found, void *ctx)
{
	scan s = { .data = data, .found = found, .ctx = ctx };
	as_status ready = as_known_prepare();
	return ready == AS_OK ? as_literals_search(all, data, met, &s) : ready;
}
