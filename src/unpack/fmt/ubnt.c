/* SPDX-License-Identifier: Apache-2.0 */
/* Ubiquiti's firmware, big-endian.
 *    0 "UBNT", "GEOS" or "OPEN"   4 version [256]   260 CRC-32 of bytes 0 to 260   264 0; then parts:
 *    0 "PART" or "EXEC"   4 name [16]   20 0 [12]   32 address in memory, number, in flash, entry   48 size of the data
 *   52 size of its partition   56 data, then CRC-32 of the part so far, 0
 * and "END." with CRC-32 of all before and 0, or "ENDS" with 256 bytes of RSA and 0. */
#include "unpack/vendor.h"

enum { HEADER = 268, PART = 56, TAIL = 8, RSA = 256, PARTS_MAX = 64 };

typedef struct part {
	as_span name;
	uint32_t memory, number, base, entry, n;
	uint64_t at, data_at, next;
} part;

static bool read_part(as_span body, uint64_t at, part *p)
{
	as_cur c = as_cur_be(body, at);
	as_span magic = as_take(&c, 4);
	*p = (part){ .at = at, .name = as_vendor_string(as_take(&c, 16)) };
	as_skip(&c, 12);
	p->memory = as_u32(&c);
	p->number = as_u32(&c);
	p->base = as_u32(&c);
	p->entry = as_u32(&c);
	p->n = as_u32(&c);
	as_skip(&c, 4);
	p->data_at = as_pos(&c);
	p->next = p->data_at + p->n + TAIL;
	return as_ok(&c) && (as_is(magic, "PART") || as_is(magic, "EXEC"));
}

static bool head_right(as_span image)
{
	as_cur c = as_cur_be(image, 260);
	uint32_t sum = as_u32(&c);
	return as_ok(&c) && as_crc32(0, as_cut(image, 0, 260)) == sum;
}

/* Bytes of the end mark at offset at; 0: there is none. */
static uint64_t end_mark(as_span image, uint64_t at)
{
	as_span magic = as_cut(image, at, 4);
	return as_is(magic, "END.") ? 12 : as_is(magic, "ENDS") ? 4 + RSA + 4 : 0;
}

static as_status probe(as_span image, as_extent *out)
{
	part p;
	uint64_t at = HEADER;
	unsigned n = 0;
	for (; n < PARTS_MAX && read_part(image, at, &p); n++)
		at = p.next;
	bool right = head_right(image);
	if (!right && n == 0)
		return AS_NOT_THIS;
	at += end_mark(image, at);
	*out = (as_extent){ .size = as_min(at, image.n),
		.sure = right ? AS_CHECKSUMMED : AS_PLAUSIBLE,
		.label = as_vendor_string(as_cut(image, 4, 256)) };
	return AS_OK;
}

static as_status put_part(as_unpack *u, as_span body, const part *p)
{
	as_status s = AS_OK;
	as_cur c = as_cur_be(body, p->next - TAIL);
	uint32_t sum = as_u32(&c);
	const char *name = (const char *)as_print(
		as_memory(u), "part %.*s", (int)p->name.n, (const char *)p->name.p)
				   .p;
	bool right = as_ok(&c) && as_crc32(0, as_cut(body, p->at, PART + (uint64_t)p->n)) == sum;
	as_struct(u, p->at, PART, "header of a part");
	as_struct(u, p->next - TAIL, TAIL, "checksum of a part");
	if (name)
		as_tellf(u, as_cut(body, p->at, PART), name, "flash=0x%08x memory=0x%08x crc=%s",
			p->base, p->memory, right ? "ok" : "wrong");
	if (as_ok(&c) && !right)
		s = as_lost(u, p->at, "checksum of a part is wrong");
	return as_worse(s, as_vendor_part(u, body, p->name, p->data_at, p->n));
}

static as_status tell_end(as_unpack *u, as_span body, uint64_t at)
{
	uint64_t n = end_mark(body, at);
	as_cur c = as_cur_be(body, at + 4);
	if (n == 0)
		return as_lost(u, at, "image ends without its end mark");
	as_struct(u, at, n, "end mark");
	bool is_signed = n > 12 && !as_all(as_cut(body, at + 4, RSA), 0);
	as_tell(u, as_cut(body, at, 4), "signed", as_lit(is_signed ? "yes, not verified" : "no"));
	if (n > 12)
		return AS_OK;
	return as_vendor_sum(u, body, as_cut(body, at + 4, 4), "crc",
		as_crc32(0, as_cut(body, 0, at)) == as_u32(&c), "checksum is wrong");
}

static as_status unpack(as_unpack *u, as_span body)
{
	part p;
	uint64_t at = HEADER;
	as_struct(u, 0, HEADER, "Ubiquiti header");
	as_vendor_text(u, as_cut(body, 4, 256), "version");
	as_status s = as_vendor_sum(u, body, as_cut(body, 260, 4), "header-crc", head_right(body),
		"checksum of the header is wrong");
	for (unsigned n = 0; n < PARTS_MAX && s <= AS_PARTIAL && read_part(body, at, &p);
		at = p.next, n++)
		s = as_worse(s, put_part(u, body, &p));
	return s <= AS_PARTIAL ? as_worse(s, tell_end(u, body, at)) : s;
}

const as_format as_format_ubnt = {
	.id = "ubnt",
	.title = "Ubiquiti firmware",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "UBNT", .len = 4, .at = 0 },
		{ .bytes = "GEOS", .len = 4, .at = 0 },
		{ .bytes = "OPEN", .len = 4, .at = 0, .start = true }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "UBNT, GEOS and OPEN",
		"end marks with CRC-32 and with RSA", NULL },
	.verifies = (const char *const[]){ "CRC-32 of the header, of each part and of all", NULL },
	.keeps = NULL,
	.samples = as_vendor_samples,
	.gaps = (const char *const[]){ "RSA signatures are told, not verified", NULL },
	.spec = "https://github.com/openwrt/firmware-utils/blob/master/src/fw.h",
	.see = NULL,
};
