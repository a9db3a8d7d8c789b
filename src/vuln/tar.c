/* SPDX-License-Identifier: Apache-2.0 */
/* tar, as it comes: headers of 512 bytes, contents padded to 512.
 *    0 name, 100   124 size, octal, 12   148 checksum, octal, 8   156 type   257 "ustar"   345 prefix, 155
 * Long names of pax and GNU are not read: a name only says where a record stood. */
#include <stdlib.h>

#include "base/cur.h"
#include "base/text.h"
#include "vuln/container.h"

enum { BLOCK = 512, NAME = 100 };

struct as_tar {
	const as_taker *taker;
	as_span name; /* of the archive */
	uint8_t head[BLOCK];
	size_t head_n;
	uint64_t left, padding; /* bytes of the file in hand */
	bool in_file, ended;
};

static uint64_t octal(as_span s)
{
	uint64_t v = 0;
	s = as_trim(s);
	return as_number(s, 8, &v) ? v : UINT64_MAX;
}

bool as_is_tar(as_span head)
{
	if (head.n < BLOCK || !as_starts(as_from(head, 257), "ustar"))
		return false;
	uint64_t sum = 0;
	for (size_t i = 0; i < BLOCK; i++)
		sum += i >= 148 && i < 156 ? ' ' : head.p[i];
	return octal(as_cut(head, 148, 8)) == sum;
}

as_tar *as_tar_new(as_span name, const as_taker *taker)
{
	as_tar *t = calloc(1, sizeof(*t));
	if (t)
		*t = (as_tar){ .taker = taker, .name = name };
	return t;
}

void as_tar_free(as_tar *t) { free(t); }

/* A text that ends at its first NUL. */
static as_span text_of(as_span s)
{
	size_t end = as_find_byte(s, 0, 0);
	return end == SIZE_MAX ? s : as_cut(s, 0, end);
}

static as_status begin(as_tar *t)
{
	as_span head = as_bytes(t->head, BLOCK);
	uint64_t size = octal(as_cut(head, 124, 12));
	uint8_t type = as_at(head, 156);
	if (as_all(head, 0)) {
		t->ended = true;
		return AS_OK;
	}
	if (!as_is_tar(head) || size > INT64_MAX) {
		t->ended = true;
		as_status s = as_member_begin(t->taker, t->name, as_lit("?"));
		return s == AS_OK ? t->taker->end(t->taker->ctx, "the tar is damaged") : s;
	}
	t->left = size;
	t->padding = (BLOCK - size % BLOCK) % BLOCK;
	t->in_file = type == '0' || type == 0;
	if (!t->in_file)
		return AS_OK;
	as_span name = text_of(as_cut(head, 0, NAME));
	as_status s = as_member_begin(t->taker, t->name, name);
	if (s == AS_OK && size == 0) {
		t->in_file = false;
		s = t->taker->end(t->taker->ctx, NULL);
	}
	return s;
}

/* The next bytes of contents; answers how many it took. */
static as_status contents(as_tar *t, as_span bytes, size_t *took)
{
	as_status s = AS_OK;
	*took = (size_t)as_min(bytes.n, t->left);
	t->left -= *took;
	if (t->in_file && *took > 0)
		s = t->taker->add(t->taker->ctx, as_cut(bytes, 0, *took));
	if (s == AS_OK && t->left == 0 && t->in_file) {
		t->in_file = false;
		s = t->taker->end(t->taker->ctx, NULL);
	}
	return s;
}

as_status as_tar_add(as_tar *t, as_span bytes)
{
	as_status s = AS_OK;
	while (bytes.n > 0 && s == AS_OK && !t->ended) {
		size_t took = 0;
		if (t->left > 0) {
			s = contents(t, bytes, &took);
		} else if (t->padding > 0) {
			took = (size_t)as_min(bytes.n, t->padding);
			t->padding -= took;
		} else {
			took = (size_t)as_min(bytes.n, BLOCK - t->head_n);
			memcpy(t->head + t->head_n, bytes.p, took);
			t->head_n += took;
			if (t->head_n == BLOCK) {
				t->head_n = 0;
				s = begin(t);
			}
		}
		bytes = as_from(bytes, took);
	}
	return s;
}

as_status as_tar_end(as_tar *t, const char *damage)
{
	damage = damage ? damage : "the tar is cut off";
	if (t->in_file)
		return t->taker->end(t->taker->ctx, damage);
	if (t->ended)
		return AS_OK;
	as_status s = t->taker->begin(t->taker->ctx, t->name);
	return s == AS_OK ? t->taker->end(t->taker->ctx, damage) : s;
}
