/* SPDX-License-Identifier: Apache-2.0 */
/* DEAFBEAD: an archive within D-Link's firmware for DSL-500G and others, little-endian.
 *    0 de af be ad; then entries: 0 0x86 a directory, 0x87 a file   1 bytes of the name u16   3 name; of a file then
 *   its size u32 and the file, packed by gzip
 * Names may have backslashes for slashes. */
#include "codec/codec.h"
#include "unpack/vendor.h"

enum { MAGIC = 4, DIR = 0x86, PACKED = 0x87, LONGEST = 1024 };

typedef struct item {
	uint8_t kind;
	as_span name, data; /* what there is of n bytes */
	uint32_t n;
	uint64_t next;
} item;

static bool read_item(as_span image, uint64_t at, item *it)
{
	as_cur c = as_cur_le(image, at);
	*it = (item){ .kind = as_u8(&c) };
	uint16_t n = as_u16(&c);
	it->name = as_take(&c, n);
	if (!as_ok(&c) || n == 0 || n > LONGEST || (it->kind != DIR && it->kind != PACKED))
		return false;
	if (it->kind == PACKED) {
		it->n = as_u32(&c);
		it->data = as_take(&c, as_min(it->n, as_left(&c)));
	}
	it->next = as_pos(&c) + (it->n - it->data.n);
	return as_ok(&c);
}

static as_status probe(as_span image, as_extent *out)
{
	item it;
	uint64_t at = MAGIC;
	unsigned packed = 0;
	while (at < image.n && read_item(image, at, &it)) {
		packed += as_starts(it.data, "\x1f\x8b");
		if (it.kind == PACKED && !as_starts(it.data, "\x1f\x8b"))
			return AS_NOT_THIS;
		at = it.next;
	}
	if (packed == 0)
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(at, image.n), .sure = AS_STRUCTURED };
	return AS_OK;
}

static as_status put_file(as_unpack *u, const as_entry *e, const item *it)
{
	bool want = true;
	as_status s = as_begin(u, NULL, e, &want);
	if (s != AS_OK)
		return s;
	s = as_decode(AS_GZIP, it->data, as_sink_more, u, NULL);
	if (s == AS_PARTIAL || s == AS_NOT_THIS)
		s = as_lost(u, e->at, "a file is damaged");
	return as_worse(s, as_end(u, s != AS_OK));
}

static as_status unpack(as_unpack *u, as_span body)
{
	item it;
	as_status s = AS_OK;
	as_struct(u, 0, MAGIC, "magic");
	for (uint64_t at = MAGIC; at < body.n && s <= AS_PARTIAL; at = it.next) {
		if (!read_item(body, at, &it))
			return as_worse(s, as_lost(u, at, "an entry is cut off"));
		as_struct(u, at, as_min(it.next, body.n) - at, "entry");
		as_entry e = { .at = at, .name = as_vendor_slashes(u, it.name) };
		e.type = it.kind == DIR ? AS_DIR : AS_FILE;
		s = as_worse(s, it.kind == DIR ? as_put(u, NULL, &e, NULL) : put_file(u, &e, &it));
	}
	return s;
}

const as_format as_format_deafbead = {
	.id = "deafbead",
	.title = "D-Link DEAFBEAD",
	.kind = AS_ARCHIVE,
	.magic = (const as_magic[]){ { .bytes = "\xde\xaf\xbe\xad\x86", .len = 5, .at = 0 },
		{ .bytes = "\xde\xaf\xbe\xad\x87", .len = 5, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "directories and files", NULL },
	.verifies = (const char *const[]){ "those of gzip", NULL },
	.keeps = (const char *const[]){ "nothing: it has none", NULL },
	.samples = as_vendor_samples,
	.gaps = NULL,
	.spec = "https://unblob.org/formats/",
	.see = NULL,
};
