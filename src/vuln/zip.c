/* SPDX-License-Identifier: Apache-2.0 */
/* zip (APPNOTE 6.3), by its directory at the end, also with 64-bit counts: the CVE List has more than 65,535 files.
 *    end    "PK\5\6"  10 entries, 2   12 size, 4   16 offset, 4; where that is not enough, before it
 *    wide   "PK\6\7"   8 offset, 8, of "PK\6\6"  32 entries, 8   40 size, 8   48 offset, 8
 *    entry  "PK\1\2"   8 flags   10 method   16 sum, 4   20 packed, 4   24 size, 4   28 name_n   30 extra_n
 *                      32 comment_n   42 local, 4   46 name
 *    local  "PK\3\4"  26 name_n   28 extra_n   30 name, extra, data */
#include "base/cur.h"
#include "base/hash.h"
#include "codec/codec.h"
#include "vuln/container.h"

enum {
	END = 22,
	LOCATOR = 20,
	COMMENT_MAX = 65535,
	STORED = 0,
	DEFLATED = 8,
	ZSTD = 93,
	ENCRYPTED = 1,
	WIDE = 1
};

typedef struct member {
	uint16_t flags, method;
	uint32_t sum; /* CRC-32 */
	uint64_t packed, size, local;
	as_span name;
} member;

typedef struct directory {
	uint64_t n, at;
} directory;

/* The directory, by the record at the end of the file. */
static bool find_directory(as_span zip, directory *d)
{
	uint64_t least = zip.n > END + COMMENT_MAX ? zip.n - END - COMMENT_MAX : 0;
	uint64_t at = zip.n >= END ? zip.n - END : 0;
	while (at > least && !as_starts(as_from(zip, at), "PK\x05\x06"))
		at--;
	if (!as_starts(as_from(zip, at), "PK\x05\x06"))
		return false;
	as_cur c = as_cur_le(zip, at + 10);
	d->n = as_u16(&c);
	as_skip(&c, 4);
	d->at = as_u32(&c);
	if (!as_ok(&c))
		return false;
	if (d->n != UINT16_MAX && d->at != UINT32_MAX)
		return true;
	as_cur l = as_cur_le(zip, at >= LOCATOR ? at - LOCATOR : 0);
	if (!as_is(as_take(&l, 4), "PK\x06\x07"))
		return as_ok(&c);
	as_skip(&l, 4);
	as_cur w = as_cur_le(zip, as_min(as_u64(&l), zip.n));
	if (!as_is(as_take(&w, 4), "PK\x06\x06"))
		return false;
	as_skip(&w, 28);
	d->n = as_u64(&w);
	as_skip(&w, 8);
	d->at = as_u64(&w);
	return as_ok(&w);
}

/* Sizes and offset of 64 bits, where the entry refers to them. */
static void read_wide(as_span extra, member *m)
{
	as_cur c = as_cur_le(extra, 0);
	while (as_left(&c) >= 4) {
		uint16_t id = as_u16(&c), n = as_u16(&c);
		as_cur w = as_cur_le(as_take(&c, n), 0);
		if (id != WIDE)
			continue;
		m->size = m->size == UINT32_MAX ? as_u64(&w) : m->size;
		m->packed = m->packed == UINT32_MAX ? as_u64(&w) : m->packed;
		m->local = m->local == UINT32_MAX ? as_u64(&w) : m->local;
	}
}

static bool read_member(as_cur *c, member *m)
{
	if (!as_is(as_take(c, 4), "PK\x01\x02"))
		return false;
	as_skip(c, 4);
	m->flags = as_u16(c);
	m->method = as_u16(c);
	as_skip(c, 4);
	m->sum = as_u32(c);
	m->packed = as_u32(c);
	m->size = as_u32(c);
	uint16_t name_n = as_u16(c), extra_n = as_u16(c), comment_n = as_u16(c);
	as_skip(c, 8);
	m->local = as_u32(c);
	m->name = as_take(c, name_n);
	as_span extra = as_take(c, extra_n);
	as_skip(c, comment_n);
	read_wide(extra, m);
	return as_ok(c);
}

static bool data_of(as_span zip, const member *m, as_span *data)
{
	as_cur c = as_cur_le(zip, as_min(m->local, zip.n));
	if (!as_is(as_take(&c, 4), "PK\x03\x04"))
		return false;
	as_skip(&c, 22);
	uint16_t name_n = as_u16(&c), extra_n = as_u16(&c);
	as_skip(&c, (uint64_t)name_n + extra_n);
	*data = as_take(&c, m->packed);
	return as_ok(&c);
}

/* A member's bytes on their way to the taker. */
typedef struct passage {
	const as_taker *taker;
	uint64_t left; /* of what the directory declares */
	uint32_t sum;
	const char *damage;
} passage;

static as_status pass(void *ctx, as_span bytes)
{
	passage *p = ctx;
	if (bytes.n > p->left) {
		p->damage = "it is longer than the directory of the zip says";
		return AS_PARTIAL;
	}
	p->left -= bytes.n;
	p->sum = as_crc32(p->sum, bytes);
	return p->taker->add(p->taker->ctx, bytes);
}

/* What came against what the directory says; NULL: it is the same. */
static const char *judge(const passage *p, const member *m)
{
	if (p->damage)
		return p->damage;
	if (p->left > 0)
		return "it is shorter than the directory of the zip says";
	return p->sum == m->sum ? NULL : "its bytes are not those that the zip has a sum of";
}

static as_status unpack(as_span data, const member *m, const as_taker *taker, const char **damage)
{
	passage p = { .taker = taker, .left = m->size };
	as_status s = AS_OK;
	if (m->size > as_unpacked_most(m->packed)) {
		*damage = "it unpacks to more than 1100 times its size";
		return AS_OK;
	}
	if (m->method == STORED)
		s = pass(&p, data);
	else
		s = as_decode(m->method == DEFLATED ? AS_DEFLATE : AS_ZSTD, data, pass, &p, NULL);
	if (s == AS_OK || p.damage)
		*damage = judge(&p, m);
	else if (s == AS_PARTIAL || s == AS_NOT_THIS)
		*damage = "the compressed stream is damaged or cut off";
	return *damage ? AS_OK : s;
}

/* *unread: bytes of the zip that may be read as members; each may be read once. */
static as_status contents(as_span zip, const member *m, const as_taker *taker, uint64_t *unread)
{
	as_span data = { 0 };
	const char *damage = NULL;
	as_status s = AS_OK;
	if (m->flags & ENCRYPTED)
		damage = "it is encrypted";
	else if (!data_of(zip, m, &data))
		damage = "the zip is damaged or cut off";
	else if (data.n > *unread)
		damage = "files of the zip overlap";
	else if (m->method == STORED || m->method == DEFLATED || m->method == ZSTD)
		s = unpack(data, m, taker, &damage);
	else
		damage = "a compression of zip that is not read here";
	*unread -= as_min(data.n, *unread);
	return s == AS_OK ? taker->end(taker->ctx, damage) : s;
}

as_status as_zip_read(as_span data, as_span name, const as_taker *taker)
{
	directory d = { 0 };
	as_status s = AS_OK;
	uint64_t unread = data.n;
	if (!find_directory(data, &d)) {
		s = taker->begin(taker->ctx, name);
		return s == AS_OK
			       ? taker->end(taker->ctx, "the zip has no directory: it is cut off")
			       : s;
	}
	as_cur c = as_cur_le(data, as_min(d.at, data.n));
	for (uint64_t i = 0; i < d.n && s == AS_OK; i++) {
		member m = { 0 };
		bool read = read_member(&c, &m);
		if (read && (m.name.n == 0 || m.name.p[m.name.n - 1] == '/'))
			continue;
		s = as_member_begin(taker, name, read ? m.name : as_lit("?"));
		if (s != AS_OK)
			return s;
		if (!read)
			return taker->end(taker->ctx, "the directory of the zip is damaged");
		s = contents(data, &m, taker, &unread);
	}
	return s;
}
