/* SPDX-License-Identifier: Apache-2.0 */
/* RAR, little-endian. Version 4 and before: "Rar!" 1a 07 00, then blocks:
 *    0 CRC-32 of what follows in the header, its lower half   2 type   3 flags u16   5 header size u16
 *    7 size of the data behind it u32 (flag 8000; of a file with flag 100 its upper half stands at 32)
 * Version 5: "Rar!" 1a 07 01 00, then blocks of numbers of seven bits a byte, the lowest first:
 *    0 CRC-32 of what follows in the header   4 header size, type, flags, [extra size], [data size]
 * libarchive reads entries; here it is told where the archive ends and whether it is encrypted. */
#include <archive.h>

#include "unpack/libarchive.h"

enum {
	OLD_MAGIC = 7,
	NEW_MAGIC = 8,
	OLD_MAIN = 0x73,
	OLD_FILE = 0x74,
	OLD_SUB = 0x7a,
	OLD_END = 0x7b
};
enum {
	NEW_CRYPT = 4,
	NEW_END = 5,
	LONG_DATA = 0x8000,
	LARGE = 0x100,
	HIDDEN = 0x80,
	HEADER_MAX = 2 << 20
};

typedef struct walk {
	uint64_t end;        /* of the blocks that could be followed */
	size_t n;            /* such blocks */
	bool ended, crypted; /* the last one ends the archive; headers are encrypted */
} walk;

static bool old_block(as_span image, walk *w)
{
	as_cur c = as_cur_le(image, w->end);
	uint16_t sum = as_u16(&c);
	uint8_t type = as_u8(&c);
	uint16_t flags = as_u16(&c), size = as_u16(&c);
	uint64_t data = flags & LONG_DATA || type == OLD_FILE || type == OLD_SUB ? as_u32(&c) : 0;
	as_span head = as_cut(image, w->end, size);
	if (!as_ok(&c) || size < 7 || head.n == 0 ||
		(as_crc32(0, as_from(head, 2)) & 0xffff) != sum)
		return false;
	as_cur high = as_cur_le(head, 32);
	if (flags & LARGE && (type == OLD_FILE || type == OLD_SUB))
		data |= (uint64_t)as_u32(&high) << 32;
	w->ended = type == OLD_END;
	w->crypted = type == OLD_MAIN && flags & HIDDEN;
	return as_add(&w->end, w->end + size, data);
}

static uint64_t number(as_cur *c)
{
	uint64_t v = 0;
	for (unsigned shift = 0; shift < 63 && as_ok(c); shift += 7) {
		uint8_t b = as_u8(c);
		v |= (uint64_t)(b & 0x7f) << shift;
		if (!(b & 0x80))
			return v;
	}
	c->bad = true;
	return 0;
}

static bool new_block(as_span image, walk *w)
{
	as_cur c = as_cur_le(image, w->end);
	uint32_t sum = as_u32(&c);
	uint64_t summed = as_pos(&c), size = number(&c), start = as_pos(&c);
	as_span head = as_cut(image, summed, as_min(size, HEADER_MAX) + start - summed);
	uint64_t type = number(&c), flags = number(&c);
	if (flags & 1)
		(void)number(&c);
	uint64_t data = flags & 2 ? number(&c) : 0;
	if (!as_ok(&c) || size > HEADER_MAX || head.n == 0 || as_crc32(0, head) != sum)
		return false;
	w->ended = type == NEW_END;
	w->crypted = type == NEW_CRYPT;
	return as_add(&w->end, start + size, data);
}

static bool is_new(as_span image) { return as_at(image, 6) == 1; }

/* Follows the blocks as far as they lead. */
static walk follow(as_span image)
{
	walk w = { .end = is_new(image) ? NEW_MAGIC : OLD_MAGIC };
	while (!w.ended && !w.crypted && w.end < image.n) {
		walk next = w;
		if (!(is_new(image) ? new_block(image, &next) : old_block(image, &next)))
			break;
		w = next;
		w.n++;
	}
	return w;
}

static as_status probe(as_span image, as_extent *out)
{
	walk w = follow(image);
	if (w.n == 0)
		return AS_NOT_THIS;
	/* Encrypted headers and damaged ones lead nowhere: then it is what lies there. */
	bool open = !w.ended && w.end < image.n;
	*out = (as_extent){ .size = open ? image.n : as_min(w.end, image.n), .open_end = open };
	out->sure = AS_CHECKSUMMED;
	return AS_OK;
}

static int both(struct archive *a)
{
	int r = archive_read_support_format_rar(a);
	return r < ARCHIVE_WARN ? r : archive_read_support_format_rar5(a);
}

static as_status unpack(as_unpack *u, as_span body)
{
	walk w = follow(body);
	as_struct(u, 0, w.crypted ? body.n : as_min(w.end, body.n), "RAR blocks");
	as_tell(u, as_cut(body, 0, NEW_MAGIC), "version",
		as_lit(is_new(body) ? "5" : "4 or before"));
	if (w.crypted)
		return as_refused(u, w.end, "encrypted", "names and contents are encrypted");
	as_status s = AS_OK;
	if (w.end > body.n)
		s = as_lost(u, body.n, "the archive is cut off");
	return as_worse(s, as_la_list(u, body,
				   &(as_la_kind){ .support = both,
					   .has = AS_HAS_MODE | AS_HAS_MTIME,
					   .made_up = true }));
}

const as_format as_format_rar = {
	.id = "rar",
	.title = "RAR archive",
	.kind = AS_ARCHIVE,
	.magic = (const as_magic[]){ { .bytes = "Rar!\x1a\x07\x00", .len = 7, .at = 0 },
		{ .bytes = "Rar!\x1a\x07\x01\x00", .len = 8, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "version 2.9 to 4, and 5", NULL },
	.verifies =
		(const char *const[]){ "checksums of the headers and of compressed entries", NULL },
	.keeps = (const char *const[]){ "mode (of archives made on Unix), time of change", NULL },
	.samples =
		(const char *const[]){
			"generator from the published layout (stored entries); not tried "
			"on a vendor's own archive",
			NULL },
	.gaps = (const char *const[]){ "archives of several volumes; encrypted ones",
		"a mode of 0666, 0777 or 0444 is what libarchive says where none is kept: not told",
		"checksums of stored entries are not verified",
		"owners, comments and recovery records", NULL },
	.spec = "https://www.rarlab.com/technote.htm",
	.see = "bsdtar -xOf IN PATH > OUT",
};
