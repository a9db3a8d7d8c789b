/* SPDX-License-Identifier: Apache-2.0 */
/* One program for the reference population.
 *   usage: learn-one facts FILE         what it contributes, a line each:
 *                                         is CLASS ARCH BYTES-OF-CODE
 *                                         has EFFECT SITES
 *                                         compares KEY KIND CONSTANT
 *                                         holds KEY               (a text in its data)
 *                                         measure NAME NUMERATOR DENOMINATOR
 *          learn-one alarms FILE [OWN]  its alarms against the population without OWN (lines as above, of all
 *                                       programs of its package); tab-separated:
 *                                         SCORE SIGNAL FUNCTION NAME SITE TRIGGER EFFECT DETAIL CONCLUSIVE */
#include "code/capability.h"
#include "code/quality.h"
#include "in_process.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHORTEST = 5, LONGEST = 40 /* bytes of a text that is counted */, LINE_MOST = 512 };

static void print_text(as_span s)
{
	for (size_t i = 0; i < s.n && i < 160; i++) {
		bool plain = s.p[i] >= 0x20 && s.p[i] < 0x7f && s.p[i] != '\\';
		printf(plain ? "%c" : "\\x%02x", s.p[i]);
	}
}

static void print_test(const as_test *t)
{
	static const char *const kinds[] = { "string", "memory", "search", "chain", "number" };
	bool number = t->kind == AS_TEST_NUMBER;
	printf("compares %" PRIx64 " %s ",
		number ? as_reference_number_key(t->number) : as_reference_key(t->text),
		kinds[t->kind]);
	if (number)
		printf("%" PRIx64, t->number);
	else
		print_text(t->text);
	printf("\n");
}

static void print_texts(as_span data)
{
	size_t from = 0;
	for (size_t i = 0; i < data.n; i++) {
		uint8_t b = data.p[i];
		if (b >= 0x20 && b < 0x7f)
			continue;
		size_t n = i - from;
		if (b == 0 && n >= SHORTEST && n <= LONGEST)
			printf("holds %" PRIx64 "\n", as_reference_key(as_cut(data, from, n)));
		from = i + 1;
	}
}

static as_status print_measures(const as_profile *p)
{
	as_quality q;
	as_status s = as_quality_find(&q, p);
	for (int m = 0; s == AS_OK && m < AS_N_MEASURES; m++)
		if (q.count[m].of > 0)
			printf("measure %s %" PRIu64 " %" PRIu64 "\n",
				as_measure_name((as_measure_id)m), q.count[m].n, q.count[m].of);
	return s;
}

static as_status print_facts(const as_program *p, const as_signals *s)
{
	as_capability c = as_capability_of(s);
	printf("is %s %s %" PRIu64 "\n", as_reference_class_name(c.class), p->arch->id,
		(uint64_t)s->profile->sum.code_bytes);
	for (int i = 0; i < AS_EFFECTS; i++)
		if (c.effects >> i & 1)
			printf("has %s %u\n", as_reference_effect_name(i), c.sites[i]);
	for (size_t i = 0; i < s->profile->functions.n; i++)
		for (size_t j = 0; j < s->tests[i].n; j++)
			print_test(&s->tests[i].list[j]);
	for (size_t i = 0; i < p->n_regions; i++)
		if (!p->regions[i].write)
			print_texts(p->regions[i].data);
	return print_measures(s->profile);
}

static as_status print_alarms(const as_signals *s)
{
	for (size_t i = 0; i < s->n_alarms; i++) {
		const as_alarm *a = &s->alarms[i];
		const as_function *f = &s->profile->functions.list[a->function];
		printf("%.3f\t%s\t%" PRIx64 "\t", a->score, a->signal, f->addr);
		print_text(f->name);
		printf("\t%" PRIx64 "\t", a->at);
		print_text(a->trigger);
		printf("\t");
		print_text(a->effect);
		printf("\t");
		print_text(a->detail);
		printf("\t%d\n", a->conclusive);
	}
	return AS_OK;
}

static int by_key(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return x < y ? -1 : x > y;
}

static as_reference_class class_named(const char *name)
{
	int i = 0;
	while (i + 1 < AS_CLASSES &&
		strcmp(as_reference_class_name((as_reference_class)i), name) != 0)
		i++;
	return (as_reference_class)i;
}

/* Reads what print_facts printed of the programs of a package. False: it cannot be read. */
static bool read_own(const char *path, as_reference_own *own, uint64_t *keys, size_t room)
{
	char line[LINE_MOST];
	as_reference_class class = AS_CLASS_TOOL;
	FILE *f = fopen(path, "r");
	if (!f)
		return false;
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = 0;
		char *word = strchr(line, ' ');
		if (!word)
			continue;
		*word++ = 0;
		char *rest = word + strcspn(word, " ");
		if (strcmp(line, "compares") == 0 && own->n_keys < room) {
			keys[own->n_keys++] = strtoull(word, &rest, 16);
			continue;
		}
		*rest = 0;
		if (strcmp(line, "is") == 0) {
			class = class_named(word);
			own->has[class] = true;
		}
		int effect = strcmp(line, "has") == 0 ? as_reference_effect(word) : -1;
		own->effects[class] |= (uint16_t)(effect < 0 ? 0 : 1u << effect);
	}
	fclose(f);
	qsort(keys, own->n_keys, sizeof(*keys), by_key);
	own->keys = keys;
	return true;
}

int main(int argc, char **argv)
{
	enum { KEYS_MOST = 1 << 20 };
	static as_profile profile;
	static as_program program;
	static as_signals signals;
	static uint64_t keys[KEYS_MOST];
	as_reference reference;
	as_reference_own own = { 0 };
	if (argc < 3)
		return 2;
	bool facts = strcmp(argv[1], "facts") == 0;
	as_span file = read_whole(argv[2]);
	as_arena *arena = as_arena_new(0);
	as_reference_open(&reference);
	if (argc > 3 && !read_own(argv[3], &own, keys, KEYS_MOST))
		return 2;
	reference.own = argc > 3 ? &own : NULL;
	as_status s = as_program_open(&program, file, arena);
	if (s == AS_OK)
		s = as_profile_make(&profile, &program);
	if (s == AS_OK)
		s = as_signals_find_against(&signals, &profile, &reference);
	if (s == AS_OK)
		s = facts ? print_facts(&program, &signals) : print_alarms(&signals);
	as_arena_free(arena);
	free_whole(file);
	return s == AS_OK || s == AS_NOT_THIS ? 0 : 1;
}
