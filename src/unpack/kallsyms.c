/* SPDX-License-Identifier: Apache-2.0 */
/* kallsyms: a kernel's symbols as scripts/kallsyms of the kernel's sources lays them out, in the machine's byte order.
 *   token table   256 texts, each ended by NUL: what a byte of a name stands for
 *   token index   256 u16: where each begins
 *   names         for each symbol its length (one byte; if its top bit is set, seven more bits in a second byte) and so
 *                 many bytes; the first character that they stand for is the symbol's type
 *   markers       where every 256th symbol's name begins: u32, before 4.20 a word
 *   count         u32, right before the names, aligned to a word
 *   addresses     words; or since 4.6 offsets, u32, with the base they are relative to behind them (a word). Offsets
 *                 may have a sign: then those below zero are base - 1 - offset, the others absolute (x86).
 * Of a kernel that may be moved the base can be 0 here: the addresses are then counted from where it is loaded.
 * Up to 6.3 addresses, count, names, markers, tokens stand in this order; later addresses are behind the tokens. The
 * token table is found by the digits, which stand for themselves; from there everything else is followed. */
#include "unpack/kallsyms.h"

#include <stdio.h>

enum {
	TOKENS = 256,
	INDEX_LEN = 2 * TOKENS,
	STEP = 256,          /* symbols from marker to marker */
	NAME_MAX_LEN = 1024, /* of one symbol, its type included */
	LEAST = 4,           /* markers: fewer symbols are none */
	TRIES_MAX = 16,
	REACH = 64 << 20, /* how far before the tokens the names are looked for */
};

typedef enum form { WORDS, OFFSETS, SIGNED_OFFSETS } form;

typedef struct syms {
	as_span body;
	bool big;
	uint64_t tokens, index; /* offsets in body, as all here */
	uint64_t count_at, names, markers, addresses;
	uint32_t n, n_marks; /* symbols; markers that ascend */
	unsigned mark_len, word;
	form form;
	uint64_t base;
} syms;

static uint64_t number(const syms *k, uint64_t at, unsigned n)
{
	as_cur c = as_cur_of(k->body, at, k->big);
	return as_uint(&c, n);
}

static as_span token(const syms *k, uint8_t i)
{
	as_cur c = as_cur_of(k->body, k->tokens + number(k, k->index + 2 * (uint64_t)i, 2), k->big);
	return as_str(&c, 1);
}

/* Whether the index stands at k->index and agrees with the table, whose '0' stands at zero. */
static bool index_fits(syms *k, uint64_t zero)
{
	uint64_t before = number(k, k->index + (uint64_t)2 * '0', 2);
	if (before > zero || number(k, k->index, 2) != 0)
		return false;
	k->tokens = zero - before;
	as_cur c = as_cur_of(k->body, k->tokens, k->big);
	for (unsigned i = 0; i < TOKENS; i++) {
		if (number(k, k->index + (uint64_t)2 * i, 2) != as_pos(&c) - k->tokens)
			return false;
		(void)as_str(&c, 1);
	}
	return as_ok(&c);
}

static bool find_index(syms *k, uint64_t zero)
{
	as_cur c = as_cur_of(k->body, zero, false);
	for (unsigned i = '0'; i < TOKENS; i++)
		(void)as_str(&c, 1);
	if (!as_ok(&c))
		return false;
	for (uint64_t pad = 0; pad < 16; pad++) {
		k->index = as_pos(&c) + pad;
		for (unsigned big = 0; big < 2; big++) {
			k->big = big;
			if (k->index + INDEX_LEN <= k->body.n && index_fits(k, zero))
				return true;
		}
	}
	return false;
}

static bool find_tokens(syms *k)
{
	as_span digits = as_bytes("0\0001\0002\0003\0004\0005\0006\0007\0008\0009", 20);
	size_t at = as_find(k->body, digits, 0);
	for (unsigned i = 0; at != SIZE_MAX && i < TRIES_MAX; i++) {
		if (find_index(k, at))
			return true;
		at = as_find(k->body, digits, at + 1);
	}
	return false;
}

/* How many numbers of mark_len bytes at offset at ascend from 0 as markers do. */
static uint32_t run_of_marks(const syms *k, uint64_t at, unsigned mark_len)
{
	uint64_t before = 0;
	uint32_t n = 1;
	if (number(k, at, mark_len) != 0)
		return 0;
	for (;; n++) {
		uint64_t place = at + (uint64_t)n * mark_len;
		uint64_t v = number(k, place, mark_len);
		if (place + mark_len > k->tokens || v <= before ||
			v - before < (uint64_t)2 * STEP ||
			v - before > (uint64_t)NAME_MAX_LEN * STEP)
			return n;
		before = v;
	}
}

/* The longest run before the tokens. Runs do not overlap: each begins with the only 0 in it. */
static bool find_markers(syms *k)
{
	uint64_t from = k->tokens > REACH ? k->tokens - REACH : 0;
	k->n_marks = 0;
	for (uint64_t at = (from + 3) & ~UINT64_C(3); at + 4 <= k->tokens; at += 4) {
		if (number(k, at, 4) != 0)
			continue;
		for (unsigned len = 4; len <= 8; len += 4) {
			uint32_t n = at % len == 0 ? run_of_marks(k, at, len) : 0;
			if (n > k->n_marks) {
				k->n_marks = n;
				k->markers = at;
				k->mark_len = len;
			}
		}
	}
	return k->n_marks >= LEAST;
}

static uint64_t name_len(as_cur *c)
{
	uint8_t first = as_u8(c);
	return first & 0x80 ? (first & 0x7fu) | (uint64_t)as_u8(c) << 7 : first;
}

/* Whether k->n names stand from k->names on to the markers, which agree. */
static bool names_fit(const syms *k)
{
	as_cur c = as_cur_of(as_cut(k->body, 0, k->markers), k->names, k->big);
	for (uint32_t i = 0; i < k->n && as_ok(&c); i++) {
		uint64_t mark = k->markers + (uint64_t)(i / STEP) * k->mark_len;
		if (i % STEP == 0 && number(k, mark, k->mark_len) != as_pos(&c) - k->names)
			return false;
		uint64_t n = name_len(&c);
		as_skip(&c, n);
		if (n == 0)
			return false;
	}
	return as_ok(&c) && as_left(&c) < 16;
}

/* The count stands in the word before the names: 4 or 8 bytes. Before a short one there is no 0, which an address
 * or a base would be. */
static bool read_count(syms *k, unsigned word)
{
	k->word = word;
	k->count_at = k->names - word;
	k->n = (uint32_t)number(k, k->count_at, 4);
	if (word == 8 && k->big && k->n == 0)
		k->n = (uint32_t)number(k, k->count_at + 4, 4);
	uint32_t marks = k->n / STEP + (k->n % STEP != 0);
	bool wide = word == 4 && k->big && number(k, k->names - 8, 4) == 0;
	return !wide && k->n >= (LEAST - 1) * STEP && marks <= k->n_marks &&
	       marks + 1 >= k->n_marks;
}

/* Goes from the markers back to the count that they and the names agree with. */
static bool find_names(syms *k)
{
	for (uint64_t back = 4; back <= REACH && back + 8 <= k->markers; back += 4) {
		k->names = (k->markers - back) & ~UINT64_C(3);
		for (unsigned word = 4; word <= 8; word += 4) {
			if (!read_count(k, word))
				continue;
			uint64_t last = k->markers + (uint64_t)((k->n - 1) / STEP) * k->mark_len;
			if (number(k, last, k->mark_len) <= back && names_fit(k))
				return true;
		}
	}
	return false;
}

static uint64_t address(const syms *k, uint32_t i)
{
	if (k->form == WORDS)
		return number(k, k->addresses + (uint64_t)i * k->word, k->word);
	uint64_t offset = number(k, k->addresses + (uint64_t)i * 4, 4), address = k->base + offset;
	if (k->form == SIGNED_OFFSETS)
		address = offset < UINT32_MAX / 2 ? offset : k->base + (UINT32_MAX - offset);
	return k->word == 4 ? (uint32_t)address : address;
}

/* Symbols are in the order of their addresses. */
static bool ascends(const syms *k)
{
	uint32_t falls = 0, grows = 0;
	uint64_t before = address(k, 0);
	for (uint32_t i = 1; i < k->n; i++) {
		uint64_t a = address(k, i);
		falls += a < before;
		grows += a > before;
		before = a;
	}
	return falls <= k->n / 100 && grows > k->n / 2;
}

/* Offsets at a place whose base stands right behind them. */
static bool try_offsets(syms *k, uint64_t at)
{
	uint64_t len = ((uint64_t)k->n * 4 + k->word - 1) / k->word * k->word;
	k->addresses = at;
	if (len > k->body.n || at > k->body.n - len)
		return false;
	k->base = number(k, at + len, k->word);
	/* The base is the first symbol's place, so the first offset is 0; a list of words does not begin so. */
	k->form = OFFSETS;
	if (number(k, at, 4) == 0 && ascends(k))
		return true;
	k->form = SIGNED_OFFSETS;
	return k->word == 8 && ascends(k);
}

static bool find_addresses(syms *k)
{
	uint64_t words = (uint64_t)k->n * k->word;
	uint64_t offsets = ((uint64_t)k->n * 4 + k->word - 1) / k->word * k->word;
	uint64_t behind = (k->index + INDEX_LEN + k->word - 1) / k->word * k->word;
	bool found =
		offsets + k->word <= k->count_at && try_offsets(k, k->count_at - offsets - k->word);
	if (found || try_offsets(k, behind))
		return true;
	k->form = WORDS;
	k->base = 0;
	k->addresses = k->count_at - words;
	return words <= k->count_at && ascends(k);
}

/* One symbol as a line; its length in bytes, 0 if its name is none. */
static size_t line_of(const syms *k, uint32_t i, as_span name, char out[NAME_MAX_LEN + 32])
{
	size_t n = (size_t)snprintf(
		out, 32, "%0*llx ", (int)k->word * 2, (unsigned long long)address(k, i));
	size_t from = n;
	for (size_t j = 0; j < name.n; j++) {
		as_span t = token(k, name.p[j]);
		if (n - from + t.n > NAME_MAX_LEN)
			return 0;
		for (size_t m = 0; m < t.n; m++) {
			out[n++] = as_printable(t.p[m]) ? (char)t.p[m] : '?';
			if (n == from + 1)
				out[n++] = ' ';
		}
	}
	out[n++] = '\n';
	return n > from + 2 ? n : 0;
}

static as_status put_lines(as_unpack *u, const syms *k)
{
	enum { PIECE = 64 << 10 };
	char line[NAME_MAX_LEN + 64];
	uint8_t *piece = as_alloc(as_memory(u), PIECE);
	size_t n = 0;
	as_status s = piece ? AS_OK : AS_NOMEM;
	as_cur c = as_cur_of(k->body, k->names, k->big);
	for (uint32_t i = 0; i < k->n && s <= AS_PARTIAL; i++) {
		as_span name = as_take(&c, name_len(&c));
		size_t len = line_of(k, i, name, line);
		if (n + len > PIECE) {
			s = as_worse(s, as_more(u, as_bytes(piece, n)));
			n = 0;
		}
		memcpy(piece + n, line, len);
		n += len;
	}
	return s <= AS_PARTIAL && n > 0 ? as_worse(s, as_more(u, as_bytes(piece, n))) : s;
}

as_status as_kallsyms_put(as_unpack *u, as_span body)
{
	static const char *const forms[] = { "absolute", "relative", "relative, with a sign" };
	syms k = { .body = body };
	if (!find_tokens(&k) || !find_markers(&k) || !find_names(&k))
		return AS_OK;
	if (!find_addresses(&k))
		return as_lost(u, k.count_at, "the kernel's symbols have no addresses that fit");
	as_tellf(u, as_cut(body, k.count_at, 4), "kallsyms",
		"%u symbols, %u-bit, %s-endian, addresses %s, base 0x%llx", k.n, k.word * 8,
		k.big ? "big" : "little", forms[k.form], (unsigned long long)k.base);
	as_entry e = { .at = k.names, .type = AS_PART, .name = as_lit("kallsyms.txt") };
	bool want = false;
	as_status s = as_begin(u, NULL, &e, &want);
	if (s <= AS_PARTIAL && want)
		s = as_worse(s, put_lines(u, &k));
	return s <= AS_PARTIAL ? as_worse(s, as_end(u, false)) : s;
}
