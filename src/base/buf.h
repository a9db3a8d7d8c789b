/* SPDX-License-Identifier: Apache-2.0 */
/* A growing byte buffer, and little-endian encoding into it. */
#ifndef AS_BUF_H
#define AS_BUF_H

#include "base/span.h"

typedef struct as_buf {
	uint8_t *p; /* owned; free with as_buf_free */
	size_t n;   /* bytes in use */
	size_t cap; /* bytes allocated */
	bool bad;   /* memory ran out: contents end early, and stay so */
} as_buf;

void as_buf_free(as_buf *b);
/* Empties b but keeps its memory. */
static inline void as_buf_clear(as_buf *b) { b->n = 0; }
/* Room for n more bytes; NULL (and b bad) without memory. The bytes count once b->n is raised. */
uint8_t *as_buf_room(as_buf *b, size_t n);
/* Appends bytes, an integer (little-endian), a span with a 32-bit length before it, or text. */
void as_buf_add(as_buf *b, const void *p, size_t n);
void as_buf_u8(as_buf *b, uint8_t v);
void as_buf_u32(as_buf *b, uint32_t v);
void as_buf_u64(as_buf *b, uint64_t v);
void as_buf_span(as_buf *b, as_span s);
void as_buf_text(as_buf *b, const char *text);
/* Appends as printf does. */
void as_buf_print(as_buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* What is in b; borrows. */
static inline as_span as_buf_span_of(const as_buf *b) { return (as_span){ b->p, b->n }; }

#endif
