/* SPDX-License-Identifier: Apache-2.0 */
/* Allwinner's firmware for LiveSuit and PhoenixSuit, little-endian:
 *    0 "IMAGEWTY"   8 version u32 (100, 200, 300, hexadecimal)   12 size of the header u32   20 format u32   24 size
 *   28 room of the header u32 (1024)   32 [version 300: 4 more bytes here]   USB product, vendor, hardware, firmware,
 *      two more, files u32
 * 1024 files, 1024 bytes each: 8 main type [8]   16 subtype [16]   and of version 300
 *   36 name [256]   292 stored u32   300 size u32   308 offset u32; of the others
 *   36 stored u32   40 size u32   44 offset u32   52 name [256] */
#include "unpack/vendor.h"

enum { ROOM = 1024, FILES_MAX = 512, NAME = 256, NEW = 0x300, FILES_IN = 56 };

typedef struct wty {
	uint32_t version, size, n;
	uint64_t ids; /* where the four numbers stand */
} wty;

typedef struct file {
	as_span raw, type, subtype, name;
	uint32_t stored, n, at;
} file;

static bool read_wty(as_span image, wty *w)
{
	as_cur c = as_cur_le(image, 8);
	w->version = as_u32(&c);
	uint32_t head = as_u32(&c);
	as_skip(&c, 8);
	w->size = as_u32(&c);
	as_skip(&c, 4);
	w->ids = w->version == NEW ? 36 : 32;
	as_seek(&c, w->ids + 24);
	w->n = as_u32(&c);
	return as_ok(&c) && (w->version == 0x100 || w->version == 0x200 || w->version == NEW) &&
	       head >= FILES_IN && head <= ROOM && w->n > 0 && w->n <= FILES_MAX &&
	       w->size >= (1 + (uint64_t)w->n) * ROOM;
}

static bool read_file(as_span image, const wty *w, uint32_t i, file *f)
{
	as_cur c = as_cur_le(image, (1 + (uint64_t)i) * ROOM + 8);
	f->raw = as_cut(image, as_pos(&c) - 8, ROOM);
	f->type = as_vendor_string(as_take(&c, 8));
	f->subtype = as_vendor_string(as_take(&c, 16));
	as_skip(&c, 4);
	as_span name = { 0 };
	unsigned pad = w->version == NEW ? 4 : 0;
	if (w->version == NEW)
		name = as_take(&c, NAME);
	f->stored = as_u32(&c);
	as_skip(&c, pad);
	f->n = as_u32(&c);
	as_skip(&c, pad);
	f->at = as_u32(&c);
	as_skip(&c, 4);
	if (w->version != NEW)
		name = as_take(&c, NAME);
	f->name = as_vendor_string(name);
	return as_ok(&c) && f->raw.n > 0 && f->n <= f->stored;
}

static as_status probe(as_span image, as_extent *out)
{
	wty w;
	file f;
	if (!read_wty(image, &w) || !read_file(image, &w, 0, &f) || !as_vendor_printable(f.name))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(w.size, image.n), .sure = AS_STRUCTURED };
	return AS_OK;
}

static as_status put_file(as_unpack *u, as_span body, const wty *w, uint32_t i)
{
	file f;
	uint64_t from = (1 + (uint64_t)i) * ROOM;
	if (!read_file(body, w, i, &f))
		return as_lost(u, as_min(from, body.n), "a file's entry is damaged");
	as_span name = f.name;
	while (as_at(name, 0) == '/')
		name = as_from(name, 1);
	const char *label =
		(const char *)as_print(as_memory(u), "file %.*s", (int)name.n, (const char *)name.p)
			.p;
	if (label)
		as_tellf(u, f.raw, label, "type=%.*s subtype=%.*s", (int)f.type.n,
			(const char *)f.type.p, (int)f.subtype.n, (const char *)f.subtype.p);
	as_span pad = as_cut(body, (uint64_t)f.at + f.n, f.stored - f.n);
	if (as_all(pad, 0))
		as_struct(u, (uint64_t)f.at + f.n, pad.n, "alignment");
	return as_vendor_part(u, body, name.n ? name : f.subtype, f.at, f.n);
}

static as_status unpack(as_unpack *u, as_span body)
{
	static const char *const ids[] = { "usb-product", "usb-vendor", "hardware", "firmware" };
	wty w;
	if (!read_wty(body, &w))
		return as_lost(u, 0, "header is damaged");
	as_struct(u, 0, (1 + (uint64_t)w.n) * ROOM, "header");
	as_tellf(u, as_cut(body, 8, 4), "version", "0x%x", w.version);
	as_cur c = as_cur_le(body, w.ids);
	for (unsigned i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		as_tellf(u, as_cut(body, w.ids + 4 * i, 4), ids[i], "0x%x", as_u32(&c));
	as_status s = AS_OK;
	for (uint32_t i = 0; i < w.n && s <= AS_PARTIAL; i++)
		s = as_worse(s, put_file(u, body, &w, i));
	return s;
}

const as_format as_format_imagewty = {
	.id = "imagewty",
	.title = "Allwinner firmware (IMAGEWTY)",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "IMAGEWTY", .len = 8, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "versions 0x100, 0x200 and 0x300 of the header", NULL },
	.verifies = NULL,
	.keeps = NULL,
	.samples = as_vendor_samples,
	.gaps = (const char *const[]){ "enciphered ones, which have no magic",
		"the sums of files, which are files of their own (V*.fex)", NULL },
	.spec = "https://linux-sunxi.org/LiveSuit_images",
	.see = NULL,
};
