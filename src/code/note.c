/* SPDX-License-Identifier: Apache-2.0 */
#include "code/note.h"

#include <string.h>

enum { TABLE_REACH = 256 /* bytes of a table that a reference may point into */ };

/* How a table begins: two words, or eight bytes as they stand. */
typedef struct beginning {
	uint32_t algo;
	bool words;
	uint8_t byte[8]; /* words: most significant byte first */
} beginning;

static const beginning beginnings[] = {
	{ AS_ALGO_MD5, true, { 0xd7, 0x6a, 0xa4, 0x78, 0xe8, 0xc7, 0xb7, 0x56 } },
	{ AS_ALGO_SHA256, true, { 0x42, 0x8a, 0x2f, 0x98, 0x71, 0x37, 0x44, 0x91 } },
	{ AS_ALGO_DES, true, { 0x01, 0x01, 0x04, 0x00, 0x00, 0x00, 0x00, 0x00 } },
	{ AS_ALGO_DES, true, { 0x02, 0x08, 0x08, 0x00, 0x00, 0x08, 0x00, 0x00 } },
	{ AS_ALGO_DES, false, { 14, 4, 13, 1, 2, 15, 11, 8 } },
	{ AS_ALGO_DES, false, { 58, 50, 42, 34, 26, 18, 10, 2 } },
	{ AS_ALGO_DES, false, { 57, 49, 41, 33, 25, 17, 9, 1 } },
	{ AS_ALGO_AES, false, { 0x63, 0x7c, 0x77, 0x7b, 0xf2, 0x6b, 0x6f, 0xc5 } },
	{ AS_ALGO_AES, true, { 0xc6, 0x63, 0x63, 0xa5, 0xf8, 0x7c, 0x7c, 0x84 } },
	{ AS_ALGO_AES, true, { 0xa5, 0x63, 0x63, 0xc6, 0x84, 0x7c, 0x7c, 0xf8 } },
	{ AS_ALGO_BLOWFISH, true, { 0x24, 0x3f, 0x6a, 0x88, 0x85, 0xa3, 0x08, 0xd3 } },
};

enum { N_BEGINNINGS = sizeof(beginnings) / sizeof(beginnings[0]), BEGINS = 8 };

/* The beginnings in the program's byte order. */
typedef struct searching {
	uint8_t want[N_BEGINNINGS][BEGINS];
	uint32_t first[256], second[256]; /* bit i: that is the byte of want[i] there */
} searching;

static void prepare(searching *s, bool big)
{
	memset(s->first, 0, sizeof(s->first));
	memset(s->second, 0, sizeof(s->second));
	for (size_t i = 0; i < N_BEGINNINGS; i++) {
		for (size_t j = 0; j < BEGINS; j++)
			s->want[i][j] = beginnings[i].byte[beginnings[i].words && !big ? j ^ 3 : j];
		s->first[s->want[i][0]] |= UINT32_C(1) << i;
		s->second[s->want[i][1]] |= UINT32_C(1) << i;
	}
}

static void search(as_algo_tables *out, const searching *s, const as_region *r)
{
	for (size_t at = 0; at + BEGINS <= r->data.n; at++) {
		uint32_t may = s->first[r->data.p[at]] & s->second[r->data.p[at + 1]];
		for (size_t i = 0; may >> i; i++) {
			if (!(may >> i & 1) || memcmp(r->data.p + at, s->want[i], BEGINS) != 0)
				continue;
			if (out->n == AS_ALGO_TABLES_MAX)
				return;
			out->table[out->n++] =
				(as_algo_table){ .addr = r->addr + at, .algo = beginnings[i].algo };
		}
	}
}

void as_note_tables(as_algo_tables *out, const as_program *p)
{
	searching s;
	prepare(&s, p->elf.big);
	out->n = 0;
	for (size_t i = 0; i < p->n_regions; i++)
		search(out, &s, &p->regions[i]);
}

/* Constants that an algorithm's code has where its table was unrolled. */
static const struct {
	uint32_t k;
	uint8_t bit;
} marks[] = { { 0xd76aa478, 0 }, { 0xe8c7b756, 1 }, { 0x242070db, 2 }, { 0xc1bdceee, 3 },
	{ 0x5a827999, 4 }, { 0x6ed9eba1, 5 }, { 0x8f1bbcdc, 6 }, { 0xca62c1d6, 7 } };

static uint32_t mark_of(int64_t k)
{
	uint32_t word = (uint32_t)((uint64_t)k & 0xffffffff);
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (marks[i].k == word)
			return UINT32_C(1) << marks[i].bit;
	return 0;
}

static uint32_t algos_of_marks(uint32_t seen)
{
	enum { MD5_MARKS = 0x0f, SHA1_MARKS = 0xc0, MD4_MARKS = 0x30, SHA1_LAST = 0x80 };
	uint32_t algos = (seen & MD5_MARKS) == MD5_MARKS ? AS_ALGO_MD5 : 0;
	if ((seen & SHA1_MARKS) == SHA1_MARKS)
		algos |= AS_ALGO_SHA1;
	else if ((seen & MD4_MARKS) == MD4_MARKS && !(seen & SHA1_LAST))
		algos |= AS_ALGO_MD4;
	return algos;
}

as_note as_note_of(const as_values *v, const as_algo_tables *tables)
{
	as_note note = { 0 };
	uint32_t seen = 0;
	for (uint32_t i = 1; i < v->n_terms; i++) {
		const as_term *t = &v->terms[i];
		if (t->kind == AS_V_STACK && t->k < 0 && t->k > INT32_MIN)
			note.frame = as_max(note.frame, (uint64_t)-t->k);
		else if (t->kind == AS_V_CONST || t->kind == AS_V_OP)
			seen |= mark_of(t->k);
	}
	note.algos = algos_of_marks(seen);
	for (uint32_t i = 0; tables->n > 0 && i < v->n_refs; i++)
		for (size_t j = 0; j < tables->n; j++)
			if (v->refs[i].addr - tables->table[j].addr < TABLE_REACH)
				note.algos |= tables->table[j].algo;
	return note;
}

const char *as_algo_name(uint32_t algo)
{
	static const char *const names[AS_N_ALGOS] = { "MD4", "MD5", "SHA-1", "SHA-256", "DES",
		"AES", "Blowfish" };
	for (size_t i = 0; i < AS_N_ALGOS; i++)
		if (algo >> i & 1)
			return names[i];
	return "";
}
