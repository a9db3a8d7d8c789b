/* SPDX-License-Identifier: Apache-2.0 */
/* Cabinets of Microsoft, little-endian.
 *    0 "MSCF" 0   8 size of all   12 0   16 offset of the first file   20 0   24 version 3, 1
 *   26 folders u16   28 files u16   30 flags u16   32 set u16   34 number in it u16
 * then (flags) reserved fields and names of neighbours, folders (offset, blocks, method), files, data. */
#include <archive.h>

#include "unpack/libarchive.h"

enum { PREVIOUS = 1, NEXT = 2, HEAD = 36 };

typedef struct header {
	uint32_t size, files_at;
	uint16_t n_folders, n_files, flags, set, number;
} header;

static bool read_header(as_span image, header *h)
{
	as_cur c = as_cur_le(image, 4);
	uint32_t zero = as_u32(&c);
	h->size = as_u32(&c);
	zero |= as_u32(&c);
	h->files_at = as_u32(&c);
	zero |= as_u32(&c);
	uint16_t version = as_u16(&c);
	h->n_folders = as_u16(&c);
	h->n_files = as_u16(&c);
	h->flags = as_u16(&c);
	h->set = as_u16(&c);
	h->number = as_u16(&c);
	return as_ok(&c) && zero == 0 && version == 0x0103 && h->size > HEAD && h->flags < 8 &&
	       h->files_at >= HEAD && h->files_at <= h->size && h->n_folders > 0;
}

static as_status probe(as_span image, as_extent *out)
{
	header h;
	if (!read_header(image, &h))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(h.size, image.n) };
	out->sure = h.size <= image.n ? AS_STRUCTURED : AS_PLAUSIBLE;
	return AS_OK;
}

static as_status unpack(as_unpack *u, as_span body)
{
	header h;
	as_status s = AS_OK;
	if (!read_header(body, &h))
		return as_lost(u, 0, "header is damaged");
	as_struct(u, 0, body.n, "cabinet");
	as_tellf(u, as_cut(body, 32, 4), "set", "%u, number %u", h.set, h.number);
	if (h.flags & (PREVIOUS | NEXT))
		s = as_refused(u, 30, "unsupported",
			"part of a set: files that begin or end in another cabinet are not joined");
	if (h.size > body.n)
		s = as_worse(s, as_lost(u, body.n, "the cabinet is cut off"));
	return as_worse(s, as_la_list(u, body,
				   &(as_la_kind){ .support = archive_read_support_format_cab,
					   .has = AS_HAS_MTIME }));
}

const as_format as_format_cab = {
	.id = "cab",
	.title = "Microsoft cabinet",
	.kind = AS_ARCHIVE,
	.magic = (const as_magic[]){ { .bytes = "MSCF\0\0\0\0", .len = 8, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "stored, MSZIP and LZX", NULL },
	.verifies = (const char *const[]){ "checksums of compressed data blocks", NULL },
	.keeps = (const char *const[]){ "time of change (2 s, taken as UTC)", NULL },
	.samples = (const char *const[]){ "gcab 1.5", NULL },
	.gaps = (const char *const[]){ "checksums of stored data are not verified",
		"Quantum; sets of several cabinets are not joined",
		"a signature behind the cabinet is a part of its own, not verified",
		"bytes between data blocks are not looked at", NULL },
	.spec = "https://learn.microsoft.com/openspecs/exchange_server_protocols/ms-cab",
	.see = "cabextract -q -p -F PATTERN IN > OUT",
};
