/* SPDX-License-Identifier: Apache-2.0 */
#include "listen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/row.h"

void insist(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "fuzz: %s\n", what);
	abort();
}

static void keep_path(listener *l, const as_node_message *m, found *f)
{
	as_nodes_path(&l->nodes, as_buf_span_of(&l->said), m->id, &f->path);
	as_buf_add(&f->hint, m->hint.p, m->hint.n);
	f->roles = m->roles;
}

static void on_node(listener *l, as_span payload)
{
	as_node_message m;
	insist(!l->streaming, "an entry is begun before the last one has ended");
	insist(as_node_decode(payload, &m), "a malformed entry");
	insist(as_nodes_add(&l->nodes, m.id, l->said.n), "entries out of order");
	as_frame_add(&l->said, AS_M_NODE, payload);
	bool range = m.has & AS_NODE_RANGE;
	if (range)
		insist(m.at <= l->data.n && m.len <= l->data.n - m.at,
			"contents outside the object");
	l->streaming = m.has & AS_NODE_STREAM;
	if (!l->keep || l->n_found == FOUND_MAX || (!range && !l->streaming))
		return;
	found *f = &l->found[l->n_found++];
	keep_path(l, &m, f);
	if (range)
		as_buf_add(&f->bytes, l->data.p + m.at, as_min(m.len, FOUND_BYTES));
}

static void on_data(listener *l, as_span payload)
{
	insist(l->streaming, "bytes of no entry");
	if (!l->keep || l->n_found == FOUND_MAX || l->n_found == 0)
		return;
	as_buf *b = &l->found[l->n_found - 1].bytes;
	as_buf_add(b, payload.p, as_min(payload.n, FOUND_BYTES - as_min(b->n, FOUND_BYTES)));
}

static void on_row(const listener *l, as_span payload)
{
	as_row row;
	insist(as_row_decode(payload, &row), "a malformed row");
	if (row.has_where)
		insist(row.at <= l->data.n && row.len <= l->data.n - row.at,
			"a fact outside the object");
	as_cur c = as_cur_le(row.values, 0);
	for (size_t i = 0; i < row.table->n; i++) {
		as_span text;
		int64_t v;
		if (row.table->columns[i].type == AS_TEXT)
			(void)as_row_next_text(&c, &text);
		else
			(void)as_row_next_int(&c, row.table->columns[i].type, &v);
	}
	insist(as_ok(&c), "a row with a malformed column");
}

static void on_extent(listener *l, as_span payload)
{
	as_extent_message m;
	insist(as_extent_decode(payload, &m), "a malformed extent");
	insist(m.at == l->covered && m.len > 0, "extents overlap or leave a gap");
	insist(m.len <= l->data.n - m.at, "an extent outside the object");
	l->covered += m.len;
	l->extents = true;
}

static void on_lost(as_span payload)
{
	as_lost_message m;
	insist(as_lost_decode(payload, &m), "a malformed loss");
	insist(m.text.n > 0 && m.reason.n > 0 && m.stage.n > 0, "a loss without words");
}

static as_status hear(void *ctx, as_message kind, as_span payload)
{
	listener *l = ctx;
	as_type_message type;
	insist(payload.n <= AS_M_MAX, "a message that is too long");
	if (kind == AS_M_NODE)
		on_node(l, payload);
	else if (kind == AS_M_DATA)
		on_data(l, payload);
	else if (kind == AS_M_ZERO)
		insist(l->streaming && payload.n == 8, "zero bytes of no entry");
	else if (kind == AS_M_END)
		insist(l->streaming, "the end of no entry");
	else if (kind == AS_M_ROW)
		on_row(l, payload);
	else if (kind == AS_M_EXTENT)
		on_extent(l, payload);
	else if (kind == AS_M_LOST)
		on_lost(payload);
	else if (kind == AS_M_TYPE)
		insist(as_type_decode(payload, &type) && type.type.n > 0 && type.type.n <= 64,
			"a malformed type");
	if (kind == AS_M_END)
		l->streaming = false;
	return AS_OK;
}

static bool enter(void *ctx, const char *id, uint64_t at)
{
	const listener *l = ctx;
	(void)at;
	return !l->only || strcmp(l->only, id) == 0;
}

void listen_begin(listener *l, as_span data, bool keep)
{
	*l = (listener){ .data = data, .keep = keep };
}

void listen_end(listener *l)
{
	insist(!l->streaming, "the last entry never ends");
	insist(!l->extents || l->covered == l->data.n, "not every byte is accounted for");
	for (size_t i = 0; i < l->n_found; i++) {
		as_buf_free(&l->found[i].bytes);
		as_buf_free(&l->found[i].path);
		as_buf_free(&l->found[i].hint);
	}
	as_nodes_free(&l->nodes);
	as_buf_free(&l->said);
	*l = (listener){ 0 };
}

as_sender listen_sender(listener *l)
{
	return (as_sender){ .send = hear, .stage = enter, .ctx = l };
}
