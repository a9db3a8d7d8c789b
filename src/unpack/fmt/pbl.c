/* SPDX-License-Identifier: Apache-2.0 */
/* What NXP's (Freescale's) QorIQ chips reset from, big-endian:
 *    0 aa55aa55   4 010e0100 (PowerPC) or 01ee0100 (Arm)   8 the words of the reset configuration [64]
 *   72 commands: a word, and so many bytes as its bits 25 to 30 say (0: 64): to write to the address in its low 24
 *      bits, of registers or (highest bit) of the space that a register names; bit 24 clear in the last one, which
 *      carries the CRC-32 of what stands before it, the highest bit first and not inverted at the end. */
#include "unpack/vendor.h"

enum { RCW = 64, COMMANDS = 72, CHUNK = 64, SIZE_LIMIT = 16 << 20, RUNS_MAX = 256 };
#define ALTERNATE UINT32_C(0x80000000)
#define MORE UINT32_C(0x01000000)
/* The command of the checksum: its register in either architecture. */
#define CRC_POWERPC UINT32_C(0x08138040)
#define CRC_ARM UINT32_C(0x08610040)

typedef struct command {
	uint32_t word, address;
	as_span data;
} command;

static bool next(as_cur *c, command *k)
{
	k->word = as_u32(c);
	k->address = k->word & 0xffffff;
	unsigned n = k->word >> 25 & 0x3f;
	k->data = as_take(c, n == 0 ? CHUNK : n);
	return as_ok(c);
}

/* Where the commands end, by following them; 0 if they do not. */
static uint64_t end_of(as_span image)
{
	as_cur c = as_cur_be(as_cut(image, 0, as_min(image.n, SIZE_LIMIT)), COMMANDS);
	command k;
	while (next(&c, &k))
		if ((k.word & MORE) == 0)
			return k.word == CRC_POWERPC || k.word == CRC_ARM ? as_pos(&c) : 0;
	return 0;
}

static bool crc_right(as_span image, uint64_t end)
{
	uint32_t crc = UINT32_MAX;
	as_cur c = as_cur_be(image, end - 4);
	for (uint64_t i = 0; i + 4 < end; i++)
		crc = as_vendor_cksum_byte(crc, as_at(image, i));
	return as_u32(&c) == crc && as_ok(&c);
}

static as_status probe(as_span image, as_extent *out)
{
	uint64_t end = end_of(image);
	if (end == 0)
		return AS_NOT_THIS;
	*out = (as_extent){ .size = end, .sure = AS_STRUCTURED, .work = end };
	if (crc_right(image, end))
		out->sure = AS_CHECKSUMMED;
	return AS_OK;
}

/* What commands write to addresses that follow each other, from the one that k holds on; k and c are then at the first
 * that does not. Answers how much. */
static as_status put_run(as_unpack *u, as_cur *c, command *k, bool *more)
{
	as_entry e = { .at = as_pos(c) - k->data.n, .type = AS_PART };
	e.name = as_print(as_memory(u), "memory-0x%06x", k->address);
	bool want = true;
	as_status s = as_begin(u, NULL, &e, &want);
	uint32_t to = k->address;
	while (s <= AS_PARTIAL && *more && (k->word & ALTERNATE) != 0 && k->address == to) {
		as_struct(u, as_pos(c) - k->data.n - 4, 4 + k->data.n, "command");
		if (want)
			s = as_worse(s, as_more(u, k->data));
		to = (to + (uint32_t)k->data.n) & 0xffffff;
		*more = next(c, k) && (k->word & MORE) != 0;
	}
	return s <= AS_PARTIAL ? as_worse(s, as_end(u, false)) : s;
}

static as_status put_commands(as_unpack *u, as_span body)
{
	as_cur c = as_cur_be(body, COMMANDS);
	command k;
	as_status s = AS_OK;
	unsigned runs = 0;
	bool more = next(&c, &k) && (k.word & MORE) != 0;
	while (more && s <= AS_PARTIAL) {
		if ((k.word & ALTERNATE) != 0 && k.data.n == CHUNK && runs++ < RUNS_MAX) {
			s = as_worse(s, put_run(u, &c, &k, &more));
			continue;
		}
		as_struct(u, as_pos(&c) - k.data.n - 4, 4 + k.data.n, "command");
		more = next(&c, &k) && (k.word & MORE) != 0;
	}
	return runs > RUNS_MAX ? as_worse(s, as_lost(u, COMMANDS, "too many runs of memory")) : s;
}

static as_status unpack(as_unpack *u, as_span body)
{
	uint64_t end = end_of(body);
	if (end == 0)
		return as_lost(u, 0, "commands are damaged");
	as_struct(u, 0, COMMANDS, "reset configuration");
	as_struct(u, end - 8, 8, "checksum");
	as_tell(u, as_cut(body, 4, 4), "architecture",
		as_lit(as_at(body, 5) == 0xee ? "arm" : "powerpc"));
	as_status s = as_vendor_sum(u, body, as_cut(body, end - 4, 4), "checksum",
		crc_right(body, end), "checksum is wrong");
	return as_worse(s, put_commands(u, body));
}

const as_format as_format_pbl = {
	.id = "pbl",
	.title = "NXP QorIQ pre-boot loader image (RCW, PBI)",
	.kind = AS_CARRIER,
	.magic =
		(const as_magic[]){
			{ .bytes = "\xaa\x55\xaa\x55\x01\x0e\x01\x00", .len = 8, .at = 0 },
			{ .bytes = "\xaa\x55\xaa\x55\x01\xee\x01\x00", .len = 8, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "PowerPC and Arm (chassis 1 and 2)", NULL },
	.verifies = (const char *const[]){ "CRC-32 of all", NULL },
	.keeps = NULL,
	.samples = (const char *const[]){ "mkimage (u-boot-tools 2023.01)", NULL },
	.gaps = (const char *const[]){ "words of the reset configuration are not told",
		"Layerscape chips of chassis 3, whose commands are others",
		"commands after which no checksum comes", NULL },
	.spec = "https://docs.u-boot.org/en/latest/board/nxp/ls1046ardb.html",
	.see = NULL,
};
