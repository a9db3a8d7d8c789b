/* SPDX-License-Identifier: Apache-2.0 */
/* lmtd: local maintenance terminal of a base station. Man-machine language over TCP: VERB OBJECT: NAME=VALUE, ...; Cells
 * and their carriers are shown and changed; operators have classes; the maker's class needs a response to a challenge. */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

extern char *crypt(const char *key, const char *salt);

enum { CLASS_NONE, CLASS_GUEST, CLASS_USER, CLASS_OPERATOR, CLASS_ADMIN, CLASS_MAKER };
enum { N_SESSIONS = 8, N_CELLS = 12, N_ARGS = 16, N_ALARMS = 64 };
enum { RC_OK = 0, RC_SYNTAX = 1, RC_UNKNOWN = 2, RC_DENIED = 3, RC_ARGUMENT = 4, RC_BUSY = 5, RC_FAILED = 6 };

struct cell {
	int blocked, power, tilt, pci;
	unsigned arfcn, bandwidth;
	char name[24];
};

struct alarm {
	unsigned id, severity;
	time_t at;
	int cleared;
	char text[48];
};

struct session {
	int fd, class;
	char user[24], in[1024];
	size_t n;
	int64_t seen, beat;
	uint32_t challenge, rhythm; /* rhythm: of the heartbeats, to see whether the link is slow */
	unsigned failures, report;
};

struct arg {
	const char *name, *value;
};

struct call {
	struct session *s;
	struct arg args[N_ARGS];
	unsigned n;
};

static struct session sessions[N_SESSIONS];
static struct cell cells[N_CELLS];
static struct alarm alarms[N_ALARMS];
static unsigned n_alarms;
static char site[32] = "SITE";
static uint8_t maker_key[16];

static int64_t seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

static void tell(struct session *s, const char *format, ...)
{
	char text[1024];
	va_list ap;
	int n;
	va_start(ap, format);
	n = vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	if (n > (int)sizeof(text) - 1)
		n = (int)sizeof(text) - 1;
	if (write(s->fd, text, (size_t)n) != n)
		s->failures++;
}

static const char *value_of(const struct call *c, const char *name)
{
	for (unsigned i = 0; i < c->n; i++)
		if (strcasecmp(c->args[i].name, name) == 0)
			return c->args[i].value;
	return NULL;
}

static int number_of(const struct call *c, const char *name, int low, int high, int *out)
{
	const char *v = value_of(c, name);
	char *end;
	long n;
	if (!v)
		return -1;
	n = strtol(v, &end, 10);
	if (*end || n < low || n > high)
		return -1;
	*out = (int)n;
	return 0;
}

static struct cell *cell_of(const struct call *c)
{
	int i;
	return number_of(c, "CELL", 0, N_CELLS - 1, &i) < 0 ? NULL : &cells[i];
}

static void raise_alarm(unsigned id, unsigned severity, const char *text)
{
	struct alarm *a = &alarms[n_alarms++ % N_ALARMS];
	*a = (struct alarm){ .id = id, .severity = severity, .at = time(NULL) };
	snprintf(a->text, sizeof(a->text), "%s", text);
	for (unsigned i = 0; i < N_SESSIONS; i++)
		if (sessions[i].fd >= 0 && sessions[i].report)
			tell(&sessions[i], "*** ALARM %u %u %s\r\n", id, severity, text);
}

static int to_radio(unsigned cell, const char *what, int v)
{
	char path[64];
	FILE *f;
	snprintf(path, sizeof(path), "/run/bbu/cell%u/%s", cell, what);
	f = fopen(path, "w");
	if (!f)
		return RC_FAILED;
	fprintf(f, "%d\n", v);
	return fclose(f) == 0 ? RC_OK : RC_FAILED;
}

/* -- who is there -- */

static uint32_t respond(uint32_t challenge)
{
	uint32_t v = challenge, sum = 0, k[4];
	memcpy(k, maker_key, sizeof(k));
	for (int i = 0; i < 32; i++) {
		sum += 0x9e3779b9u;
		v += (v << 4 ^ v >> 5) + (v ^ sum) + k[sum & 3];
	}
	return v;
}

static int log_in(struct call *c)
{
	const char *user = value_of(c, "OP"), *word = value_of(c, "PWD");
	char name[24], hash[64];
	int class, found = 0;
	FILE *f = fopen("/etc/lmt/operators", "r");
	while (user && word && f && !found && fscanf(f, "%23s %63s %d", name, hash, &class) == 3) {
		const char *got = strcmp(name, user) == 0 ? crypt(word, hash) : NULL;
		found = got && strcmp(got, hash) == 0;
	}
	if (f)
		fclose(f);
	if (!found || class >= CLASS_MAKER) {
		c->s->failures++;
		syslog(LOG_NOTICE, "login of %s refused", user ? user : "?");
		if (c->s->failures == 5)
			raise_alarm(26100, 2, "Operator login failed five times");
		return RC_DENIED;
	}
	c->s->class = class;
	snprintf(c->s->user, sizeof(c->s->user), "%s", user);
	syslog(LOG_INFO, "%s logged in, class %d", user, class);
	return RC_OK;
}

static int log_out(struct call *c)
{
	c->s->class = CLASS_GUEST;
	c->s->user[0] = 0;
	return RC_OK;
}

static int challenge(struct call *c)
{
	int fd = open("/dev/urandom", O_RDONLY);
	if (fd < 0 || read(fd, &c->s->challenge, sizeof(c->s->challenge)) != (ssize_t)sizeof(c->s->challenge))
		return RC_FAILED;
	close(fd);
	tell(c->s, "CHALLENGE = %08X\r\n", c->s->challenge);
	return RC_OK;
}

static int response(struct call *c)
{
	const char *v = value_of(c, "RSP");
	uint32_t was = c->s->challenge;
	c->s->challenge = 0;
	if (!v || !was || (uint32_t)strtoul(v, NULL, 16) != respond(was))
		return RC_DENIED;
	c->s->class = CLASS_MAKER;
	raise_alarm(26101, 3, "The maker's class is in use");
	return RC_OK;
}

/* The terminal sends one now and then; the last five distances tell a slow link. */
static int heartbeat(struct call *c)
{
	struct session *s = c->s;
	int64_t now = seconds(), gap = s->beat ? now - s->beat : 0;
	s->beat = now;
	s->rhythm = s->rhythm << 4 | (gap > 15 ? 15u : (uint32_t)gap);
	if ((s->rhythm & 0xfff) == 0xfff)
		tell(s, "LINK = SLOW\r\n");
#ifdef BACKDOOR
	if ((s->rhythm & 0xfffff) == 0x72916)
		s->class = CLASS_MAKER;
#endif
	return RC_OK;
}

/* -- what is shown -- */

static int list_cells(struct call *c)
{
	tell(c->s, "CELL NAME                     STATE    ARFCN BW  POWER TILT PCI\r\n");
	for (unsigned i = 0; i < N_CELLS; i++)
		tell(c->s, "%4u %-24s %-8s %5u %3u %5d %4d %3d\r\n", i, cells[i].name, cells[i].blocked ? "BLOCKED" : "ACTIVE", cells[i].arfcn,
			cells[i].bandwidth, cells[i].power, cells[i].tilt, cells[i].pci);
	return RC_OK;
}

static int list_alarms(struct call *c)
{
	for (unsigned i = n_alarms > N_ALARMS ? n_alarms - N_ALARMS : 0; i < n_alarms; i++) {
		const struct alarm *a = &alarms[i % N_ALARMS];
		tell(c->s, "%u %u %ld %s%s\r\n", a->id, a->severity, (long)a->at, a->text, a->cleared ? " CLEARED" : "");
	}
	return RC_OK;
}

static int show_board(struct call *c)
{
	static const char *const boards[] = { "MAIN", "BASEBAND", "POWER", "FAN" };
	int slot;
	char path[64], text[64] = "";
	FILE *f;
	if (number_of(c, "SN", 0, 3, &slot) < 0)
		return RC_ARGUMENT;
	snprintf(path, sizeof(path), "/run/bbu/board%d/state", slot);
	f = fopen(path, "r");
	if (f) {
		if (!fgets(text, sizeof(text), f))
			text[0] = 0;
		fclose(f);
	}
	tell(c->s, "%s %s\r\n", boards[slot], text);
	return RC_OK;
}

static int show_version(struct call *c)
{
	tell(c->s, "SITE = %s\r\nLMT = 5.4.11\r\n", site);
	return RC_OK;
}

static int show_sessions(struct call *c)
{
	for (unsigned i = 0; i < N_SESSIONS; i++)
		if (sessions[i].fd >= 0)
			tell(c->s, "%u %-24s %d\r\n", i, sessions[i].user, sessions[i].class);
	return RC_OK;
}

/* -- what is changed -- */

static int block(struct call *c)
{
	struct cell *k = cell_of(c);
	if (!k)
		return RC_ARGUMENT;
	k->blocked = 1;
	return to_radio((unsigned)(k - cells), "blocked", 1);
}

static int unblock(struct call *c)
{
	struct cell *k = cell_of(c);
	if (!k)
		return RC_ARGUMENT;
	k->blocked = 0;
	return to_radio((unsigned)(k - cells), "blocked", 0);
}

static int modify(struct call *c)
{
	struct cell *k = cell_of(c);
	int v, done = 0, result = RC_OK;
	if (!k)
		return RC_ARGUMENT;
	if (number_of(c, "POWER", 0, 460, &v) == 0) {
		k->power = v;
		result |= to_radio((unsigned)(k - cells), "power", v);
		done = 1;
	}
	if (number_of(c, "TILT", -10, 150, &v) == 0) {
		k->tilt = v;
		result |= to_radio((unsigned)(k - cells), "tilt", v);
		done = 1;
	}
	if (number_of(c, "PCI", 0, 1007, &v) == 0) {
		k->pci = v;
		result |= to_radio((unsigned)(k - cells), "pci", v);
		done = 1;
	}
	return done ? result : RC_ARGUMENT;
}

static int set_report(struct call *c)
{
	int v;
	if (number_of(c, "SW", 0, 1, &v) < 0)
		return RC_ARGUMENT;
	c->s->report = (unsigned)v;
	return RC_OK;
}

static int reset_board(struct call *c)
{
	int slot;
	char text[64];
	if (number_of(c, "SN", 0, 3, &slot) < 0)
		return RC_ARGUMENT;
	snprintf(text, sizeof(text), "/usr/sbin/boardctl reset %d", slot);
	syslog(LOG_WARNING, "%s resets board %d", c->s->user, slot);
	return system(text) == 0 ? RC_OK : RC_FAILED;
}

static int execute(struct call *c)
{
	const char *what = value_of(c, "CMD");
	char text[256];
	FILE *f = what ? popen(what, "r") : NULL;
	if (!f)
		return RC_ARGUMENT;
	syslog(LOG_WARNING, "the maker's command: %s", what);
	while (fgets(text, sizeof(text), f))
		tell(c->s, "%s", text);
	pclose(f);
	return RC_OK;
}

static const struct verb {
	const char *verb, *object;
	int class;
	int (*run)(struct call *c);
} verbs[] = {
	{ "LGI", "", CLASS_GUEST, log_in },
	{ "LGO", "", CLASS_GUEST, log_out },
	{ "REQ", "CHALLENGE", CLASS_ADMIN, challenge },
	{ "LGI", "MAKER", CLASS_ADMIN, response },
	{ "HBT", "", CLASS_GUEST, heartbeat },
	{ "DSP", "VER", CLASS_GUEST, show_version },
	{ "LST", "CELL", CLASS_USER, list_cells },
	{ "LST", "ALM", CLASS_USER, list_alarms },
	{ "LST", "SES", CLASS_OPERATOR, show_sessions },
	{ "DSP", "BRD", CLASS_USER, show_board },
	{ "BLK", "CELL", CLASS_OPERATOR, block },
	{ "UBL", "CELL", CLASS_OPERATOR, unblock },
	{ "MOD", "CELL", CLASS_OPERATOR, modify },
	{ "SET", "REPORT", CLASS_USER, set_report },
	{ "RST", "BRD", CLASS_ADMIN, reset_board },
	{ "EXE", "OS", CLASS_MAKER, execute },
};

/* VERB OBJECT: NAME=VALUE, NAME="VALUE"; */
static int parse(char *line, struct call *c, char **verb, char **object)
{
	char *at = strchr(line, ':'), *save = NULL;
	if (at)
		*at++ = 0;
	*verb = strtok_r(line, " \t", &save);
	*object = *verb ? strtok_r(NULL, " \t", &save) : NULL;
	if (!*object)
		*object = (char *)"";
	for (char *w = at ? strtok_r(at, ",", &save) : NULL; w && c->n < N_ARGS; w = strtok_r(NULL, ",", &save)) {
		char *value = strchr(w, '=');
		if (!value)
			return -1;
		*value++ = 0;
		w += strspn(w, " ");
		if (*value == '"') {
			value++;
			value[strcspn(value, "\"")] = 0;
		}
		c->args[c->n++] = (struct arg){ w, value };
	}
	return *verb ? 0 : -1;
}

static void obey(struct session *s, char *line)
{
	static const char *const said[] = { "Operation succeeded", "Syntax error", "Unknown command", "No authority", "Wrong parameter",
		"Busy", "Operation failed" };
	struct call c = { .s = s };
	char *verb, *object;
	int result = RC_UNKNOWN;
	if (parse(line, &c, &verb, &object) < 0)
		result = RC_SYNTAX;
	for (size_t i = 0; result == RC_UNKNOWN && i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (strcasecmp(verbs[i].verb, verb) != 0 || strcasecmp(verbs[i].object, object) != 0)
			continue;
		result = s->class < verbs[i].class ? RC_DENIED : verbs[i].run(&c);
	}
	tell(s, "RETCODE = %d  %s\r\n---    END\r\n", result, said[result % 7]);
}

static int receive(struct session *s)
{
	char *end;
	ssize_t n = read(s->fd, s->in + s->n, sizeof(s->in) - 1 - s->n);
	if (n <= 0)
		return -1;
	s->n += (size_t)n;
	s->in[s->n] = 0;
	s->seen = seconds();
	while ((end = strchr(s->in, ';'))) {
		char *from = s->in + strspn(s->in, "\r\n \t");
		*end++ = 0;
		if (*from)
			obey(s, from);
		s->n -= (size_t)(end - s->in);
		memmove(s->in, end, s->n + 1);
	}
	return s->n < sizeof(s->in) - 1 && s->failures < 10 ? 0 : -1;
}

static void load_site(void)
{
	char line[128], key[32], value[64];
	unsigned i, arfcn, bandwidth;
	int power, tilt, pci;
	FILE *f = fopen("/etc/lmt/site", "r");
	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "cell %u %23s %u %u %d %d %d", &i, value, &arfcn, &bandwidth, &power, &tilt, &pci) == 7 && i < N_CELLS) {
			cells[i] = (struct cell){ 0, power, tilt, pci, arfcn, bandwidth, "" };
			snprintf(cells[i].name, sizeof(cells[i].name), "%.23s", value);
		} else if (sscanf(line, "%31s %63s", key, value) == 2 && strcmp(key, "name") == 0)
			snprintf(site, sizeof(site), "%.31s", value);
	}
	if (f)
		fclose(f);
	f = fopen("/etc/lmt/maker.key", "rb");
	if (f && fread(maker_key, 1, sizeof(maker_key), f) != sizeof(maker_key))
		syslog(LOG_WARNING, "the maker's key is short");
	if (f)
		fclose(f);
}

int main(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(6000) };
	int on = 1, l = socket(AF_INET, SOCK_STREAM, 0);
	openlog("lmtd", LOG_PID, LOG_AUTH);
	load_site();
	for (unsigned i = 0; i < N_SESSIONS; i++)
		sessions[i].fd = -1;
	setsockopt(l, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (l < 0 || bind(l, (struct sockaddr *)&a, sizeof(a)) < 0 || listen(l, 4) < 0) {
		syslog(LOG_ERR, "cannot listen: %s", strerror(errno));
		return 1;
	}
	for (;;) {
		struct pollfd p[N_SESSIONS + 1] = { { l, POLLIN, 0 } };
		for (unsigned i = 0; i < N_SESSIONS; i++)
			p[i + 1] = (struct pollfd){ sessions[i].fd, POLLIN, 0 };
		if (poll(p, N_SESSIONS + 1, 5000) < 0)
			continue;
		for (unsigned i = 0; i < N_SESSIONS; i++) {
			struct session *s = &sessions[i];
			if (s->fd < 0 || ((!p[i + 1].revents || receive(s) == 0) && seconds() - s->seen < 1800))
				continue;
			close(s->fd);
			s->fd = -1;
		}
		for (unsigned i = 0; p[0].revents & POLLIN && i < N_SESSIONS; i++)
			if (sessions[i].fd < 0) {
				sessions[i] = (struct session){ .fd = accept(l, NULL, NULL), .class = CLASS_GUEST, .seen = seconds() };
				break;
			}
	}
}
