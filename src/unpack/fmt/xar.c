/* SPDX-License-Identifier: Apache-2.0 */
/* xar, big-endian: a table of contents in XML, packed by zlib, and a heap of packed contents.
 *    0 "xar!"   4 header size u16   6 version u16   8 packed size of the table u64   16 its size u64
 *   24 checksum: 0 none, 1 SHA-1, 2 MD5, 3 named behind
 * The heap begins behind the table; what is in it is told by <offset>, <length> (packed) and <size>. */
#include <archive.h>
#include <openssl/evp.h>

#include "base/buf.h"
#include "codec/codec.h"
#include "unpack/libarchive.h"

enum { TABLE_MAX = 16 << 20, HEADER_LEAST = 28, SHA1 = 1 };

typedef struct header {
	uint16_t size;
	uint64_t packed, heap; /* heap: where it begins */
	uint32_t check;
} header;

static bool read_header(as_span image, header *h)
{
	as_cur c = as_cur_be(image, 4);
	h->size = as_u16(&c);
	uint16_t version = as_u16(&c);
	h->packed = as_u64(&c);
	uint64_t n = as_u64(&c);
	h->check = as_u32(&c);
	return as_ok(&c) && h->size >= HEADER_LEAST && h->size <= 256 && version == 1 && n > 0 &&
	       n <= TABLE_MAX && as_add(&h->heap, h->size, h->packed) && h->heap <= image.n;
}

static as_status keep(void *ctx, as_span bytes)
{
	as_buf *b = ctx;
	if (b->n + bytes.n > TABLE_MAX)
		return AS_LIMIT;
	as_buf_add(b, bytes.p, bytes.n);
	return b->bad ? AS_NOMEM : AS_OK;
}

/* The number between <name> and the next tag, if that tag begins s. */
static bool tag_number(as_span s, const char *tag, uint64_t *out)
{
	if (!as_starts(s, tag))
		return false;
	as_span rest = as_from(s, strlen(tag));
	size_t end = as_find_byte(as_cut(rest, 0, as_min(rest.n, 24)), '<', 0);
	return end != SIZE_MAX && as_number(as_cut(rest, 0, end), 10, out);
}

/* How far into the heap the table's elements reach. */
static uint64_t reach(as_span table)
{
	uint64_t end = 0, at = 0, n = 0, size = 0;
	for (size_t i = as_find_byte(table, '<', 0); i != SIZE_MAX;
		i = as_find_byte(table, '<', i + 1)) {
		as_span s = as_from(table, i);
		if (tag_number(s, "<offset>", &at) || tag_number(s, "<length>", &n) ||
			tag_number(s, "<size>", &size))
			continue;
		if (!as_starts(s, "</") || as_starts(s, "</offset>") || as_starts(s, "</length>") ||
			as_starts(s, "</size>"))
			continue;
		uint64_t one = 0;
		if ((n > 0 || size > 0) && as_add(&one, at, n ? n : size))
			end = as_max(end, one);
		if (as_starts(s, "</data>") || as_starts(s, "</ea>") ||
			as_starts(s, "</checksum>") || as_starts(s, "</signature>") ||
			as_starts(s, "</x-signature>"))
			at = n = size = 0;
	}
	return end;
}

/* Where the archive ends; 0 if its table cannot be read. */
static uint64_t end_of(as_span image, const header *h)
{
	as_buf table = { 0 };
	uint64_t end = 0;
	as_status s = as_decode(AS_ZLIB, as_cut(image, h->size, h->packed), keep, &table, NULL);
	bool whole = s == AS_OK && as_add(&end, h->heap, reach(as_buf_span_of(&table)));
	as_buf_free(&table);
	return whole ? end : 0;
}

static as_status probe(as_span image, as_extent *out)
{
	header h;
	uint64_t end = read_header(image, &h) ? end_of(image, &h) : 0;
	if (end == 0)
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(end, image.n), .sure = AS_STRUCTURED };
	return AS_OK;
}

static as_status check_table(as_unpack *u, as_span body, const header *h)
{
	uint8_t sum[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	as_span table = as_cut(body, h->size, h->packed);
	if (h->check != SHA1 || EVP_Digest(table.p, table.n, sum, &n, EVP_sha1(), NULL) != 1)
		return AS_OK;
	as_span stated = as_cut(body, h->heap, n); /* libarchive and xar put it first */
	bool ok = as_same(stated, as_bytes(sum, n));
	as_tell(u, stated, "table SHA-1", as_lit(ok ? "ok" : "wrong"));
	return ok ? AS_OK : as_lost(u, h->heap, "the checksum of the table of contents is wrong");
}

static as_status unpack(as_unpack *u, as_span body)
{
	header h;
	if (!read_header(body, &h))
		return as_lost(u, 0, "header is damaged");
	as_struct(u, 0, h.size, "xar header");
	as_struct(u, h.size, body.n - h.size, "xar table and heap");
	as_status s = check_table(u, body, &h);
	if (end_of(body, &h) > body.n)
		s = as_worse(s, as_lost(u, body.n, "the archive is cut off"));
	return as_worse(s, as_la_list(u, body,
				   &(as_la_kind){ .support = archive_read_support_format_xar,
					   .has = AS_HAS_MODE | AS_HAS_OWNER | AS_HAS_MTIME }));
}

const as_format as_format_xar = {
	.id = "xar",
	.title = "xar archive",
	.kind = AS_ARCHIVE,
	.magic = (const as_magic[]){ { .bytes = "xar!", .len = 4, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants =
		(const char *const[]){ "heaps of stored, gzip, bzip2, lzma and xz contents", NULL },
	.verifies =
		(const char *const[]){ "SHA-1 of the table of contents and of each entry", NULL },
	.keeps =
		(const char *const[]){
			"mode, owner, time of change, hard links, extended attributes", NULL },
	.samples = (const char *const[]){ "bsdtar (libarchive-tools 3.6.2)", NULL },
	.gaps = (const char *const[]){ "signatures are not verified",
		"tables of more than 16 MiB; bytes of the heap that the table does not name",
		"numbers of devices", NULL },
	.spec = "https://github.com/mackyle/xar/wiki/xarformat",
	.see = "bsdtar -xOf IN PATH > OUT",
};
