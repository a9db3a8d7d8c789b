/* SPDX-License-Identifier: Apache-2.0 */
/* report.html: web/page.html with the style, the script and the data put in. Nothing of the
 * dossier becomes markup: it is one JSON text, and the script writes it with textContent only. The
 * policy in the page's head allows this very script and style (by their hashes) and nothing from
 * anywhere else. */
#include <openssl/evp.h>
#include <string.h>

#include "base/embed.h"
#include "base/hash.h"
#include "report/common.h"
#include "report/page_data.h"

/* The page's own script, in the order in which its parts need each other. */
static const char *const scripts[] = { "dom.js", "data.js", "table.js", "overview.js", "story.js",
	"findings.js", "map.js", "tree.js", "sections.js", "reach.js", "components.js", "main.js" };

static void gather(as_buf *script, as_buf *style)
{
	as_buf_text(script, "\"use strict\";\n(() => {\n");
	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
		as_span file = as_embedded_file(as_embedded_web, scripts[i]);
		as_buf_add(script, file.p, file.n);
	}
	as_buf_text(script, "})();\n");
	as_span css = as_embedded_file(as_embedded_web, "page.css");
	as_buf_add(style, css.p, css.n);
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

static as_status write(sqlite3 *db, as_out *out)
{
	as_span page = as_embedded_file(as_embedded_web, "page.html");
	as_buf script = { 0 }, style = { 0 };
	as_status s = AS_OK;
	gather(&script, &style);
	for (size_t at = 0; at < page.n;) {
		size_t mark = as_find(page, as_lit("@@"), at);
		size_t end = mark == SIZE_MAX ? page.n : mark;
		as_out_add(out, page.p + at, end - at);
		as_span name = as_from(page, end + 2);
		name = as_cut(name, 0, as_find(name, as_lit("@@"), 0));
		if (as_is(name, "POLICY"))
			policy(out, &script, &style);
		else if (as_is(name, "STYLE"))
			as_out_add(out, style.p, style.n);
		else if (as_is(name, "SCRIPT"))
			as_out_add(out, script.p, script.n);
		else if (as_is(name, "DATA"))
			s = as_worse(s, as_page_data(db, out));
		at = mark == SIZE_MAX ? page.n : end + 4 + name.n;
	}
	out->failed = out->failed || script.bad || style.bad;
	as_buf_free(&script);
	as_buf_free(&style);
	return s;
}

const as_report as_report_html = { .id = "html", .title = "page for people", .write = write };
