/* SPDX-License-Identifier: Apache-2.0 */
/* 7z, little-endian. Packed streams, and behind them the header that says what they are.
 *    0 "7z" bc af 27 1c   6 version   8 CRC-32 of the 20 bytes after it
 *   12 header's offset from 32 u64   20 its size u64   28 its CRC-32
 * The header is often packed itself; libarchive reads it and the streams. */
#include <archive.h>

#include "unpack/libarchive.h"

enum { START = 32, SUMMED = 20 };

typedef struct header {
	uint64_t at, n, end; /* of the header behind the streams */
	uint32_t sum;
	bool right; /* its place has the right checksum */
} header;

static bool read_start(as_span image, header *h)
{
	as_cur c = as_cur_le(image, 8);
	uint32_t sum = as_u32(&c);
	h->at = as_u64(&c);
	h->n = as_u64(&c);
	h->sum = as_u32(&c);
	h->right = sum == as_crc32(0, as_cut(image, 12, SUMMED));
	return as_ok(&c) && as_add(&h->at, h->at, START) && as_add(&h->end, h->at, h->n) &&
	       h->n > 0;
}

static as_status probe(as_span image, as_extent *out)
{
	header h;
	if (!read_start(image, &h) || !h.right)
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(h.end, image.n), .sure = AS_CHECKSUMMED };
	return AS_OK;
}

static as_status unpack(as_unpack *u, as_span body)
{
	header h;
	if (!read_start(body, &h))
		return as_lost(u, 0, "the start header is damaged");
	as_struct(u, 0, START, "7z start header");
	as_struct(u, START, as_min(h.at, body.n) - START, "7z packed streams");
	as_span behind = as_cut(body, h.at, h.n);
	if (behind.n == 0)
		return as_lost(u, body.n, "the archive is cut off: its header stood at its end");
	as_struct(u, h.at, h.n, "7z header");
	as_tellf(u, as_cut(body, 6, 2), "version", "%u.%u", as_at(body, 6), as_at(body, 7));
	if (as_crc32(0, behind) != h.sum)
		return as_lost(u, h.at, "the header's checksum is wrong");
	return as_la_list(u, body,
		&(as_la_kind){ .support = archive_read_support_format_7zip,
			.has = AS_HAS_MODE | AS_HAS_MTIME,
			.made_up = true });
}

const as_format as_format_7z = {
	.id = "7z",
	.title = "7z archive",
	.kind = AS_ARCHIVE,
	.magic = (const as_magic[]){ { .bytes = "7z\xbc\xaf\x27\x1c", .len = 6, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "stored, LZMA, LZMA2, PPMd, bzip2, deflate",
		"filters for x86, ARM and delta; solid; packed headers", NULL },
	.verifies = (const char *const[]){ "CRC-32 of the headers and of each entry", NULL },
	.keeps = (const char *const[]){ "mode (of archives made on Unix), time of change (100 ns)",
		NULL },
	.samples =
		(const char *const[]){ "7z (7zip 26.02)", "bsdtar (libarchive-tools 3.6.2)", NULL },
	.gaps = (const char *const[]){ "archives of several volumes; encrypted ones",
		"a mode of 0666, 0777 or 0444 is what libarchive says where none is kept: not told",
		"where the header is lost, nothing is read",
		"numbers of devices, which it does not keep", NULL },
	.spec = "https://www.7-zip.org/sdk.html (DOC/7zFormat.txt)",
	.see = "7z x -so IN PATH ./PATH > OUT",
};
