/* SPDX-License-Identifier: Apache-2.0 */
/* MBR: the partition table of the PC, little-endian, in sectors of 512 bytes.
 *  440 disk signature u32   446 four entries   510 55 aa
 * entry:
 *    0 status (80 or 00)   1 start (CHS)   4 type   5 end (CHS)   8 first sector u32   12 sectors u32
 * A partition of type 05, 0f or 85 is a chain of sectors of the same layout, each with one logical
 * partition (relative to itself) and the next of the chain (relative to the extended partition).
 * Boot sectors of FAT and NTFS, and kernels, end in 55 aa as well: the entries must make sense. */
#include "unpack/format.h"

enum {
	SECTOR = 512,
	SIGNATURE = 440,
	TABLE = 446,
	ENTRIES = 4,
	PROTECTIVE = 0xee,
	LOGICAL_MAX = 256
};

typedef struct entry {
	uint8_t status, type;
	uint64_t at, n; /* bytes */
	as_span where;
} entry;

static bool read_table(as_span sector, entry out[ENTRIES])
{
	as_cur c = as_cur_le(sector, TABLE);
	for (size_t i = 0; i < ENTRIES; i++) {
		out[i] =
			(entry){ .where = as_cut(sector, TABLE + 16 * i, 16), .status = as_u8(&c) };
		as_skip(&c, 3);
		out[i].type = as_u8(&c);
		as_skip(&c, 3);
		out[i].at = (uint64_t)as_u32(&c) * SECTOR;
		out[i].n = (uint64_t)as_u32(&c) * SECTOR;
	}
	return as_is(as_take(&c, 2), "\x55\xaa");
}

static bool is_extended(uint8_t type) { return type == 0x05 || type == 0x0f || type == 0x85; }

static bool overlap(const entry *a, const entry *b)
{
	return a->n > 0 && b->n > 0 && a->at < b->at + b->n && b->at < a->at + a->n;
}

/* Whether the four entries are a partition table of a disk of size bytes (possibly cut off). */
static bool makes_sense(const entry e[ENTRIES], uint64_t size)
{
	size_t used = 0, active = 0;
	for (size_t i = 0; i < ENTRIES; i++) {
		if (e[i].status != 0 && e[i].status != 0x80)
			return false;
		active += e[i].status != 0;
		if (e[i].type == 0 && (e[i].n != 0 || e[i].status != 0))
			return false;
		if (e[i].type != 0 && (e[i].at == 0 || e[i].n == 0 || e[i].at >= size))
			return false;
		for (size_t k = 0; k < i; k++)
			if (overlap(&e[i], &e[k]))
				return false;
		used += e[i].type != 0;
	}
	return used > 0 && active <= 1;
}

static bool is_boot_sector(as_span s)
{
	return as_is(as_cut(s, 54, 3), "FAT") || as_is(as_cut(s, 82, 3), "FAT") ||
	       as_is(as_cut(s, 3, 4), "NTFS") || as_is(as_cut(s, 3, 5), "EXFAT") ||
	       as_is(as_cut(s, 514, 4), "HdrS");
}

static as_status probe(as_span image, as_extent *out)
{
	entry e[ENTRIES];
	if (image.n < 2 * SECTOR || is_boot_sector(image) || !read_table(image, e) ||
		!makes_sense(e, image.n))
		return AS_NOT_THIS;
	uint64_t end = SECTOR;
	bool fits = true;
	for (size_t i = 0; i < ENTRIES; i++) {
		end = as_max(end, e[i].type ? e[i].at + e[i].n : 0);
	}
	fits = end <= image.n;
	*out = (as_extent){ .size = as_min(end, image.n),
		.sure = fits ? AS_STRUCTURED : AS_PLAUSIBLE };
	return AS_OK;
}

static as_status put(as_unpack *u, as_span body, const entry *e, unsigned number)
{
	as_entry part = { .at = e->at, .type = AS_PART, .data = as_cut(body, e->at, e->n) };
	as_status s = AS_OK;
	part.name = as_print(as_memory(u), "%u", number);
	if (part.data.n != e->n) {
		s = as_lost(u, as_min(e->at, body.n), "partition runs past the end");
		part.data = as_from(body, e->at);
	}
	const char *name = (const char *)as_print(as_memory(u), "partition %u", number).p;
	as_tellf(u, e->where, name ? name : "partition", "type=0x%02x%s", e->type,
		e->status ? " active" : "");
	return part.data.n > 0 ? as_worse(s, as_put(u, NULL, &part, NULL)) : s;
}

/* Follows the chain of an extended partition at base. */
static as_status put_logical(as_unpack *u, as_span body, uint64_t base, unsigned *number)
{
	as_status s = AS_OK;
	uint64_t at = base;
	for (unsigned i = 0; i < LOGICAL_MAX && s <= AS_PARTIAL; i++) {
		entry e[ENTRIES];
		as_status met = as_visit(u, at);
		if (met != AS_OK)
			return as_worse(s, met);
		if (!read_table(as_cut(body, at, SECTOR), e))
			return as_worse(s, as_lost(u, as_min(at, body.n),
						   "no table in an extended partition"));
		as_struct(u, at, SECTOR, "MBR extended table");
		e[0].at += at;
		if (e[0].type != 0 && e[0].n > 0)
			s = as_worse(s, put(u, body, &e[0], (*number)++));
		if (!is_extended(e[1].type) || e[1].n == 0)
			return s;
		at = base + e[1].at;
	}
	return as_worse(
		s, s <= AS_PARTIAL ? as_lost(u, at, "more than 256 logical partitions") : s);
}

static as_status unpack(as_unpack *u, as_span body)
{
	entry e[ENTRIES];
	as_status s = AS_OK;
	unsigned number = ENTRIES + 1;
	if (!read_table(body, e))
		return as_lost(u, 0, "no table");
	as_struct(u, SIGNATURE, SECTOR - SIGNATURE, "MBR table");
	as_cur c = as_cur_le(body, SIGNATURE);
	as_tellf(u, as_cut(body, SIGNATURE, 4), "disk-signature", "%08x", as_u32(&c));
	for (unsigned i = 0; i < ENTRIES; i++)
		if (e[i].type == PROTECTIVE)
			s = as_lost(
				u, SECTOR, "the GPT that it protects is broken, and its backup");
	for (unsigned i = 0; i < ENTRIES && s <= AS_PARTIAL; i++)
		if (e[i].type != 0 && !is_extended(e[i].type))
			s = as_worse(s, put(u, body, &e[i], i + 1));
	for (unsigned i = 0; i < ENTRIES && s <= AS_PARTIAL; i++)
		if (is_extended(e[i].type))
			s = as_worse(s, put_logical(u, body, e[i].at, &number));
	return s;
}

const as_format as_format_mbr = {
	.id = "mbr",
	.title = "MBR partition table",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "\x55\xaa", .len = 2, .at = 510 }, { 0 } },
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "primary and logical partitions",
		"hybrid and protective tables whose GPT is lost", NULL },
	.keeps =
		(const char *const[]){
			"type of each partition, which one is active, disk signature", NULL },
	.verifies = NULL,
	.samples = (const char *const[]){ "sfdisk 2.38", NULL },
	.gaps = (const char *const[]){ "sectors of another size than 512 bytes",
		"BSD and Solaris labels inside", "searched only at the start of an object", NULL },
	.spec = "https://uefi.org/specs/UEFI/2.10/05_GUID_Partition_Table_Format.html",
	.see = NULL,
};
