/* SPDX-License-Identifier: Apache-2.0 */
#include "report/page.h"

#include <openssl/evp.h>
#include <string.h>

#include "base/embed.h"
#include "base/hash.h"
#include "report/common.h"

static void add_file(as_buf *b, const char *path)
{
	as_span file = as_embedded_file(as_embedded_web, path);
	as_buf_add(b, file.p, file.n);
}

static void gather(const as_page *page, as_buf *script, as_buf *style)
{
	as_buf_text(script, "\"use strict\";\n");
	as_buf_add(script, page->library.p, page->library.n);
	as_buf_text(script, "(() => {\n");
	for (size_t i = 0; page->scripts[i]; i++)
		add_file(script, page->scripts[i]);
	as_buf_text(script, "})();\n");
	for (size_t i = 0; page->styles[i]; i++)
		add_file(style, page->styles[i]);
}

/* A source of the content security policy: 'sha256-...' of an element's text. */
static void add_source(as_buf *b, const char *directive, as_span text)
{
	as_sha256 h = as_sha256_of(text);
	unsigned char base64[48] = "";
	EVP_EncodeBlock(base64, h.b, AS_SHA256_LEN);
	as_buf_print(b, "%s 'sha256-%s'; ", directive, (const char *)base64);
}

static void policy(as_out *out, const as_buf *script, const as_buf *style)
{
	as_buf b = { 0 };
	as_buf_text(&b, "default-src 'none'; ");
	add_source(&b, "script-src", as_buf_span_of(script));
	add_source(&b, "style-src", as_buf_span_of(style));
	as_buf_text(&b, "base-uri 'none'; form-action 'none'");
	as_out_add(out, b.p, b.n);
	as_buf_free(&b);
}

as_status as_page_write(const as_page *page, sqlite3 *db, as_out *out)
{
	as_span frame = as_embedded_file(as_embedded_web, page->frame);
	as_buf script = { 0 }, style = { 0 };
	as_status s = AS_OK;
	gather(page, &script, &style);
	for (size_t at = 0; at < frame.n;) {
		size_t mark = as_find(frame, as_lit("@@"), at);
		size_t end = mark == SIZE_MAX ? frame.n : mark;
		as_out_add(out, frame.p + at, end - at);
		as_span name = as_from(frame, end + 2);
		name = as_cut(name, 0, as_find(name, as_lit("@@"), 0));
		if (as_is(name, "POLICY"))
			policy(out, &script, &style);
		else if (as_is(name, "STYLE"))
			as_out_add(out, style.p, style.n);
		else if (as_is(name, "SCRIPT"))
			as_out_add(out, script.p, script.n);
		else if (as_is(name, "DATA"))
			s = as_worse(s, page->data(db, out));
		at = mark == SIZE_MAX ? frame.n : end + 4 + name.n;
	}
	out->failed = out->failed || script.bad || style.bad;
	as_buf_free(&script);
	as_buf_free(&style);
	return s;
}
