/* SPDX-License-Identifier: Apache-2.0 */
#include "knowledge/noise.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/cur.h"
#include "base/embed.h"
#include "knowledge/address.h"

enum { ROWS = 1024, MAPPED = 96 /* bits before an IPv4 address in its IPv6 form */ };

typedef struct noise {
	as_span pattern, class;
	bool network, v6;
	uint8_t ip[16];
	unsigned bits;
} noise;

static noise *rows;
static size_t n_rows;

bool as_ip_read(as_span text, uint8_t out[16])
{
	char copy[INET6_ADDRSTRLEN];
	struct in_addr v4;
	if (text.n == 0 || text.n >= sizeof(copy))
		return false;
	memcpy(copy, text.p, text.n);
	copy[text.n] = 0;
	if (inet_pton(AF_INET, copy, &v4) != 1)
		return inet_pton(AF_INET6, copy, out) == 1;
	memset(out, 0, 10);
	out[10] = out[11] = 0xff;
	memcpy(out + 12, &v4, 4);
	return true;
}

/* "192.0.2.0/24" or "2001:db8::/32". */
static bool read_network(noise *r)
{
	uint64_t bits = 0;
	as_span address = as_field(r->pattern, '/', 0);
	bool v4 = as_find_byte(address, ':', 0) == SIZE_MAX;
	if (!as_number(as_field(r->pattern, '/', 1), 10, &bits) || bits > (v4 ? 32 : 128) ||
		!as_ip_read(address, r->ip))
		return false;
	r->v6 = !v4;
	r->bits = (unsigned)bits + (v4 ? MAPPED : 0);
	return true;
}

as_status as_noise_read(void)
{
	as_cur c = as_cur_le(as_embedded_file(as_embedded_knowledge, "noise.tsv"), 0);
	rows = calloc(ROWS, sizeof(*rows));
	if (!rows)
		return AS_NOMEM;
	for (as_span line; n_rows < ROWS && as_line(&c, &line);) {
		if (line.n == 0 || line.p[0] == '#')
			continue;
		noise *r = &rows[n_rows++];
		r->pattern = as_field(line, '\t', 0);
		r->class = as_field(line, '\t', 1);
		r->network = !as_has(r->pattern, "://") && read_network(r);
	}
	return AS_OK;
}

static bool same_bits(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;
	if (memcmp(a, b, whole) != 0)
		return false;
	return rest == 0 || ((a[whole] ^ b[whole]) >> (8 - rest)) == 0;
}

static bool ends_nocase(as_span s, as_span tail)
{
	return tail.n <= s.n && as_same_nocase(as_from(s, s.n - tail.n), tail);
}

/* Whether host is domain, or below it. */
static bool is_below(as_span host, as_span domain)
{
	return ends_nocase(host, domain) &&
	       (host.n == domain.n || host.p[host.n - domain.n - 1] == '.');
}

as_span as_address_noise(as_span url, as_span host)
{
	uint8_t ip[16];
	bool is_ip = as_ip_read(host, ip), v6 = as_find_byte(host, ':', 0) != SIZE_MAX;
	for (size_t i = 0; i < n_rows; i++) {
		const noise *r = &rows[i];
		bool hit = r->network ? is_ip && r->v6 == v6 && same_bits(ip, r->ip, r->bits)
			   : as_has(r->pattern, "://")
				   ? r->pattern.n <= url.n &&
					     as_same(as_cut(url, 0, r->pattern.n), r->pattern)
				   : is_below(host, r->pattern);
		if (hit)
			return r->class;
	}
	return (as_span){ 0 };
}
