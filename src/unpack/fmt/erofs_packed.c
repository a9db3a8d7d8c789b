/* SPDX-License-Identifier: Apache-2.0 */
/* Compressed files of EROFS. A file is cut into logical clusters of equal size; an index says of each
 * whether a stretch begins in it (stored, or packed by one of two algorithms), where in it, and at which
 * block; a cluster in which none begins says how far it is to one. Behind the inode, on 8 bytes:
 *    0 offset in the packed file u32, or 2 length of the packed tail u16   4 advice u16
 *    6 algorithms, 4 bits each u8   7 bits of a cluster beyond a block's u8; bit 7: nothing but the
 *      first 8 bytes, which are an offset in the packed file (bit 63 cleared)
 * Full index, 8 bytes behind that:  advice u16 (bits 0 and 1 type, bit 15 partial)   place u16   block u32,
 *   or two distances u16 (bit 11 of the first: it is the number of blocks)
 * Compact index: packs of 8 bytes for 2 clusters, or 32 bytes for 16, at their own alignment: a bit field
 *   of 12 (or so many as a cluster's size has) + 2 bits for each cluster, and the block they count from. */
#include "unpack/fmt/erofs.h"

#include "codec/codec.h"

enum {
	SHORT_PACKS = 1,
	BIG_1 = 2,
	BIG_2 = 4,
	INLINE_TAIL = 8,
	INTERLACED = 16,
	FRAGMENT_TAIL = 32
};
enum { STORED, HEAD_1, BETWEEN, HEAD_2 };
enum { HEADER = 8, COUNTED = 0x800, CLUSTER_BITS_MOST = 24, PIECE_MOST = 64 << 20 };

typedef struct table {
	const as_erofs *x;
	const as_erofs_inode *i;
	uint16_t advice;
	uint8_t algorithms[2];
	unsigned bits; /* of a cluster */
	uint64_t at;   /* of the first entry */
	uint64_t n;    /* clusters */
	uint64_t tail_at, tail_len, fragment;
	bool all_fragment;
} table;

typedef struct cluster {
	unsigned type;
	uint32_t ofs;   /* where in the cluster the stretch begins */
	uint64_t block; /* where it is packed */
	uint32_t count; /* of a cluster BETWEEN: blocks of the stretch before it, or 0 */
	bool partial;
} cluster;

static bool read_index(const as_erofs *x, const as_erofs_inode *i, table *z)
{
	*z = (table){ .x = x, .i = i, .at = (i->body_at + 7) / 8 * 8 };
	as_cur c = as_cur_le(x->body, z->at), whole = c;
	z->fragment = as_u32(&c);
	z->tail_len = z->fragment >> 16;
	z->advice = as_u16(&c);
	uint8_t a = as_u8(&c), bits = as_u8(&c);
	z->algorithms[0] = a & 15;
	z->algorithms[1] = a >> 4;
	z->all_fragment = bits >> 7 && x->super.incompat & AS_EROFS_FRAGMENTS;
	if (z->all_fragment) {
		z->fragment = as_u64(&whole) & ~(1ull << 63);
		return as_ok(&whole);
	}
	z->bits = x->super.bits + (bits & 15);
	z->at += i->layout == AS_EROFS_FULL ? 2 * HEADER : HEADER;
	uint64_t size = 1ull << z->bits;
	z->n = i->size / size + (i->size % size > 0);
	return as_ok(&c) && z->bits <= CLUSTER_BITS_MOST && z->n <= x->body.n / 2;
}

static bool full(const table *z, uint64_t n, cluster *l)
{
	as_cur c = as_cur_le(z->x->body, z->at + n * 8);
	uint16_t advice = as_u16(&c);
	*l = (cluster){ .type = advice & 3, .ofs = as_u16(&c), .partial = advice >> 15 };
	as_cur delta = c;
	l->block = as_u32(&c);
	uint16_t first = as_u16(&delta);
	if (l->type == BETWEEN && first & COUNTED)
		l->count = first & (COUNTED - 1);
	return as_ok(&c);
}

/* A pack of the compact index. */
typedef struct pack {
	as_span bytes;
	unsigned n, bits, low; /* clusters; bits of each, and of its number */
	uint64_t end;          /* body offset behind it */
} pack;

static bool find_pack(const table *z, uint64_t n, pack *p, unsigned *which)
{
	enum { ALIGN = 32, SHORT_N = 16 };
	uint64_t initial = (ALIGN - z->at % ALIGN) / 4 % (ALIGN / 4), at = z->at, shorts = 0;
	initial = as_min(initial, z->n);
	if (z->advice & SHORT_PACKS)
		shorts = (z->n - initial) / SHORT_N * SHORT_N;
	bool is_short = n >= initial && n - initial < shorts;
	if (n < initial)
		at += n * 4;
	else if (is_short)
		at += initial * 4 + (n - initial) * 2;
	else
		at += initial * 4 + shorts * 2 + (n - initial - shorts) * 4;
	unsigned width = is_short ? 2 : 4;
	*p = (pack){ .n = is_short ? SHORT_N : 2 };
	p->bits = (p->n * width - 4) * 8 / p->n;
	p->low = z->bits > 12 ? z->bits : 12;
	uint64_t start = at / (p->n * width) * (p->n * width);
	*which = (unsigned)((at - start) / width);
	p->bytes = as_cut(z->x->body, start, p->n * width);
	p->end = start + p->n * width;
	return p->bytes.n > 0 && p->low + 2 <= p->bits;
}

static uint32_t field(const pack *p, unsigned k, unsigned *type)
{
	unsigned bit = k * p->bits;
	as_cur c = as_cur_le(p->bytes, bit / 8);
	uint32_t v = as_u32(&c) >> bit % 8;
	*type = v >> p->low & 3;
	return v & ((1u << p->low) - 1);
}

/* Blocks that the stretches before cluster `to` of the pack take, counted from the pack's. */
static uint64_t blocks_before(const table *z, const pack *p, unsigned to)
{
	bool big = z->advice & (BIG_1 | BIG_2);
	uint64_t n = big ? 0 : 1;
	for (unsigned k = 0; k < to; k++) {
		unsigned type = 0;
		uint32_t low = field(p, k, &type);
		if (type != BETWEEN)
			n++;
		else if (big && low & COUNTED)
			n += (low & (COUNTED - 1)) - (k > 0 ? 1 : 0);
	}
	return n;
}

static bool compact(const table *z, uint64_t n, cluster *l)
{
	pack p;
	unsigned k = 0;
	if (!find_pack(z, n, &p, &k))
		return false;
	*l = (cluster){ 0 };
	l->ofs = field(&p, k, &l->type);
	if (l->type == BETWEEN) {
		bool big = z->advice & (BIG_1 | BIG_2);
		l->count = big && l->ofs & COUNTED ? l->ofs & (COUNTED - 1) : 0;
		return true;
	}
	as_cur c = as_cur_le(p.bytes, p.bytes.n - 4);
	l->block = as_u32(&c) + blocks_before(z, &p, k);
	return true;
}

static bool entry(const table *z, uint64_t n, cluster *l)
{
	return z->i->layout == AS_EROFS_FULL ? full(z, n, l) : compact(z, n, l);
}

/* Behind the last entry stands a tail that is packed inline. */
static void find_tail(table *z)
{
	pack p;
	unsigned k = 0;
	z->tail_at = z->at + z->n * 8;
	if (z->i->layout == AS_EROFS_COMPACT && z->n > 0)
		z->tail_at = find_pack(z, z->n - 1, &p, &k) ? p.end : UINT64_MAX;
}

/* ---- the walk */

typedef struct walk {
	table z;
	as_erofs_visit visit;
	void *ctx;
	cluster head;
	uint64_t from;  /* of the stretch */
	uint32_t count; /* blocks it is packed in; 0 not told */
	bool open, last;
} walk;

static uint8_t kind_of(const walk *w)
{
	if (w->head.type == STORED)
		return w->z.advice & INTERLACED ? AS_EROFS_INTERLACED : AS_EROFS_SHIFTED;
	return w->z.algorithms[w->head.type == HEAD_2];
}

/* Ends the stretch at an offset of the file. */
static as_status finish(walk *w, uint64_t to)
{
	const as_erofs *x = w->z.x;
	as_erofs_piece p = { .from = w->from, .n = to - w->from, .lost = !w->open };
	if (to <= w->from)
		return to == w->from ? AS_OK : AS_PARTIAL;
	w->from = to;
	if (p.lost)
		return w->visit(w->ctx, &p);
	p.kind = kind_of(w);
	p.partial = w->head.partial;
	p.at = w->head.block << x->super.bits;
	p.len = (uint64_t)(w->count ? w->count : 1) << x->super.bits;
	if (w->count == 0 && w->z.bits > x->super.bits)
		p.len = 1ull << (w->z.advice & (BIG_1 | BIG_2) ? w->z.bits : x->super.bits);
	if (w->last && w->z.advice & INLINE_TAIL && w->z.tail_len > 0) {
		p.at = w->z.tail_at;
		p.len = w->z.tail_len;
		p.kind = p.kind == AS_EROFS_INTERLACED ? AS_EROFS_SHIFTED : p.kind;
	} else if (w->last && w->z.advice & FRAGMENT_TAIL) {
		bool wide = w->z.i->layout == AS_EROFS_FULL;
		p.at = w->z.fragment | (wide ? w->head.block << 32 : 0);
		p.fragment = true;
	}
	return w->visit(w->ctx, &p);
}

static as_status next(walk *w, uint64_t n)
{
	cluster l;
	uint64_t base = n << w->z.bits;
	as_status s = AS_OK;
	if (!entry(&w->z, n, &l)) {
		s = finish(w, base);
		w->open = false;
		return s;
	}
	if (l.type == BETWEEN) {
		w->count = l.count ? l.count : w->count;
		return AS_OK;
	}
	uint64_t begins = as_min(base + l.ofs, w->z.i->size);
	if (l.ofs >> w->z.bits || begins < w->from)
		return AS_PARTIAL;
	w->last = begins == w->z.i->size; /* writers end the index with a stretch of nothing */
	s = finish(w, begins);
	w->head = l;
	w->count = 0;
	w->open = true;
	return s;
}

as_status as_erofs_walk(const as_erofs *x, const as_erofs_inode *i, as_erofs_visit visit, void *ctx)
{
	walk w = { .visit = visit, .ctx = ctx };
	as_status s = AS_OK;
	if (!read_index(x, i, &w.z))
		return AS_PARTIAL;
	if (w.z.all_fragment)
		return visit(ctx,
			&(as_erofs_piece){ .n = i->size, .at = w.z.fragment, .fragment = true });
	find_tail(&w.z);
	for (uint64_t n = 0; n < w.z.n && s == AS_OK; n++) {
		s = next(&w, n);
		if (s == AS_PARTIAL) { /* what made no sense is left out */
			w.open = false;
			s = AS_OK;
		}
	}
	w.last = true;
	return s == AS_OK ? finish(&w, i->size) : s;
}

static as_status take_first(void *ctx, const as_erofs_piece *p)
{
	*(as_erofs_piece *)ctx = *p;
	return AS_NOT_THIS;
}

as_status as_erofs_first(const as_erofs *x, const as_erofs_inode *i, as_erofs_piece *p)
{
	as_status s = as_erofs_walk(x, i, take_first, p);
	return s == AS_NOT_THIS ? AS_OK : as_worse(s, AS_PARTIAL);
}

/* ---- decoding */

static as_status room(as_erofs *x, unsigned which, uint64_t n)
{
	if (n <= x->room[which])
		return AS_OK;
	if (n > PIECE_MOST)
		return as_refused(x->u, 0, "limit", "cluster that stands for more than 64 MiB");
	n = as_max(n, 2 * x->room[which]);
	as_status s = as_want(x->u, n);
	if (s != AS_OK)
		return s;
	x->out[which] = as_alloc(as_memory(x->u), n);
	x->room[which] = x->out[which] ? n : 0;
	return x->out[which] ? AS_OK : AS_NOMEM;
}

/* Stored bytes; interlaced ones stand in the block where they stand in the file's. */
static as_status stored(
	as_erofs *x, const as_erofs_piece *p, as_span raw, uint8_t *out, as_span *got)
{
	if (p->kind == AS_EROFS_SHIFTED) {
		*got = as_cut(raw, 0, as_min(raw.n, p->n));
		return got->n < p->n ? AS_PARTIAL : AS_OK;
	}
	uint64_t skip = p->from & (x->super.block - 1);
	uint64_t first = as_min(as_min(x->super.block - skip, p->n), raw.n - as_min(raw.n, skip));
	uint64_t rest = as_min(p->n - first, as_min(skip, raw.n));
	if (raw.n == 0 || first == 0)
		return AS_PARTIAL;
	memcpy(out, as_from(raw, skip).p, first);
	if (rest > 0)
		memcpy(out + first, raw.p, rest);
	*got = as_bytes(out, first + rest);
	return got->n < p->n ? AS_PARTIAL : AS_OK;
}

static as_status packed(
	const as_erofs *x, const as_erofs_piece *p, as_span raw, uint8_t *out, size_t *n)
{
	static const as_method methods[] = { [AS_EROFS_LZ4] = AS_LZ4_BLOCK,
		[AS_EROFS_DEFLATE] = AS_DEFLATE,
		[AS_EROFS_ZSTD] = AS_ZSTD };
	while (x->super.incompat & AS_EROFS_ZERO_PADDING && raw.n > 0 && raw.p[0] == 0)
		raw = as_from(raw, 1);
	if (raw.n == 0)
		return AS_PARTIAL;
	if (p->kind == AS_EROFS_LZMA)
		return as_decode_microlzma(raw, x->super.dictionary, out, (size_t)p->n, n);
	as_status s = as_decode_block(methods[p->kind], raw, out, (size_t)p->n, n);
	/* Without padding before it nothing tells where the packed bytes end, so more come out. */
	bool loose = p->partial || !(x->super.incompat & AS_EROFS_ZERO_PADDING);
	if (s == AS_PARTIAL && *n == p->n && loose)
		return AS_OK;
	return s == AS_NOT_THIS || s == AS_NOMEM ? AS_PARTIAL : s;
}

as_status as_erofs_decode(as_erofs *x, const as_erofs_piece *p, unsigned which, as_span *got)
{
	as_span raw = as_cut(x->body, p->at, p->len);
	size_t n = 0;
	*got = (as_span){ 0 };
	if (raw.n == 0) /* cut off: what there is of it */
		raw = as_from(x->body, p->at);
	if (p->kind > AS_EROFS_INTERLACED)
		return as_refused(
			x->u, p->at, "unsupported", "cluster packed by an unknown algorithm");
	as_status s = room(x, which, p->n);
	if (s != AS_OK)
		return s;
	if (p->kind >= AS_EROFS_SHIFTED)
		return stored(x, p, raw, x->out[which], got);
	s = packed(x, p, raw, x->out[which], &n);
	*got = as_bytes(x->out[which], n);
	return s == AS_OK && n < p->n ? AS_PARTIAL : s;
}

/* ---- the packed file */

/* Pieces being collected. */
typedef struct collection {
	as_erofs *x;
	size_t room;
} collection;

static as_status collect(void *ctx, const as_erofs_piece *p)
{
	enum { FIRST = 64 };
	collection *k = ctx;
	as_erofs *x = k->x;
	if (x->n_pieces == k->room) {
		bool ok = true;
		size_t n = k->room ? 2 * k->room : FIRST;
		as_erofs_piece *more = as_alloc_array(as_memory(x->u), n, sizeof(*more));
		ok = more && as_want(x->u, n * sizeof(*more)) == AS_OK;
		if (!ok)
			return AS_NOMEM;
		if (x->n_pieces > 0)
			memcpy(more, x->pieces, x->n_pieces * sizeof(*more));
		x->pieces = more;
		k->room = n;
	}
	x->pieces[x->n_pieces++] = *p;
	return AS_OK;
}

static const as_erofs_piece *piece_at(const as_erofs *x, uint64_t from, size_t *which)
{
	size_t low = 0, high = x->n_pieces;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (x->pieces[mid].from + x->pieces[mid].n <= from)
			low = mid + 1;
		else
			high = mid;
	}
	*which = low;
	return low < x->n_pieces && x->pieces[low].from <= from ? &x->pieces[low] : NULL;
}

as_status as_erofs_packed_at(as_erofs *x, uint64_t from, as_span *got, uint64_t *skip)
{
	const as_erofs_inode *i = &x->packed;
	size_t which = 0;
	*got = (as_span){ 0 };
	*skip = 0;
	if (i->type != AS_FILE || from >= i->size || i->layout == AS_EROFS_CHUNKS)
		return AS_PARTIAL;
	if (i->layout != AS_EROFS_FULL && i->layout != AS_EROFS_COMPACT) {
		*got = as_erofs_flat(x, i, from >> x->super.bits);
		*skip = from & (x->super.block - 1);
		return got->n > *skip ? AS_OK : AS_PARTIAL;
	}
	if (!x->pieces) {
		as_status s = as_erofs_walk(x, i, collect, &(collection){ .x = x });
		if (s > AS_PARTIAL)
			return s;
	}
	const as_erofs_piece *p = piece_at(x, from, &which);
	if (!p || p->lost || p->fragment)
		return AS_PARTIAL;
	if (x->decoded != which + 1) {
		x->decoded = 0;
		as_status s = as_erofs_decode(x, p, 1, &x->kept);
		if (s > AS_PARTIAL)
			return s;
		x->decoded = which + 1;
	}
	*got = x->kept;
	*skip = from - p->from;
	return got->n > *skip ? AS_OK : AS_PARTIAL;
}
