/* SPDX-License-Identifier: Apache-2.0 */
/* What ZTE's routers and optical terminals write: a header over firmware or a configuration backup. Big-endian.
 * Outer header, in either byte order from 16 on, which may be missing:
 *    0 99999999 44444444 55555555 aaaaaaaa   24 4   68 bytes of this header (128)   72 bytes behind it
 * Signature, which names the model and may be missing: 0 04030201   4 0   8 length   12 text
 * Backup: 0 01020304   4 type   8 size unpacked   12 size packed   16 bytes of a piece   20 CRC-32 of the packed
 *   pieces   24 CRC-32 of bytes 0 to 24   60 pieces: size unpacked, size packed, 0 in the last, data
 * Types 0 and 1 are packed by zlib; 2 (AES-128-ECB), 3 and 4 (AES-256-CBC) hold a backup of type 0. */
#include "codec/cipher.h"
#include "codec/codec.h"
#include "unpack/vendor.h"

enum {
	OUTER = 128,
	HEAD = 60,
	PIECE_HEAD = 12,
	TEXT_MAX = 256,
	INNER = 0x01020304,
	NAMED = 0x04030201
};

static const char outer_magic[] =
	"\x99\x99\x99\x99\x44\x44\x44\x44\x55\x55\x55\x55\xaa\xaa\xaa\xaa";

/* Keys of type 2 that are public knowledge, each filled up with zeros. */
static const char *const keys[] = { "MIK@0STzKpB%qJZe", "MIK@0STzKpB%qJZf", "402c38de39bed665",
	"Q#Zxn*x3kVLc", "Wj", "m8@96&ZG3Nm7N&Iz", "GrWM2Hz&LTvz&f^5", "GrWM3Hz&LTvz&f^9",
	"Renjx%2$CjM", "tHG@Ti&GVh@ql3XN", "SDEwOE5WMi41Uk9T" };
/* Of type 4, what follows the model in the texts whose SHA-256 are key and initial vector. */
static const char *const suffixes[] = { "02721401", "02710010", "02710001", "02660004" };

/* Of types 3 and 4, texts whose SHA-256 are key and initial vector, whatever the model. */
static const char *const pairs[][2] = { { "H267AV1_CZkey", "H267AV1_CZIV" },
	{ "8cc72b05705d5c46f412af8cbed55aad", "667b02a85c61c786def4521b060265e8" },
	{ "8dc79b15726d5c46d412af8cbed65aad", "678b02a85c63c786def4523b061265e8" },
	{ "L04&Product@5A238dc79b15726d5c06", "ZTE%FN$GponNJ025678b02a85c63c706" } };

typedef struct backup {
	bool outer, found; /* there is an outer header; there is a backup */
	uint64_t end;      /* of what the outer header covers; 0: there is none */
	uint64_t at;       /* of the backup, or of what the outer header covers */
	as_span model;
	uint32_t type, plain, piece, sum, head_sum;
} backup;

typedef struct piece {
	uint32_t plain, n, more;
	as_span data; /* what there is of n bytes */
	uint64_t next;
} piece;

static void read_outer(as_span image, backup *b)
{
	for (unsigned big = 0; big < 2 && !b->outer; big++) {
		as_cur c = as_cur_of(image, 24, big);
		uint32_t four = as_u32(&c);
		as_seek(&c, 68);
		uint32_t head = as_u32(&c), n = as_u32(&c);
		b->outer = as_ok(&c) && four == 4 && head == OUTER && n > 0;
		b->end = b->outer ? OUTER + (uint64_t)n : 0;
	}
	b->at = b->outer ? OUTER : 0;
}

static void find_backup(as_span image, backup *b)
{
	*b = (backup){ 0 };
	if (as_same(as_cut(image, 0, 16), as_bytes(outer_magic, 16)))
		read_outer(image, b);
	as_cur c = as_cur_be(image, b->at);
	uint32_t magic = as_u32(&c);
	if (magic == NAMED) {
		as_skip(&c, 4);
		uint32_t n = as_u32(&c);
		b->model = as_take(&c, n);
		magic = n <= TEXT_MAX ? as_u32(&c) : 0;
	}
	uint64_t at = as_pos(&c) - (as_ok(&c) ? 4 : 0);
	b->type = as_u32(&c);
	b->plain = as_u32(&c);
	as_skip(&c, 4);
	b->piece = as_u32(&c);
	b->sum = as_u32(&c);
	b->head_sum = as_u32(&c);
	b->found = as_ok(&c) && magic == INNER && b->type <= 4;
	b->at = b->found ? at : b->at;
}

static bool read_piece(as_span image, uint64_t at, piece *p)
{
	as_cur c = as_cur_be(image, at);
	*p = (piece){ .plain = as_u32(&c) };
	p->n = as_u32(&c);
	p->more = as_u32(&c);
	p->data = as_take(&c, as_min(p->n, as_left(&c)));
	p->next = at + PIECE_HEAD + p->n;
	return as_ok(&c) && p->n > 0;
}

static bool head_right(as_span image, const backup *b)
{
	return as_crc32(0, as_cut(image, b->at, 24)) == b->head_sum;
}

static as_status probe(as_span image, as_extent *out)
{
	backup b;
	find_backup(image, &b);
	if (!b.found && !b.outer)
		return AS_NOT_THIS;
	uint64_t end = b.at + HEAD;
	piece p = { .more = 1 };
	unsigned n = 0;
	for (; b.found && p.more != 0 && read_piece(image, end, &p); n++)
		end = p.next;
	if (!b.outer && (n == 0 || end > image.n || p.more != 0) && !head_right(image, &b))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(b.outer ? b.end : end, image.n), .label = b.model };
	out->sure = b.found && head_right(image, &b) ? AS_CHECKSUMMED : AS_STRUCTURED;
	return AS_OK;
}

static as_status unpack_plain(as_unpack *u, as_span body, const backup *b)
{
	as_entry e = { .at = b->at, .type = AS_PART, .name = as_lit("config") };
	bool want = true;
	as_status s = as_begin(u, NULL, &e, &want), worst = AS_OK;
	if (s != AS_OK)
		return s;
	uint32_t sum = 0;
	piece p = { .more = 1 };
	for (uint64_t at = b->at + HEAD; p.more != 0 && s <= AS_PARTIAL; at = p.next) {
		if (!read_piece(body, at, &p)) {
			s = as_lost(u, at, "a piece is missing");
			break;
		}
		as_struct(u, at, PIECE_HEAD + p.data.n, "packed configuration");
		sum = as_crc32(sum, p.data);
		s = as_decode(AS_ZLIB, p.data, as_sink_more, u, NULL);
		if (s == AS_PARTIAL || s == AS_NOT_THIS)
			s = as_lost(u, at, "a piece is damaged");
		worst = as_worse(worst, s);
	}
	worst = as_worse(worst, s);
	if (b->sum != 0 && worst <= AS_PARTIAL)
		worst = as_worse(worst, as_vendor_sum(u, body, as_cut(body, b->at + 20, 4), "crc",
						sum == b->sum, "checksum is wrong"));
	return as_worse(worst, as_end(u, worst != AS_OK));
}

/* Whether data, decrypted, begins as a backup does that is only packed. */
static bool opens(as_cipher which, const uint8_t *key, const uint8_t *iv, as_span data)
{
	uint8_t out[AS_AES_BLOCK];
	if (!as_decipher_start(which, key, iv, data, out, sizeof(out)))
		return false;
	as_cur c = as_cur_be(as_bytes(out, sizeof(out)), 0);
	return as_u32(&c) == INNER && as_u32(&c) <= 1;
}

typedef struct secret {
	as_cipher which;
	uint8_t key[32], iv[AS_DIGEST_MAX];
	const char *name;
} secret;

static bool try_fixed(as_span data, secret *k)
{
	k->which = AS_AES128_ECB;
	k->name = "known for the model";
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		as_span key = as_lit(keys[i]);
		for (size_t j = 0; j < 16; j++)
			k->key[j] = as_at(key, j);
		if (opens(k->which, k->key, k->iv, data))
			return true;
	}
	return false;
}

/* Whether the SHA-256 of the two, each of two pieces, open it as key and vector. */
static bool try_texts(const as_span key[2], const as_span iv[2], as_span data, secret *k)
{
	uint8_t sum[AS_DIGEST_MAX];
	k->which = AS_AES256_CBC;
	if (as_vendor_digest("sha256", key, 2, sum) != sizeof(k->key) ||
		as_vendor_digest("sha256", iv, 2, k->iv) == 0)
		return false;
	memcpy(k->key, sum, sizeof(k->key));
	return opens(k->which, k->key, k->iv, data);
}

static bool try_pairs(as_span data, secret *k)
{
	k->name = "known for models of that type";
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		as_span key[] = { as_lit(pairs[i][0]), { 0 } };
		as_span iv[] = { as_lit(pairs[i][1]), { 0 } };
		if (try_texts(key, iv, data, k))
			return true;
	}
	return false;
}

/* The model's name without its blanks, and what follows, give key and vector. */
static bool try_model(as_unpack *u, as_span model, as_span data, secret *k)
{
	uint8_t bare[TEXT_MAX];
	size_t n = 0;
	for (size_t i = 0; i < model.n && n < sizeof(bare); i++)
		if (as_at(model, i) != ' ')
			bare[n++] = as_at(model, i);
	k->name = "from the model's name";
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		as_span key[] = { as_bytes(bare, n), as_print(as_memory(u), "Key%s", suffixes[i]) };
		as_span iv[] = { key[0], as_print(as_memory(u), "Iv%s", suffixes[i]) };
		if (try_texts(key, iv, data, k))
			return true;
	}
	return false;
}

static as_status unpack_encrypted(as_unpack *u, as_span body, const backup *b)
{
	secret k = { 0 };
	piece p;
	uint64_t at = b->at + HEAD;
	if (!read_piece(body, at, &p))
		return as_lost(u, at, "a piece is missing");
	if (!(b->type == 2 && try_fixed(p.data, &k)) && !(b->type > 2 && try_pairs(p.data, &k)) &&
		!(b->type == 4 && try_model(u, b->model, p.data, &k))) {
		as_struct(u, at, body.n - at, "encrypted configuration");
		return as_refused(u, at, "encrypted",
			"the configuration is encrypted with a key that is not public knowledge");
	}
	as_tell(u, as_cut(body, b->at + 4, 4), "key", as_lit(k.name));
	as_entry e = { .at = at, .type = AS_PART, .name = as_lit("decrypted") };
	bool want = true;
	as_status s = as_begin(u, NULL, &e, &want);
	if (s != AS_OK)
		return s;
	for (bool more = true; more && s == AS_OK; at = p.next) {
		if (!read_piece(body, at, &p) || p.data.n < p.n) {
			s = as_lost(u, at, "a piece is cut off");
			break;
		}
		as_struct(u, at, PIECE_HEAD + p.data.n, "encrypted configuration");
		s = as_decipher(k.which, k.key, k.iv, p.data, as_sink_more, u);
		as_span last = as_from(p.data, p.data.n >= 16 ? p.data.n - 16 : p.data.n);
		if (last.n == 16)
			memcpy(k.iv, last.p, 16);
		more = p.more != 0;
	}
	return as_worse(s, as_end(u, s != AS_OK));
}

static as_status unpack(as_unpack *u, as_span body)
{
	backup b;
	find_backup(body, &b);
	as_status s = AS_OK;
	as_struct(u, 0, as_min(body.n, b.at + (b.found ? HEAD : 0)), "ZTE header");
	if (b.end > body.n)
		s = as_lost(u, body.n, "image is cut off");
	if (b.model.n > 0)
		as_tell(u, b.model, "model", b.model);
	if (!b.found)
		return as_worse(s, as_vendor_part(u, body, as_lit("contents"), b.at,
					   b.at < body.n ? body.n - b.at : 0));
	as_tellf(u, as_cut(body, b.at + 4, 4), "type", "%u", b.type);
	as_tell(u, as_cut(body, b.at + 4, 4), "encrypted", as_lit(b.type > 1 ? "yes" : "no"));
	if (b.head_sum != 0)
		s = as_worse(s, as_vendor_sum(u, body, as_cut(body, b.at + 24, 4), "header-crc",
					head_right(body, &b), "checksum of the header is wrong"));
	return as_worse(s, b.type > 1 ? unpack_encrypted(u, body, &b) : unpack_plain(u, body, &b));
}

const as_format as_format_zte = {
	.id = "zte",
	.title = "ZTE header and configuration backup",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = outer_magic, .len = 16, .at = 0 },
		{ .bytes = "\x04\x03\x02\x01\0\0\0\0\0\0", .len = 10, .at = 0, .start = true },
		{ .bytes = "\x01\x02\x03\x04\0\0\0", .len = 7, .at = 0, .start = true }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "types 0 and 1: zlib",
		"type 2: AES-128-ECB with a key that is public knowledge",
		"types 3 and 4: AES-256-CBC with keys that are public knowledge; 4 with one from "
		"the model's name",
		"with and without outer header", NULL },
	.verifies = (const char *const[]){ "CRC-32 of the header", "CRC-32 of the packed pieces",
		"Adler-32 of each piece", NULL },
	.keeps = NULL,
	.samples = as_vendor_samples,
	.gaps = (const char *const[]){ "types 3 and 4 with keys made from a device's serial number",
		NULL },
	.spec = "https://github.com/mkst/zte-config-utility",
	.see = NULL,
};
