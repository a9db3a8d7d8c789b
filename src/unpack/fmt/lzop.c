/* SPDX-License-Identifier: Apache-2.0 */
/* lzop: a header with name, mode and time, then LZO1X blocks with checksums, big-endian; the fields
 * stand in codec/lzop.c.
 *    0 89 "LZO" 00 0d 0a 1a 0a   9 versions, method, level, flags, mode, mtime, name, checksum */
#include "unpack/stream.h"

enum { MAGIC_LEN = 9, VERSIONED = 0x0940, STDIN = 4 /* flag: the mode is a pipe's */ };

static as_status probe(as_span image, as_extent *out)
{
	/* Decoding checks the header's checksum. */
	as_status s = as_stream_probe(AS_LZOP, image, false, out);
	if (s == AS_OK)
		out->sure = AS_CHECKSUMMED;
	return s;
}

static as_status unpack(as_unpack *u, as_span body)
{
	as_cur c = as_cur_be(body, MAGIC_LEN);
	bool versioned = as_u16(&c) >= VERSIONED;
	as_skip(&c, versioned ? 6 : 3);
	uint32_t flags = as_u32(&c), mode = as_u32(&c);
	as_entry e = { .type = AS_PART, .mode = mode & 07777, .mtime = as_u32(&c) };
	as_skip(&c, versioned ? 4 : 0);
	uint8_t name_len = as_u8(&c);
	e.name = as_take(&c, name_len);
	if (!as_ok(&c))
		return as_lost(u, 0, "header runs past the end");
	e.has = (e.mtime ? AS_HAS_MTIME : 0u) | (mode && !(flags & STDIN) ? AS_HAS_MODE : 0u);
	return as_stream_unpack(u, AS_LZOP, body, &e);
}

const as_format as_format_lzop = {
	.id = "lzop",
	.title = "lzop",
	.kind = AS_STREAM,
	.magic = (const as_magic[]){ { .bytes = "\x89LZO\0\r\n\x1a\n", .len = 9, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "LZO1X blocks, packed and stored",
		"versions before and since 0.940", NULL },
	.verifies =
		(const char *const[]){
			"Adler-32 or CRC-32 of header and blocks, packed and unpacked", NULL },
	.keeps = (const char *const[]){ "name, mode, time of change", NULL },
	.samples = (const char *const[]){ "lzop 1.04", NULL },
	.gaps = (const char *const[]){ "streams with a filter",
		"of an archive of several files, each is a stream of its own", NULL },
	.spec = "https://www.lzop.org/",
	.see = "lzop -dc < IN > OUT",
};
