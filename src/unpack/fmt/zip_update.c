/* SPDX-License-Identifier: Apache-2.0 */
/* Block-based updates of Android. NAME.transfer.list is text: version (1 to 4), number of blocks, from version 2 on two
 * lines of what they need to be put aside; then commands. "new RANGES": blocks of 4096 bytes that NAME.new.dat has one
 * behind the other; "zero", "erase" RANGES: those without contents; move, bsdiff, imgdiff, stash: from what is on the
 * device. RANGES: how many numbers follow, then where each begins and where the next after it, parted by commas.
 * NAME.new.dat.br is the same packed by Brotli. */
#include <stdlib.h>

#include <string.h>

#include "unpack/fmt/zip.h"

enum { BLOCK = 4096, LIST_MAX = 16 << 20, RANGES_MAX = 1 << 20, WHOLE_MAX = 512 << 20 };

typedef struct range {
	uint64_t from, to; /* bytes of the image */
} range;

typedef struct image {
	as_unpack *u;
	range *list;
	size_t n, i;
	uint64_t size;  /* of the image */
	uint64_t done;  /* of it, or of what is new if whole is there */
	uint64_t in;    /* bytes of the range that came */
	uint8_t *text;  /* what was packed twice, unpacked once */
	uint8_t *whole; /* where blocks do not follow each other: all of the image */
	bool ascending, changes, bad;
} image;

typedef struct text {
	uint8_t *to;
	size_t n, cap;
} text;

static as_status keep(void *ctx, as_span bytes)
{
	text *t = ctx;
	if (bytes.n > t->cap - t->n)
		return AS_LIMIT;
	if (bytes.n > 0)
		memcpy(&t->to[t->n], bytes.p, bytes.n);
	t->n += bytes.n;
	return AS_OK;
}

static bool is_data(as_span name)
{
	return as_ends(name, ".new.dat") || as_ends(name, ".new.dat.br");
}

void as_zip_note(as_zip_updates *all, const as_zip_entry *z)
{
	if (is_data(z->e.name) && all->n_data < AS_ZIP_UPDATES)
		all->data[all->n_data++] = *z;
	if (as_ends(z->e.name, ".transfer.list") && all->n_lists < AS_ZIP_UPDATES)
		all->lists[all->n_lists++] = *z;
}

/* ---- the list ---- */

static bool number(as_span *s, uint64_t *v)
{
	size_t n = 0;
	*v = 0;
	for (; n < s->n && n < 10 && s->p[n] >= '0' && s->p[n] <= '9'; n++)
		*v = *v * 10 + (s->p[n] - (unsigned)'0');
	*s = as_from(*s, n);
	return n > 0;
}

static bool comma(as_span *s)
{
	bool is = as_at(*s, 0) == ',' && s->n > 0;
	*s = is ? as_from(*s, 1) : *s;
	return is;
}

static void add(image *m, uint64_t from, uint64_t to)
{
	if (m->n == RANGES_MAX) {
		m->bad = true;
		return;
	}
	m->ascending = m->ascending && (m->n == 0 || m->list[m->n - 1].to <= from);
	m->list[m->n++] = (range){ from, to };
}

static void read_ranges(image *m, as_span s, bool new)
{
	uint64_t n = 0, from = 0, to = 0;
	bool right = number(&s, &n) && n % 2 == 0;
	for (; right && n > 0; n -= 2) {
		right = comma(&s) && number(&s, &from) && comma(&s) && number(&s, &to) && from < to;
		if (right && new)
			add(m, from * BLOCK, to * BLOCK);
		m->size = right ? as_max(m->size, to * BLOCK) : m->size;
	}
	m->bad = m->bad || !right;
}

static void read_line(image *m, as_span line)
{
	static const char *const sources[] = { "move ", "bsdiff ", "imgdiff ", "stash " };
	if (as_starts(line, "new "))
		read_ranges(m, as_from(line, 4), true);
	else if (as_starts(line, "zero "))
		read_ranges(m, as_from(line, 5), false);
	else if (as_starts(line, "erase "))
		read_ranges(m, as_from(line, 6), false);
	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++)
		m->changes = m->changes || as_starts(line, sources[i]);
}

/* False: it is none. */
static bool read_list(image *m, as_span s)
{
	uint64_t version = 0;
	as_span first = s;
	if (!number(&first, &version) || version < 1 || version > 4 || as_at(first, 0) != '\n')
		return false;
	/* No more ranges than there are digits. */
	m->list = calloc(as_min(RANGES_MAX, s.n / 4 + 1), sizeof(*m->list));
	while (s.n > 0 && m->list && !m->bad) {
		size_t n = as_find_byte(s, '\n', 0);
		n = n == SIZE_MAX ? s.n : n;
		read_line(m, as_cut(s, 0, n));
		s = as_from(s, as_min(n + 1, s.n));
	}
	return m->list && m->n > 0;
}

/* ---- the image ---- */

static as_status place(void *ctx, as_span bytes)
{
	image *m = ctx;
	as_status s = AS_OK;
	while (bytes.n > 0 && m->i < m->n && s == AS_OK) {
		range r = m->list[m->i];
		uint64_t at = r.from + m->in;
		size_t n = (size_t)as_min(bytes.n, r.to - at);
		if (m->whole) {
			memcpy(&m->whole[at], bytes.p, n);
		} else {
			s = at > m->done ? as_zero(m->u, at - m->done) : AS_OK;
			s = s == AS_OK ? as_more(m->u, as_cut(bytes, 0, n)) : s;
			m->done = at + n;
		}
		m->in += n;
		bytes = as_from(bytes, n);
		if (at + n == r.to) {
			m->i++;
			m->in = 0;
		}
	}
	m->bad = m->bad || bytes.n > 0;
	return s;
}

/* Brotli behind another packing is unpacked as a whole first. */
static as_status put_brotli(image *m, as_span body, const as_zip_entry *z)
{
	as_span packed = as_cut(body, z->data_at, as_min(z->packed, as_from(body, z->data_at).n));
	as_status s = AS_OK;
	if (z->method != 0) {
		if (z->size <= WHOLE_MAX)
			m->text = malloc((size_t)z->size + 1);
		if (!m->text)
			return as_refused(
				m->u, z->e.at, "limit", "an update is packed twice, and is large");
		text t = { .to = m->text, .cap = (size_t)z->size };
		s = as_zip_contents(m->u, body, z, keep, &t);
		s = s == AS_LIMIT ? AS_PARTIAL : s; /* it is larger than it says */
		packed = as_bytes(t.to, t.n);
	}
	return s <= AS_PARTIAL ? as_worse(s, as_decode(AS_BROTLI, packed, place, m, NULL)) : s;
}

static as_status put_blocks(image *m, as_span body, const as_zip_entry *z)
{
	as_status s = AS_OK;
	if (!m->ascending) {
		m->whole = m->size <= WHOLE_MAX ? calloc(1, (size_t)m->size) : NULL;
		if (!m->whole)
			return as_refused(m->u, z->e.at, "limit",
				"an update writes its blocks in no order, and is large");
	}
	if (as_ends(z->e.name, ".br"))
		s = put_brotli(m, body, z);
	else
		s = as_zip_contents(m->u, body, z, place, m);
	s = s == AS_NOT_THIS || s == AS_NOMEM ? AS_PARTIAL : s;
	if (m->whole && s <= AS_PARTIAL)
		s = as_worse(s, as_more(m->u, as_bytes(m->whole, (size_t)m->size)));
	else if (s <= AS_PARTIAL)
		s = as_worse(s, as_zero(m->u, m->size - as_min(m->size, m->done)));
	return s;
}

static as_status put_image(image *m, as_span body, const as_zip_entry *data, as_span stem)
{
	as_unpack *u = m->u;
	bool want = false;
	as_entry e = { .at = data->e.at, .type = AS_FILE };
	e.name = as_print(as_memory(u), "%.*s.img", (int)stem.n, (const char *)stem.p);
	as_status s = as_begin(u, NULL, &e, &want);
	if (s != AS_OK || !want)
		return as_worse(s, s <= AS_PARTIAL ? as_end(u, false) : s);
	s = put_blocks(m, body, data);
	if (s > AS_PARTIAL)
		return s;
	bool damaged = s != AS_OK || m->bad || m->i < m->n;
	s = as_worse(s, as_end(u, damaged || m->changes));
	if (m->changes)
		s = as_worse(
			s, as_refused(u, e.at, "unsupported",
				   "the update changes what is on the device: of its image the "
				   "new blocks alone are here"));
	if (damaged)
		s = as_worse(s, as_lost(u, e.at, "blocks of an update are damaged or missing"));
	return s;
}

static as_status put_update(
	as_unpack *u, as_span body, const as_zip_entry *data, const as_zip_entry *list)
{
	static const char senseless[] = "the list of an update's blocks makes no sense";
	as_span name = data->e.name;
	as_span stem = as_cut(name, 0, name.n - (as_ends(name, ".br") ? 11 : 8));
	if (list->size > LIST_MAX)
		return as_lost(u, data->e.at, senseless);
	/* One may be large, and there are many: their memory is given back. */
	text t = { .cap = (size_t)list->size, .to = malloc((size_t)list->size + 1) };
	image m = { .u = u, .ascending = true };
	as_status s = t.to ? as_zip_contents(u, body, list, keep, &t) : AS_NOMEM;
	if (s == AS_NOMEM) /* the decoder's */
		s = as_refused(
			u, data->e.at, "limit", "the list of an update asks for too much memory");
	else if (s <= AS_NOT_THIS || s == AS_LIMIT)
		s = read_list(&m, as_bytes(t.to, t.n)) ? put_image(&m, body, data, stem)
						       : as_lost(u, data->e.at, senseless);
	free(t.to);
	free(m.list);
	free(m.text);
	free(m.whole);
	return s;
}

/* Whether both are of one partition. */
static bool are_pair(as_span data, as_span list)
{
	as_span stem = as_cut(list, 0, list.n - sizeof("transfer.list") + 1); /* with its dot */
	as_span tail = as_from(data, stem.n);
	return as_same(as_cut(data, 0, stem.n), stem) &&
	       (as_is(tail, "new.dat") || as_is(tail, "new.dat.br"));
}

as_status as_zip_images(as_unpack *u, as_span body, const as_zip_updates *all)
{
	as_status s = AS_OK;
	for (size_t i = 0; i < all->n_data && s <= AS_PARTIAL; i++)
		for (size_t k = 0; k < all->n_lists && s <= AS_PARTIAL; k++)
			if (are_pair(all->data[i].e.name, all->lists[k].e.name)) {
				s = as_worse(s, put_update(u, body, &all->data[i], &all->lists[k]));
				break;
			}
	return s;
}
