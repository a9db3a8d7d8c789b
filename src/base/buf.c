/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void as_buf_free(as_buf *b)
{
	free(b->p);
	*b = (as_buf){ 0 };
}

uint8_t *as_buf_room(as_buf *b, size_t n)
{
	if (!b->bad && (n > b->cap - b->n || !b->p)) {
		uint64_t want = as_max(b->cap * 2, 256);
		if (n > SIZE_MAX / 4)
			b->bad = true;
		else
			want = as_max(want, b->n + n);
		uint8_t *p = b->bad ? NULL : realloc(b->p, want);
		b->bad = !p;
		if (p) {
			b->p = p;
			b->cap = want;
		}
	}
	return b->bad ? NULL : b->p + b->n;
}

void as_buf_add(as_buf *b, const void *p, size_t n)
{
	uint8_t *to = as_buf_room(b, n);
	if (!to || n == 0)
		return;
	memcpy(to, p, n);
	b->n += n;
}

void as_buf_u8(as_buf *b, uint8_t v) { as_buf_add(b, &v, 1); }

static void little(as_buf *b, uint64_t v, unsigned n)
{
	uint8_t raw[8];
	for (unsigned i = 0; i < n; i++)
		raw[i] = (uint8_t)(v >> (8 * i));
	as_buf_add(b, raw, n);
}

void as_buf_u32(as_buf *b, uint32_t v) { little(b, v, 4); }

void as_buf_u64(as_buf *b, uint64_t v) { little(b, v, 8); }

void as_buf_span(as_buf *b, as_span s)
{
	as_buf_u32(b, (uint32_t)s.n);
	as_buf_add(b, s.p, s.n);
}

void as_buf_text(as_buf *b, const char *text) { as_buf_add(b, text, strlen(text)); }

void as_buf_print(as_buf *b, const char *format, ...)
{
	va_list args, again;
	va_start(args, format);
	va_copy(again, args);
	int n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	uint8_t *to = n < 0 ? NULL : as_buf_room(b, (size_t)n + 1);
	if (to) {
		(void)vsnprintf((char *)to, (size_t)n + 1, format, again);
		b->n += (size_t)n;
	}
	va_end(again);
}
