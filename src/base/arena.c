/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 256 * 1024, ALIGN = 16 };

typedef struct block {
	struct block *next;
	size_t cap, used; /* bytes after this header */
} block;

struct as_arena {
	block *top;
	size_t limit, given; /* bytes */
};

static uint8_t *body(block *b)
{
	return (uint8_t *)b + (sizeof(block) + ALIGN - 1) / ALIGN * ALIGN;
}

as_arena *as_arena_new(size_t limit)
{
	as_arena *a = calloc(1, sizeof(*a));
	if (a)
		a->limit = limit ? limit : SIZE_MAX;
	return a;
}

static void drop(block *b)
{
	while (b) {
		block *next = b->next;
		free(b);
		b = next;
	}
}

void as_arena_free(as_arena *a)
{
	if (!a)
		return;
	drop(a->top);
	free(a);
}

void as_arena_reset(as_arena *a)
{
	a->given = 0;
	if (!a->top)
		return;
	bool keep = a->top->cap == BLOCK;
	drop(keep ? a->top->next : a->top);
	if (!keep)
		a->top = NULL;
	else
		*a->top = (block){ .cap = BLOCK };
}

/* n bytes with whatever is in them. */
static void *take(as_arena *a, size_t n)
{
	if (n > SIZE_MAX / 2 || n > a->limit - a->given)
		return NULL;
	n = (n + ALIGN - 1) / ALIGN * ALIGN;
	if (!a->top || n > a->top->cap - a->top->used) {
		size_t cap = n > BLOCK ? n : BLOCK;
		block *b = malloc(sizeof(block) + ALIGN + cap);
		if (!b)
			return NULL;
		*b = (block){ .next = a->top, .cap = cap };
		a->top = b;
	}
	void *p = body(a->top) + a->top->used;
	a->top->used += n;
	a->given += as_min(n, a->limit - a->given);
	return p;
}

void *as_alloc(as_arena *a, size_t n)
{
	void *p = take(a, n);
	return p ? memset(p, 0, n) : NULL;
}

void *as_alloc_array(as_arena *a, size_t n, size_t size)
{
	uint64_t total;
	return as_mul(&total, n, size) ? as_alloc(a, total) : NULL;
}

as_span as_copy(as_arena *a, as_span s)
{
	uint8_t *p = as_alloc(a, s.n + 1);
	if (!p)
		return (as_span){ 0 };
	if (s.n > 0)
		memcpy(p, s.p, s.n);
	return (as_span){ p, s.n };
}

as_span as_print(as_arena *a, const char *format, ...)
{
	va_list args, again;
	va_start(args, format);
	va_copy(again, args);
	int n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	char *p = n < 0 ? NULL : as_alloc(a, (size_t)n + 1);
	if (p)
		(void)vsnprintf(p, (size_t)n + 1, format, again);
	va_end(again);
	return p ? as_bytes(p, (size_t)n) : (as_span){ 0 };
}

void *as_alloc_copy(as_arena *a, const void *from, size_t n, size_t size, bool *ok)
{
	uint64_t total = 0;
	void *to = n > 0 && as_mul(&total, n, size) ? take(a, total) : NULL;
	*ok = *ok && (to || n == 0);
	return to ? memcpy(to, from, total) : NULL;
}
