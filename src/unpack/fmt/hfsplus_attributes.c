/* SPDX-License-Identifier: Apache-2.0 */
/* Extended attributes of HFS+, and contents that are packed into one of them. A record of the tree:
 *    0 0x10: 12 size u32   16 value
 *    0 0x20: 8 fork: size u64, 16 bytes before eight extents; 0x30: 8 eight more
 * The attribute com.apple.decmpfs, little-endian:
 *    0 "fpmc"   4 kind u32   8 size u64   16 contents, if they are there (odd kinds)
 * Kind 3 and 4: zlib, or as they are behind a byte of which all low four bits are set. 4: in the resource fork:
 *    0 where its data begins, big-endian; there, behind four bytes: blocks u32, for each where it begins from here
 *    and its length; each unpacks to 64 KiB but for the last.
 * Kind 7 and 8: LZVN, or as they are behind 06; 11 and 12: LZFSE, or behind ff. 8 and 12: in the resource fork: u32 of
 *    where each block begins, from the fork's start, and where the last one ends. */
#include "codec/codec.h"
#include "unpack/fmt/hfsplus.h"

enum {
	INLINE = 0x10,
	FORK = 0x20,
	VALUE_MOST = 65536, /* bytes of a value that are kept */
	PACKED_HEADER = 16,
	BLOCK = 65536,
	IN_PLACE = 1,
	ZLIB_IN_PLACE = 3,
	ZLIB_RESOURCE = 4,
	LZVN_IN_PLACE = 7,
	LZVN_RESOURCE = 8,
	BYTES_IN_PLACE = 9,
	LZFSE_IN_PLACE = 11,
	LZFSE_RESOURCE = 12,
	RESOURCE_MOST = 256 << 20,
};
#define PACKED_NAME "com.apple.decmpfs"
#define FINDER_NAME "com.apple.FinderInfo"

static bool is_head(const as_hfs_record *r)
{
	as_cur c = as_cur_be(r->data, 0);
	uint32_t type = as_u32(&c);
	return type == INLINE || type == FORK;
}

static as_span value_of(as_hfs *v, const as_hfs_record *r, size_t left, bool *cut)
{
	as_cur c = as_cur_be(r->data, 0);
	uint32_t type = as_u32(&c), n = 0;
	if (type == INLINE) {
		as_skip(&c, 8);
		n = as_u32(&c);
		as_span value = as_take(&c, n);
		*cut = !as_ok(&c);
		return value;
	}
	as_skip(&c, 4);
	uint64_t size = as_u64(&c);
	as_span extents = as_from(r->data, 24);
	as_pieces *p = &v->pieces;
	as_pieces_clear(p);
	for (size_t i = 0; i <= left && p->bytes < size; i++) {
		if (i > 0 && (r[i].start == 0 || is_head(&r[i]) || !as_same(r[i].name, r->name)))
			break;
		as_cur e = as_cur_be(i > 0 ? as_from(r[i].data, 8) : extents, 0);
		for (unsigned k = 0; k < 8 && as_left(&e) >= 8; k++) {
			uint64_t start = as_u32(&e), blocks = as_u32(&e);
			as_pieces_add(p, v->first + start * v->block, blocks * v->block);
		}
	}
	as_span value = as_pieces_read(v->u, v->body, p, as_min(size, VALUE_MOST));
	for (size_t i = 0; i < p->n && value.n > 0; i++)
		as_struct(v->u, p->list[i].at, p->list[i].n, "hfs attribute");
	*cut = value.n < size;
	return value;
}

static as_status put_one(as_hfs *v, const as_hfs_record *r, size_t left, bool unpacked)
{
	bool cut = false;
	as_span name = v->name(v, r->name);
	if (!is_head(r) || (unpacked && as_is(name, PACKED_NAME)))
		return AS_OK;
	as_span value = value_of(v, r, left, &cut);
	as_status s = as_xattr(v->u, name, value);
	if (cut && s <= AS_PARTIAL)
		s = as_worse(
			s, as_lost(v->u, r->at,
				   "the value of an attribute is too large, or not all there"));
	return s;
}

/* What the Finder is told of every file that is nothing special: kind and creator not known, or a symbolic link. */
static bool is_usual(const as_hfs_item *i)
{
	as_span kind = as_cut(i->finder, 0, 8);
	return (as_is(kind, "????????") || as_is(kind, "slnkrhap")) &&
	       as_all(as_from(i->finder, 8), 0);
}

as_status as_hfs_put_xattrs(as_hfs *v, const as_hfs_item *i, bool unpacked)
{
	size_t n = 0;
	const as_hfs_record *r = as_hfs_find(&v->attributes, i->id, &n);
	as_status s = AS_OK;
	if (i->finder.n > 0 && !as_all(i->finder, 0) && !is_usual(i))
		s = as_xattr(v->u, as_lit(FINDER_NAME), i->finder);
	/* Damage may give many files one number, and that one many attributes. */
	if (n > v->xattrs_left)
		return as_worse(
			s, as_refused(v->u, r->at, "limit",
				   "too many attributes: those of some files are not told"));
	v->xattrs_left -= n;
	for (size_t k = 0; k < n && s <= AS_PARTIAL; k++)
		s = as_worse(s, put_one(v, &r[k], n - k - 1, unpacked));
	return s;
}

bool as_hfs_is_packed(as_hfs *v, const as_hfs_item *i, as_span *value)
{
	size_t n = 0;
	bool cut = false;
	const as_hfs_record *r =
		i->compressed && i->data.size == 0 ? as_hfs_find(&v->attributes, i->id, &n) : NULL;
	if (n > v->xattrs_left) /* as for those that are told, which says it */
		return false;
	v->xattrs_left -= n;
	for (size_t k = 0; k < n; k++)
		if (is_head(&r[k]) && as_is(v->name(v, r[k].name), PACKED_NAME)) {
			*value = value_of(v, &r[k], n - k - 1, &cut);
			return as_starts(*value, "fpmc");
		}
	return false;
}

static bool is_plain(uint32_t kind, uint8_t first)
{
	if (kind == LZVN_IN_PLACE || kind == LZVN_RESOURCE)
		return first == 0x06;
	return kind == LZFSE_IN_PLACE || kind == LZFSE_RESOURCE ? first != 'b'
								: (first & 0x0f) == 0x0f;
}

/* Unpacks one block, or hands it on as it is. */
static as_status put_block(as_hfs *v, uint32_t kind, as_span in, uint64_t size, uint8_t *out)
{
	size_t got = 0;
	if (is_plain(kind, as_at(in, 0))) {
		as_span plain = as_from(in, 1);
		as_status s = as_more(v->u, as_cut(plain, 0, as_min(size, plain.n)));
		return s == AS_OK && plain.n < size ? AS_PARTIAL : s;
	}
	as_status s = AS_OK;
	if (kind == LZVN_IN_PLACE || kind == LZVN_RESOURCE)
		s = as_decode_lzvn(in, out, size, &got);
	else
		s = as_decode_block(kind < LZVN_IN_PLACE ? AS_ZLIB : AS_LZFSE, in, out, size, &got);
	if (s > AS_NOT_THIS)
		return s;
	as_status more = as_more(v->u, as_bytes(out, got));
	return got < size ? as_worse(more, AS_PARTIAL) : more;
}

/* The blocks in a resource fork, by the table of their kind. */
typedef struct blocks {
	as_span data;
	as_cur table;
	uint64_t n;
} blocks;

static blocks blocks_of(as_span fork, uint32_t kind)
{
	as_cur c = as_cur_be(fork, 0);
	blocks b = { .data = fork, .table = as_cur_le(fork, 0) };
	if (kind == ZLIB_RESOURCE) {
		b.data = as_from(fork, as_u32(&c) + 4ull);
		b.table = as_cur_le(b.data, 0);
		b.n = as_u32(&b.table);
	} else {
		as_cur first = b.table;
		uint32_t n = as_u32(&first) / 4;
		b.n = n > 0 ? n - 1 : 0;
	}
	return b;
}

static as_span next_block(blocks *b, uint32_t kind)
{
	uint32_t at = as_u32(&b->table);
	as_cur ahead = b->table;
	uint32_t n = kind == ZLIB_RESOURCE ? as_u32(&b->table) : as_u32(&ahead) - at;
	return as_cut(b->data, at, n);
}

/* Hands on what stands in a resource fork; a block that is damaged reads as zeros. */
static as_status put_blocks(
	as_hfs *v, const as_hfs_item *i, uint32_t kind, uint64_t size, uint8_t *out)
{
	as_hfs_gather(v, &i->resource, i->id, AS_HFS_RESOURCE, &v->pieces);
	for (size_t k = 0; k < v->pieces.n; k++)
		as_struct(v->u, v->pieces.list[k].at, v->pieces.list[k].n, "hfs packed contents");
	as_span fork =
		as_pieces_read(v->u, v->body, &v->pieces, as_min(i->resource.size, RESOURCE_MOST));
	blocks b = blocks_of(fork, kind);
	uint64_t done = 0;
	as_status worst = AS_OK;
	for (; done < size && b.n > 0 && as_left(&b.table) >= 8 && worst <= AS_PARTIAL; b.n--) {
		uint64_t part = as_min(size - done, BLOCK);
		as_span in = next_block(&b, kind);
		as_status s = in.n > 0 ? put_block(v, kind, in, part, out) : as_zero(v->u, part);
		worst = as_worse(worst, in.n > 0 ? s : as_worse(s, AS_PARTIAL));
		done += part;
	}
	return done < size ? as_worse(worst, AS_PARTIAL) : worst;
}

static as_status put_contents(as_hfs *v, const as_hfs_item *i, as_span value, uint32_t kind)
{
	as_cur c = as_cur_le(value, 8);
	uint64_t size = as_u64(&c);
	as_span in = as_from(value, PACKED_HEADER);
	uint8_t *out = as_alloc(as_memory(v->u), BLOCK);
	if (!out)
		return AS_NOMEM;
	if (kind == ZLIB_RESOURCE || kind == LZVN_RESOURCE || kind == LZFSE_RESOURCE)
		return put_blocks(v, i, kind, size, out);
	if (kind == ZLIB_IN_PLACE || kind == LZVN_IN_PLACE || kind == LZFSE_IN_PLACE)
		return size > BLOCK ? AS_PARTIAL : put_block(v, kind, in, size, out);
	in = kind == BYTES_IN_PLACE ? as_from(in, 1) : in;
	as_status s = as_more(v->u, as_cut(in, 0, as_min(size, in.n)));
	return in.n < size ? as_worse(s, AS_PARTIAL) : s;
}

as_status as_hfs_put_packed(
	as_hfs *v, as_node *dir, as_entry *e, const as_hfs_item *i, as_span value, bool *unpacked)
{
	as_cur c = as_cur_le(value, 4);
	uint32_t kind = as_u32(&c);
	bool want = false;
	bool known = kind == IN_PLACE || kind == ZLIB_IN_PLACE || kind == ZLIB_RESOURCE ||
		     (kind >= LZVN_IN_PLACE && kind <= BYTES_IN_PLACE) || kind == LZFSE_IN_PLACE ||
		     kind == LZFSE_RESOURCE;
	as_status s = as_begin(v->u, dir, e, &want), got = known ? AS_OK : AS_PARTIAL;
	if (s <= AS_PARTIAL && want && known)
		got = put_contents(v, i, value, kind);
	*unpacked = known;
	if (as_worse(s, got) > AS_PARTIAL)
		return as_worse(s, got);
	s = as_worse(s, as_end(v->u, got != AS_OK));
	if (known)
		return got != AS_OK ? as_worse(s, as_lost(v->u, e->at,
							  "packed contents of a file are damaged"))
				    : s;
	return as_worse(s, as_refused(v->u, e->at, "unsupported",
				   "contents of a file are packed in a way that is not known"));
}
