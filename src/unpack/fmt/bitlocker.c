/* SPDX-License-Identifier: Apache-2.0 */
/* BitLocker: an encrypted volume of Windows. Little-endian. Its boot sector looks like one of FAT or NTFS:
 *    3 "-FVE-FS-"   11 bytes of a sector u16   13 sectors of a cluster u8   510 55 aa
 *   56 cluster of the metadata u64 (Vista); 160 GUID 4967d63b-…, 176 where the metadata stands, three times u64 (later)
 * Metadata: 0 "-FVE-FS-"   10 version u16   12 state u16   32 where all three stand u64[3]; from 64 on
 *    0 bytes u32   8 bytes of this head u32   16 the volume's GUID   36 cipher u16   40 time of creation u64, then
 *   entries: 0 bytes u16   2 type u16 (2 key, 7 description)   4 type of the value u16   8 value; of a key: 26 its
 *   protection u16 */
#include "unpack/format.h"
#include "unpack/guid.h"
#include "unpack/utf16.h"

enum {
	SECTOR = 512,
	MAGIC = 3,
	COPIES = 3,
	BLOCK = 64, /* bytes of a block's head, before the metadata's own */
	HEAD = 48,
	AREA = 64 << 10, /* bytes that a copy of the metadata has room for */
	KEY = 2,
	DESCRIPTION = 7,
	KEYS_MOST = 64,
};

static const uint8_t known[16] = { 0x3b, 0xd6, 0x67, 0x49, 0x29, 0x2e, 0xd8, 0x4a, 0x83, 0x99, 0xf6,
	0xa3, 0x39, 0xe3, 0xd0, 0x01 };

typedef struct volume {
	as_span body;
	bool vista;
	uint64_t copies[COPIES]; /* body offsets; 0: not known */
	unsigned used;           /* of them */
	as_span metadata;        /* from its block's head on; empty: none can be read */
} volume;

static bool is_magic(as_span s) { return as_is(as_cut(s, 0, 8), "-FVE-FS-"); }

static as_span metadata_at(const volume *v, uint64_t at)
{
	as_span area = as_from(v->body, at);
	area = as_cut(area, 0, as_min(area.n, AREA));
	as_cur c = as_cur_le(area, 10);
	uint16_t version = as_u16(&c);
	as_seek(&c, BLOCK);
	uint32_t n = as_u32(&c);
	as_skip(&c, 4);
	uint32_t head = as_u32(&c);
	bool right = as_ok(&c) && at >= SECTOR && is_magic(area) && version == (v->vista ? 1 : 2) &&
		     head == HEAD && n >= HEAD && n <= area.n - BLOCK;
	return right ? as_cut(area, 0, BLOCK + n) : (as_span){ 0 };
}

/* The boot sector and the first copy of the metadata that can be read. */
static bool read_volume(volume *v)
{
	as_cur c = as_cur_le(v->body, 11);
	uint32_t sector = as_u16(&c), cluster = sector * as_u8(&c);
	bool right = is_magic(as_from(v->body, MAGIC)) && as_at(v->body, 0) == 0xeb &&
		     as_is(as_cut(v->body, 510, 2), "\x55\xaa") && sector >= SECTOR &&
		     sector <= 4096 && (sector & (sector - 1)) == 0;
	v->vista = !as_same(as_cut(v->body, 160, 16), as_bytes(known, 16));
	as_seek(&c, v->vista ? 56 : 176);
	for (unsigned i = 0; i < (v->vista ? 1 : COPIES); i++)
		v->copies[i] = as_u64(&c);
	if (!right || !as_ok(&c) ||
		(v->vista && (cluster == 0 || v->copies[0] > v->body.n / cluster)))
		return false;
	v->copies[0] *= v->vista ? cluster : 1;
	for (v->used = 0; v->used < COPIES; v->used++)
		if ((v->metadata = metadata_at(v, v->copies[v->used])).n > 0)
			break;
	/* Of Vista there is nothing else to go by. */
	return v->metadata.n > 0 || !v->vista;
}

static as_status probe(as_span image, as_extent *out)
{
	volume v = { .body = image };
	if (!read_volume(&v))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = image.n,
		.sure = v.metadata.n > 0 ? AS_STRUCTURED : AS_PLAUSIBLE };
	return AS_OK;
}

static const char *protection(uint16_t p)
{
	static const struct {
		uint16_t number;
		const char *text;
	} all[] = { { 0, "clear key: protection is suspended, anybody can decrypt the volume" },
		{ 0x100, "TPM" }, { 0x200, "startup key" }, { 0x500, "TPM and PIN" },
		{ 0x800, "recovery password" }, { 0x1000, "smart card" }, { 0x2000, "password" } };
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i].number == p)
			return all[i].text;
	return "unknown protection";
}

static void tell_key(as_unpack *u, as_span entry, unsigned number)
{
	as_cur c = as_cur_le(entry, 8 + 26);
	uint16_t p = as_u16(&c);
	const char *name = (const char *)as_print(as_memory(u), "key %u", number).p;
	if (as_ok(&c))
		as_tell(u, entry, name ? name : "key", as_lit(protection(p)));
}

static as_status tell_entries(as_unpack *u, const volume *v)
{
	as_cur c = as_cur_le(v->metadata, BLOCK + HEAD);
	unsigned keys = 0;
	uint64_t base = v->copies[v->used];
	while (as_left(&c) >= 8) {
		size_t at = as_pos(&c);
		uint16_t n = as_u16(&c), type = as_u16(&c);
		as_span entry = as_cut(v->metadata, at, n);
		if (n == 0)
			break;
		if (n < 8 || entry.n == 0)
			return as_lost(u, base + at, "an entry of the metadata makes no sense");
		if (type == KEY && keys < KEYS_MOST)
			tell_key(u, entry, keys++);
		if (type == DESCRIPTION) {
			as_span text = as_utf16(as_memory(u), as_from(entry, 8), false);
			as_tell(u, entry, "description", as_trim(text));
		}
		as_seek(&c, at + n);
	}
	return AS_OK;
}

static as_status tell_metadata(as_unpack *u, const volume *v)
{
	static const char *const ciphers[] = { "AES-128-CBC with Elephant",
		"AES-256-CBC with Elephant", "AES-128-CBC", "AES-256-CBC", "AES-128-XTS",
		"AES-256-XTS" };
	as_span head = as_cut(v->metadata, BLOCK, HEAD), guid = as_cut(head, 16, 16);
	as_cur c = as_cur_le(head, 36);
	uint16_t cipher = (uint16_t)(as_u16(&c) - 0x8000);
	as_tell(u, as_cut(head, 36, 2), "cipher", as_lit(cipher < 6 ? ciphers[cipher] : "unknown"));
	as_tell(u, guid, "guid", as_guid_text(as_memory(u), guid));
	return tell_entries(u, v);
}

static as_status account(as_unpack *u, const volume *v)
{
	as_status s = AS_OK;
	as_struct(u, 0, SECTOR, "BitLocker boot sector");
	for (unsigned i = 0; i < (v->vista ? 1 : COPIES); i++) {
		as_span copy = metadata_at(v, v->copies[i]);
		if (copy.n > 0)
			as_struct(u, v->copies[i], copy.n, "BitLocker metadata");
		else
			s = as_worse(s,
				as_lost(u, v->copies[i], "a copy of the metadata cannot be read"));
	}
	return s;
}

static as_status unpack(as_unpack *u, as_span body)
{
	volume v = { .body = body };
	if (!read_volume(&v))
		return as_lost(u, 0, "boot sector makes no sense");
	as_tell(u, as_cut(body, MAGIC, 8), "version",
		as_lit(v.vista ? "Windows Vista" : "Windows 7 or later"));
	as_status s = account(u, &v);
	if (v.metadata.n > 0)
		s = as_worse(s, tell_metadata(u, &v));
	s = as_worse(s, as_refused(u, SECTOR, "encrypted", "the volume is encrypted (BitLocker)"));
	as_entry e = { .at = SECTOR, .type = AS_PART, .name = as_lit("payload"), .hint = "raw" };
	e.data = as_from(body, SECTOR);
	return e.data.n > 0 && s <= AS_PARTIAL ? as_worse(s, as_put(u, NULL, &e, NULL)) : s;
}

const as_format as_format_bitlocker = {
	.id = "bitlocker",
	.title = "BitLocker encrypted volume",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "-FVE-FS-", .len = 8, .at = MAGIC }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "Windows Vista", "Windows 7 and later", NULL },
	.verifies = NULL,
	.keeps = (const char *const[]){ "cipher, what protects each key, description and GUID",
		NULL },
	.samples = (const char *const[]){ "generator from the published layout, which cryptsetup "
					  "2.6.1 reads as told; "
					  "not tried on a volume of Windows",
		NULL },
	.gaps = (const char *const[]){ "the volume is encrypted, and is not decrypted, not even "
				       "with a clear key",
		"BitLocker To Go, which looks like a FAT file system",
		"its end stands only in what is encrypted: it reaches to the end of the object",
		"checksums of the metadata are not verified", NULL },
	.spec = "https://github.com/libyal/libbde/blob/main/documentation/"
		"BitLocker%20Drive%20Encryption%20(BDE)%20format.asciidoc",
	.see = NULL,
};
