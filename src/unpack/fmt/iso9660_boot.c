/* SPDX-License-Identifier: Apache-2.0 */
/* El Torito: a catalog of boot images, records of 32 bytes:
 *    validation: 0 1 u8   1 platform u8   4 id[24]   28 checksum u16, all words together 0   30 0x55 0xaa
 *    entry: 0 0x88 (0: not bootable) u8   1 media u8   2 segment u16   4 type u8   6 sectors of 512 bytes u16   8 block
 *    section: 0 0x90 (0x91: the last) u8   1 platform u8   2 entries u16   4 id[28]
 * A hybrid for Macs begins, big-endian, with 0 "ER"   2 block size u16; blocks from 1 on are partitions:
 *    0 "PM"   4 how many there are u32   8 first block u32   12 blocks u32   48 kind[32]
 * The volume of HFS+ in it shares the files' contents with ISO 9660. */
#include "unpack/fmt/iso9660.h"

enum {
	RECORD = 32,
	BOOTABLE = 0x88,
	SECTION = 0x90,
	LAST_SECTION = 0x91,
	EFI = 0xef,
	VIRTUAL = 512,
	PARTITIONS_MOST = 64
};

static void take_entry(as_iso *x, as_span raw, uint8_t platform)
{
	static const uint32_t floppies[] = { 0, 1200 << 10, 1440 << 10, 2880 << 10 };
	as_cur c = as_cur_le(raw, 1);
	uint8_t media = as_u8(&c) & 15;
	as_skip(&c, 4);
	uint64_t sectors = as_u16(&c), block = as_u32(&c);
	if (x->n_boots == AS_ISO_BOOTS || block == 0)
		return;
	as_iso_boot *b = &x->boots[x->n_boots++];
	*b = (as_iso_boot){ .at = block * x->block, .platform = platform, .media = media };
	b->n = media >= 1 && media <= 3 ? floppies[media] : sectors * VIRTUAL;
	b->next = x->size;
	as_tellf(x->u, raw, "boot image", "platform=%u media=%u at=%llu bytes=%llu%s", platform,
		media, (unsigned long long)b->at, (unsigned long long)b->n,
		as_at(raw, 0) == BOOTABLE ? "" : " not bootable");
}

as_status as_iso_read_catalog(as_iso *x, uint32_t lba)
{
	uint64_t at = (uint64_t)lba * x->block;
	as_span catalog = as_cut(x->body, at, AS_ISO_SECTOR);
	as_cur c = as_cur_le(catalog, 0);
	uint16_t sum = 0;
	for (unsigned i = 0; i < RECORD / 2; i++)
		sum = (uint16_t)(sum + as_u16(&c));
	if (!as_ok(&c) || as_at(catalog, 0) != 1 || as_at(catalog, 30) != 0x55)
		return as_lost(x->u, at, "boot catalog is damaged or missing");
	as_status s = sum ? as_lost(x->u, at, "checksum of the boot catalog is wrong") : AS_OK;
	uint8_t platform = as_at(catalog, 1);
	unsigned due = 1;
	bool last = false;
	as_struct(x->u, at, AS_ISO_SECTOR, "El Torito catalog");
	while (as_left(&c) >= RECORD && (due > 0 || !last)) {
		as_span raw = as_take(&c, RECORD);
		uint8_t kind = as_at(raw, 0);
		if (due > 0 && (kind == BOOTABLE || kind == 0)) {
			take_entry(x, raw, platform);
			due--;
		} else if (kind == SECTION || kind == LAST_SECTION) {
			platform = as_at(raw, 1);
			due = as_at(raw, 2) | (unsigned)as_at(raw, 3) << 8;
			last = kind == LAST_SECTION;
		} else if (kind == 0) {
			break;
		}
	}
	return s;
}

/* What a file names is told as that file. Of what has no name, few sectors are only what the firmware loads, and
 * UEFI takes what it finds: up to what follows. */
as_status as_iso_put_boots(as_iso *x)
{
	as_status s = AS_OK;
	for (size_t i = 0; i < x->n_boots && s <= AS_PARTIAL; i++) {
		const as_iso_boot *b = &x->boots[i];
		uint64_t n = b->n, next = b->next;
		if (b->named)
			continue;
		for (size_t k = 0; k < x->n_boots; k++)
			if (x->boots[k].at > b->at)
				next = as_min(next, x->boots[k].at);
		next = as_min(next, x->body.n);
		bool guess = b->media == 0 || b->media == 4;
		if (b->at >= next) {
			s = as_worse(s, as_lost(x->u, as_min(b->at, x->body.n),
						"boot image lies outside the image"));
			continue;
		}
		n = guess ? next - b->at : as_min(n, next - b->at);
		as_entry e = { .at = b->at, .type = AS_PART };
		e.name = as_print(as_memory(x->u), "boot-image-%zu", i + 1);
		e.data = as_cut(x->body, b->at, n);
		s = as_worse(s, as_put(x->u, NULL, &e, NULL));
	}
	return s;
}

/* The volume of HFS that begins where ISO 9660 does. */
static as_status put_hfs(as_iso *x)
{
	const as_format *hfs = as_format_by_id("hfs");
	as_extent claim = { 0 };
	if (!hfs || !hfs->glance(x->body) || hfs->probe(x->body, &claim) != AS_OK)
		return AS_OK;
	as_entry e = { .type = AS_PART, .hint = "hfs", .name = as_lit("apple-hfs") };
	e.data = as_cut(x->body, 0, claim.size);
	return as_put(x->u, NULL, &e, NULL);
}

as_status as_iso_put_apple(as_iso *x)
{
	as_cur c = as_cur_be(x->body, 2);
	uint64_t block = as_u16(&c);
	bool sized = block >= VIRTUAL && block <= 4096 && (block & (block - 1)) == 0;
	block = as_starts(x->body, "ER") && sized ? block : VIRTUAL;
	as_status s = put_hfs(x);
	for (uint64_t i = 1, n = 1; i <= n && i < PARTITIONS_MOST && s <= AS_PARTIAL; i++) {
		as_span raw = as_cut(x->body, i * block, VIRTUAL);
		c = as_cur_be(raw, 4);
		n = as_u32(&c);
		uint64_t at = as_u32(&c) * block, size = as_u32(&c) * block;
		if (!as_starts(raw, "PM"))
			break;
		as_struct(x->u, i * block, VIRTUAL, "Apple partition map");
		if (!as_starts(as_cut(raw, 48, 32), "Apple_HFS") || at >= x->body.n)
			continue;
		as_entry e = { .at = at, .type = AS_PART, .hint = "hfsplus" };
		e.name = as_print(as_memory(x->u), "apple-partition-%u", (unsigned)i);
		e.data = as_cut(x->body, at, as_min(size, x->body.n - at));
		s = as_worse(s, as_put(x->u, NULL, &e, NULL));
		if (size > x->body.n - at && s <= AS_PARTIAL)
			s = as_worse(s,
				as_lost(x->u, x->body.n, "a partition of Apple's map is cut off"));
	}
	return s;
}
