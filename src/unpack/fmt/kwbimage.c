/* SPDX-License-Identifier: Apache-2.0 */
/* Marvell's boot image (Kirkwood, Armada), little-endian; flash begins with it:
 *    0 where from: 5a SPI, 69 UART, 78 SATA, 8b NAND, 9c PCIe, ae MMC   4 size of the program with its sum u32
 *    8 version   9 header size, high byte   10 low u16 (version 1)   12 offset of the program u32   16 its address u32
 *   20 its entry u32   30 more headers follow   31 sum of the header's bytes without this one
 * A further header of version 1: type (1 security, 2 program, 3 registers), size as above, ..., last word: one follows.
 * A program there: arguments u32, the arguments, the program. Behind the main one stands the sum of its words. */
#include "unpack/vendor.h"

enum {
	MAIN = 32,
	MORE_AT = 30,
	OLD_MORE = 0x1e0,
	TYPE_PROGRAM = 2,
	HEADERS_MAX = 64,
	SECTOR = 512,
	SIZE_LIMIT = 64 << 20 /* of a program whose sum is wrong */
};
enum { FROM_SATA = 0x78, FROM_PCIE = 0x9c, FROM_MMC = 0xae };

typedef struct kwb {
	uint32_t size, address, entry;
	uint64_t head, at; /* size of the headers, offset of the program */
	uint8_t from, version, more, sum;
} kwb;

static const char *source(uint8_t from)
{
	static const struct known {
		uint8_t id;
		const char *name;
	} known[] = { { 0x5a, "SPI" }, { 0x69, "UART" }, { FROM_SATA, "SATA" }, { 0x8b, "NAND" },
		{ FROM_PCIE, "PCIe" }, { FROM_MMC, "MMC" } };
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].id == from)
			return known[i].name;
	return NULL;
}

/* Where the program begins: media of sectors count in them, SATA from the one behind the first; PCIe's is a mark. */
static uint64_t offset_of(const kwb *k, uint32_t stated)
{
	if (k->from == FROM_SATA)
		return stated > 0 ? (uint64_t)(stated - 1) * SECTOR : 0;
	if (k->from == FROM_MMC)
		return (uint64_t)stated * SECTOR;
	return k->from == FROM_PCIE && stated == UINT32_MAX ? k->head : stated;
}

static uint8_t byte_sum(as_span s)
{
	uint8_t sum = 0;
	for (size_t i = 0; i < s.n; i++)
		sum = (uint8_t)(sum + s.p[i]);
	return sum;
}

static bool read_kwb(as_span image, kwb *k)
{
	as_cur c = as_cur_le(image, 0);
	k->from = as_u8(&c);
	as_skip(&c, 3);
	k->size = as_u32(&c);
	k->version = as_u8(&c);
	uint32_t high = as_u8(&c), low = as_u16(&c);
	uint32_t at = as_u32(&c);
	k->address = as_u32(&c);
	k->entry = as_u32(&c);
	as_skip(&c, 6);
	k->more = as_u8(&c);
	k->sum = as_u8(&c);
	k->head = k->version == 0 ? MAIN : high << 16 | low;
	k->at = offset_of(k, at);
	as_span head = as_cut(image, 0, k->head);
	return as_ok(&c) && source(k->from) && k->version <= 1 && k->head >= MAIN && head.n > 0 &&
	       k->size > 4 && k->size % 4 == 0 && k->at >= k->head;
}

static bool head_right(as_span image, const kwb *k)
{
	return (uint8_t)(byte_sum(as_cut(image, 0, k->head)) - k->sum) == k->sum;
}

static bool sum_right(as_span image, const kwb *k)
{
	/* Of one that is cut off nothing is left. */
	as_cur c = as_cur_le(as_cut(image, k->at, k->size), 0);
	uint32_t sum = 0;
	while (as_left(&c) > 4)
		sum += as_u32(&c);
	return as_u32(&c) == sum && as_ok(&c);
}

static as_status probe(as_span image, as_extent *out)
{
	kwb k;
	if (!read_kwb(image, &k))
		return AS_NOT_THIS;
	/* A sum of one byte fits by chance: without the program's own, what is always zero must be. */
	bool right = sum_right(image, &k);
	if (!right && (!head_right(image, &k) || as_at(image, 1) != 0 || k.more > 1 ||
			      k.address == 0 || k.size > SIZE_LIMIT || k.entry < k.address ||
			      k.entry >= k.address + k.size))
		return AS_NOT_THIS;
	uint64_t end = k.at + k.size;
	*out = (as_extent){ .size = as_min(end, image.n),
		.sure = right ? AS_CHECKSUMMED : AS_PLAUSIBLE };
	return k.at < image.n ? AS_OK : AS_NOT_THIS;
}

/* A further header; its size, or 0 if it is none. *last: no other follows. */
static uint64_t put_header(
	as_unpack *u, as_span body, uint64_t at, unsigned i, bool *last, as_status *s)
{
	as_cur c = as_cur_le(body, at);
	uint8_t type = as_u8(&c);
	uint64_t high = as_u8(&c), size = high << 16 | as_u16(&c);
	uint32_t n = as_u32(&c);
	as_cur end = as_cur_le(body, at + size - as_min(size, 4));
	*last = as_u8(&end) == 0;
	if (!as_ok(&c) || !as_ok(&end) || size < 8 || type == 0 || type > 3)
		return 0;
	uint64_t skip = 8 + 4 * (uint64_t)n;
	bool program = type == TYPE_PROGRAM && skip + 4 < size;
	as_struct(u, at, program ? skip : size, "further header");
	if (program) {
		as_struct(u, at + size - 4, 4, "further header");
		*s = as_worse(*s, as_vendor_part(u, body, as_print(as_memory(u), "header-%u", i),
					  at + skip, size - 4 - skip));
	}
	return size;
}

static as_status put_headers(as_unpack *u, as_span body, const kwb *k)
{
	as_status s = AS_OK;
	bool last = false;
	uint64_t at = MAIN;
	for (unsigned i = 0; !last && at < k->head && i < HEADERS_MAX && s <= AS_PARTIAL; i++) {
		uint64_t n = put_header(u, as_cut(body, 0, k->head), at, i, &last, &s);
		if (n == 0)
			return as_worse(s, as_lost(u, at, "a further header is damaged"));
		at += n;
	}
	return s;
}

static as_status unpack(as_unpack *u, as_span body)
{
	kwb k;
	if (!read_kwb(body, &k))
		return as_lost(u, 0, "header is damaged");
	as_struct(u, 0, MAIN, "boot image header");
	as_tell(u, as_cut(body, 0, 1), "boots-from", as_lit(source(k.from)));
	as_tellf(u, as_cut(body, 8, 1), "version", "%u", k.version);
	as_tellf(u, as_cut(body, 16, 4), "load", "0x%08x", k.address);
	as_tellf(u, as_cut(body, 20, 4), "entry", "0x%08x", k.entry);
	as_status s =
		head_right(body, &k) ? AS_OK : as_lost(u, 0, "checksum of the header is wrong");
	if (k.version == 1 && k.more == 1)
		s = as_worse(s, put_headers(u, body, &k));
	if (k.version == 0 && k.more == 1)
		as_struct(u, MAIN, as_min(OLD_MORE, k.at - MAIN), "further header");
	if (s <= AS_PARTIAL)
		s = as_worse(s, as_vendor_part(u, body, as_lit("program"), k.at, k.size - 4));
	as_span sum = as_cut(body, k.at + k.size - 4, 4);
	if (sum.n > 0 && s <= AS_PARTIAL) {
		as_struct(u, k.at + k.size - 4, 4, "sum");
		s = as_worse(s, as_vendor_sum(u, body, sum, "sum", sum_right(body, &k),
					"checksum of the program is wrong"));
	}
	return s;
}

#define FROM(b)                                                                                    \
	{                                                                                          \
		.bytes = b, .len = 1, .at = 0, .start = true                                       \
	}
const as_format as_format_kwbimage = {
	.id = "kwbimage",
	.title = "Marvell boot image (kwbimage)",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ FROM("\x5a"), FROM("\x69"), FROM("\x78"), FROM("\x8b"),
		FROM("\x9c"), FROM("\xae"), { 0 } },
	.probe = probe,
	.unpack = unpack,
	.variants =
		(const char *const[]){ "versions 0 and 1", "programs in further headers", NULL },
	.verifies = (const char *const[]){ "sums of the header and of the program", NULL },
	.keeps = NULL,
	.samples = (const char *const[]){ "mkimage (u-boot-tools 2023.01)", NULL },
	.gaps = (const char *const[]){ "signatures of secure boot are not verified",
		"inside a raw image it is found at its start only", NULL },
	.spec = "https://docs.u-boot.org/en/latest/board/marvell/index.html",
	.see = NULL,
};
