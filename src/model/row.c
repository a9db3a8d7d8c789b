/* SPDX-License-Identifier: Apache-2.0 */
#include "model/row.h"

enum { ABSENT = 0xffffffffu };

void as_row_begin(as_facts *out, unsigned table, as_span where)
{
	uint64_t at = 0;
	bool has = where.p && as_within(out->data, where, &at);
	as_buf_clear(&out->row);
	as_buf_u8(&out->row, (uint8_t)table);
	as_buf_u8(&out->row, has);
	as_buf_u64(&out->row, at);
	as_buf_u64(&out->row, has ? where.n : 0);
	bool keep = has && as_tables[table].exhibit;
	as_buf_span(&out->row,
		keep ? as_cut(where, 0, as_min(where.n, AS_EXHIBIT_MAX)) : (as_span){ 0 });
}

void as_row_text(as_facts *out, as_span s)
{
	if (!s.p) {
		as_buf_u32(&out->row, ABSENT);
		return;
	}
	as_buf_span(&out->row, as_cut(s, 0, as_min(s.n, AS_TEXT_MAX)));
}

void as_row_int(as_facts *out, int64_t v) { as_buf_u64(&out->row, (uint64_t)v); }

void as_row_opt(as_facts *out, as_opt v)
{
	as_buf_u8(&out->row, v.has);
	as_buf_u64(&out->row, (uint64_t)v.v);
}

as_status as_row_end(as_facts *out)
{
	if (out->row.bad)
		return AS_NOMEM;
	if (out->n == AS_ROWS_MAX) {
		out->n++;
		(void)out->lost(out->ctx, "limit", 0, "too many facts: the rest is left out");
	}
	if (out->n > AS_ROWS_MAX)
		return AS_LIMIT;
	out->n++;
	return out->emit(out->ctx, as_buf_span_of(&out->row));
}

bool as_row_decode(as_span encoded, as_row *row)
{
	as_cur c = as_cur_le(encoded, 0);
	unsigned table = as_u8(&c);
	row->has_where = as_u8(&c) != 0;
	row->at = as_u64(&c);
	row->len = as_u64(&c);
	row->exhibit = as_counted(&c);
	if (!as_ok(&c) || table >= as_n_tables || row->at > INT64_MAX || row->len > INT64_MAX)
		return false;
	row->table = &as_tables[table];
	row->values = as_from(encoded, as_pos(&c));
	return true;
}

bool as_row_next_text(as_cur *c, as_span *out)
{
	uint32_t n = as_u32(c);
	if (!as_ok(c) || n == ABSENT)
		return false;
	*out = as_take(c, n);
	return as_ok(c);
}

bool as_row_next_int(as_cur *c, as_column_type type, int64_t *out)
{
	bool has = type == AS_INT || as_u8(c) != 0;
	*out = (int64_t)as_u64(c);
	return has && as_ok(c);
}
