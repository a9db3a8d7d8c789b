/* SPDX-License-Identifier: Apache-2.0 */
/* FPKG and CPKG: archives of D-Link's DFL firewalls, big-endian.
 *    0 "FPKG" or "CPKG"   4 01000000   8 offset of the first entry; FPKG: 12 1   16 bytes of the model, model
 * An entry: 0 size of this header (28)   4 kind u16: 100 a file, 102 checksum, 103 signature   6 u16   8 size
 *   12 name [16], then the file */
#include "unpack/vendor.h"

enum { FIXED = 12, HEADER = 28, NAME = 16, FIRST_MAX = 4096, PLAIN = 0x100, LAST = 0x103 };

typedef struct item {
	uint16_t kind;
	as_span name;
	uint32_t n;
	uint64_t data_at, next;
} item;

static bool read_item(as_span image, uint64_t at, item *it)
{
	as_cur c = as_cur_be(image, at);
	uint32_t len = as_u32(&c);
	it->kind = as_u16(&c);
	as_skip(&c, 2);
	it->n = as_u32(&c);
	it->name = as_vendor_string(as_take(&c, NAME));
	it->data_at = as_pos(&c);
	it->next = it->data_at + it->n;
	return as_ok(&c) && len == HEADER && it->kind >= PLAIN && it->kind <= LAST &&
	       as_vendor_printable(it->name);
}

static uint64_t first_of(as_span image)
{
	as_cur c = as_cur_be(image, 8);
	uint32_t at = as_u32(&c);
	return as_ok(&c) && at >= FIXED && at <= FIRST_MAX ? at : 0;
}

static as_status probe(as_span image, as_extent *out)
{
	item it;
	uint64_t at = first_of(image);
	unsigned n = 0;
	for (; at > 0 && at < image.n && read_item(image, at, &it); n++)
		at = it.next;
	if (n == 0)
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(at, image.n),
		.sure = at <= image.n ? AS_STRUCTURED : AS_PLAUSIBLE };
	return AS_OK;
}

static as_status unpack(as_unpack *u, as_span body)
{
	item it;
	as_status s = AS_OK;
	uint64_t first = first_of(body);
	as_struct(u, 0, first, "header");
	if (as_at(body, 0) == 'F')
		as_vendor_text(u, as_cut(body, 20, first > 20 ? first - 20 : 0), "model");
	for (uint64_t at = first; at < body.n && s <= AS_PARTIAL; at = it.next) {
		if (!read_item(body, at, &it))
			return as_worse(s, as_lost(u, at, "an entry is damaged"));
		as_struct(u, at, HEADER, "entry");
		as_entry e = { .at = at, .type = AS_FILE, .name = it.name };
		s = as_worse(s, as_vendor_file(u, body, &e, it.data_at, it.n));
	}
	return s;
}

const as_format as_format_fpkg = {
	.id = "fpkg",
	.title = "D-Link FPKG",
	.kind = AS_ARCHIVE,
	.magic = (const as_magic[]){ { .bytes = "FPKG\x01\0\0\0", .len = 8, .at = 0 },
		{ .bytes = "CPKG\x01\0\0\0", .len = 8, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "FPKG; CPKG", NULL },
	.verifies = NULL,
	.keeps = (const char *const[]){ "nothing: it has none", NULL },
	.samples = as_vendor_samples,
	.gaps = (const char *const[]){ "checksums and signatures are files, not verified", NULL },
	.spec = "https://unblob.org/formats/",
	.see = NULL,
};
