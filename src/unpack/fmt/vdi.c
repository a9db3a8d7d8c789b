/* SPDX-License-Identifier: Apache-2.0 */
/* VDI: VirtualBox's disk image, little-endian.
 *    0 text   64 7f 10 da be   68 version u32 (1.1)   72 length of this header   76 kind u32: 1 dynamic, 2 static,
 *    3 undo, 4 differencing   84 description, 256 bytes   340 block map u32   344 blocks u32   360 sector size
 *  368 disk size u64   376 block size u32   380 bytes in front of each block   384 blocks of the disk
 *  388 blocks that are kept   392 UUID   440 UUID of the parent
 * The map has the number of each block in the image, u32; ffffffff and fffffffe: not kept, zeros. */
#include "unpack/disk.h"

enum { MAGIC_AT = 64, HEADER = 400, DESCRIPTION_AT = 84, DESCRIPTION = 256, DIFFERENCING = 4 };

#define NOT_KEPT 0xfffffffeu

typedef struct header {
	uint32_t kind, map_at, data_at, block, extra, n_blocks, n_kept;
	uint64_t size;
	as_span description;
} header;

static bool read_header(as_span image, header *h)
{
	as_cur c = as_cur_le(image, MAGIC_AT + 4);
	uint32_t version = as_u32(&c);
	as_skip(&c, 4);
	*h = (header){ .kind = as_u32(&c) };
	as_seek(&c, DESCRIPTION_AT);
	h->description = as_take(&c, DESCRIPTION);
	h->map_at = as_u32(&c);
	h->data_at = as_u32(&c);
	as_seek(&c, 368);
	h->size = as_u64(&c);
	h->block = as_u32(&c);
	h->extra = as_u32(&c);
	h->n_blocks = as_u32(&c);
	h->n_kept = as_u32(&c);
	return as_ok(&c) && version >> 16 == 1 && h->kind >= 1 && h->kind <= DIFFERENCING &&
	       h->block >= 512 && h->block % 512 == 0 && h->extra < 1 << 20 &&
	       h->map_at >= HEADER && h->data_at > h->map_at && h->n_kept <= h->n_blocks &&
	       h->size <= (uint64_t)h->n_blocks * h->block && h->n_blocks > 0;
}

static as_status probe(as_span image, as_extent *out)
{
	header h;
	uint64_t size = 0;
	if (!read_header(image, &h) || !as_mul(&size, (uint64_t)h.block + h.extra, h.n_kept) ||
		!as_add(&size, size, h.data_at))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(size, image.n), .sure = AS_STRUCTURED };
	if (size > image.n)
		out->sure = AS_PLAUSIBLE;
	return AS_OK;
}

static as_status blocks(as_unpack *u, as_span body, const header *h, as_disk *d)
{
	as_cur c = as_cur_le(body, as_min(h->map_at, body.n));
	as_status s = AS_OK;
	for (uint32_t i = 0; i < h->n_blocks && s <= AS_PARTIAL && d->done < d->size; i++) {
		uint32_t place = as_u32(&c);
		if (!as_ok(&c))
			return as_worse(s, as_disk_lost(d, body.n, d->size,
						   "the image ends inside its table"));
		if (place >= NOT_KEPT)
			s = as_worse(s, as_disk_zero(d, h->block));
		else
			s = as_worse(
				s, as_disk_at(d,
					   h->data_at + (uint64_t)place * (h->block + h->extra) +
						   h->extra,
					   h->block));
	}
	as_struct(u, h->map_at, as_pos(&c) - as_min(h->map_at, as_pos(&c)), "VDI block map");
	return s;
}

static as_status unpack(as_unpack *u, as_span body)
{
	static const char *const kinds[] = { "dynamic", "static", "undo", "differencing" };
	header h;
	as_disk d;
	as_status s = AS_OK;
	if (!read_header(body, &h))
		return as_lost(u, 0, "header is damaged");
	as_struct(u, 0, HEADER + 112, "VDI header");
	as_tell(u, as_cut(body, 76, 4), "kind", as_lit(kinds[h.kind - 1]));
	as_tellf(u, as_cut(body, 368, 8), "disk-size", "%llu", (unsigned long long)h.size);
	as_span text = as_cut(
		h.description, 0, as_min(as_find_byte(h.description, 0, 0), h.description.n));
	if (text.n > 0)
		as_tell(u, text, "description", text);
	if (h.kind >= 3)
		s = as_refused(u, 440, "unsupported",
			"it builds on another image: what only that one has reads as zeros");
	as_status begun = as_disk_begin(&d, u, body, h.size, "disk");
	if (begun != AS_OK)
		return begun;
	s = as_worse(s, blocks(u, body, &h, &d));
	return as_disk_end(&d, s, "blocks of the disk");
}

const as_format as_format_vdi = {
	.id = "vdi",
	.title = "VirtualBox disk image",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "\x7f\x10\xda\xbe", .len = 4, .at = MAGIC_AT },
		{ 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "dynamic", "static", NULL },
	.keeps = (const char *const[]){ "holes", "the description", NULL },
	.verifies = NULL,
	.samples = (const char *const[]){ "qemu-img 7.2", NULL },
	.gaps = (const char *const[]){ "parents of differencing images are not read", NULL },
	.spec = "https://forums.virtualbox.org/viewtopic.php?t=8046",
	.see = "qemu-img convert -f vdi -O raw IN OUT",
};
