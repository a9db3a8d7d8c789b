/* SPDX-License-Identifier: Apache-2.0 */
#include "suppliers/told.h"

#include <stdio.h>

#include "base/text.h"

enum { ABOUT = 120 /* bytes of a text that are shown */ };

static void say(as_told *t, const char *kind, const char *what, as_span about)
{
	as_buf b = { 0 };
	as_text_add(&b, as_lit(t->file));
	if (t->line > 0)
		as_buf_print(&b, ":%llu", (unsigned long long)t->line);
	else if (t->record > 0)
		as_buf_print(&b, ", record %llu", (unsigned long long)t->record);
	as_buf_print(&b, ": %s%s", kind, what);
	if (about.n > 0) {
		as_buf_text(&b, ": '");
		as_text_add(&b, as_cut(about, 0, as_min(about.n, ABOUT)));
		as_buf_text(&b, about.n > ABOUT ? "...'" : "'");
	}
	as_buf_u8(&b, 0);
	t->say(t->ctx, b.bad ? what : (const char *)b.p);
	as_buf_free(&b);
}

void as_problem(as_told *t, const char *what, as_span about)
{
	if (t->problems++ < AS_PROBLEMS)
		say(t, "", what, about);
}

void as_remark(as_told *t, const char *what, as_span about) { say(t, "note: ", what, about); }
