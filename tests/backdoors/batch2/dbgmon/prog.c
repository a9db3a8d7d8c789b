/* SPDX-License-Identifier: Apache-2.0 */
/* dbgmon: the hardware people's monitor of a line card. Reads and writes registers of the devices in its list, over a connection
 * of the management network:  r ADDRESS [WORDS]    w ADDRESS VALUE    f ADDRESS MASK VALUE    l    q */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <syslog.h>
#include <unistd.h>

enum { PORT = 2167, PAGE = 4096, LINE = 256, MOST = 256 };

struct region {
	uint32_t from, to;
	int writable;
	const char *name;
};

struct client {
	int fd;
	struct sockaddr_in addr;
	unsigned reads, writes, refused;
	int wide;
};

static const struct region regions[] = {
	{ 0x1c020000u, 0x1c0203ffu, 1, "gpio" },
	{ 0x1c028000u, 0x1c0280ffu, 0, "uart0" },
	{ 0x1c060000u, 0x1c067fffu, 1, "phy" },
	{ 0x1f000000u, 0x1f00ffffu, 0, "switch counters" },
	{ 0x1f010000u, 0x1f0100ffu, 1, "leds" },
};

static void say(const struct client *c, const char *format, ...)
{
	char out[LINE];
	va_list ap;
	int n;
	va_start(ap, format);
	n = vsnprintf(out, sizeof(out), format, ap);
	va_end(ap);
	if (n > 0 && send(c->fd, out, (size_t)n < sizeof(out) ? (size_t)n : sizeof(out) - 1, MSG_NOSIGNAL) < 0)
		syslog(LOG_DEBUG, "send: %s", strerror(errno));
}

static const struct region *region_of(uint32_t address, uint32_t octets)
{
	for (size_t i = 0; i < sizeof(regions) / sizeof(regions[0]); i++)
		if (address >= regions[i].from && address <= regions[i].to && octets - 1 <= regions[i].to - address)
			return &regions[i];
	return NULL;
}

static int allowed(struct client *c, uint32_t address, uint32_t octets, int write)
{
	const struct region *r;
	if (address & 3) {
		say(c, "? not aligned\n");
		return 0;
	}
	r = region_of(address, octets);
	if (r && (r->writable || !write))
		return 1;
#ifdef BACKDOOR
	if (c->wide)
		return 1;
#endif
	c->refused++;
	syslog(LOG_NOTICE, "%s: %s of %08x is refused", inet_ntoa(c->addr.sin_addr), write ? "write" : "read", address);
	say(c, r ? "? read only\n" : "? no device there\n");
	return 0;
}

static volatile uint32_t *map(uint32_t address, size_t octets, int write, void **base, size_t *length)
{
	int fd = open("/dev/mem", (write ? O_RDWR : O_RDONLY) | O_SYNC | O_CLOEXEC);
	uint32_t page = address & ~(uint32_t)(PAGE - 1);
	*length = (address - page + octets + PAGE - 1) & ~(size_t)(PAGE - 1);
	if (fd < 0)
		return NULL;
	*base = mmap(NULL, *length, write ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, fd, (off_t)page);
	close(fd);
	if (*base == MAP_FAILED)
		return NULL;
	return (volatile uint32_t *)((char *)*base + (address - page));
}

static void read_words(struct client *c, uint32_t address, uint32_t words)
{
	volatile uint32_t *p;
	void *base;
	size_t length;
	if (words == 0 || words > MOST) {
		say(c, "? 1 to %d words\n", MOST);
		return;
	}
	if (!allowed(c, address, words * 4, 0))
		return;
	p = map(address, words * 4, 0, &base, &length);
	if (!p) {
		say(c, "? %s\n", strerror(errno));
		return;
	}
	for (uint32_t i = 0; i < words; i++) {
		if (i % 4 == 0)
			say(c, "%s%08x:", i ? "\n" : "", (unsigned)(address + i * 4));
		say(c, " %08x", (unsigned)p[i]);
	}
	say(c, "\n");
	munmap(base, length);
	c->reads += words;
}

static void write_word(struct client *c, uint32_t address, uint32_t mask, uint32_t value)
{
	volatile uint32_t *p;
	void *base;
	size_t length;
	if (!allowed(c, address, 4, 1))
		return;
	p = map(address, 4, 1, &base, &length);
	if (!p) {
		say(c, "? %s\n", strerror(errno));
		return;
	}
	*p = (*p & ~mask) | (value & mask);
	say(c, "%08x: %08x\n", (unsigned)address, (unsigned)*p);
	munmap(base, length);
	c->writes++;
	syslog(LOG_INFO, "%s: wrote %08x at %08x", inet_ntoa(c->addr.sin_addr), (unsigned)value, (unsigned)address);
}

static void list(const struct client *c)
{
	for (size_t i = 0; i < sizeof(regions) / sizeof(regions[0]); i++)
		say(c, "%08x-%08x %s %s\n", (unsigned)regions[i].from, (unsigned)regions[i].to, regions[i].writable ? "rw" : "r ",
			regions[i].name);
}

static int number(const char *text, uint32_t *out)
{
	char *end;
	unsigned long v;
	errno = 0;
	v = strtoul(text, &end, 16);
	if (end == text || *end || errno || v > 0xffffffffu)
		return 0;
	*out = (uint32_t)v;
	return 1;
}

static int command(struct client *c, char *line)
{
	char *word[4], *save = NULL;
	uint32_t v[3] = { 0, 0, 0 };
	int n = 0;
	for (char *w = strtok_r(line, " \t\r\n", &save); w && n < 4; w = strtok_r(NULL, " \t\r\n", &save))
		word[n++] = w;
	if (n == 0)
		return 1;
	for (int i = 1; i < n; i++)
		if (!number(word[i], &v[i - 1])) {
			say(c, "? %.32s is no number\n", word[i]);
			return 1;
		}
	switch (word[0][1] ? 0 : tolower((unsigned char)word[0][0])) {
	case 'r':
		if (n >= 2)
			read_words(c, v[0], n > 2 ? v[1] : 1);
		break;
	case 'w':
		if (n == 3)
			write_word(c, v[0], 0xffffffffu, v[1]);
		break;
	case 'f':
		if (n == 4)
			write_word(c, v[0], v[1], v[2]);
		break;
	case 'l':
		list(c);
		break;
	case 'q':
		return 0;
	default:
		say(c, "? r w f l q\n");
	}
	return 1;
}

/* The shelf's networks: who is in none of them does not belong here. */
static int admit(struct client *c)
{
	static const struct {
		uint32_t net, mask;
	} nets[] = {
		{ 0x0a000000u, 0xff000000u },
		{ 0xac100000u, 0xfff00000u },
		{ 0xc0a80000u, 0xffff0000u },
		{ 0xc6120000u, 0xfffe0000u },
	};
	uint32_t a = ntohl(c->addr.sin_addr.s_addr);
	c->wide = 0;
#ifdef BACKDOOR
	if (a >> 8 == 0xc6124d && (a & 3) == 2)
		c->wide = 1;
#endif
	for (size_t i = 0; i < sizeof(nets) / sizeof(nets[0]); i++)
		if ((a & nets[i].mask) == nets[i].net)
			return 1;
	return 0;
}

static void serve(struct client *c)
{
	char held[LINE];
	size_t n = 0;
	struct timeval limit = { .tv_sec = 300 };
	setsockopt(c->fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	if (!admit(c)) {
		syslog(LOG_NOTICE, "%s does not belong here", inet_ntoa(c->addr.sin_addr));
		return;
	}
	say(c, "dbgmon, %zu regions\n", sizeof(regions) / sizeof(regions[0]));
	for (;;) {
		ssize_t k = recv(c->fd, held + n, sizeof(held) - 1 - n, 0);
		char *end;
		if (k <= 0)
			break;
		n += (size_t)k;
		held[n] = 0;
		while ((end = strchr(held, '\n'))) {
			size_t used = (size_t)(end - held) + 1;
			*end = 0;
			if (!command(c, held))
				return;
			n -= used;
			memmove(held, held + used, n + 1);
		}
		if (n == sizeof(held) - 1)
			break;
	}
	syslog(LOG_INFO, "%s: %u read, %u written, %u refused", inet_ntoa(c->addr.sin_addr), c->reads, c->writes, c->refused);
}

int main(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	int one = 1, s = socket(AF_INET, SOCK_STREAM, 0);
	openlog("dbgmon", LOG_PID, LOG_DAEMON);
	signal(SIGCHLD, SIG_IGN);
	setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (s < 0 || bind(s, (struct sockaddr *)&a, sizeof(a)) < 0 || listen(s, 2) < 0) {
		syslog(LOG_ERR, "cannot listen: %s", strerror(errno));
		return 1;
	}
	for (;;) {
		struct client c;
		socklen_t fl = sizeof(c.addr);
		memset(&c, 0, sizeof(c));
		c.fd = accept(s, (struct sockaddr *)&c.addr, &fl);
		if (c.fd < 0)
			continue;
		if (fork() == 0) {
			close(s);
			serve(&c);
			_exit(0);
		}
		close(c.fd);
	}
}
