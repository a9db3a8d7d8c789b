/* SPDX-License-Identifier: Apache-2.0 */
/* Intel HEX: memory contents as text. A line is ':' and bytes as pairs of digits:
 *    0 number of data bytes   1 address, u16 big-endian   3 type   4 data   then what makes the sum of all bytes 0
 * Types: 0 data, 1 the end, 2 and 4 upper bits of the addresses to come (in units of 16 bytes, or of 64 KiB),
 * 3 and 5 where execution starts. */
#include "base/text.h"
#include "unpack/hexfile.h"

enum { DATA, END, SEGMENT, START_SEGMENT, LINEAR, START_LINEAR, HEAD = 4 };

typedef struct record {
	uint8_t bytes[AS_HEX_LINE];
	size_t n;
	uint8_t type;
	uint16_t address;
	as_span data;
	bool right; /* its sum */
} record;

static bool read_record(as_span line, record *r)
{
	if (as_at(line, 0) != ':')
		return false;
	r->n = as_hex_bytes(as_from(line, 1), r->bytes, sizeof(r->bytes));
	as_cur c = as_cur_be(as_bytes(r->bytes, r->n), 0);
	uint8_t n = as_u8(&c), sum = 0;
	r->address = as_u16(&c);
	r->type = as_u8(&c);
	r->data = as_take(&c, n);
	as_skip(&c, 1);
	for (size_t i = 0; i < r->n; i++)
		sum = (uint8_t)(sum + r->bytes[i]);
	r->right = sum == 0;
	return as_ok(&c) && as_left(&c) == 0 && r->type <= START_LINEAR;
}

static as_status probe(as_span image, as_extent *out)
{
	record r;
	as_cur c = as_cur_be(image, 0);
	size_t n = 0, wrong = 0, end = 0;
	for (as_span line; as_line(&c, &line); end = as_pos(&c)) {
		if (!read_record(line, &r))
			break;
		n++;
		wrong += !r.right;
		if (r.type == END) {
			end = as_pos(&c);
			break;
		}
	}
	if (n < 2 || wrong > n / 2)
		return AS_NOT_THIS;
	*out = (as_extent){ .size = end, .sure = wrong ? AS_STRUCTURED : AS_CHECKSUMMED };
	return AS_OK;
}

/* A record that is no data: the upper bits of addresses, or where execution starts. */
static uint64_t take_other(as_unpack *u, as_span line, const record *r, uint64_t base)
{
	as_cur c = as_cur_be(r->data, 0);
	if (r->type == SEGMENT)
		return (uint64_t)as_u16(&c) << 4;
	if (r->type == LINEAR)
		return (uint64_t)as_u16(&c) << 16;
	if (r->type == START_SEGMENT || r->type == START_LINEAR)
		as_tellf(u, line, "start", "0x%08x", as_u32(&c));
	return base;
}

static as_status unpack(as_unpack *u, as_span body)
{
	record r = { .type = DATA };
	as_hexes p = { .u = u, .prefix = "" };
	as_cur c = as_cur_be(body, 0);
	as_status s = AS_OK;
	uint64_t base = 0;
	size_t at = 0;
	for (as_span line; s <= AS_PARTIAL && as_line(&c, &line); at = as_pos(&c)) {
		if (!read_record(line, &r)) {
			s = as_worse(s, as_lost(u, at, "a line is no record"));
			continue;
		}
		if (!r.right)
			s = as_worse(s, as_lost(u, at, "checksum of a record is wrong"));
		if (r.type == DATA)
			s = as_worse(s, as_hexes_add(&p, at, base + r.address, r.data));
		else
			base = take_other(u, line, &r, base);
	}
	s = s <= AS_PARTIAL ? as_worse(s, as_hexes_end(&p)) : s;
	as_struct(u, 0, body.n, "records");
	return r.type == END ? s
			     : as_worse(s, as_lost(u, body.n, "the record of the end is missing"));
}

const as_format as_format_ihex = {
	.id = "ihex",
	.title = "Intel HEX",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = ":", .len = 1, .at = 0, .start = true }, { 0 } },
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "addresses of 16, 20 and 32 bits", NULL },
	.verifies = (const char *const[]){ "the sum of each record", NULL },
	.keeps = NULL,
	.samples = (const char *const[]){ "srec_cat (srecord 1.64)", "objcopy (binutils)", NULL },
	.gaps = (const char *const[]){ "only as an object of its own, not inside others", NULL },
	.spec = "https://archive.org/details/IntelHEXStandard",
	.see = "objcopy -I ihex -O binary IN OUT",
};
