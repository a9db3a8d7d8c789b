/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include "base/ascii.h"

size_t as_utf8(as_span s, size_t at)
{
	if (at >= s.n)
		return 0;
	uint8_t b = s.p[at];
	if (b < 0x80)
		return 1;
	size_t n = b >= 0xc2 && b < 0xe0   ? 2
		   : b >= 0xe0 && b < 0xf0 ? 3
		   : b >= 0xf0 && b < 0xf5 ? 4
					   : 0;
	if (n == 0 || n > s.n - at)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((s.p[at + i] & 0xc0) != 0x80)
			return 0;
	uint8_t second = s.p[at + 1];
	bool overlong = (b == 0xe0 && second < 0xa0) || (b == 0xf0 && second < 0x90);
	bool surrogate = (b == 0xed && second >= 0xa0) || (b == 0xf4 && second >= 0x90);
	return overlong || surrogate ? 0 : n;
}

/* U+0080 to U+009F, the directional overrides and zero-width marks: they change what a reader sees. */
static bool deceives(as_span s, size_t at, size_t n)
{
	if (n == 2)
		return s.p[at] == 0xc2 && s.p[at + 1] < 0xa0;
	if (n != 3 || s.p[at] != 0xe2)
		return n == 3 && s.p[at] == 0xef && s.p[at + 1] == 0xbb && s.p[at + 2] == 0xbf;
	uint8_t b = s.p[at + 1], c = s.p[at + 2];
	return (b == 0x80 && ((c >= 0x8b && c <= 0x8f) || (c >= 0xa8 && c <= 0xae))) ||
	       (b == 0x81 && c >= 0xa0 && c <= 0xaf);
}

size_t as_shown(as_span s, size_t at)
{
	size_t n = as_utf8(s, at);
	if (n == 1)
		return as_printable(s.p[at]) ? 1 : 0;
	return n > 1 && deceives(s, at, n) ? 0 : n;
}

void as_text_add(as_buf *out, as_span s)
{
	size_t plain = 0;
	for (size_t at = 0; at < s.n;) {
		size_t n = as_shown(s, at);
		if (n != 0 && s.p[at] != '\\') {
			at += n;
			continue;
		}
		as_buf_add(out, s.p + plain, at - plain);
		as_buf_print(out, "\\x%02x", s.p[at]);
		plain = ++at;
	}
	if (s.n > plain)
		as_buf_add(out, s.p + plain, s.n - plain);
}

/* Whether the next bytes are plain characters and line ends, as nearly all of a text is: told for many at once. */
static bool is_plain(const uint8_t *p, size_t n)
{
	uint8_t other = 0;
	for (size_t i = 0; i < n; i++) {
		uint8_t printable = (uint8_t)(p[i] - 0x20) < 0x5f;
		uint8_t space = p[i] == '\t' || p[i] == '\n' || p[i] == '\r' || p[i] == '\f';
		other |= !(printable | space);
	}
	return other == 0;
}

bool as_is_text(as_span s)
{
	enum { STRIDE = 64 };
	for (size_t at = 0; at < s.n;) {
		if (s.n - at >= STRIDE && is_plain(s.p + at, STRIDE)) {
			at += STRIDE;
			continue;
		}
		size_t n = as_utf8(s, at);
		bool control = n == 1 && (s.p[at] < 0x20 || s.p[at] == 0x7f);
		bool space =
			s.p[at] == '\t' || s.p[at] == '\n' || s.p[at] == '\r' || s.p[at] == '\f';
		if (n == 0 || (control && !space))
			return false;
		at += n;
	}
	return true;
}

/* Matches one [set] at *pattern, which is left after it. A set without its ] is a plain '['. */
static bool in_set(const char **pattern, uint8_t b)
{
	const char *p = *pattern + 1;
	bool not = *p == '!' || *p == '^', hit = false;
	p += not ;
	const char *first = p;
	for (; *p && (*p != ']' || p == first); p++) {
		uint8_t low = (uint8_t)*p, high = low;
		if (p[1] == '-' && p[2] && p[2] != ']') {
			high = (uint8_t)p[2];
			p += 2;
		}
		hit = hit || (b >= low && b <= high);
	}
	if (!*p)
		return b == '[' && (*pattern)++;
	*pattern = p + 1;
	return hit != not ;
}

static bool one(const char **pattern, uint8_t b)
{
	if (**pattern == '[')
		return in_set(pattern, b);
	bool hit = **pattern == '?' || (uint8_t) * *pattern == b;
	(*pattern)++;
	return hit;
}

/* What stands behind the last star must end the name: most names are told from most patterns there. */
static bool ends_fit(const char *pattern, as_span name)
{
	const char *star = strchr(pattern, '[') ? NULL : strrchr(pattern, '*');
	size_t n = star ? strlen(star + 1) : 0;
	if (n == 0 || strchr(star, '?'))
		return true;
	return n <= name.n && memcmp(&name.p[name.n - n], star + 1, n) == 0;
}

/* Where what follows a star can begin, from offset at on; SIZE_MAX: nowhere. */
static size_t next_start(const char *pattern, as_span name, size_t at)
{
	bool literal = *pattern && !strchr("*?[", *pattern);
	return literal ? as_find_byte(name, (uint8_t)*pattern, at) : at;
}

bool as_glob(const char *pattern, as_span name)
{
	const char *star = NULL;
	size_t at = 0, resume = 0;
	if (!ends_fit(pattern, name))
		return false;
	while (at < name.n) {
		const char *next = pattern;
		if (*pattern == '*') {
			star = ++pattern;
			at = resume = next_start(star, name, at);
		} else if (*pattern && one(&next, name.p[at])) {
			pattern = next;
			at++;
		} else if (star) {
			pattern = star;
			at = resume = next_start(star, name, resume + 1);
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}

static bool digits(as_span s, size_t at, size_t n, uint64_t *out)
{
	as_span part = as_cut(s, at, n);
	for (size_t i = 0; i < part.n; i++)
		if (!as_is_digit(part.p[i]))
			return false;
	return as_number(part, 10, out);
}

bool as_is_date(as_span s)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	uint64_t year = 0, month = 0, day = 0;
	if (s.n != 10 || s.p[4] != '-' || s.p[7] != '-' || !digits(s, 0, 4, &year) ||
		!digits(s, 5, 2, &month) || !digits(s, 8, 2, &day) || year < 1970 || month < 1 ||
		month > 12)
		return false;
	bool leap = month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	return day >= 1 && day <= days[month - 1] + (leap ? 1u : 0u);
}

static void write_hex(uint8_t *to, as_span s)
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < s.n; i++) {
		to[2 * i] = (uint8_t)digits[s.p[i] >> 4];
		to[2 * i + 1] = (uint8_t)digits[s.p[i] & 15];
	}
}

void as_hex_add(as_buf *out, as_span s)
{
	uint8_t *to = as_buf_room(out, s.n * 2);
	if (!to)
		return;
	write_hex(to, s);
	out->n += s.n * 2;
}

as_span as_hex_of(as_arena *a, as_span s)
{
	uint8_t *out = as_alloc_array(a, s.n, 2);
	if (!out)
		return (as_span){ 0 };
	write_hex(out, s);
	return as_bytes(out, 2 * s.n);
}

static unsigned hex_digit(uint8_t b)
{
	return (unsigned)(as_is_digit(b) ? b - '0' : as_lower(b) - 'a' + 10);
}

size_t as_hex_bytes(as_span s, uint8_t *out, size_t cap)
{
	if (s.n % 2 || s.n / 2 > cap)
		return 0;
	for (size_t i = 0; i < s.n; i += 2) {
		if (!as_is_hex(s.p[i]) || !as_is_hex(s.p[i + 1]))
			return 0;
		out[i / 2] = (uint8_t)(hex_digit(s.p[i]) << 4 | hex_digit(s.p[i + 1]));
	}
	return s.n / 2;
}
