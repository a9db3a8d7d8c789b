/* SPDX-License-Identifier: Apache-2.0 */
/* ARJ, little-endian: headers, each with packed contents behind it; the first is the archive's, an empty one ends it.
 *    0 60 ea   2 size of the basic header (0: the end)   4 basic header, its CRC-32
 *   then further headers: size u16, and if it is not 0, so many bytes and a CRC-32
 * The basic header:
 *    0 size up to the name   1 version   2 version needed   3 system (2: Unix)   4 flags (1: encrypted,
 *    4: goes on in the next volume)   5 method (0: stored, 1 to 4)   6 type (0 binary, 1 text, 2 archive, 3 directory)
 *    8 time   12 packed size   16 size   20 CRC-32   26 mode u16; name, NUL, comment, NUL */
#include "unpack/dostime.h"
#include "codec/lzh.h"
#include "unpack/format.h"

enum {
	INTRO = 4,
	BASIC_MAX = 2600,
	UNIX = 2,
	NEXT = 8,
	ENCRYPTED = 1,
	VOLUME = 4,
	BACKSLASH_KEPT = 0x10
};
enum { BINARY = 0, TEXT = 1, ARCHIVE = 2, DIRECTORY = 3, METHOD_LAST = 4, LEAST = 30 };

typedef struct header {
	uint64_t at, data_at; /* of the header; behind it */
	bool end, right;      /* it ends the archive; its checksum fits */
	uint8_t system, flags, method, type;
	uint32_t time, packed, size, crc;
	uint16_t mode;
	as_span name, comment;
} header;

static bool read_header(as_span image, uint64_t at, header *h)
{
	as_cur c = as_cur_le(image, at);
	as_span magic = as_take(&c, 2);
	uint16_t n = as_u16(&c);
	as_span basic = as_take(&c, n);
	*h = (header){ .at = at, .end = n == 0, .data_at = at + INTRO };
	if (!as_ok(&c) || !as_is(magic, "\x60\xea") || n > BASIC_MAX)
		return false;
	if (h->end)
		return true;
	h->right = as_u32(&c) == as_crc32(0, basic);
	for (uint16_t more = as_u16(&c); more > 0 && as_ok(&c); more = as_u16(&c))
		as_skip(&c, more + 4u);
	h->data_at = as_pos(&c);
	as_cur b = as_cur_le(basic, 0);
	uint8_t first = as_u8(&b);
	as_skip(&b, 2);
	h->system = as_u8(&b);
	h->flags = as_u8(&b);
	h->method = as_u8(&b);
	h->type = as_u8(&b);
	as_skip(&b, 1);
	h->time = as_u32(&b);
	h->packed = as_u32(&b);
	h->size = as_u32(&b);
	h->crc = as_u32(&b);
	as_skip(&b, 2);
	h->mode = as_u16(&b);
	as_seek(&b, first);
	h->name = as_str(&b, 1);
	h->comment = as_str(&b, 1);
	return as_ok(&c) && as_ok(&b) && first >= LEAST;
}

static as_status probe(as_span image, as_extent *out)
{
	header h;
	if (!read_header(image, 0, &h) || h.end || !h.right || h.type != ARCHIVE)
		return AS_NOT_THIS;
	uint64_t at = h.data_at;
	while (at < image.n && read_header(image, at, &h) && !h.end && h.right)
		at = h.data_at + h.packed;
	bool cut = at < image.n && !h.end && !as_all(as_cut(image, at, 2), 0);
	at = h.end ? h.data_at : cut ? image.n : at;
	*out = (as_extent){ .size = as_min(at, image.n), .sure = AS_CHECKSUMMED };
	return AS_OK;
}

typedef struct summer {
	as_unpack *u;
	uint32_t crc;
} summer;

static as_status take(void *ctx, as_span bytes)
{
	summer *s = ctx;
	s->crc = as_crc32(s->crc, bytes);
	return as_more(s->u, bytes);
}

static as_status decode(as_unpack *u, const header *h, as_span packed, summer *sum)
{
	if (h->flags & ENCRYPTED)
		return as_refused(u, h->at, "encrypted", "contents are encrypted");
	if (h->method > METHOD_LAST)
		return as_refused(
			u, h->at, "unsupported", "a compression method that is not known");
	as_status s = h->method == 0 ? take(sum, packed)
				     : as_lzh_decode(as_memory(u),
					       h->method == 4 ? AS_LZH_ARJ_FASTEST : AS_LZH_ARJ,
					       packed, h->size, take, sum, NULL);
	if (s > AS_PARTIAL)
		return s;
	if (packed.n < h->packed)
		return as_lost(u, h->at, "contents of an entry are cut off");
	/* Text has other line ends than it had when it was summed. */
	bool wrong = sum->crc != h->crc && h->type == BINARY;
	return s != AS_OK || wrong ? as_lost(u, h->at, "contents of an entry are damaged") : s;
}

static as_entry entry_of(const header *h)
{
	bool is_unix = h->system == UNIX || h->system == NEXT;
	as_entry e = {
		.at = h->at, .type = h->type == DIRECTORY ? AS_DIR : AS_FILE, .name = h->name
	};
	e.mode = h->mode & 07777;
	e.has = is_unix ? AS_HAS_MODE | AS_HAS_MTIME : 0;
	e.mtime = h->time;
	if (!is_unix && as_dos_time(h->time & 0xffff, (uint16_t)(h->time >> 16), &e.mtime))
		e.has |= AS_HAS_MTIME;
	return e;
}

static as_status put(as_unpack *u, as_span body, const header *h)
{
	as_entry e = entry_of(h);
	bool want = false;
	as_span packed =
		as_cut(body, h->data_at, as_min(h->packed, body.n - as_min(h->data_at, body.n)));
	summer sum = { .u = u };
	as_struct(u, h->data_at, packed.n, "packed contents");
	if (h->type == DIRECTORY)
		return as_put(u, NULL, &e, NULL);
	if (h->type > DIRECTORY)
		return as_refused(
			u, h->at, "unsupported", "an entry that is neither file nor directory");
	as_status s = as_begin(u, NULL, &e, &want);
	if (s != AS_OK || !want)
		return s;
	s = decode(u, h, packed, &sum);
	if (h->flags & VOLUME && s <= AS_PARTIAL)
		s = as_worse(s, as_refused(u, h->at, "unsupported",
					"the rest of a file is in the next volume"));
	return as_worse(s, as_end(u, s != AS_OK));
}

static as_status unpack(as_unpack *u, as_span body)
{
	header h;
	as_status worst = AS_OK;
	uint64_t at = 0;
	while (worst <= AS_PARTIAL) {
		if (!read_header(body, at, &h))
			return as_worse(
				worst, as_lost(u, at, "the archive ends without its end mark"));
		as_struct(u, at, h.data_at - at, "ARJ header");
		if (h.end)
			return worst;
		if (!h.right)
			return as_worse(worst, as_lost(u, at, "the checksum of a header is wrong"));
		if (h.comment.n > 0)
			as_tell(u, h.comment, "comment", h.comment);
		if (h.type != ARCHIVE)
			worst = as_worse(worst, put(u, body, &h));
		at = h.data_at + (h.type == ARCHIVE ? 0 : h.packed);
	}
	return worst;
}

const as_format as_format_arj = {
	.id = "arj",
	.title = "ARJ archive",
	.kind = AS_ARCHIVE,
	.magic = (const as_magic[]){ { .bytes = "\x60\xea", .len = 2, .at = 0, .start = true },
		{ 0 } },
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "stored and methods 1 to 4", NULL },
	.verifies =
		(const char *const[]){ "CRC-32 of headers and of contents (not of text)", NULL },
	.keeps = (const char *const[]){ "mode (made on Unix), time of change, comments", NULL },
	.samples = (const char *const[]){ "arj 3.10", NULL },
	.gaps = (const char *const[]){ "found at the start of an object only",
		"encrypted entries; volumes are not joined", "links and devices of the Unix writer",
		NULL },
	.spec = "https://www.fileformat.info/format/arj/corion.htm",
	.see = NULL,
};
