/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>

#include "assess/form.h"
#include "base/text.h"

enum { SHOWN_MOST = 80, SENTENCE = 1000, FIRST_ROOM = 16 };

const char *as_shown_text(as_arena *arena, as_span s)
{
	as_buf b = { 0 };
	as_text_add(&b, as_cut(s, 0, as_min(s.n, SHOWN_MOST)));
	if (s.n > SHOWN_MOST)
		as_buf_text(&b, "...");
	as_span copy = b.bad ? (as_span){ 0 }
			     : as_print(arena, "%.*s", (int)b.n, b.p ? (const char *)b.p : "");
	as_buf_free(&b);
	return copy.p ? (const char *)copy.p : "";
}

void as_fault_add(as_faults *f, as_span file, unsigned line, const char *format, ...)
{
	char text[SENTENCE];
	if (f->n == AS_FAULTS_MOST) {
		f->untold++;
		return;
	}
	va_list args;
	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (f->n == f->cap) {
		size_t cap = f->cap ? f->cap * 2 : FIRST_ROOM;
		struct as_fault *p = as_alloc_array(f->arena, cap, sizeof(*p));
		if (!p) {
			f->no_memory = true;
			return;
		}
		if (f->n)
			memcpy(p, f->p, f->n * sizeof(*p));
		f->p = p;
		f->cap = cap;
	}
	as_span kept = as_print(f->arena, "%s", text);
	f->no_memory |= !kept.p;
	f->p[f->n++] =
		(struct as_fault){ .file = file, .line = line, .text = kept.p ? kept : as_lit("") };
}
