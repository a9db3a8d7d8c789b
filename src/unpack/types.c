/* SPDX-License-Identifier: Apache-2.0 */
/* Content types of what is no container: enough for inspectors to know what to read. */
#include "unpack/engine.h"

typedef struct known_type {
	const char *type, *bytes;
	uint8_t len;
	uint16_t at;
	uint8_t least; /* bytes that one has at least */
} known_type;

static const known_type known[] = {
	{ "image/png", "\x89PNG\r\n\x1a\n", 8, 0, 0 },
	{ "image/jpeg", "\xff\xd8\xff", 3, 0, 0 },
	{ "image/gif", "GIF8", 4, 0, 0 },
	{ "image/webp", "WEBP", 4, 8, 0 },
	{ "image/x-icon", "\0\0\1\0", 4, 0, 22 },
	{ "application/pdf", "%PDF-", 5, 0, 0 },
	{ "font/ttf", "\0\1\0\0\0", 5, 0, 0 },
	{ "font/otf", "OTTO", 4, 0, 0 },
	{ "font/type1", "%!PS-AdobeFont", 14, 0, 0 },
	{ "font/type1", "%!PS-AdobeFont", 14, 6, 0 },
	{ "font/woff", "wOFF", 4, 0, 0 },
	{ "font/woff2", "wOF2", 4, 0, 0 },
	{ "application/java-class", "\xca\xfe\xba\xbe\0\0\0", 7, 0, 0 },
	{ "application/x-lua", "\x1bLua", 4, 0, 0 },
	{ "application/x-gettext", "\xde\x12\x04\x95", 4, 0, 0 },
	{ "application/x-gettext", "\x95\x04\x12\xde", 4, 0, 0 },
	{ "application/x-sqlite3", "SQLite format 3\0", 16, 0, 0 },
	{ "application/x-terminfo", "\x1a\x01", 2, 0, 0 },
	{ "application/x-terminfo", "\x1e\x02", 2, 0, 0 },
	{ "application/x-timezone", "TZif", 4, 0, 0 },
	{ "application/x-pe", "MZ", 2, 0, 0 },
	{ "application/x-wasm", "\0asm", 4, 0, 0 },
	{ "application/x-berkeley-db", "\x62\x31\x05\x00", 4, 12, 0 },
	{ "application/x-locale", "\x20\x00\x03\x20", 4, 0, 0 },
	{ "audio/wav", "WAVE", 4, 8, 0 },
	{ "audio/ogg", "OggS", 4, 0, 0 },
};

/* A byte that old 8-bit text has: everything but control characters. */
static bool legacy_text(as_span s)
{
	size_t high = 0;
	for (size_t i = 0; i < s.n; i++) {
		uint8_t b = s.p[i];
		bool control =
			b < 0x20 && b != '\t' && b != '\n' && b != '\r' && b != '\f' && b != 0x1b;
		if (control || b == 0x7f)
			return false;
		high += b >= 0x80;
	}
	return high * 10 < s.n * 3;
}

static const char *text_type(as_span s)
{
	as_span start = as_trim(as_cut(s, 0, as_min(s.n, 4096)));
	if (as_starts(s, "#!"))
		return "text/script";
	if (as_has(start, "-----BEGIN "))
		return "pem";
	if (as_starts(start, "<?xml"))
		return "text/xml";
	if (as_starts(start, "<!DOCTYPE html") || as_starts(start, "<!doctype html") ||
		as_starts(start, "<html") || as_starts(start, "<HTML"))
		return "text/html";
	bool object = as_starts(start, "{") && as_has(start, "\":");
	return object || as_starts(start, "[{") ? "text/json" : "text";
}

/* A packet of OpenPGP (RFC 4880, 4.2) with a length of its own: its tag, 0 if it is none, and its body. */
static uint8_t packet(as_cur *c, as_span *body)
{
	enum { ANY = 0x80, NEW = 0x40, LONG = 192, PARTIAL = 224 };
	uint8_t head = as_u8(c), tag = head & NEW ? head & 0x3f : head >> 2 & 0xf;
	uint64_t n = 0;
	if (!(head & ANY) || (!(head & NEW) && (head & 3) == 3))
		return 0;
	if (head & NEW) {
		n = as_u8(c);
		if (n >= PARTIAL)
			n = n == 0xff ? as_u32(c) : UINT64_MAX;
		else if (n >= LONG)
			n = ((n - LONG) << 8) + as_u8(c) + LONG;
	} else {
		n = (head & 3) == 0 ? as_u8(c) : (head & 3) == 1 ? as_u16(c) : as_u32(c);
	}
	*body = as_take(c, n);
	return as_ok(c) ? tag : 0;
}

/* Keys of OpenPGP: a public key, and a name, a signature or another key behind it. Signatures look like noise. */
static bool is_keyring(as_span data)
{
	enum { SIGNATURE = 2, KEY = 6, TRUST = 12, NAME = 13, SUBKEY = 14 };
	as_span key = { 0 }, further = { 0 };
	as_cur c = as_cur_be(data, 0);
	uint8_t tag = packet(&c, &key), version = as_at(key, 0);
	/* 4: a time, then an algorithm; 3: days before it; 5 and 6: a length behind it */
	uint8_t algorithm = as_at(key, version == 3 ? 7 : 5);
	if (tag != KEY || version < 3 || version > 6 || algorithm == 0 || algorithm > 28)
		return false;
	uint8_t next = packet(&c, &further);
	return next == SIGNATURE || next == KEY || next == TRUST || next == NAME || next == SUBKEY;
}

const char *as_type_of(as_span data)
{
	if (data.n == 0)
		return "empty";
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (data.n >= known[i].least && as_same(as_cut(data, known[i].at, known[i].len),
							as_bytes(known[i].bytes, known[i].len)))
			return known[i].type;
	if (is_keyring(data))
		return "application/pgp-keys";
	as_span look = as_cut(data, 0, as_min(data.n, AS_TYPE_LOOK));
	/* A cut may fall inside a UTF-8 sequence: leave its last bytes out. */
	as_span whole = look.n < data.n ? as_cut(look, 0, look.n - 4) : look;
	while (look.n < data.n && whole.n > 0 && whole.p[whole.n - 1] >= 0x80)
		whole.n--;
	return as_is_text(whole) || legacy_text(look) ? text_type(data) : "data";
}
