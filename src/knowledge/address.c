/* SPDX-License-Identifier: Apache-2.0 */
#include "knowledge/address.h"

#include <hs/hs.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/ascii.h"
#include "knowledge/noise.h"

enum {
	CHUNK = 256 * 1024 * 1024,
	URL_MAX = 2048,
	HOST_MAX = 253,
	LOOK_BACK = 64, /* bytes before a match that may belong to it */
};

/* Where an address may be; the code below decides whether it is one. */
static const char *const seeds[] = {
	[AS_URL] = "://",
	[AS_HOST] = "[A-Za-z0-9]\\.(?:com|net|org|gov|edu|info|biz|de|uk|eu|fr|it|nl|se|ch|cn|jp|"
		    "kr|tw|ru|in|br|io)"
		    "[^A-Za-z0-9._-]",
	[AS_IPV4] = "[0-9]\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]",
	[AS_IPV6] = "[0-9A-Fa-f]{3}:[0-9A-Fa-f:]*:[0-9A-Fa-f]|[0-9A-Fa-f]{3}::",
	[AS_EMAIL] = "[A-Za-z0-9]@[A-Za-z0-9]",
};
enum { N_SEEDS = sizeof(seeds) / sizeof(seeds[0]) };

static struct {
	hs_database_t *search;
	hs_scratch_t *scratch;
	as_status status;
} shared;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void prepare(void)
{
	unsigned flags[N_SEEDS], ids[N_SEEDS];
	hs_compile_error_t *error = NULL;
	for (unsigned i = 0; i < N_SEEDS; i++) {
		ids[i] = i;
		flags[i] = i == AS_HOST ? HS_FLAG_CASELESS : 0;
	}
	shared.status = as_noise_read();
	if (hs_compile_multi(seeds, flags, ids, N_SEEDS, HS_MODE_BLOCK, NULL, &shared.search,
		    &error) != HS_SUCCESS ||
		hs_alloc_scratch(shared.search, &shared.scratch) != HS_SUCCESS)
		shared.status = AS_NOMEM;
	hs_free_compile_error(error);
}

as_status as_address_prepare(void)
{
	(void)pthread_once(&once, prepare);
	return shared.status;
}

const char *as_address_kind_name(as_address_kind kind)
{
	static const char *const names[] = { [AS_URL] = "url",
		[AS_HOST] = "host",
		[AS_IPV4] = "ipv4",
		[AS_IPV6] = "ipv6",
		[AS_EMAIL] = "email" };
	return names[kind];
}

typedef struct scan {
	as_span data;
	size_t base;          /* of the chunk that is searched */
	size_t done[N_SEEDS]; /* end of the last address of each kind */
	size_t covered; /* end of the last URL or e-mail address: hosts and numbers in it are its own */
	bool text;
	as_address_found found;
	void *ctx;
	as_status status;
} scan;

static bool is_host(uint8_t b) { return as_is_alnum(b) || b == '-' || b == '.'; }
static bool is_mail(uint8_t b) { return is_host(b) || b == '_' || b == '+' || b == '%'; }

static bool is_url(uint8_t b)
{
	static const char not_url[] = "\"'<>`\\{}|^()[],; ";
	if (b <= 0x20 || b >= 0x7f)
		return false;
	for (const char *c = not_url; *c; c++)
		if (b == (uint8_t)*c)
			return false;
	return true;
}

/* The run of bytes of a class around at, at most max to either side. */
static as_span run(as_span s, size_t at, bool (*of)(uint8_t), size_t max)
{
	size_t from = at, to = at;
	while (from > 0 && at - from < max && of(s.p[from - 1]))
		from--;
	while (to < s.n && to - at < max && of(s.p[to]))
		to++;
	return as_cut(s, from, to - from);
}

static as_span without_tail(as_span s)
{
	while (s.n > 0 && (as_ends(s, ".") || as_ends(s, ":") || as_ends(s, "!") ||
				  as_ends(s, "?") || as_ends(s, "-")))
		s.n--;
	return s;
}

/* The longest known scheme that ends at at. */
static as_span scheme_before(as_span data, size_t at)
{
	static const char *const schemes[] = { "https", "http", "ftps", "tftp", "sftp", "ftp",
		"ssh", "telnet", "rtsps", "rtsp", "rtmp", "wss", "ws", "ldaps", "ldap", "mqtts",
		"mqtt", "coaps", "coap", "git", "svn", "nfs", "smb", "sips", "sip", "stun", "turn",
		"amqp", "redis", "mysql", "postgresql", "mongodb", "rsync", "udp", "tcp", "tls",
		"snmp", NULL };
	for (const char *const *s = schemes; *s; s++) {
		size_t n = as_lit(*s).n;
		if (n <= at && as_is_nocase(as_cut(data, at - n, n), *s))
			return as_cut(data, at - n, n);
	}
	return (as_span){ 0 };
}

/* At least two labels, none empty or with a hyphen at its ends, the last one of letters. */
static bool is_host_name(as_span host)
{
	size_t labels = 0, n = host.n;
	as_span label = { 0 };
	if (n == 0 || n > HOST_MAX)
		return false;
	for (as_span next; (next = as_field(host, '.', labels)).p; labels++) {
		label = next;
		if (label.n == 0 || label.n > 63 || label.p[0] == '-' || as_ends(label, "-"))
			return false;
	}
	for (size_t i = 0; i < label.n; i++)
		if (!as_is_letter(label.p[i]))
			return false;
	return labels >= 2 && label.n >= 2;
}

static as_status report(scan *s, as_found_address a, size_t end)
{
	s->done[a.kind] = end;
	if (!a.noise.p)
		a.noise = as_address_noise(a.kind == AS_URL ? a.value : (as_span){ 0 }, a.host);
	return s->found(s->ctx, &a);
}

static size_t end_of(const scan *s, as_span part)
{
	uint64_t at = 0;
	(void)as_within(s->data, part, &at);
	return (size_t)at + part.n;
}

static as_status url(scan *s, size_t end)
{
	as_found_address a = { .kind = AS_URL, .scheme = scheme_before(s->data, end - 3) };
	if (!a.scheme.p)
		return AS_OK;
	size_t from = end - 3 - a.scheme.n, to = end;
	while (to < s->data.n && to - end < URL_MAX && is_url(s->data.p[to]))
		to++;
	a.value = without_tail(as_cut(s->data, from, to - from));
	as_span rest = as_from(a.value, a.scheme.n + 3);
	as_span authority = as_field(as_field(as_field(rest, '/', 0), '?', 0), '#', 0);
	for (size_t at; (at = as_find_byte(authority, '@', 0)) != SIZE_MAX;)
		authority = as_from(authority, at + 1);
	a.host = as_field(authority, ':', 0);
	if (rest.n == 0 || a.host.n == 0)
		return AS_OK;
	uint8_t ip[16];
	bool variable = as_find_byte(a.host, '%', 0) != SIZE_MAX ||
			as_find_byte(a.host, '$', 0) != SIZE_MAX ||
			as_find_byte(a.host, '*', 0) != SIZE_MAX;
	if (variable)
		a.noise = as_lit("template");
	else if (!is_host_name(a.host) && !as_ip_read(a.host, ip) &&
		 !as_is_nocase(a.host, "localhost"))
		return AS_OK;
	s->covered = end_of(s, a.value);
	return report(s, a, s->covered);
}

/* NAME@INSTANCE.service and its sisters are units, not people. */
static bool is_unit(as_span host)
{
	static const char *const kinds[] = { ".service", ".socket", ".target", ".mount", ".timer",
		".path", ".slice", ".swap", ".device", NULL };
	for (const char *const *k = kinds; *k; k++)
		if (as_ends(host, *k))
			return true;
	return false;
}

static bool is_text(uint8_t b) { return b != 0; }

/* Who wrote a kernel module, as its information has it: "author=...", built in "NAME.author=...". */
static bool is_author(const scan *s, size_t at)
{
	enum { LONG = 512 };
	as_span said = run(s->data, at, is_text, LONG);
	said = as_cut(said, 0, at - (end_of(s, said) - said.n));
	size_t word = as_find(said, as_lit("author="), 0);
	return !s->text && word != SIZE_MAX && (word == 0 || said.p[word - 1] == '.');
}

/* In a program, letters of any case around an @ are chance: names of hosts are written small there. */
static bool is_chance(const scan *s, as_span host)
{
	bool big = false;
	for (size_t i = 0; i < host.n; i++)
		big = big || as_is_upper(host.p[i]);
	return big && !s->text;
}

static as_status email(scan *s, size_t at)
{
	as_span user = run(s->data, at, is_mail, LOOK_BACK), whole;
	as_span host = without_tail(run(as_from(s->data, at + 1), 0, is_host, HOST_MAX));
	user = as_cut(user, 0, at - (end_of(s, user) - user.n));
	if (as_ends(host, "E") && as_at(s->data, end_of(s, host)) == '<')
		host.n--; /* Perl's documentation writes <x@y.org> as E<lt>x@y.orgE<gt> */
	if (user.n < 2 || is_unit(host) || !is_host_name(host) || as_field(host, '.', 0).n < 2 ||
		is_chance(s, host))
		return AS_OK;
	whole = as_cut(s->data, at - user.n, user.n + 1 + host.n);
	s->covered = end_of(s, whole);
	as_found_address found = { .kind = AS_EMAIL, .value = whole, .host = host };
	if (is_author(s, at))
		found.noise = as_lit("author");
	return report(s, found, s->covered);
}

static as_status host(scan *s, size_t at)
{
	as_span name = run(s->data, at, is_host, HOST_MAX);
	size_t end = end_of(s, name), from = end - name.n, labels = 0;
	uint8_t before = from > 0 ? s->data.p[from - 1] : ' ', after = as_at(s->data, end);
	while (as_field(name, '.', labels).p)
		labels++;
	as_span last = as_field(name, '.', labels - 1);
	bool generic = as_is(last, "com") || as_is(last, "net") || as_is(last, "org");
	if (!is_host_name(name) || (labels < 3 && !generic) || as_field(name, '.', 0).n < 2)
		return AS_OK;
	/* a path, a variable, a call or a longer word is no host name */
	if (before == '_' || before == '/' || before == '@' || before == '$' || before == '%' ||
		before == '\\' || before >= 0x80 || after == '(' || after == '_' || after == '=' ||
		after == '[')
		return AS_OK;
	return report(s, (as_found_address){ .kind = AS_HOST, .value = name, .host = name }, end);
}

/* Reads four decimal numbers up to 255, written without leading zeros. */
static bool quad(as_span s, uint64_t v[4])
{
	for (size_t i = 0; i < 4; i++) {
		as_span part = as_field(s, '.', i);
		if (!as_number(part, 10, &v[i]) || v[i] > 255 || (part.n > 1 && part.p[0] == '0'))
			return false;
	}
	return !as_field(s, '.', 4).p;
}

/* Numbers that are far more often a version, an object identifier or a mask. */
static bool is_no_address(const uint64_t v[4])
{
	bool small = v[1] <= 30 && (v[0] <= 5 || (v[0] <= 30 && v[2] <= 30 && v[3] <= 30));
	bool equal = v[0] == v[1] && v[1] == v[2] && v[2] == v[3] && v[0] != 0;
	bool resolver = (v[0] == 8 && v[1] == 8) || (v[0] == 4 && v[1] == 2) ||
			(v[0] == 1 && v[1] == 0 && v[2] == 0 && v[3] == 1);
	bool oid =
		(v[0] == 1 && (v[1] == 2 || v[1] == 3)) || (v[0] == 2 && (v[1] == 5 || v[1] == 16));
	bool mask = v[0] == 255 || v[0] == 0;
	return (small && !equal && !resolver && v[0] != 10) || oid || mask;
}

static bool speaks_of_version(as_span data, size_t at)
{
	static const char *const words[] = { "ersion", "ERSION", "elease", "evision", "uild", " v",
		"rev", " V", "OID", "oid", "@(#)", "ver", "section", "Section", NULL };
	as_span before = as_cut(data, at > 16 ? at - 16 : 0, at > 16 ? 16 : at);
	for (const char *const *w = words; *w; w++)
		if (as_has(before, *w))
			return true;
	return false;
}

static bool is_number(uint8_t b) { return as_is_digit(b) || b == '.'; }

static as_status ipv4(scan *s, size_t at)
{
	as_span token = run(s->data, at, is_number, LOOK_BACK);
	size_t end = end_of(s, token), from = end - token.n;
	uint8_t before = from > 0 ? s->data.p[from - 1] : ' ', after = as_at(s->data, end);
	uint64_t v[4];
	s->done[AS_IPV4] = end;
	token = without_tail(token);
	bool glued = as_is_alnum(before) || before == '-' || before == '_' || before == '~' ||
		     before == '+' || as_is_alnum(after) || after == '-' || after == '_' ||
		     after == '~' || after == '+';
	if (glued || !quad(token, v) || is_no_address(v) || speaks_of_version(s->data, from))
		return AS_OK;
	return report(s, (as_found_address){ .kind = AS_IPV4, .value = token, .host = token }, end);
}

static bool is_ipv6(uint8_t b) { return as_is_hex(b) || b == ':' || b == '.'; }

static as_status ipv6(scan *s, size_t at)
{
	as_span token = run(s->data, at, is_ipv6, LOOK_BACK);
	size_t end = end_of(s, token), from = end - token.n;
	uint8_t before = from > 0 ? s->data.p[from - 1] : ' ', after = as_at(s->data, end), ip[16];
	s->done[AS_IPV6] = end;
	while (as_ends(token, ".") || (as_ends(token, ":") && !as_ends(token, "::")))
		token.n--;
	size_t first = as_field(token, ':', 0).n;
	bool digit = false;
	for (size_t i = 0; i < token.n; i++)
		digit = digit || as_is_digit(token.p[i]);
	if (as_is_alnum(before) || before == '_' || as_is_alnum(after) || after == '_' ||
		first < 3 || !digit || token.n < 6 || !as_ip_read(token, ip))
		return AS_OK;
	return report(s, (as_found_address){ .kind = AS_IPV6, .value = token, .host = token }, end);
}

static int hit(
	unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *ctx)
{
	/* back: from the end of the seed's match to the byte the reader begins at */
	static const struct {
		as_status (*read)(scan *s, size_t at);
		size_t back;
	} readers[N_SEEDS] = { [AS_URL] = { url, 0 },
		[AS_HOST] = { host, 2 },
		[AS_IPV4] = { ipv4, 1 },
		[AS_IPV6] = { ipv6, 1 },
		[AS_EMAIL] = { email, 2 } };
	scan *s = ctx;
	(void)from;
	(void)flags;
	size_t end = s->base + (size_t)to;
	bool inside = id != AS_URL && end <= s->covered + 1;
	if (end > s->done[id] && !inside && (id != AS_IPV6 || s->text))
		s->status = readers[id].read(s, end - readers[id].back);
	return s->status != AS_OK;
}

as_status as_address_scan(as_span data, bool text, as_address_found found, void *ctx)
{
	scan s = { .data = data,
		.text = text,
		.found = found,
		.ctx = ctx,
		.status = as_address_prepare() };
	hs_scratch_t *scratch = NULL;
	if (s.status != AS_OK)
		return s.status;
	if (hs_clone_scratch(shared.scratch, &scratch) != HS_SUCCESS)
		return AS_NOMEM;
	for (; s.base < data.n && s.status == AS_OK; s.base += CHUNK) {
		as_span part = as_cut(data, s.base, as_min(CHUNK, data.n - s.base));
		hs_error_t e = hs_scan(
			shared.search, (const char *)part.p, (unsigned)part.n, 0, scratch, hit, &s);
		if (e != HS_SUCCESS && e != HS_SCAN_TERMINATED)
			s.status = AS_NOMEM;
	}
	(void)hs_free_scratch(scratch);
	return s.status;
}
