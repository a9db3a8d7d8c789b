/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/naming.h"

#include "base/ascii.h"
#include "base/purl.h"

/* The text of b, which is freed. */
static as_span taken(as_arena *a, as_buf *b, bool good)
{
	as_span s = good && !b->bad ? as_copy(a, as_buf_span_of(b)) : (as_span){ 0 };
	as_buf_free(b);
	return s;
}

/* One field. A hyphen alone would say that the product has no version. */
static bool add_field(as_buf *b, as_span s)
{
	as_buf_u8(b, ':');
	if (s.n == 0)
		as_buf_u8(b, '*');
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i] == ' ' ? '_' : s.p[i];
		bool plain = as_is_word(c) || c == '.' || (c == '-' && s.n > 1);
		if (c < 0x20 || c >= 0x7f)
			return false;
		if (!plain)
			as_buf_u8(b, '\\');
		as_buf_u8(b, c);
	}
	return true;
}

as_span as_cpe_of(as_arena *a, char part, as_span vendor, as_span product, as_span version)
{
	as_buf b = { 0 };
	if (product.n == 0)
		return (as_span){ 0 };
	as_buf_print(&b, "cpe:2.3:%c", part);
	bool good = add_field(&b, vendor) && add_field(&b, product) && add_field(&b, version);
	as_buf_text(&b, ":*:*:*:*:*:*:*");
	return taken(a, &b, good);
}

static as_span purl(as_arena *a, as_buf *b, as_span version)
{
	if (version.n > 0) {
		as_buf_u8(b, '@');
		as_purl_add(b, version);
	}
	return taken(a, b, true);
}

as_span as_purl_of(as_arena *a, as_span base, as_span version)
{
	as_buf b = { 0 };
	if (base.n == 0)
		return (as_span){ 0 };
	if (!as_starts(base, "pkg:"))
		as_buf_text(&b, "pkg:");
	as_buf_add(&b, base.p, base.n);
	return purl(a, &b, version);
}

as_span as_purl_generic(as_arena *a, as_span name, as_span version)
{
	as_buf b = { 0 };
	as_buf_text(&b, "pkg:generic/");
	as_purl_add(&b, name);
	return purl(a, &b, version);
}
