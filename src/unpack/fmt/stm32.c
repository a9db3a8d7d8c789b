/* SPDX-License-Identifier: Apache-2.0 */
/* The first program of STMicroelectronics' STM32MP, little-endian:
 *    0 "STM2"   4 signature [64]   68 sum of the program's bytes u32   72 version: 0, minor, major, 0
 *   76 size u32   80 entry u32   88 address u32   96 version of the program u32
 *  100 1: not signed u32, 104 algorithm u32 (1 P-256, 2 brainpool), 108 public key [64], 255 type (version 1)
 *  100 further headers u32, 104 their size u32, 108 type u32 (version 2, 512 bytes) */
#include "unpack/vendor.h"

enum {
	HEADER = 256,
	HEADER2 = 512,
	SIZE_LIMIT = 16 << 20,
	SIGNATURE = 64,
	KEY_AT = 108,
	ENCRYPTED = 2
};

typedef struct stm {
	uint32_t sum, size, entry, address, number, options;
	uint64_t head;
	uint8_t major, minor;
} stm;

static bool read_stm(as_span image, stm *m)
{
	as_cur c = as_cur_le(image, 4 + SIGNATURE);
	m->sum = as_u32(&c);
	uint8_t zero = as_u8(&c);
	m->minor = as_u8(&c);
	m->major = as_u8(&c);
	zero |= as_u8(&c);
	m->size = as_u32(&c);
	m->entry = as_u32(&c);
	uint32_t reserved = as_u32(&c);
	m->address = as_u32(&c);
	reserved |= as_u32(&c);
	m->number = as_u32(&c);
	m->options = as_u32(&c);
	m->head = m->major == 1 ? HEADER : HEADER2;
	return as_ok(&c) && zero == 0 && reserved == 0 && (m->major == 1 || m->major == 2) &&
	       m->size > 0 && m->size <= SIZE_LIMIT && m->head < image.n;
}

static bool sum_right(as_span image, const stm *m)
{
	uint32_t sum = 0;
	as_span data = as_cut(image, m->head, m->size);
	for (size_t i = 0; i < data.n; i++)
		sum += data.p[i];
	return data.n > 0 && sum == m->sum;
}

static as_status probe(as_span image, as_extent *out)
{
	stm m;
	if (!read_stm(image, &m))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(m.head + m.size, image.n), .sure = AS_PLAUSIBLE };
	out->work = out->size;
	if (sum_right(image, &m))
		out->sure = AS_CHECKSUMMED;
	return AS_OK;
}

static void tell_signature(as_unpack *u, as_span body, const stm *m)
{
	as_span sig = as_cut(body, 4, SIGNATURE), key = as_cut(body, KEY_AT, SIGNATURE);
	bool none = as_all(sig, 0);
	as_tell(u, sig, "signature", as_lit(none ? "none" : "is there; not verified"));
	if (none || m->major != 1)
		return;
	char hex[65];
	as_sha256 sum = as_sha256_of(key);
	as_sha256_hex(&sum, hex);
	as_tell(u, key, "public-key-sha256", as_lit(hex));
}

static as_status unpack(as_unpack *u, as_span body)
{
	stm m;
	if (!read_stm(body, &m))
		return as_lost(u, 0, "header is damaged");
	as_struct(u, 0, m.head, "boot header");
	as_tellf(u, as_cut(body, 72, 4), "header-version", "%u.%u", m.major, m.minor);
	as_tellf(u, as_cut(body, 80, 4), "entry", "0x%08x", m.entry);
	as_tellf(u, as_cut(body, 88, 4), "load", "0x%08x", m.address);
	as_tellf(u, as_cut(body, 96, 4), "program-version", "%u", m.number);
	tell_signature(u, body, &m);
	as_status s = as_vendor_sum(
		u, body, as_cut(body, 68, 4), "sum", sum_right(body, &m), "checksum is wrong");
	if (m.major == 2 && (m.options & ENCRYPTED) != 0)
		s = as_worse(s, as_refused(u, m.head, "encrypted", "the program is encrypted"));
	return as_worse(s, as_vendor_part(u, body, as_lit("program"), m.head, m.size));
}

const as_format as_format_stm32 = {
	.id = "stm32",
	.title = "STM32MP boot program",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "STM2", .len = 4, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "versions 1 and 2 of the header", NULL },
	.verifies = (const char *const[]){ "sum of the program's bytes", NULL },
	.keeps = NULL,
	.samples = (const char *const[]){ "mkimage (u-boot-tools 2023.01): version 1",
		"generator from the published layout: version 2", NULL },
	.gaps = (const char *const[]){ "signatures (ECDSA) are not verified",
		"further headers of version 2 are not told", NULL },
	.spec = "https://wiki.st.com/stm32mpu/wiki/STM32_header_for_binary_files",
	.see = NULL,
};
