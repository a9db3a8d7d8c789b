/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/pem.h"

#include <string.h>

#include "base/text.h"
#include "base/base64.h"

enum { LABEL_MAX = 48, BODY_MAX = 262144, HEADER_MAX = 256, DER_LEAST = 24 };

static const char begin[] = "-----BEGIN ", end[] = "-----END ", dashes[] = "-----";

/* Length of a separator between base64 digits at offset at, or 0. */
static size_t separator(as_span s, size_t at)
{
	static const char *const forms[] = { "\\n", "\\r", "\\t", "\\\n", "&#10;", "&#13;", "&#xA;",
		"&#xD;", "&#xa;", "&#xd;" };
	uint8_t b = as_at(s, at);
	if (b == ' ' || (b >= '\t' && b <= '\r') || b == '"' || b == '\'' || b == ',')
		return 1;
	as_span rest = as_cut(s, at, as_min(s.n - at, 5));
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (as_starts(rest, forms[i]))
			return strlen(forms[i]);
	return 0;
}

/* Skips "Name: value" lines before the body; says whether they tell of encryption. */
static size_t skip_headers(as_span s, size_t at, bool *encrypted)
{
	for (;;) {
		size_t from = at;
		for (size_t n; at < s.n && (n = separator(s, at)) > 0;)
			at += n;
		size_t colon = as_find_byte(as_cut(s, 0, as_min(s.n, at + HEADER_MAX)), ':', at);
		size_t stop = as_find_byte(as_cut(s, 0, as_min(s.n, at + HEADER_MAX)), '\n', at);
		if (colon == SIZE_MAX || stop == SIZE_MAX || colon > stop || colon - at > 24)
			return from;
		as_span line = as_cut(s, at, stop - at);
		*encrypted =
			*encrypted || (as_starts(line, "Proc-Type:") && as_has(line, "ENCRYPTED"));
		at = stop;
	}
}

/* Decodes the body; answers the offset of what ended it. */
static size_t decode(as_span s, size_t at, uint8_t *out, size_t *n_out)
{
	uint32_t bits = 0;
	unsigned have = 0;
	while (at < s.n) {
		int d = as_base64_digit(s.p[at]);
		size_t skip = d >= 0 ? 1 : s.p[at] == '=' ? 1 : separator(s, at);
		if (skip == 0)
			break;
		at += skip;
		if (d < 0)
			continue;
		bits = bits << 6 | (uint32_t)d;
		have += 6;
		if (have >= 8) {
			have -= 8;
			out[(*n_out)++] = (uint8_t)(bits >> have);
		}
	}
	return at;
}

static bool label_at(as_span s, size_t at, as_span *label)
{
	as_span rest = as_cut(s, at, as_min(s.n - at, LABEL_MAX));
	size_t stop = as_find(rest, as_lit(dashes), 0);
	if (stop == SIZE_MAX || stop == 0)
		return false;
	*label = as_cut(rest, 0, stop);
	for (size_t i = 0; i < stop; i++)
		if (!as_printable(label->p[i]))
			return false;
	return true;
}

static bool read_block(as_arena *arena, as_span s, size_t hit, as_pem *out)
{
	*out = (as_pem){ 0 };
	if (!label_at(s, hit + strlen(begin), &out->label))
		return false;
	size_t body = hit + strlen(begin) + out->label.n + strlen(dashes);
	as_span bounded = as_cut(s, 0, as_min(s.n, body + BODY_MAX));
	body = skip_headers(bounded, body, &out->encrypted);
	/* The body ends where a byte is neither digit nor separator: measure before allocating. */
	size_t digits = as_find(bounded, as_lit(dashes), body);
	size_t most = (digits == SIZE_MAX ? bounded.n : digits) - body;
	uint8_t *der = as_alloc(arena, most / 4 * 3 + 4);
	size_t n = 0;
	if (!der)
		return false;
	size_t stop = decode(as_cut(bounded, 0, body + most), body, der, &n);
	out->der = as_bytes(der, n);
	size_t tail = strlen(end) + out->label.n + strlen(dashes);
	as_span last = as_cut(s, stop, tail);
	out->whole = as_starts(last, end) && as_ends(last, dashes) &&
		     as_same(as_cut(last, strlen(end), out->label.n), out->label);
	out->where = as_cut(s, hit, stop - hit + (out->whole ? tail : 0));
	return n >= DER_LEAST;
}

bool as_pem_next(as_arena *arena, as_span s, size_t *at, as_pem *out)
{
	for (;;) {
		size_t hit = as_find(s, as_lit(begin), *at);
		if (hit == SIZE_MAX)
			return false;
		*at = hit + strlen(begin);
		if (!read_block(arena, s, hit, out))
			continue;
		*at = hit + out->where.n;
		return true;
	}
}
