/* SPDX-License-Identifier: Apache-2.0 */
/* For unit tests of inspectors: runs one on bytes in memory and keeps its rows as text lines,
 * "table at+len column=value column=value ...", absent columns left out. */
#ifndef AS_TEST_COLLECT_H
#define AS_TEST_COLLECT_H

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "inspect/inspector.h"

typedef struct collected {
	as_buf text; /* rows, one a line, NUL-terminated after collect() */
	as_arena *arena;
	size_t rows, lost;
} collected;

static inline as_status collect_row(void *ctx, as_span encoded)
{
	collected *all = ctx;
	as_row row;
	assert_true(as_row_decode(encoded, &row));
	as_buf_print(&all->text, "%s %" PRIu64 "+%" PRIu64, row.table->name, row.at, row.len);
	as_cur c = as_cur_le(row.values, 0);
	for (size_t i = 0; i < row.table->n; i++) {
		const as_column *column = &row.table->columns[i];
		as_span text;
		int64_t number;
		if (column->type == AS_TEXT && as_row_next_text(&c, &text)) {
			as_buf_print(&all->text, " %s=", column->name);
			as_text_add(&all->text, text);
		} else if (column->type != AS_TEXT && as_row_next_int(&c, column->type, &number)) {
			as_buf_print(&all->text, " %s=%" PRId64, column->name, number);
		}
	}
	as_buf_text(&all->text, "\n");
	all->rows++;
	return AS_OK;
}

static inline as_status collect_lost(void *ctx, const char *reason, uint64_t at, const char *text)
{
	collected *all = ctx;
	(void)at;
	(void)reason;
	as_buf_print(&all->text, "lost: %s\n", text);
	all->lost++;
	return AS_PARTIAL;
}

/* Runs one inspector; the caller frees the answer with collected_free. */
static inline collected collect(
	const as_inspector *in, as_span data, const char *type, const char *path)
{
	collected all = { .arena = as_arena_new(0) };
	as_file f = { .data = data, .type = type, .path = as_lit(path), .arena = all.arena };
	as_facts out = { .data = data, .emit = collect_row, .lost = collect_lost };
	bool wanted = !in->paths;
	for (size_t i = 0; in->paths && in->paths[i]; i++)
		wanted = wanted || as_glob(in->paths[i], f.path);
	if (wanted && (!in->cares || in->cares(&f))) {
		out.ctx = &all;
		as_status s = in->inspect(&out, &f);
		assert_true(s <= AS_PARTIAL);
	}
	as_buf_free(&out.row);
	as_buf_u8(&all.text, 0);
	return all;
}

static inline void collected_free(collected *all)
{
	as_buf_free(&all->text);
	as_arena_free(all->arena);
}

/* Fails unless the rows contain the text. */
static inline void expect_has(const collected *all, const char *text)
{
	if (!strstr((const char *)all->text.p, text))
		fail_msg("no \"%s\" in:\n%s", text, (const char *)all->text.p);
}

/* Fails if the rows contain the text. */
static inline void expect_not(const collected *all, const char *text)
{
	if (strstr((const char *)all->text.p, text))
		fail_msg("\"%s\" in:\n%s", text, (const char *)all->text.p);
}

#endif
