/* SPDX-License-Identifier: Apache-2.0 */
/* What must not happen: a format that sees itself in noise, in erased flash or in a program that
 * merely holds its magic; and a handler that falls over golden inputs that were cut or changed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "opened.h"

enum {
	NOISE = 64 << 20,
	MAGICS = 1024,
	PLANTED = 500,
	ROOM = 128 << 10 /* the magic of a UFS stands behind 64 KiB */
};

static uint64_t next(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state * UINT64_C(0x2545f4914f6cdd1d);
}

static uint8_t *noise(size_t n, uint64_t seed)
{
	uint8_t *p = malloc(n);
	for (size_t i = 0; i + 8 <= n; i += 8) {
		uint64_t v = next(&seed);
		memcpy(&p[i], &v, 8);
	}
	return p;
}

/* Every magic that is searched for, by its first two bytes: one pass over the data finds all. */
typedef struct magics {
	const as_format *f[MAGICS];
	const as_magic *m[MAGICS];
	uint16_t after[MAGICS]; /* the next with the same two bytes, plus one */
	uint16_t first[1 << 16];
	uint16_t n;
} magics;

static magics *magics_new(void)
{
	magics *g = calloc(1, sizeof(*g));
	assert_non_null(g);
	for (const as_format *const *f = as_formats; *f; f++)
		for (const as_magic *m = (*f)->magic; m && m->len; m++) {
			if (m->start) /* never searched for */
				continue;
			assert_true(m->len >= 2 && g->n < MAGICS);
			unsigned key = (uint8_t)m->bytes[0] | (unsigned)(uint8_t)m->bytes[1] << 8;
			g->f[g->n] = *f;
			g->m[g->n] = m;
			g->after[g->n] = g->first[key];
			g->first[key] = ++g->n;
		}
	return g;
}

static bool is_sighted(const as_format *f, as_span data, size_t at)
{
	as_extent e = { 0 };
	bool yes = f->probe(as_from(data, at), &e) == AS_OK;
	if (yes)
		print_error("%s at %zu, %llu bytes\n", f->id, at, (unsigned long long)e.size);
	return yes;
}

/* Probes every format wherever one of its magics stands in data, from offset from on; how often one said yes. */
static size_t sightings(as_span data, size_t from)
{
	magics *g = magics_new();
	size_t n = 0;
	for (size_t at = from; at + 1 < data.n; at++)
		for (unsigned i = g->first[data.p[at] | data.p[at + 1] << 8]; i > 0;
			i = g->after[i - 1]) {
			const as_magic *m = g->m[i - 1];
			if (at >= from + m->at && m->len <= data.n - at &&
				memcmp(&data.p[at], m->bytes, m->len) == 0)
				n += is_sighted(g->f[i - 1], data, at - m->at);
		}
	assert_true(g->n > 100);
	free(g);
	return n;
}

static void nothing_in_noise(void **state)
{
	(void)state;
	uint8_t *p = noise(NOISE, 88172645463325252u);
	assert_int_equal(sightings(as_bytes(p, NOISE), 0), 0);
	free(p);
}

/* Noise, zeros or ones around the magic itself: a thousand times more often than chance would
 * bring it. */
static size_t planted(const as_format *f, const as_magic *m, uint8_t *room, uint64_t *seed)
{
	size_t n = 0;
	for (size_t i = 0; i < PLANTED; i++) {
		/* Before it as well where the format begins earlier, as in a program's constants. */
		for (size_t k = 0; k < m->at + m->len + 512; k += 8) {
			uint64_t v = i == 0 ? 0 : i == 1 ? UINT64_MAX : next(seed);
			memcpy(&room[k], &v, 8);
		}
		memcpy(&room[m->at], m->bytes, m->len);
		as_extent e = { 0 };
		n += f->probe(as_bytes(room, ROOM), &e) == AS_OK;
	}
	return n;
}

static void magic_is_not_enough(void **state)
{
	(void)state;
	uint64_t seed = 362436069;
	for (const as_format *const *each = as_formats; *each; each++) {
		const as_format *f = *each;
		for (const as_magic *m = f->magic; m && m->len; m++) {
			if (m->start)
				continue;
			uint8_t *room = noise(ROOM, seed);
			size_t n = planted(f, m, room, &seed);
			/* Three bytes come by chance four times in 64 MiB: one in 500 of those may
			 * pass. */
			if (n > (m->len < 4 ? PLANTED / 500 : 0))
				fail_msg("%s says yes %zu times", f->id, n);
			free(room);
		}
	}
}

static void nothing_in_blank_flash(void **state)
{
	(void)state;
	uint8_t *p = malloc(2 << 20);
	opener o = opener_new();
	for (unsigned b = 0; b < 256; b += 255) {
		memset(p, (int)b, 2 << 20);
		opened r;
		assert_int_equal(open_it(&o, as_bytes(p, 2 << 20), NULL, &r), AS_OK);
		assert_int_equal(r.n_parts, 0);
		assert_int_equal(r.n_losses, 0);
		assert_false(r.unknown);
		opened_free(&r);
	}
	opener_free(&o);
	free(p);
}

/* This program holds every magic as a constant; a shell holds many more bytes. Neither holds a
 * stream. */
static void nothing_in_programs(void **state)
{
	(void)state;
	static const char *const programs[] = { "/proc/self/exe", "/bin/sh", "/bin/bash",
		"/usr/bin/python3" };
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		FILE *f = fopen(programs[i], "rb");
		if (!f)
			continue;
		as_buf b = { 0 };
		for (size_t n = 1; n > 0; b.n += n)
			n = fread(as_buf_room(&b, 1 << 16), 1, 1 << 16, f);
		fclose(f);
		assert_int_equal(sightings(as_buf_span_of(&b), 16), 0);
		as_buf_free(&b);
	}
}

static opener shared;

static void open_exact(as_span s, const char *id)
{
	uint8_t *p = malloc(s.n + !s.n);
	opened r;
	memcpy(p, s.p, s.n);
	/* Damage is no failure of ours; whatever is said must be within the bytes (opened.h
	 * looks). */
	as_status st = open_it(&shared, as_bytes(p, s.n), id, &r);
	if (st != AS_OK)
		print_error("%s, %zu bytes: status %d\n", id ? id : "any", s.n, st);
	assert_int_equal(st, AS_OK);
	opened_free(&r);
	free(p);
}

static void cut_and_change(const char *path, const char *id)
{
	char name[5000];
	(void)snprintf(name, sizeof(name), "%s.bin", path);
	as_span data = read_exact(name);
	uint8_t *p = malloc(data.n);
	uint64_t seed = 1234567 + data.n;
	/* Every length that ends in a header, some behind it, and the steps of large ones. */
	bool small = data.n <= 1500;
	for (size_t n = 1; n < data.n; n += !small ? data.n / 30 : n < 256 ? 1 : 7)
		open_exact(as_cut(data, 0, n), id);
	for (unsigned i = 0; i < (small ? 200 : 80); i++) {
		memcpy(p, data.p, data.n);
		/* Headers are where lengths and counts stand. */
		size_t near = i % 4 ? (size_t)as_min(data.n, 256) : data.n;
		for (unsigned k = 0; k <= i % 3; k++) {
			static const uint8_t odd[] = { 0, 1, 0x7f, 0x80, 0xff };
			uint64_t v = next(&seed);
			p[v % near] =
				v >> 40 & 1 ? odd[(v >> 41) % sizeof(odd)] : (uint8_t)(v >> 50);
		}
		open_exact(as_bytes(p, data.n), i % 2 ? id : NULL);
	}
	free(p);
	free((void *)(uintptr_t)data.p);
}

static void damaged_inputs(void **state)
{
	(void)state;
	shared = opener_new();
	assert_true(each_golden(cut_and_change) > 0);
	opener_free(&shared);
}

/* Device trees whose nodes go down without end, or hold images without number. */
static void deep_and_wide_trees(void **state)
{
	(void)state;
	shared = opener_new();
	as_buf b = { 0 };
	enum { HEADER = 56, NODES = 20000 };
	for (int deep = 0; deep < 2; deep++) {
		as_buf_clear(&b);
		uint8_t *head = as_buf_room(&b, HEADER);
		memset(head, 0, HEADER);
		b.n = HEADER;
		static const uint8_t root[] = { 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 'i', 'm', 'a',
			'g', 'e', 's', 0, 0 };
		static const uint8_t node[] = { 0, 0, 0, 1, 'n', 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 4, 0,
			0, 0, 0, 1, 2, 3, 4 };
		static const uint8_t up[] = { 0, 0, 0, 2 }, end[] = { 0, 0, 0, 9 };
		as_buf_add(&b, root, sizeof(root));
		for (int i = 0; i < NODES; i++) {
			as_buf_add(&b, node, sizeof(node));
			if (!deep)
				as_buf_add(&b, up, sizeof(up));
		}
		for (int i = 0; deep && i < NODES; i++)
			as_buf_add(&b, up, sizeof(up));
		as_buf_add(&b, up, sizeof(up));
		as_buf_add(&b, up, sizeof(up));
		as_buf_add(&b, end, sizeof(end));
		uint32_t n_tokens = (uint32_t)b.n - HEADER, strings = (uint32_t)b.n;
		as_buf_add(&b, "data", 5);
		uint32_t fields[10] = { 0xd00dfeed, (uint32_t)b.n, HEADER, strings, 40, 17, 16, 0,
			5, n_tokens };
		for (size_t i = 0; i < 40; i++)
			b.p[i] = (uint8_t)(fields[i / 4] >> (24 - 8 * (i % 4)));
		opened r;
		assert_int_equal(open_it(&shared, as_buf_span_of(&b), "fit", &r), AS_OK);
		assert_true(r.n_parts <= 4096);
		opened_free(&r);
	}
	as_buf_free(&b);
	opener_free(&shared);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_in_noise),
		cmocka_unit_test(magic_is_not_enough),
		cmocka_unit_test(nothing_in_blank_flash),
		cmocka_unit_test(nothing_in_programs),
		cmocka_unit_test(damaged_inputs),
		cmocka_unit_test(deep_and_wide_trees),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
