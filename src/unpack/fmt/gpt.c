/* SPDX-License-Identifier: Apache-2.0 */
/* GPT: UEFI's partition table, little-endian, in sectors of 512 or 4096 bytes. The header stands
 * in sector 1, its backup in the last one.
 *    0 "EFI PART"   8 revision   12 header size   16 header CRC-32 (with this field 0)
 *   24 this sector u64   32 the other header   40 first usable   48 last usable   56 disk GUID
 *   72 sector of the entries   80 number of entries u32   84 size of one   88 CRC-32 of all
 * entry:
 *    0 type GUID   16 GUID   32 first sector u64   40 last   48 attributes   56 name, UTF-16 */
#include "unpack/format.h"
#include "unpack/guid.h"
#include "unpack/utf16.h"

enum {
	HEADER_MIN = 92,
	HEADER_MAX = 512,
	ENTRY_MIN = 128,
	NAME_AT = 56,
	NAME_LEN = 72,
	ENTRIES_MAX = 1024
};

typedef struct header {
	uint64_t sector_len; /* bytes */
	uint64_t at;         /* of this header, bytes */
	uint64_t sector, other, entries_at;
	uint32_t n_entries, entry_len, entries_sum;
	as_span guid, entries;
	bool entries_right;
} header;

static bool header_at(as_span image, uint64_t at, uint64_t sector_len, header *h)
{
	as_cur c = as_cur_le(as_from(image, at), 0);
	as_span magic = as_take(&c, 8);
	as_skip(&c, 4);
	uint32_t len = as_u32(&c), sum = as_u32(&c);
	as_skip(&c, 4);
	*h = (header){ .sector_len = sector_len, .at = at, .sector = as_u64(&c) };
	h->other = as_u64(&c);
	as_skip(&c, 16);
	h->guid = as_take(&c, 16);
	h->entries_at = as_u64(&c);
	h->n_entries = as_u32(&c);
	h->entry_len = as_u32(&c);
	h->entries_sum = as_u32(&c);
	as_span raw = as_cut(image, at, len);
	if (!as_ok(&c) || !as_is(magic, "EFI PART") || len < HEADER_MIN || len > HEADER_MAX ||
		raw.n != len)
		return false;
	uint32_t crc = as_crc32(as_crc32(0, as_cut(raw, 0, 16)), as_bytes("\0\0\0\0", 4));
	if (as_crc32(crc, as_from(raw, 20)) != sum || h->entry_len < ENTRY_MIN || h->entry_len % 8)
		return false;
	uint64_t n = 0, start = 0;
	if (!as_mul(&n, h->n_entries, h->entry_len) || !as_mul(&start, h->entries_at, sector_len))
		return false;
	h->entries_at = start;
	h->entries = as_cut(image, start, n);
	h->entries_right = n > 0 && h->entries.n == n && as_crc32(0, h->entries) == h->entries_sum;
	return true;
}

/* The header to go by: the primary one; the backup where that, or its entries, are broken. */
static bool find_header(as_span image, header *h, bool *backup)
{
	static const uint64_t sizes[] = { 512, 4096 };
	header main = { 0 };
	bool has_main = false;
	for (size_t i = 0; i < 2 && !has_main; i++)
		has_main = header_at(image, sizes[i], sizes[i], &main) && main.sector == 1;
	*h = main;
	*backup = false;
	for (size_t i = 0; i < 2 && !(has_main && main.entries_right); i++) {
		uint64_t at = 0, len = has_main ? main.sector_len : sizes[i];
		if (!has_main || !as_mul(&at, main.other, len) || at >= image.n)
			at = image.n >= 2 * len ? (image.n / len - 1) * len : 0;
		header last;
		if (at == 0 || !header_at(image, at, len, &last) || last.sector != at / len)
			continue;
		if (last.entries_right || !has_main) {
			*h = last;
			*backup = true;
			return true;
		}
	}
	return has_main;
}

static as_status probe(as_span image, as_extent *out)
{
	header h;
	bool backup;
	if (!find_header(image, &h, &backup))
		return AS_NOT_THIS;
	uint64_t end = 0, last = backup ? h.sector : as_max(h.other, h.sector);
	if (!as_add(&end, last, 1) || !as_mul(&end, end, h.sector_len))
		end = image.n;
	*out = (as_extent){ .size = as_min(end, image.n), .sure = AS_CHECKSUMMED };
	return AS_OK;
}

/* UTF-16LE up to its NUL, as UTF-8. */
static as_span utf8(as_arena *a, as_span raw)
{
	as_cur c = as_cur_le(raw, 0);
	size_t n = 0;
	while (as_u16(&c) != 0)
		n = as_pos(&c);
	return as_utf16(a, as_cut(raw, 0, n), false);
}

static as_status put(as_unpack *u, as_span body, const header *h, as_span raw, uint32_t number)
{
	as_cur c = as_cur_le(raw, 0);
	as_arena *a = as_memory(u);
	as_span type = as_take(&c, 16);
	as_skip(&c, 16);
	uint64_t first = as_u64(&c), last = as_u64(&c), attributes = as_u64(&c);
	as_span label = utf8(a, as_cut(raw, NAME_AT, NAME_LEN));
	uint64_t at = 0, n = 0, all = body.n / h->sector_len;
	if (!as_ok(&c) || as_all(type, 0))
		return AS_OK;
	const char *name = (const char *)as_print(a, "partition %u", number).p;
	as_span guid = as_guid_text(a, type);
	as_tellf(u, raw, name ? name : "partition", "type=%.*s attributes=0x%llx name=%.*s",
		(int)guid.n, (const char *)guid.p, (unsigned long long)attributes, (int)label.n,
		(const char *)label.p);
	if (first > last || first >= all || !as_mul(&at, first, h->sector_len))
		return as_lost(u, h->at, "partition lies outside the disk");
	n = (as_min(last, all - 1) - first + 1) * h->sector_len;
	as_status s = last < all ? AS_OK : as_lost(u, at, "partition runs past the end");
	as_entry e = { .at = at, .type = AS_PART, .name = as_print(a, "%u", number) };
	e.data = as_cut(body, at, n);
	return as_worse(s, as_put(u, NULL, &e, NULL));
}

/* Marks the tables of both ends. */
static void mark(as_unpack *u, as_span body, const header *h, bool backup)
{
	uint64_t other = 0;
	header twin;
	as_struct(u, h->at, h->sector_len, "GPT header");
	as_struct(u, h->entries_at, h->entries.n, "GPT entries");
	as_struct(u, 0, h->sector_len, "protective MBR");
	as_span twins = as_cut(body, 2 * h->sector_len, h->entries.n);
	if (backup && as_starts(as_from(body, h->sector_len), "EFI PART"))
		as_struct(u, h->sector_len, h->sector_len, "GPT header, broken");
	if (backup &&
		(as_same(twins, h->entries) || as_starts(as_from(body, h->sector_len), "EFI PART")))
		as_struct(u, 2 * h->sector_len, h->entries.n, "GPT entries, not used");
	if (!as_mul(&other, h->other, h->sector_len) ||
		!header_at(body, other, h->sector_len, &twin))
		return;
	as_struct(u, twin.at, twin.sector_len, "GPT header");
	as_struct(u, twin.entries_at, twin.entries.n, "GPT entries");
}

/* A hybrid disk has some of its partitions in the MBR as well, for systems that know no other table. */
static void tell_hybrid(as_unpack *u, as_span body)
{
	enum { TABLE = 446, ENTRY = 16, PROTECTIVE = 0xee };
	for (unsigned i = 0; i < 4 && as_is(as_cut(body, 510, 2), "\x55\xaa"); i++) {
		as_span raw = as_cut(body, TABLE + i * ENTRY, ENTRY);
		as_cur c = as_cur_le(raw, 8);
		uint32_t first = as_u32(&c), n = as_u32(&c);
		uint8_t type = as_at(raw, 4);
		const char *name =
			(const char *)as_print(as_memory(u), "mbr partition %u", i + 1).p;
		if (type != 0 && type != PROTECTIVE)
			as_tellf(u, raw, name ? name : "mbr", "type=0x%02x first=%u sectors=%u",
				type, first, n);
	}
}

static as_status unpack(as_unpack *u, as_span body)
{
	header h;
	bool backup;
	as_status s = AS_OK;
	if (!find_header(body, &h, &backup))
		return as_lost(u, 0, "no header");
	mark(u, body, &h, backup);
	tell_hybrid(u, body);
	as_tell(u, h.guid, "disk-guid", as_guid_text(as_memory(u), h.guid));
	if (backup)
		s = as_lost(u, h.sector_len, "primary table is broken: the backup was used");
	if (!h.entries_right)
		s = as_lost(u, as_min(h.entries_at, body.n), "checksum of the entries is wrong");
	for (uint32_t i = 0; i < h.n_entries && s <= AS_PARTIAL; i++) {
		as_span raw = as_cut(h.entries, (uint64_t)i * h.entry_len, h.entry_len);
		if (raw.n == 0 || i == ENTRIES_MAX)
			return as_worse(s, as_lost(u, h.at, "not all entries were read"));
		s = as_worse(s, put(u, body, &h, raw, i + 1));
	}
	return s;
}

const as_format as_format_gpt = {
	.id = "gpt",
	.title = "GUID partition table",
	.kind = AS_CARRIER,
	.magic = NULL, /* its first sectors may be lost: the backup stands at the end */
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "sectors of 512 and of 4096 bytes", "hybrid MBR", NULL },
	.verifies =
		(const char *const[]){
			"CRC-32 of header and entries; the backup is used where they are wrong",
			NULL },
	.keeps = (const char *const[]){ "type, attributes and name of each partition", NULL },
	.samples = (const char *const[]){ "sgdisk 1.0.9, sfdisk 2.38", NULL },
	.gaps = (const char *const[]){ "more than 1024 entries",
		"searched only at the start of an object",
		"a lost primary table is only replaced where the object ends where the disk does",
		NULL },
	.spec = "https://uefi.org/specs/UEFI/2.10/05_GUID_Partition_Table_Format.html",
	.see = NULL,
};
