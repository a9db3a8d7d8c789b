/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/sshkey.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/base64.h"

enum { FIELD_MAX = 8192, ED25519_LEN = 32, PUTTY_LINES_MAX = 400 };

static as_span field(as_cur *c)
{
	uint32_t n = as_u32(c);
	if (n > FIELD_MAX)
		c->bad = true;
	return as_take(c, n);
}

/* --- SubjectPublicKeyInfo from the bare numbers, so that a key has one fingerprint everywhere
 * --- */

static as_span der(as_arena *arena, uint8_t tag, const as_span parts[4])
{
	as_buf b = { 0 };
	size_t n = parts[0].n + parts[1].n + parts[2].n + parts[3].n;
	as_buf_u8(&b, tag);
	if (n > 0xff) {
		as_buf_u8(&b, 0x82);
		as_buf_u8(&b, (uint8_t)(n >> 8));
	} else if (n > 0x7f) {
		as_buf_u8(&b, 0x81);
	}
	as_buf_u8(&b, (uint8_t)n);
	for (size_t i = 0; i < 4; i++)
		as_buf_add(&b, parts[i].p, parts[i].n);
	as_span made = b.bad || n > 0xffff ? (as_span){ 0 } : as_copy(arena, as_buf_span_of(&b));
	as_buf_free(&b);
	return made;
}

/* SSH's mpint is DER's INTEGER content already: big-endian two's complement, shortest form. */
static as_span integer(as_arena *arena, as_span mpint)
{
	return der(arena, 0x02, (const as_span[4]){ mpint });
}

static as_span sequence(as_arena *arena, as_span a, as_span b, as_span c)
{
	return der(arena, 0x30, (const as_span[4]){ a, b, c });
}

static as_span bit_string(as_arena *arena, as_span content)
{
	static const uint8_t no_unused = 0;
	return der(arena, 0x03, (const as_span[4]){ as_bytes(&no_unused, 1), content });
}

static void finish(as_pubkey *out, const char *algorithm, size_t bits, as_span spki)
{
	(void)snprintf(out->algorithm, sizeof(out->algorithm), "%s", algorithm);
	out->bits = (int)bits;
	as_sha256 sum = as_sha256_of(spki);
	as_sha256_hex(&sum, out->fingerprint);
}

/* Bits of a positive mpint; 0 if it is negative, zero or not in its shortest form. */
static size_t mpint_bits(as_span m)
{
	size_t skip = m.n > 0 && m.p[0] == 0;
	uint8_t top = as_at(m, skip);
	if (m.n == 0 || m.p[0] >= 0x80 || top == 0 || (skip && top < 0x80))
		return 0;
	size_t bits = (m.n - skip) * 8;
	for (; top < 0x80; top = (uint8_t)(top << 1))
		bits--;
	return bits;
}

static bool read_rsa(as_cur *c, as_arena *arena, as_pubkey *out)
{
	static const uint8_t id[] = { 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d,
		0x01, 0x01, 0x01, 0x05, 0x00 };
	as_span e = field(c), n = field(c);
	if (!as_ok(c) || mpint_bits(n) < 256 || mpint_bits(e) == 0)
		return false;
	as_span numbers = sequence(arena, integer(arena, n), integer(arena, e), (as_span){ 0 });
	as_span spki = sequence(
		arena, as_bytes(id, sizeof(id)), bit_string(arena, numbers), (as_span){ 0 });
	finish(out, "rsa", mpint_bits(n), spki);
	return spki.n > 0;
}

static bool read_dsa(as_cur *c, as_arena *arena, as_pubkey *out)
{
	static const uint8_t oid[] = { 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x38, 0x04, 0x01 };
	as_span p = field(c), q = field(c), g = field(c), y = field(c);
	if (!as_ok(c) || mpint_bits(p) < 256 || mpint_bits(q) == 0 || mpint_bits(g) == 0 ||
		mpint_bits(y) == 0)
		return false;
	as_span group = sequence(arena, integer(arena, p), integer(arena, q), integer(arena, g));
	as_span id = sequence(arena, as_bytes(oid, sizeof(oid)), group, (as_span){ 0 });
	as_span spki = sequence(arena, id, bit_string(arena, integer(arena, y)), (as_span){ 0 });
	finish(out, "dsa", mpint_bits(p), spki);
	return spki.n > 0;
}

static bool read_ecdsa(as_cur *c, as_arena *arena, as_pubkey *out)
{
	static const uint8_t ec[] = { 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01 };
	static const struct {
		const char *name;
		size_t bits, n;
		uint8_t oid[10];
	} curves[] = {
		{ "nistp256", 256, 10,
			{ 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07 } },
		{ "nistp384", 384, 7, { 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22 } },
		{ "nistp521", 521, 7, { 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x23 } },
	};
	as_span name = field(c), point = field(c);
	for (size_t i = 0; as_ok(c) && i < sizeof(curves) / sizeof(curves[0]); i++) {
		size_t want = 1 + 2 * ((curves[i].bits + 7) / 8);
		if (!as_is(name, curves[i].name) || point.n != want || point.p[0] != 4)
			continue;
		as_span curve = as_bytes(curves[i].oid, curves[i].n);
		as_span id = sequence(arena, as_bytes(ec, sizeof(ec)), curve, (as_span){ 0 });
		finish(out, "ec", curves[i].bits,
			sequence(arena, id, bit_string(arena, point), (as_span){ 0 }));
		return true;
	}
	return false;
}

static bool finish_ed25519(as_span point, as_arena *arena, as_pubkey *out)
{
	static const uint8_t id[] = { 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70 };
	if (point.n != ED25519_LEN)
		return false;
	as_span spki =
		sequence(arena, as_bytes(id, sizeof(id)), bit_string(arena, point), (as_span){ 0 });
	finish(out, "ed25519", 256, spki);
	return true;
}

static bool read_ed25519(as_cur *c, as_arena *arena, as_pubkey *out)
{
	return finish_ed25519(field(c), arena, out);
}

/* n_private: fields of the private half in an OpenSSH file, which repeats the public ones first
 * (RSA: in another order, with its factors); n_dropbear: fields that follow the public half
 * there. */
static const struct kind {
	const char *name;
	bool (*read)(as_cur *c, as_arena *arena, as_pubkey *out);
	unsigned n_openssh, n_dropbear_least, n_dropbear_most;
} kinds[] = {
	{ "ssh-rsa", read_rsa, 6, 1, 3 },
	{ "ssh-dss", read_dsa, 5, 1, 1 },
	{ "ecdsa-sha2-nistp256", read_ecdsa, 3, 1, 1 },
	{ "ecdsa-sha2-nistp384", read_ecdsa, 3, 1, 1 },
	{ "ecdsa-sha2-nistp521", read_ecdsa, 3, 1, 1 },
	{ "ssh-ed25519", read_ed25519, 2, 0, 0 },
	{ "sk-ecdsa-sha2-nistp256@openssh.com", read_ecdsa, 0, 0, 0 },
	{ "sk-ssh-ed25519@openssh.com", read_ed25519, 0, 0, 0 },
};

static const struct kind *kind_of(as_span name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (as_is(name, kinds[i].name))
			return &kinds[i];
	return NULL;
}

bool as_ssh_public(as_cur *c, as_arena *arena, as_pubkey *out)
{
	*out = (as_pubkey){ 0 };
	const struct kind *k = kind_of(field(c));
	return k && k->read(c, arena, out) && as_ok(c);
}

bool as_ssh_public_text(as_span base64, as_arena *arena, as_pubkey *out)
{
	as_cur c = as_cur_be(as_base64(arena, base64), 0);
	return as_ssh_public(&c, arena, out);
}

static as_span openssh_comment(as_span private)
{
	as_cur c = as_cur_be(private, 0);
	uint32_t check = as_u32(&c);
	const struct kind *k = check == as_u32(&c) ? kind_of(field(&c)) : NULL;
	for (unsigned i = 0; k && i < k->n_openssh; i++)
		(void)field(&c);
	as_span comment = field(&c);
	return k && as_ok(&c) ? comment : (as_span){ 0 };
}

bool as_ssh_openssh(as_span body, as_arena *arena, as_ssh_private *out)
{
	*out = (as_ssh_private){ 0 };
	as_cur c = as_cur_be(body, 0);
	as_span magic = as_str(&c, 1), cipher = field(&c), kdf = field(&c);
	(void)field(&c); /* options of the derivation */
	uint32_t keys = as_u32(&c);
	as_span public = field(&c), private = field(&c);
	if (!as_ok(&c) || !as_is(magic, "openssh-key-v1") || keys != 1)
		return false;
	out->encrypted = !as_is(cipher, "none") || !as_is(kdf, "none");
	out->comment = out->encrypted ? (as_span){ 0 } : openssh_comment(private);
	as_cur p = as_cur_be(public, 0);
	return as_ssh_public(&p, arena, &out->key);
}

bool as_ssh_dropbear(as_span file, as_arena *arena, as_ssh_private *out)
{
	*out = (as_ssh_private){ 0 };
	as_cur c = as_cur_be(file, 0), again = c;
	as_span name = field(&again);
	const struct kind *k = kind_of(name);
	if (!k || as_starts(name, "sk-"))
		return false;
	if (as_is(name, "ssh-ed25519")) { /* one field: the seed and the public point */
		as_span both = field(&again);
		return as_left(&again) == 0 && both.n == 64 &&
		       finish_ed25519(as_from(both, ED25519_LEN), arena, &out->key);
	}
	unsigned n = 0;
	if (!as_ssh_public(&c, arena, &out->key))
		return false;
	for (; as_ok(&c) && as_left(&c) > 0 && n <= k->n_dropbear_most; n++)
		if (mpint_bits(field(&c)) == 0)
			return false;
	return as_ok(&c) && as_left(&c) == 0 && n >= k->n_dropbear_least && n <= k->n_dropbear_most;
}

bool as_ssh_putty(as_span file, as_arena *arena, as_ssh_private *out)
{
	*out = (as_ssh_private){ 0 };
	as_cur c = as_cur_le(file, 0);
	as_buf body = { 0 };
	uint64_t lines = 0;
	bool first = true, private = false;
	for (as_span line; as_line(&c, &line); first = false) {
		size_t colon = as_find_byte(line, ':', 0);
		as_span value = as_trim(as_from(line, colon == SIZE_MAX ? line.n : colon + 1));
		if (first && !as_starts(line, "PuTTY-User-Key-File-"))
			break;
		if (lines > 0) {
			as_buf_add(&body, line.p, line.n);
			lines--;
		} else if (as_starts(line, "Encryption:")) {
			out->encrypted = !as_is(value, "none");
		} else if (as_starts(line, "Comment:")) {
			out->comment = value;
		} else if (as_starts(line, "Public-Lines:")) {
			lines = as_number(value, 10, &lines) && lines < PUTTY_LINES_MAX ? lines : 0;
		}
		private = private || as_starts(line, "Private-Lines:");
	}
	bool ok = private && as_ssh_public_text(as_buf_span_of(&body), arena, &out->key);
	as_buf_free(&body);
	return ok;
}
