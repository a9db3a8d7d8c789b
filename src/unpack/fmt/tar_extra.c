/* SPDX-License-Identifier: Apache-2.0 */
/* What tar's extensions say about an entry. POSIX records are "LENGTH KEY=VALUE\n", the length in
 * decimal and counting itself. GNU tells a sparse file's pieces in one of four ways: in the header
 * (type S: offset[12] and size[12] four times at 386, more of them in blocks of 21, a flag behind
 * each group, the file's size at 483); in records, as pairs of GNU.sparse.offset and .numbytes
 * (0.0) or one GNU.sparse.map (0.1); or as decimal lines before the data (1.0). */
#include "unpack/fmt/tar.h"

enum { BLOCK = 512, IN_HEADER = 4, IN_BLOCK = 21, ENTRY = 24 };

typedef struct record {
	as_span key, value;
} record;

/* Takes the next record; false at the end, and *bad if what is there is none. */
static bool next_record(as_cur *c, record *r, bool *bad)
{
	as_span rest = as_from(c->s, as_pos(c));
	if (rest.n == 0 || rest.p[0] == 0)
		return false;
	size_t blank = as_find_byte(as_cut(rest, 0, as_min(rest.n, 21)), ' ', 0);
	uint64_t n = 0;
	bool ok = blank != SIZE_MAX && as_number(as_cut(rest, 0, blank), 10, &n) && n > blank + 2;
	as_span whole = ok ? as_take(c, n) : (as_span){ 0 };
	size_t equals = as_find_byte(whole, '=', blank);
	if (equals == SIZE_MAX || whole.p[whole.n - 1] != '\n') {
		*bad = true;
		return false;
	}
	r->key = as_cut(whole, blank + 1, equals - blank - 1);
	r->value = as_cut(whole, equals + 1, whole.n - equals - 2);
	return true;
}

static void set_number(as_span value, unsigned flag, uint64_t *out, as_tar_extra *x)
{
	if (as_number(value, 10, out))
		x->has |= flag;
	else if (value.n > 0)
		x->bad = true;
	else
		x->has &= ~flag; /* an empty value takes an earlier one back */
}

/* Seconds with a sign and a fraction, which is dropped (towards the past). */
static void set_time(as_span value, as_tar_extra *x)
{
	bool minus = as_starts(value, "-");
	as_span whole = as_field(as_from(value, minus), '.', 0);
	uint64_t v = 0;
	if (!as_number(whole, 10, &v) || v > INT64_MAX / 2)
		return;
	bool part = minus && !as_all(as_field(as_from(value, 1), '.', 1), '0');
	x->mtime = minus ? -(int64_t)v - part : (int64_t)v;
	x->has |= AS_TAR_MTIME;
}

static void apply(const record *r, as_tar_extra *x)
{
	if (as_is(r->key, "path"))
		x->name = r->value;
	else if (as_is(r->key, "linkpath"))
		x->link = r->value;
	else if (as_is(r->key, "size"))
		set_number(r->value, AS_TAR_SIZE, &x->size, x);
	else if (as_is(r->key, "uid"))
		set_number(r->value, AS_TAR_UID, &x->uid, x);
	else if (as_is(r->key, "gid"))
		set_number(r->value, AS_TAR_GID, &x->gid, x);
	else if (as_is(r->key, "mtime"))
		set_time(r->value, x);
	else if (as_is(r->key, "GNU.sparse.realsize") || as_is(r->key, "GNU.sparse.size"))
		set_number(r->value, AS_TAR_REAL, &x->real, x);
	else if (as_is(r->key, "GNU.sparse.major"))
		set_number(r->value, 0, &x->version, x);
	else if (as_is(r->key, "GNU.sparse.map"))
		x->map = r->value;
	x->sparse = x->sparse || as_starts(r->key, "GNU.sparse.");
}

void as_tar_records(as_span records, as_tar_extra *x)
{
	as_cur c = as_cur_be(records, 0);
	record r;
	as_span named = { 0 };
	while (next_record(&c, &r, &x->bad)) {
		apply(&r, x);
		/* GNU's name for a sparse file is the true one, wherever it stands. */
		if (as_is(r.key, "GNU.sparse.name"))
			named = r.value;
	}
	if (named.p)
		x->name = named;
	x->records = records;
}

as_status as_tar_xattrs(as_unpack *u, as_span records)
{
	static const char prefix[] = "SCHILY.xattr.";
	as_cur c = as_cur_be(records, 0);
	as_status s = AS_OK;
	bool bad = false;
	record r;
	while (s == AS_OK && next_record(&c, &r, &bad))
		if (as_starts(r.key, prefix))
			s = as_xattr(u, as_from(r.key, sizeof(prefix) - 1), r.value);
	return s;
}

/* The pieces of a sparse file, in memory of the run; bad: the map makes no sense. */
typedef struct map {
	as_unpack *u;
	as_tar_piece *pieces;
	size_t n, cap; /* pieces */
	bool bad;
} map;

static void add(map *m, uint64_t at, uint64_t n)
{
	if (m->n == m->cap) {
		size_t cap = m->cap ? m->cap * 2 : 64;
		as_tar_piece *grown = as_alloc_array(as_memory(m->u), cap, sizeof(*grown));
		if (!grown) {
			m->bad = true;
			return;
		}
		for (size_t i = 0; i < m->n; i++)
			grown[i] = m->pieces[i];
		m->pieces = grown;
		m->cap = cap;
	}
	m->pieces[m->n++] = (as_tar_piece){ at, n };
}

static void add_header_pieces(map *m, as_cur *c, unsigned n)
{
	for (; n > 0; n--) {
		uint64_t at = 0, len = 0;
		as_span raw = as_take(c, 12), raw_len = as_take(c, 12);
		bool used = as_at(raw, 0) != 0 && as_at(raw_len, 0) != 0;
		if (used && as_tar_number(raw, &at) && as_tar_number(raw_len, &len))
			add(m, at, len);
	}
}

uint64_t as_tar_sparse_headers(as_span body, uint64_t at)
{
	as_cur c = as_cur_be(body, at);
	as_skip(&c, 482);
	uint8_t more = as_u8(&c);
	as_skip(&c, BLOCK - 483);
	uint64_t from = as_pos(&c);
	while (more && as_ok(&c)) {
		as_skip(&c, IN_BLOCK * ENTRY);
		more = as_u8(&c);
		as_skip(&c, BLOCK - IN_BLOCK * ENTRY - 1);
	}
	return as_pos(&c) - from;
}

static void old_map(map *m, as_span head, uint64_t *real)
{
	as_cur c = as_cur_be(head, 386);
	add_header_pieces(m, &c, IN_HEADER);
	uint8_t more = as_u8(&c);
	m->bad = m->bad || !as_tar_number(as_take(&c, 12), real);
	as_skip(&c, BLOCK - 495);
	while (more && as_ok(&c)) {
		add_header_pieces(m, &c, IN_BLOCK);
		more = as_u8(&c);
		as_skip(&c, BLOCK - IN_BLOCK * ENTRY - 1);
	}
	m->bad = m->bad || !as_ok(&c);
}

/* Version 0.0: pairs of records. */
static void record_map(map *m, as_span records)
{
	as_cur c = as_cur_be(records, 0);
	uint64_t at = 0, n = 0;
	record r;
	while (next_record(&c, &r, &m->bad)) {
		if (as_is(r.key, "GNU.sparse.offset"))
			m->bad = m->bad || !as_number(r.value, 10, &at);
		else if (as_is(r.key, "GNU.sparse.numbytes") && as_number(r.value, 10, &n))
			add(m, at, n);
	}
}

/* Numbers with a separator behind each (the last may do without), as pairs. */
static uint64_t take_number(as_cur *c, char separator, bool *bad)
{
	as_span rest = as_from(c->s, as_pos(c));
	size_t end = as_find_byte(as_cut(rest, 0, as_min(rest.n, 21)), (uint8_t)separator, 0);
	uint64_t v = 0;
	size_t n = end == SIZE_MAX && rest.n < 21 ? rest.n : end;
	*bad = *bad || n == SIZE_MAX || !as_number(as_cut(rest, 0, n), 10, &v);
	as_skip(c, *bad ? 0 : as_min(n + 1, rest.n));
	return v;
}

static void list_map(map *m, as_cur *c, char separator, uint64_t n)
{
	for (; n > 0 && as_left(c) > 0 && !m->bad; n--) {
		uint64_t at = take_number(c, separator, &m->bad);
		uint64_t len = take_number(c, separator, &m->bad);
		if (!m->bad)
			add(m, at, len);
	}
}

/* Version 1.0: the number of pieces and the pieces stand before the data, padded to a block. */
static as_span front_map(map *m, as_span data)
{
	as_cur c = as_cur_be(data, 0);
	uint64_t n = take_number(&c, '\n', &m->bad);
	list_map(m, &c, '\n', n);
	m->bad = m->bad || m->n != n;
	return as_from(data, (as_pos(&c) + BLOCK - 1) / BLOCK * BLOCK);
}

static as_status emit(as_unpack *u, const map *m, as_span data, uint64_t real, bool *damaged)
{
	as_cur c = as_cur_be(data, 0);
	uint64_t at = 0;
	as_status s = AS_OK;
	for (size_t i = 0; i < m->n && s == AS_OK; i++) {
		as_tar_piece p = m->pieces[i];
		as_span there = as_take(&c, as_min(p.n, as_left(&c)));
		if (p.at < at || p.at > real || p.n > real - p.at || there.n < p.n) {
			*damaged = true;
			return s;
		}
		if (p.at > at)
			s = as_zero(u, p.at - at);
		if (s == AS_OK && there.n > 0)
			s = as_more(u, there);
		at = p.at + p.n;
	}
	return s == AS_OK && real > at ? as_zero(u, real - at) : s;
}

as_status as_tar_sparse(
	as_unpack *u, as_entry *e, const as_tar_extra *x, as_span head, as_span data)
{
	map m = { .u = u };
	uint64_t real = x->real;
	as_cur c = as_cur_be(x->map, 0);
	if (!x->sparse)
		old_map(&m, head, &real);
	else if (x->version > 0)
		data = front_map(&m, data);
	else if (x->map.n > 0)
		list_map(&m, &c, ',', x->map.n);
	else
		record_map(&m, x->records);
	bool want = false, damaged = m.bad;
	as_status s = as_begin(u, NULL, e, &want);
	if (s == AS_OK && want)
		s = emit(u, &m, data, real, &damaged);
	if (s > AS_PARTIAL)
		return s;
	s = as_worse(s, as_end(u, damaged));
	return damaged ? as_worse(s, as_lost(u, e->at, "map of a sparse file is damaged")) : s;
}
