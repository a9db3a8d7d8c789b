/* SPDX-License-Identifier: Apache-2.0 */
/* S-records (Motorola): memory contents as text. A line is 'S', the type's digit, and bytes as pairs of digits:
 *    0 number of the bytes that follow   1 address, big-endian: 2, 3 or 4 bytes by the type   then data
 *    last: the complement of the sum of the bytes before it
 * Types: 0 a header; 1, 2, 3 data; 5, 6 how many data records there were; 7, 8, 9 the end, with the address where
 * execution starts. */
#include "base/text.h"
#include "unpack/hexfile.h"

typedef struct record {
	uint8_t bytes[AS_HEX_LINE];
	uint8_t type;
	uint64_t address;
	as_span data;
	bool right; /* its sum */
} record;

static const uint8_t address_len[10] = { 2, 2, 3, 4, 0, 2, 3, 4, 3, 2 };

static bool ends(uint8_t type) { return type >= 7; }

static bool read_record(as_span line, record *r)
{
	uint8_t digit = (uint8_t)(as_at(line, 1) - '0'), sum = 0;
	if (as_at(line, 0) != 'S' || digit > 9 || address_len[digit] == 0)
		return false;
	r->type = digit;
	size_t n = as_hex_bytes(as_from(line, 2), r->bytes, sizeof(r->bytes));
	as_cur c = as_cur_be(as_bytes(r->bytes, n), 0);
	uint8_t count = as_u8(&c);
	r->address = as_uint(&c, address_len[digit]);
	r->data = as_take(&c, n >= as_pos(&c) + 1 ? n - as_pos(&c) - 1 : 0);
	as_skip(&c, 1);
	for (size_t i = 0; i < n; i++)
		sum = (uint8_t)(sum + r->bytes[i]);
	r->right = sum == 0xff;
	return as_ok(&c) && count == n - 1;
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
		if (ends(r.type)) {
			end = as_pos(&c);
			break;
		}
	}
	if (n < 2 || wrong > n / 2)
		return AS_NOT_THIS;
	*out = (as_extent){ .size = end, .sure = wrong ? AS_STRUCTURED : AS_CHECKSUMMED };
	return AS_OK;
}

static as_status take_other(as_unpack *u, as_span line, size_t at, const record *r, uint64_t n_data)
{
	if (r->type == 0 && r->data.n > 0)
		as_tell(u, line, "header", r->data);
	if (ends(r->type) && r->address > 0)
		as_tellf(u, line, "start", "0x%08llx", (unsigned long long)r->address);
	if ((r->type == 5 || r->type == 6) && r->address != n_data)
		return as_lost(u, at, "there are not as many records as are counted");
	return AS_OK;
}

static as_status unpack(as_unpack *u, as_span body)
{
	record r = { .type = 0 };
	as_hexes p = { .u = u, .prefix = "" };
	as_cur c = as_cur_be(body, 0);
	as_status s = AS_OK;
	uint64_t n_data = 0;
	size_t at = 0;
	for (as_span line; s <= AS_PARTIAL && as_line(&c, &line); at = as_pos(&c)) {
		if (!read_record(line, &r)) {
			s = as_worse(s, as_lost(u, at, "a line is no record"));
			continue;
		}
		bool data = r.type >= 1 && r.type <= 3;
		n_data += data;
		if (!r.right)
			s = as_worse(s, as_lost(u, at, "checksum of a record is wrong"));
		s = as_worse(s, data ? as_hexes_add(&p, at, r.address, r.data)
				     : take_other(u, line, at, &r, n_data));
	}
	s = s <= AS_PARTIAL ? as_worse(s, as_hexes_end(&p)) : s;
	as_struct(u, 0, body.n, "records");
	return ends(r.type) ? s
			    : as_worse(s, as_lost(u, body.n, "the record of the end is missing"));
}

#define S_RECORD(text)                                                                             \
	{                                                                                          \
		text, 2, 0, true                                                                   \
	}
const as_format as_format_srec = {
	.id = "srec",
	.title = "Motorola S-records",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ S_RECORD("S0"), S_RECORD("S1"), S_RECORD("S2"), S_RECORD("S3"),
		{ 0 } },
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "addresses of 16, 24 and 32 bits", NULL },
	.verifies = (const char *const[]){ "the sum of each record", "the count of records", NULL },
	.keeps = NULL,
	.samples = (const char *const[]){ "srec_cat (srecord 1.64)", "objcopy (binutils)", NULL },
	.gaps = (const char *const[]){ "only as an object of its own, not inside others", NULL },
	.spec = "https://srecord.sourceforge.net/man/man5/srec_motorola.5.html",
	.see = "objcopy -I srec -O binary IN OUT",
};
