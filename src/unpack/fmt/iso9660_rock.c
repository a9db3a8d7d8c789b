/* SPDX-License-Identifier: Apache-2.0 */
/* Fields of SUSP and Rock Ridge behind a directory record: name[2], length u8, version u8, then by name
 *   PX mode, links, uid, gid, number (each 8 bytes, both orders)   PN device, high and low
 *   NM flags u8, part of the name   SL flags u8, components of a link's target: flags u8, length u8, bytes
 *   TF flags u8, a date for each bit   CE block, offset, length of more fields   CL block of a moved directory
 *   RE a directory that was moved here   ZF "pz", header / 4 u8, log2 of a block u8, size (zisofs 2: "PZ", or in Z2;
 *     size u64)   SF a sparse file
 *   AL flags u8, components as in SL: names and values of extended attributes, in turn (AAIP)
 * zisofs: a header (magic[8], size, header / 4 u8, log2 of a block u8), where each block begins and the last ends
 * (u32), blocks of zlib; an empty one is zeros. zisofs 2: another magic, 8 version u8, header / 4 u8, 10 codec u8
 * (1 zlib), log2 u8, size u64; where blocks begin is u64. */
#include "codec/codec.h"
#include "unpack/fmt/iso9660.h"

enum { CONTINUED_MOST = 64, TARGET_MOST = 65536, NAME_MOST = 4096 };

static int64_t days(int64_t y, unsigned m, unsigned d)
{
	/* Days since 1970 in the Gregorian calendar; years begin in March here. */
	y -= m <= 2;
	int64_t era = y / 400, of_era = y % 400;
	int64_t day = (153 * (int64_t)(m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;
	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + day - 719468;
}

bool as_iso_date(as_span raw, int64_t *mtime, uint32_t *nsec)
{
	static const uint8_t lens[6] = { 4, 2, 2, 2, 2, 2 };
	uint64_t v[6] = { 0 }, hundredths = 0, at = 0;
	bool digits = raw.n == 17;
	for (unsigned i = 0; i < 6; i++) {
		if (digits && !as_number(as_cut(raw, at, lens[i]), 10, &v[i]))
			return false;
		v[i] = digits ? v[i] : as_at(raw, i) + (i == 0 ? 1900u : 0);
		at += digits ? lens[i] : 1;
	}
	if (digits && !as_number(as_cut(raw, at, 2), 10, &hundredths))
		return false;
	if (raw.n < 7 || v[1] < 1 || v[1] > 12 || v[2] < 1 || v[2] > 31)
		return false;
	int8_t quarters = (int8_t)as_at(raw, raw.n - 1); /* of an hour, east of Greenwich */
	if (quarters < -48 ||
		quarters > 52) /* none that is: genisoimage 1.1.11 writes such after 2038 */
		quarters = 0;
	*mtime = days((int64_t)v[0], (unsigned)v[1], (unsigned)v[2]) * 86400 +
		 (int64_t)(v[3] * 3600 + v[4] * 60 + v[5]) - quarters * 900;
	*nsec = (uint32_t)hundredths * 10000000;
	return true;
}

static uint32_t both(as_cur *c)
{
	uint32_t v = as_u32(c);
	as_skip(c, 4);
	return v;
}

static void take_px(as_cur *c, as_iso_rock *r)
{
	r->mode = both(c);
	r->links = both(c);
	r->uid = both(c);
	r->gid = both(c);
	r->has |= as_ok(c) ? AS_HAS_MODE | AS_HAS_OWNER : 0;
	r->inode = as_left(c) >= 8 ? both(c) : 0;
}

static void take_pn(as_cur *c, as_iso_rock *r)
{
	uint32_t high = both(c), low = both(c);
	/* Written as the two halves of Linux's number, or as major and minor. */
	r->major = high ? high : low >> 8 & 0xfff;
	r->minor = high ? low : (low & 0xff) | (low >> 12 & 0xfff00);
}

static void take_times(as_cur *c, as_iso_rock *r)
{
	enum { CREATED = 1, MODIFIED = 2, LONG = 128 };
	uint8_t flags = as_u8(c), n = flags & LONG ? 17 : 7;
	if (!(flags & MODIFIED))
		return;
	as_skip(c, flags & CREATED ? n : 0);
	if (as_iso_date(as_take(c, n), &r->mtime, &r->nsec))
		r->has |= AS_HAS_MTIME;
}

static void take_name(as_iso *x, as_cur *c, as_iso_rock *r)
{
	enum { GOES_ON = 1, SELF = 2, PARENT = 4 };
	uint8_t flags = as_u8(c);
	as_span part = as_take(c, as_left(c));
	if (flags & (SELF | PARENT) || !as_ok(c))
		return;
	r->name = true;
	if (x->name.n + part.n <= NAME_MOST)
		as_buf_add(&x->name, part.p, part.n);
}

static void take_target(as_iso *x, as_cur *c, as_iso_rock *r)
{
	enum { GOES_ON = 1, SELF = 2, PARENT = 4, ROOT = 8 };
	as_skip(c, 1);
	r->target = true;
	while (as_left(c) >= 2 && x->target.n < TARGET_MOST) {
		uint8_t flags = as_u8(c), n = as_u8(c);
		as_span part = as_take(c, n);
		bool slash =
			x->target.n > 0 && !r->part_goes_on && x->target.p[x->target.n - 1] != '/';
		if (slash || flags & ROOT)
			as_buf_u8(&x->target, '/');
		if (flags & SELF)
			as_buf_u8(&x->target, '.');
		if (flags & PARENT)
			as_buf_text(&x->target, "..");
		as_buf_add(&x->target, part.p, part.n);
		r->part_goes_on = flags & GOES_ON;
	}
}

static void take_zisofs(as_cur *c, as_iso_rock *r)
{
	as_span method = as_take(c, 2);
	r->header = as_u8(c);
	r->log_block = as_u8(c);
	r->wide = as_is(method, "PZ");
	r->unpacked = r->wide ? as_u64(c) : both(c);
	r->zipped = as_ok(c) && (r->wide || as_is(method, "pz"));
}

static void take_attributes(as_iso *x, as_cur *c)
{
	as_skip(c, 1);
	as_span part = as_take(c, as_left(c));
	if (x->xattrs.n < TARGET_MOST * 4)
		as_buf_add(&x->xattrs, part.p, part.n);
}

/* Takes one field; *more becomes where others go on. */
static void take(as_iso *x, as_span tag, as_cur *c, as_iso_rock *r, as_span *more)
{
	if (as_is(tag, "PX"))
		take_px(c, r);
	else if (as_is(tag, "PN"))
		take_pn(c, r);
	else if (as_is(tag, "TF"))
		take_times(c, r);
	else if (as_is(tag, "NM"))
		take_name(x, c, r);
	else if (as_is(tag, "SL"))
		take_target(x, c, r);
	else if (as_is(tag, "ZF") || as_is(tag, "Z2"))
		take_zisofs(c, r);
	else if (as_is(tag, "SF"))
		r->sparse = true;
	else if (as_is(tag, "CL"))
		r->child = as_u32(c);
	else if (as_is(tag, "RE"))
		r->relocated = true;
	else if (as_is(tag, "AL"))
		take_attributes(x, c);
	else if (as_is(tag, "CE")) {
		uint64_t block = both(c), at = both(c), n = both(c);
		/* Many records may lead to one place: what no writer makes is not read for each of them. */
		if (n > AS_ISO_SECTOR)
			(void)as_lost(x->u, block * x->block,
				"Rock Ridge fields are longer than a sector");
		n = as_min(n, AS_ISO_SECTOR);
		*more = as_cut(x->body, block * x->block + at, n);
		as_struct(x->u, block * x->block + at, n, "iso9660 Rock Ridge fields");
	}
}

as_status as_iso_rock_of(as_iso *x, as_span area, as_iso_rock *r)
{
	as_buf_clear(&x->name);
	as_buf_clear(&x->target);
	as_buf_clear(&x->xattrs);
	for (unsigned i = 0; area.n >= 4; i++) {
		as_span more = { 0 };
		as_cur c = as_cur_le(area, 0);
		uint64_t at = 0;
		(void)as_within(x->body, area, &at);
		if (i == CONTINUED_MOST)
			return as_lost(x->u, at, "Rock Ridge fields go on and on");
		while (as_left(&c) >= 4 && as_at(area, as_pos(&c)) != 0) {
			as_span tag = as_take(&c, 2);
			uint8_t n = as_u8(&c);
			as_skip(&c, 1);
			as_cur field = as_cur_le(as_take(&c, n >= 4 ? n - 4u : 0), 0);
			if (n < 4 || !as_ok(&c))
				return as_lost(x->u, at, "a Rock Ridge field makes no sense");
			if (as_is(tag, "ST"))
				break;
			take(x, tag, &field, r, &more);
		}
		area = more;
	}
	return AS_OK;
}

/* One name or value out of its components; false at the end. */
static bool next_word(as_cur *c, as_buf *out)
{
	uint8_t flags = 1;
	as_buf_clear(out);
	if (as_left(c) < 2)
		return false;
	while (as_left(c) >= 2 && flags & 1) {
		flags = as_u8(c);
		uint8_t n = as_u8(c);
		as_span part = as_take(c, n);
		as_buf_add(out, part.p, part.n);
	}
	return as_ok(c);
}

as_status as_iso_xattrs(as_iso *x, uint64_t at)
{
	static const char *const spaces[] = { NULL, "", "system.", "user.", "isofs.", "trusted.",
		"security." };
	as_buf name = { 0 }, value = { 0 };
	as_cur c = as_cur_le(as_buf_span_of(&x->xattrs), 0);
	as_status s = AS_OK;
	while (s == AS_OK && next_word(&c, &name) && next_word(&c, &value)) {
		uint8_t space = as_at(as_buf_span_of(&name), 0);
		as_span rest = as_from(as_buf_span_of(&name), 1);
		if (space == 0)
			s = as_refused(x->u, at, "unsupported", "ACL of AAIP is not decoded");
		else if (space == 4)
			continue; /* the writer's notes to itself */
		else
			s = as_xattr(x->u,
				as_print(as_memory(x->u), "%s%.*s", space < 7 ? spaces[space] : "",
					(int)(space < 7 ? rest.n : name.n),
					(const char *)(space < 7 ? rest.p : name.p)),
				as_buf_span_of(&value));
	}
	as_buf_free(&name);
	as_buf_free(&value);
	return s;
}

static as_status unzip(as_iso *x, as_span data, const as_iso_rock *r, bool *damaged)
{
	uint64_t block = 1ull << r->log_block, left = r->unpacked;
	as_cur c = as_cur_le(data, r->header * 4ull);
	unsigned width = r->wide ? 8 : 4;
	uint64_t from = as_uint(&c, width);
	uint8_t *out = as_alloc(as_memory(x->u), block);
	as_status s = out ? AS_OK : AS_NOMEM;
	while (left > 0 && s == AS_OK) {
		uint64_t end = as_uint(&c, width), due = as_min(left, block);
		size_t n = 0;
		as_span in = as_cut(data, from, end - from);
		*damaged = *damaged || !as_ok(&c) || end < from || in.n != end - from;
		if (!as_ok(&c))
			return AS_OK;
		s = in.n > 0 ? as_decode_block(AS_ZLIB, in, out, block, &n) : AS_OK;
		if (s > AS_NOT_THIS)
			return s;
		*damaged = *damaged || (in.n > 0 && n != due);
		s = n > 0 ? as_more(x->u, as_bytes(out, as_min(n, due))) : AS_OK;
		if (s == AS_OK && n < due)
			s = as_zero(x->u, due - n);
		left -= due;
		from = end;
	}
	return s;
}

as_status as_iso_unzip(as_iso *x, as_node *dir, as_entry *e, as_span data, const as_iso_rock *r)
{
	static const uint8_t magics[2][8] = { { 0x37, 0xe4, 0x53, 0x96, 0xc9, 0xdb, 0xd6, 7 },
		{ 0xef, 0x22, 0x55, 0xa1, 0xbc, 0x1b, 0x95, 0xa0 } };
	bool want = false, damaged = false;
	if (!as_same(as_cut(data, 0, 8), as_bytes(magics[r->wide], 8)) || r->log_block < 10 ||
		r->log_block > 24 || (r->wide && as_at(data, 10) != 1))
		damaged = true;
	as_status s = as_begin(x->u, dir, e, &want);
	for (size_t i = 0; i < x->pieces.n; i++)
		as_struct(x->u, x->pieces.list[i].at, x->pieces.list[i].n, "iso9660 zisofs data");
	if (s == AS_OK && want && !damaged)
		s = unzip(x, data, r, &damaged);
	if (s > AS_PARTIAL)
		return s;
	s = as_worse(s, as_end(x->u, damaged));
	return damaged ? as_worse(s, as_lost(x->u, e->at, "zisofs contents are damaged")) : s;
}
