/* SPDX-License-Identifier: Apache-2.0 */
/* A text is taken for a licence if most of the runs of words that the pack keeps of it stand in it: letters and digits
 * in small letters, so that line breaks, comment marks and punctuation do not count. tools/knowledge/licence-texts
 * does the same. */
#include "base/ascii.h"
#include "knowledge/licence.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/embed.h"
#include "knowledge/tsv.h"

enum {
	RUN = 6,     /* words */
	HASHES = 10, /* kept of a text */
	ENOUGH = 7,  /* of them that must be there */
	TEXTS_MAX = 1024,
	READ_MAX = 512 << 10, /* bytes */
	WORD_MAX = 40,        /* bytes of a word that count */
};

typedef struct kept_run {
	uint32_t hash;
	uint16_t text, nth;
} kept_run;

typedef struct licence {
	as_span spdx, inside;
	size_t n; /* runs */
} licence;

/* Built once and then only read; runs are sorted by hash. */
static struct {
	licence *texts;
	kept_run *runs;
	size_t n, n_runs;
} pack;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static int by_hash(const void *a, const void *b)
{
	uint32_t x = ((const kept_run *)a)->hash, y = ((const kept_run *)b)->hash;
	return (x > y) - (x < y);
}

static void add_text(as_span spdx, as_span hashes, as_span inside)
{
	licence *l = &pack.texts[pack.n];
	*l = (licence){ .spdx = spdx, .inside = inside };
	for (as_span one; l->n < HASHES && (one = as_field(hashes, ',', l->n)).p; l->n++) {
		uint64_t hash = 0;
		(void)as_number(one, 16, &hash);
		pack.runs[pack.n_runs++] =
			(kept_run){ (uint32_t)hash, (uint16_t)pack.n, (uint16_t)l->n };
	}
	pack.n++;
}

static void prepare(void)
{
	as_cur c = as_cur_le(as_embedded_file(as_embedded_knowledge, "licence_texts.tsv"), 0);
	as_span field[3];
	pack.texts = calloc(TEXTS_MAX, sizeof(*pack.texts));
	pack.runs = calloc((size_t)TEXTS_MAX * HASHES, sizeof(*pack.runs));
	if (!pack.texts || !pack.runs)
		return;
	while (pack.n < TEXTS_MAX && as_tsv_row(&c, field, 3) == 3)
		add_text(field[0], field[1], field[2]);
	qsort(pack.runs, pack.n_runs, sizeof(*pack.runs), by_hash);
}

as_status as_licence_text_prepare(void)
{
	(void)pthread_once(&once, prepare);
	return pack.texts && pack.runs ? AS_OK : AS_NOMEM;
}

/* The next word at or after *at, in small letters; its length, or 0 at the end. */
static size_t next_word(as_span text, size_t *at, uint8_t *word)
{
	size_t n = 0;
	for (; *at < text.n; ++*at) {
		uint8_t b = text.p[*at];
		uint8_t low = as_lower(b);
		bool in = as_is_lower(low) || as_is_digit(low);
		if (!in && n > 0)
			break;
		if (in && n < WORD_MAX)
			word[n++] = low;
	}
	return n;
}

typedef struct window {
	uint8_t words[RUN][WORD_MAX];
	size_t lengths[RUN];
	size_t n; /* words read so far */
} window;

/* FNV-1a of the last words with one blank between them; its upper half. */
static uint32_t hash_of(const window *w)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);
	for (size_t i = 0; i < RUN; i++) {
		size_t k = (w->n + i) % RUN;
		for (size_t j = 0; j < w->lengths[k]; j++)
			h = (h ^ w->words[k][j]) * UINT64_C(0x100000001b3);
		if (i + 1 < RUN)
			h = (h ^ ' ') * UINT64_C(0x100000001b3);
	}
	return (uint32_t)(h >> 32);
}

static void note(uint32_t hash, uint16_t *seen)
{
	size_t low = 0, high = pack.n_runs;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		low = pack.runs[mid].hash < hash ? mid + 1 : low;
		high = pack.runs[mid].hash < hash ? high : mid;
	}
	for (; low < pack.n_runs && pack.runs[low].hash == hash; low++)
		seen[pack.runs[low].text] |= (uint16_t)(1u << pack.runs[low].nth);
}

static bool is_told(const uint16_t *seen, size_t i)
{
	return pack.texts[i].n > 0 &&
	       (size_t)__builtin_popcount(seen[i]) >= as_min(ENOUGH, pack.texts[i].n);
}

static bool names(as_span list, as_span spdx)
{
	as_span one = as_field(list, ',', 0);
	for (size_t i = 1; one.p; one = as_field(list, ',', i++))
		if (as_same(one, spdx))
			return true;
	return false;
}

static bool stands_inside(const uint16_t *seen, size_t i)
{
	for (size_t k = 0; k < pack.n; k++)
		if (k != i && is_told(seen, k) && names(pack.texts[k].inside, pack.texts[i].spdx))
			return true;
	return false;
}

as_status as_licence_texts(as_span text, as_arena *arena, as_licence_found found, void *ctx)
{
	as_status s = as_licence_text_prepare();
	uint16_t *seen = as_alloc_array(arena, TEXTS_MAX, sizeof(*seen));
	window *w = as_alloc(arena, sizeof(*w));
	if (s != AS_OK || !seen || !w)
		return AS_NOMEM;
	bool cut = text.n > READ_MAX;
	text = as_cut(text, 0, as_min(text.n, READ_MAX));
	for (size_t at = 0, n; (n = next_word(text, &at, w->words[w->n % RUN])) > 0;) {
		w->lengths[w->n++ % RUN] = n;
		if (w->n >= RUN)
			note(hash_of(w), seen);
	}
	for (size_t i = 0; i < pack.n && s == AS_OK; i++)
		if (is_told(seen, i) && !stands_inside(seen, i))
			s = found(ctx, pack.texts[i].spdx);
	return s == AS_OK && cut ? AS_PARTIAL : s;
}
