/* SPDX-License-Identifier: Apache-2.0 */
/* The compression of LHA's family, as ARJ and UEFI have it; bits come from the highest of a byte on. Blocks of a count
 * (16 bits), three codes, and so many symbols: bytes, or lengths of matches, which a distance follows. A code is told
 * by the lengths of its words; the lengths of the second are written in the first. The kinds differ in how many
 * places a distance can have. ARJ's fourth method has no codes: lengths and distances are written by how many ones
 * stand in front of them. */
#include "codec/lzh.h"

enum { SHORTEST = 3, SYMBOLS = 510, LENGTHS = 19, LENGTHS_BITS = 5, LENS_MAX = 24, WORD_MAX = 16 };

static const struct kind {
	uint32_t window; /* bytes */
	uint8_t places, place_bits;
	bool has_codes;
	bool strict; /* a match before the first byte is damage */
} kinds[] = {
	[AS_LZH_ARJ] = { 32768, 17, 5, true, false },
	[AS_LZH_ARJ_FASTEST] = { 32768, 0, 0, false, false },
	[AS_LZH_EFI] = { 8192, 14, 4, true, true },
	[AS_LZH_TIANO] = { 1 << 19, 20, 5, true, true },
};

typedef struct code {
	uint16_t counts[WORD_MAX + 1]; /* words of each length */
	uint16_t symbols[SYMBOLS];     /* in the order of the words */
	uint16_t only;                 /* + 1: it has one symbol, of no bits */
} code;

typedef struct decoder {
	as_span in;
	uint64_t at; /* bit */
	bool bad;    /* the input ended, or a word is none */
	code words, symbols, places;
	const struct kind *kind;
	uint8_t *window;
	size_t size, fill; /* of the window */
	uint64_t done;     /* bytes that came out */
	uint64_t left;     /* bytes that are still to come */
	as_sink sink;
	void *ctx;
	as_status status;
} decoder;

static unsigned bit(decoder *d)
{
	if (d->at >= (uint64_t)d->in.n * 8) {
		d->bad = true;
		return 0;
	}
	unsigned b = (unsigned)d->in.p[d->at / 8] >> (7 - d->at % 8) & 1u;
	d->at++;
	return b;
}

static unsigned bits(decoder *d, unsigned n)
{
	unsigned v = 0;
	while (n-- > 0)
		v = v << 1 | bit(d);
	return v;
}

/* Makes the code whose words have these lengths. */
static void make_code(decoder *d, code *c, const uint8_t *lens, size_t n)
{
	uint16_t starts[WORD_MAX + 2] = { 0 };
	int room = 1;
	*c = (code){ 0 };
	for (size_t i = 0; i < n; i++)
		c->counts[lens[i]]++;
	c->counts[0] = 0;
	for (unsigned len = 1; len <= WORD_MAX; len++) {
		room = room * 2 - c->counts[len];
		d->bad = d->bad || room < 0;
		starts[len + 1] = (uint16_t)(starts[len] + c->counts[len]);
	}
	for (size_t i = 0; i < n && !d->bad; i++)
		if (lens[i] > 0)
			c->symbols[starts[lens[i]]++] = (uint16_t)i;
}

static unsigned symbol(decoder *d, const code *c)
{
	unsigned word = 0, first = 0, before = 0;
	if (c->only > 0)
		return c->only - 1u;
	for (unsigned len = 1; len <= WORD_MAX && !d->bad; len++) {
		word = word << 1 | bit(d);
		if (word - first < c->counts[len])
			return c->symbols[before + word - first];
		before += c->counts[len];
		first = (first + c->counts[len]) << 1;
	}
	d->bad = true;
	return 0;
}

/* How many lengths (width bits), and lengths of three bits, longer ones with ones behind; after the third some may be
 * zero. */
static void read_short_code(decoder *d, code *c, size_t most, unsigned width, bool gap)
{
	uint8_t lens[LENS_MAX] = { 0 };
	size_t n = bits(d, width), i = 0;
	if (n == 0) {
		*c = (code){ .only = (uint16_t)(bits(d, width) + 1) };
		d->bad = d->bad || c->only > most;
		return;
	}
	d->bad = d->bad || n > most;
	while (i < n && !d->bad) {
		unsigned len = bits(d, 3);
		while (len >= 7 && len <= WORD_MAX && bit(d))
			len++;
		d->bad = d->bad || len > WORD_MAX;
		lens[i++] = (uint8_t)(len & 31);
		if (gap && i == 3)
			i += bits(d, 2);
	}
	d->bad = d->bad || i > most;
	if (!d->bad)
		make_code(d, c, lens, most);
}

static void read_symbols(decoder *d)
{
	uint8_t lens[SYMBOLS] = { 0 };
	size_t n = bits(d, 9), i = 0;
	if (n == 0) {
		d->symbols = (code){ .only = (uint16_t)(bits(d, 9) + 1) };
		d->bad = d->bad || d->symbols.only > SYMBOLS;
		return;
	}
	while (i < n && !d->bad) {
		unsigned s = symbol(d, &d->words);
		if (s == 0)
			i++;
		else if (s == 1)
			i += bits(d, 4) + 3;
		else if (s == 2)
			i += bits(d, 9) + 20;
		else if (i < SYMBOLS)
			lens[i++] = (uint8_t)(s - 2);
		d->bad = d->bad || i > SYMBOLS || n > SYMBOLS;
	}
	if (!d->bad)
		make_code(d, &d->symbols, lens, SYMBOLS);
}

static void flush(decoder *d)
{
	if (d->fill > 0 && d->status == AS_OK)
		d->status = d->sink(d->ctx, as_bytes(d->window, d->fill));
	d->fill = 0;
}

static void put(decoder *d, uint8_t b)
{
	d->window[d->fill++] = b;
	d->done++;
	d->left--;
	if (d->fill == d->size)
		flush(d);
}

static void copy(decoder *d, size_t distance, unsigned n)
{
	d->bad = d->bad || distance >= d->size || (d->kind->strict && distance >= d->done);
	while (n-- > 0 && d->left > 0 && !d->bad)
		put(d, d->window[(d->fill + d->size - 1 - distance) % d->size]);
}

static void run_codes(decoder *d)
{
	unsigned in_block = 0;
	while (d->left > 0 && !d->bad && d->status == AS_OK) {
		if (in_block == 0) {
			in_block = bits(d, 16);
			read_short_code(d, &d->words, LENGTHS, LENGTHS_BITS, true);
			read_symbols(d);
			read_short_code(d, &d->places, d->kind->places, d->kind->place_bits, false);
			d->bad = d->bad || in_block == 0;
			continue;
		}
		in_block--;
		unsigned s = symbol(d, &d->symbols);
		if (d->bad)
			return;
		if (s < 256) {
			put(d, (uint8_t)s);
			continue;
		}
		unsigned place = symbol(d, &d->places);
		size_t distance = place < 2 ? place : (1u << (place - 1)) + bits(d, place - 1);
		copy(d, distance, s - 256 + SHORTEST);
	}
}

/* As many ones as stand there (to most) say how many more bits a number has than least. */
static unsigned unary(decoder *d, unsigned least, unsigned most)
{
	unsigned width = least, base = 0;
	while (width < most && bit(d)) {
		base += 1u << width;
		width++;
	}
	return base + bits(d, width);
}

static void run_unary(decoder *d)
{
	enum { LEN_MOST = 7, PLACE_LEAST = 9, PLACE_MOST = 13 };
	while (d->left > 0 && !d->bad && d->status == AS_OK) {
		unsigned n = unary(d, 0, LEN_MOST);
		if (d->bad)
			return;
		if (n == 0)
			put(d, (uint8_t)bits(d, 8));
		else
			copy(d, unary(d, PLACE_LEAST, PLACE_MOST), n - 1 + SHORTEST);
	}
}

as_status as_lzh_decode(as_arena *arena, as_lzh how, as_span packed, uint64_t n, as_sink sink,
	void *ctx, uint64_t *used)
{
	decoder *d = as_alloc(arena, sizeof(*d));
	/* What comes from before the first byte is damage: then the window need not be longer than all. */
	size_t size = kinds[how].window;
	while (kinds[how].strict && size / 2 >= n && size > 1)
		size /= 2;
	uint8_t *window = as_alloc(arena, size);
	if (!d || !window)
		return AS_NOMEM;
	d->kind = &kinds[how];
	d->window = window;
	d->size = size;
	d->in = packed;
	d->left = n;
	d->sink = sink;
	d->ctx = ctx;
	if (d->kind->has_codes)
		run_codes(d);
	else
		run_unary(d);
	flush(d);
	if (used)
		*used = (d->at + 7) / 8;
	return d->status != AS_OK ? d->status : d->bad || d->left > 0 ? AS_PARTIAL : AS_OK;
}
