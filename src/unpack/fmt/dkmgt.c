/* SPDX-License-Identifier: Apache-2.0 */
/* DKMGT: firmware of TP-Link's Omada routers and switches, big-endian.
 *    0 a5a5a5a5 8f72632a 040f8600 09206b51 d2b7636a 5a5a5a5a   24 version   28 another header   32 size of this header
 *   36 size of all   40 unknown   48 MD5 of what follows the header [16]   304 signature [112]
 * then 64 KiB of JSON: "up-ptn-table", a list of name, base and size (texts, such as "0x00001000"); bases count from
 * behind it. Contents may begin with aa55d98f 04e955aa, their size u32 and a checksum of an unpublished kind. */
#include "unpack/vendor.h"
#include "vuln/json.h"

enum {
	LEAST = 416,
	MAGIC = 24,
	TABLE = 65536,
	PARTS_MOST = 64,
	SIGNATURE_AT = 304,
	SIGNATURE = 112
};

static const char magic[] = "\xa5\xa5\xa5\xa5\x8f\x72\x63\x2a\x04\x0f\x86\x00\x09\x20\x6b\x51"
			    "\xd2\xb7\x63\x6a\x5a\x5a\x5a\x5a";

typedef struct header {
	uint32_t version, head, n;
	as_span md5;
} header;

static bool read_header(as_span image, header *h)
{
	as_cur c = as_cur_be(image, MAGIC);
	*h = (header){ .version = as_u32(&c) };
	as_skip(&c, 4);
	h->head = as_u32(&c);
	h->n = as_u32(&c);
	as_skip(&c, 8);
	h->md5 = as_take(&c, 16);
	return as_ok(&c) && h->head >= LEAST && h->head <= TABLE &&
	       h->n >= (uint64_t)h->head + TABLE && image.n > h->head;
}

static bool md5_right(as_span image, const header *h)
{
	as_span data = as_cut(image, h->head, h->n - h->head);
	return data.n > 0 && as_vendor_digest_is("md5", &data, 1, h->md5);
}

static as_status probe(as_span image, as_extent *out)
{
	header h;
	if (!read_header(image, &h))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(h.n, image.n),
		.sure = md5_right(image, &h) ? AS_CHECKSUMMED : AS_STRUCTURED };
	return AS_OK;
}

static bool number_of(const as_value *v, const char *key, uint64_t *out)
{
	const as_value *m = as_json_get(v, key);
	return m && (m->type == AS_JSON_TEXT || m->type == AS_JSON_NUMBER) &&
	       as_number(m->text, 0, out);
}

static as_status put_part(as_unpack *u, as_span body, uint64_t first, const as_value *v)
{
	uint64_t at = 0, n = 0;
	const as_value *name = as_json_get(v, "name");
	if (!name || name->type != AS_JSON_TEXT || !number_of(v, "base", &at) ||
		!number_of(v, "size", &n) || at > UINT32_MAX || n > UINT32_MAX)
		return as_lost(u, first - TABLE, "a partition lacks its name, base or size");
	as_cur c = as_cur_be(body, first + at);
	bool wrapped = n >= 16 && as_u32(&c) == 0xaa55d98f && as_u32(&c) == 0x04e955aa;
	uint32_t inner = as_u32(&c);
	if (!wrapped || inner > n - 16)
		return as_vendor_part(u, body, name->text, first + at, n);
	as_struct(u, first + at, 16, "partition header");
	as_span filling = as_cut(body, first + at + 16 + inner, n - 16 - inner);
	if (as_all(filling, 0) || as_all(filling, 0xff))
		as_struct(u, first + at + 16 + inner, filling.n, "filling");
	return as_vendor_part(u, body, name->text, first + at + 16, inner);
}

static as_status put_parts(as_unpack *u, as_span body, const header *h)
{
	as_fault fault = { 0 };
	as_status s = AS_OK;
	as_span table = as_cut(body, h->head, TABLE);
	as_span json = as_cut(table, 0, as_min(as_find_byte(table, 0, 0), table.n));
	as_struct(u, h->head, table.n, "table of partitions");
	const as_value *all = json.n > 0 ? as_json_parse(as_memory(u), json, &fault) : NULL;
	const as_value *list = all ? as_json_get(all, "up-ptn-table") : NULL;
	if (!list || list->type != AS_JSON_ARRAY)
		return as_lost(u, h->head, "table of partitions is damaged");
	unsigned n = 0;
	for (const as_value *v = list->first; v && s <= AS_PARTIAL; v = v->next)
		s = as_worse(s, n++ < PARTS_MOST
					? put_part(u, body, (uint64_t)h->head + TABLE, v)
					: as_lost(u, h->head, "more partitions than there may be"));
	return s;
}

static as_status unpack(as_unpack *u, as_span body)
{
	header h;
	if (!read_header(body, &h))
		return as_lost(u, 0, "header is damaged");
	as_span signature = as_cut(body, SIGNATURE_AT, SIGNATURE);
	as_struct(u, 0, h.head, "DKMGT header");
	as_tellf(u, as_cut(body, MAGIC, 4), "version", "%u", h.version);
	as_tell(u, signature, "signed", as_lit(as_all(signature, 0) ? "no" : "yes, not verified"));
	as_status s = h.n > body.n ? as_lost(u, body.n, "image is cut off")
				   : as_vendor_sum(u, body, h.md5, "md5", md5_right(body, &h),
					     "MD5 is wrong");
	return as_worse(s, put_parts(u, body, &h));
}

const as_format as_format_dkmgt = {
	.id = "dkmgt",
	.title = "TP-Link Omada firmware",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = magic, .len = MAGIC, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "the header of ER8411 and its kin", NULL },
	.verifies = (const char *const[]){ "MD5 of the image", NULL },
	.keeps = NULL,
	.samples = as_vendor_samples,
	.gaps = (const char *const[]){ "the signature is told, not verified",
		"checksums of partitions, of an unpublished kind", NULL },
	.spec = "https://github.com/openwrt/firmware-utils/blob/master/src/dkmgt-fwutil.c",
	.see = NULL,
};
