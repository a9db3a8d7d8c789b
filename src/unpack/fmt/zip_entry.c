/* SPDX-License-Identifier: Apache-2.0 */
/* One entry of a zip archive: its two headers, the extra fields, and its contents.
 * Local, 30 bytes:   0 "PK\3\4"   4 version   6 flags   8 method   10 time   12 date   14 CRC-32
 *      u32
 *   18 packed u32   22 size u32   26 name length   28 extra length; name, extra, data
 * Central, 46 bytes: 0 "PK\1\2"   4 made by   6 version   8 flags   10 method   12 time   14 date
 *   16 CRC-32 u32   20 packed u32   24 size u32   28 name length   30 extra length   32 comment
 *      length
 *   34 disk   36 internal   38 external attributes u32   42 local header u32; name, extra, comment
 * Extra fields are id u16, length u16, bytes. */
#include "unpack/fmt/zip.h"

#include <archive.h>
#include <string.h>

#include "codec/codec.h"
#include "unpack/dostime.h"
#include "unpack/libarchive.h"

enum {
	UNIX = 3,
	DARWIN = 19,
	PPMD = 98,
	TARGET_MOST = 4096,
	LZMA_HEAD = 4,
	LZMA_PROPS = 5,
	ALONE_HEAD = 13
};

static void set_mode(as_entry *e, uint8_t system, uint32_t external)
{
	static const as_type types[16] = { [1] = AS_FIFO,
		[2] = AS_CHAR,
		[4] = AS_DIR,
		[6] = AS_BLOCK,
		[8] = AS_FILE,
		[10] = AS_SYMLINK,
		[12] = AS_SOCKET };
	uint32_t mode = external >> 16;
	e->type = as_ends(e->name, "/") ? AS_DIR : AS_FILE;
	if ((system != UNIX && system != DARWIN) || mode == 0)
		return;
	e->mode = mode & 07777;
	e->has |= AS_HAS_MODE;
	if (e->type == AS_FILE && types[mode >> 12 & 15])
		e->type = types[mode >> 12 & 15];
}

static void read_sizes(as_cur *c, as_zip_entry *z)
{
	uint16_t time = as_u16(c), date = as_u16(c);
	z->e.has |= as_dos_time(time, date, &z->e.mtime) ? AS_HAS_MTIME : 0;
	z->crc = as_u32(c);
	z->packed = as_u32(c);
	z->size = as_u32(c);
}

bool as_zip_read_central(as_span body, uint64_t at, as_zip_entry *z)
{
	as_cur c = as_cur_le(body, at);
	*z = (as_zip_entry){ 0 };
	bool is = as_is(as_take(&c, 4), "PK\1\2");
	as_skip(&c, 1);
	uint8_t system = as_u8(&c);
	as_skip(&c, 2);
	z->flags = as_u16(&c);
	z->method = as_u16(&c);
	read_sizes(&c, z);
	uint16_t name = as_u16(&c), extra = as_u16(&c), comment = as_u16(&c);
	as_skip(&c, 4);
	uint32_t external = as_u32(&c);
	z->local = as_u32(&c);
	z->e.name = as_take(&c, name);
	z->extra = as_take(&c, extra);
	as_skip(&c, comment);
	z->next = as_pos(&c);
	set_mode(&z->e, system, external);
	as_zip_extra(z->extra, true, z);
	return is && as_ok(&c);
}

bool as_zip_read_local(as_span body, uint64_t at, as_zip_entry *z)
{
	as_cur c = as_cur_le(body, at);
	*z = (as_zip_entry){ .e = { .at = at, .type = AS_FILE }, .local = at };
	as_span magic = as_take(&c, 4);
	/* Dahua's updates have other letters in the first header, and in no other. */
	bool is = as_is(magic, "PK\3\4") || (at == 0 && as_is(magic, "DH\3\4"));
	uint16_t version = as_u16(&c);
	z->flags = as_u16(&c);
	z->method = as_u16(&c);
	read_sizes(&c, z);
	uint16_t name = as_u16(&c), extra = as_u16(&c);
	z->e.name = as_take(&c, name);
	z->extra = as_take(&c, extra);
	z->data_at = as_pos(&c);
	set_mode(&z->e, 0, 0);
	as_zip_extra(z->extra, false, z);
	z->unknown = (z->flags & AS_ZIP_DESCRIPTOR) && z->packed == 0;
	bool ok = as_add(&z->next, z->data_at, z->packed);
	return is && ok && as_ok(&c) && name > 0 && (version & 0xff) <= 63;
}

static void zip64(as_cur *c, bool central, as_zip_entry *z)
{
	if (z->size == UINT32_MAX)
		z->size = as_u64(c);
	if (z->packed == UINT32_MAX)
		z->packed = as_u64(c);
	if (central && z->local == UINT32_MAX)
		z->local = as_u64(c);
}

static void owner(as_cur *c, as_zip_entry *z)
{
	as_skip(c, 1); /* version */
	as_cur uid = as_cur_le(as_take(c, as_u8(c)), 0);
	as_cur gid = as_cur_le(as_take(c, as_u8(c)), 0);
	if (!as_ok(c) || uid.s.n != 4 || gid.s.n != 4)
		return;
	z->e.uid = as_u32(&uid);
	z->e.gid = as_u32(&gid);
	z->e.has |= AS_HAS_OWNER;
}

/* A time with a sign; without one where the DOS time beside it bears that out, after January 2038:
 * so unzip reads it. */
static void unix_time(uint32_t raw, as_zip_entry *z)
{
	bool late = z->e.has & AS_HAS_MTIME && z->e.mtime > INT32_MAX - 86400;
	z->e.mtime = late ? (int64_t)raw : (int32_t)raw;
	z->e.has |= AS_HAS_MTIME;
}

void as_zip_extra(as_span extra, bool central, as_zip_entry *z)
{
	enum { ZIP64 = 1, TIMES = 0x5455, OWNER = 0x7875 };
	as_cur c = as_cur_le(extra, 0);
	while (as_left(&c) >= 4) {
		uint16_t id = as_u16(&c), n = as_u16(&c);
		as_span field = as_take(&c, n);
		if (!as_ok(&c))
			return;
		as_cur f = as_cur_le(field, 0);
		if (id == ZIP64)
			zip64(&f, central, z);
		else if (id == OWNER)
			owner(&f, z);
		else if (id == TIMES && (as_u8(&f) & 1) && as_left(&f) >= 4)
			unix_time(as_u32(&f), z);
	}
}

static const char asks[] = "entry asks for more than 128 MiB of working memory";

/* Passes decoded bytes on, and sums them up on their way. */
typedef struct sum {
	as_sink sink;
	void *ctx;
	uint64_t n; /* bytes */
	uint32_t crc;
} sum;

static as_status summing(void *ctx, as_span bytes)
{
	sum *to = ctx;
	to->n += bytes.n;
	to->crc = as_crc32(to->crc, bytes);
	return to->sink(to->ctx, bytes);
}

/* LZMA in zip: version u16, length of the properties u16, properties, stream. The decoder wants the
 * header of an .lzma file: properties, size. */
static as_status lzma(as_unpack *u, as_span data, const as_zip_entry *z, sum *to, uint64_t *used)
{
	as_cur c = as_cur_le(data, 2);
	uint16_t n_props = as_u16(&c);
	as_span props = as_take(&c, LZMA_PROPS), stream = as_from(data, as_pos(&c));
	if (!as_ok(&c) || n_props != LZMA_PROPS)
		return AS_PARTIAL;
	as_status s = as_want(u, stream.n + ALONE_HEAD);
	uint8_t *p = s == AS_OK ? as_alloc(as_memory(u), stream.n + ALONE_HEAD) : NULL;
	if (!p)
		return as_worse(s, AS_NOMEM);
	memcpy(p, props.p, props.n);
	for (unsigned i = 0; i < 8; i++)
		p[LZMA_PROPS + i] =
			(uint8_t)(z->flags & AS_ZIP_END_MARK ? 0xff : z->size >> (8 * i));
	if (stream.n > 0)
		memcpy(p + ALONE_HEAD, stream.p, stream.n);
	s = as_decode(AS_LZMA_ALONE, as_bytes(p, stream.n + ALONE_HEAD), summing, to, used);
	*used = *used > ALONE_HEAD ? *used - ALONE_HEAD + LZMA_HEAD + LZMA_PROPS : *used;
	return s;
}

/* PPMd (version I, revision 1) is libarchive's: it gets an archive of this entry alone. */
static as_status ppmd(as_unpack *u, as_span data, const as_zip_entry *z, sum *to)
{
	enum { LOCAL = 30, VERSION = 63 };
	if (z->size > UINT32_MAX || z->packed > UINT32_MAX)
		return AS_PARTIAL;
	as_status s = as_want(u, (uint64_t)data.n + LOCAL + 1);
	uint8_t *p = s == AS_OK ? as_alloc(as_memory(u), data.n + LOCAL + 1) : NULL;
	if (!p)
		return as_worse(s, AS_NOMEM);
	memset(p, 0, LOCAL);
	memcpy(p, "PK\3\4", 4);
	p[4] = VERSION;
	p[8] = PPMD;
	p[12] = 0x21; /* 1980-01-01 */
	const uint64_t fields[] = { z->crc, data.n, z->size };
	for (unsigned i = 0; i < 12; i++)
		p[14 + i] = (uint8_t)(fields[i / 4] >> 8 * (i % 4));
	p[26] = 1;
	p[LOCAL] = 'x';
	if (data.n > 0)
		memcpy(p + LOCAL + 1, data.p, data.n);
	return as_la_first(as_bytes(p, data.n + LOCAL + 1),
		archive_read_support_format_zip_streamable, summing, to);
}

static const struct {
	uint16_t id;
	as_method method;
} methods[] = { { 0, AS_STORED }, { 8, AS_DEFLATE }, { 9, AS_DEFLATE64 }, { 12, AS_BZIP2 },
	{ 14, AS_LZMA_ALONE }, { 20, AS_ZSTD }, { 93, AS_ZSTD }, { 95, AS_XZ } };

static bool method_of(uint16_t id, as_method *m)
{
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (methods[i].id == id) {
			*m = methods[i].method;
			return true;
		}
	return false;
}

static as_status decode(
	as_unpack *u, as_method m, as_span data, const as_zip_entry *z, sum *to, uint64_t *used)
{
	*used = data.n;
	if (z->method == PPMD)
		return ppmd(u, data, z, to);
	if (m == AS_STORED)
		return summing(to, data);
	if (m == AS_LZMA_ALONE)
		return lzma(u, data, z, to, used);
	return as_decode(m, data, summing, to, used);
}

/* An entry whose contents cannot be had: its name stands, and the loss is recorded. */
static as_status put_closed(as_unpack *u, const as_entry *e, const char *reason, const char *why)
{
	as_status s = as_begin(u, NULL, e, NULL);
	if (s > AS_PARTIAL)
		return s;
	return as_worse(as_worse(s, as_end(u, true)), as_refused(u, e->at, reason, why));
}

static as_status put_packed(
	as_unpack *u, as_method m, as_span data, as_zip_entry *z, uint64_t *used)
{
	bool want = true;
	uint64_t took = 0;
	sum to = { .sink = as_sink_more, .ctx = u };
	as_status s = as_begin(u, NULL, &z->e, &want);
	if (s != AS_OK || !want)
		return as_worse(s, as_end(u, false));
	s = decode(u, m, data, z, &to, &took);
	if (s > AS_NOT_THIS && s != AS_NOMEM)
		return s;
	if (z->unknown)
		*used = took;
	else if (s == AS_OK && (to.n != z->size || to.crc != z->crc))
		s = AS_PARTIAL;
	as_struct(u, z->data_at, z->unknown ? took : data.n, "zip data");
	as_status ended = as_end(u, s != AS_OK);
	if (s == AS_NOMEM) /* the decoder's: a failure of the sender is the engine's to know */
		return as_worse(ended, as_refused(u, z->e.at, "limit", asks));
	if (s != AS_OK)
		ended = as_worse(ended,
			as_lost(u, z->e.at, "contents are damaged or have a wrong checksum"));
	return ended;
}

static as_status put_symlink(as_unpack *u, as_method m, as_span data, as_zip_entry *z)
{
	size_t n = data.n;
	z->e.target = data;
	as_struct(u, z->data_at, data.n, "zip data");
	if (m != AS_STORED) {
		uint8_t *p = as_alloc(as_memory(u), TARGET_MOST);
		if (!p)
			return AS_NOMEM;
		as_status s = as_peek(m, data, p, TARGET_MOST, &n);
		if (s == AS_NOMEM)
			return as_refused(u, z->e.at, "limit", asks);
		if (s != AS_OK)
			return as_lost(u, z->e.at, "target of a symbolic link cannot be read");
		z->e.target = as_bytes(p, n);
	}
	return as_put(u, NULL, &z->e, NULL);
}

as_status as_zip_contents(
	as_unpack *u, as_span body, const as_zip_entry *z, as_sink sink, void *ctx)
{
	as_method m = AS_STORED;
	uint64_t used = 0;
	sum to = { .sink = sink, .ctx = ctx };
	if (z->flags & AS_ZIP_ENCRYPTED || (!method_of(z->method, &m) && z->method != PPMD))
		return AS_NOT_THIS;
	as_span data = as_cut(body, z->data_at, as_min(z->packed, as_from(body, z->data_at).n));
	as_status s = decode(u, m, data, z, &to, &used);
	return s == AS_OK && (to.n != z->size || to.crc != z->crc) ? AS_PARTIAL : s;
}

as_status as_zip_put(as_unpack *u, as_span body, as_zip_entry *z, uint64_t *used)
{
	as_method m = AS_STORED;
	as_entry *e = &z->e;
	uint64_t none = 0;
	as_span data = z->unknown ? as_from(body, z->data_at) : as_cut(body, z->data_at, z->packed);
	if (e->type >= AS_BLOCK && z->packed > 0)
		e->type = AS_FILE; /* an archiver that read from a pipe says so in the mode */
	if (e->type != AS_FILE && e->type != AS_SYMLINK)
		return as_put(u, NULL, e, NULL);
	if (z->flags & AS_ZIP_ENCRYPTED)
		return put_closed(u, e, "encrypted", "entry is encrypted: it was not examined");
	if (!method_of(z->method, &m) && (z->method != PPMD || z->unknown))
		return put_closed(u, e, "unsupported", "compression method is not supported");
	if (!z->unknown && data.n < z->packed)
		data = as_from(body, z->data_at); /* cut off: what is there is damaged, not lost */
	if (e->type == AS_SYMLINK && z->method != PPMD)
		return put_symlink(u, m, data, z);
	if (m != AS_STORED || z->method == PPMD)
		return put_packed(u, m, data, z, used ? used : &none);
	e->data = data;
	as_status s = as_put(u, NULL, e, NULL);
	bool right = z->unknown || (z->size == z->packed && as_crc32(0, data) == z->crc);
	return right ? s
		     : as_worse(s,
			       as_lost(u, e->at, "contents are damaged or have a wrong checksum"));
}
