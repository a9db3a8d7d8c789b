/* SPDX-License-Identifier: Apache-2.0 */
#include "report/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HOLD = 1 << 16 }; /* bytes gathered before the writer is called */

static void flush(as_out *out)
{
	out->failed = out->failed || out->held.bad;
	if (!out->failed && out->held.n > 0)
		out->failed = out->write(out->ctx, out->held.p, out->held.n) != 0;
	as_buf_clear(&out->held);
}

void as_out_add(as_out *out, const void *p, size_t n)
{
	if (out->failed)
		return;
	as_buf_add(&out->held, p, n);
	if (out->held.bad || out->held.n >= HOLD)
		flush(out);
}

void as_out_text(as_out *out, const char *text) { as_out_add(out, text, strlen(text)); }

void as_out_print(as_out *out, const char *format, ...)
{
	char *text = NULL;
	va_list args;
	va_start(args, format);
	int n = vasprintf(&text, format, args);
	va_end(args);
	if (n < 0) {
		out->failed = true;
		return;
	}
	as_out_add(out, text, (size_t)n);
	free(text);
}

as_status as_out_end(as_out *out)
{
	flush(out);
	as_buf_free(&out->held);
	return out->failed ? AS_IO : AS_OK;
}
