/* SPDX-License-Identifier: Apache-2.0 */
/* tl1agent: TL1 management of an optical amplifier shelf, TCP port 3083. VERB-MOD:TID:AID:CTAG::PARAMETERS; answers M ctag COMPLD
 * or DENY. Users have privilege classes; passwords lie hashed in a file. */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

extern char *crypt(const char *key, const char *salt);

enum { PORT = 3083, USERS = 24, PARTS = 6, SLOTS = 16 };
enum privilege { NOBODY, RETRIEVE, MAINTENANCE, PROVISIONING, SUPERUSER };

struct user {
	char name[20], hash[48];
	enum privilege level;
	unsigned bad;
};

struct scan {
	unsigned char quoted, escaped, phase, column;
};

struct session {
	int fd;
	enum privilege level;
	char user[20], ctag[12];
	struct scan scan;
	char line[512];
	size_t n;
	unsigned atag;
};

struct amplifier {
	char aid[16];
	int gain_tenths, tilt_tenths, in_power, out_power, laser;
};

static struct user users[USERS];
static unsigned n_users;
static char tid[24] = "AMP-1";
static struct amplifier amps[SLOTS];
static unsigned n_amps;

static int load_users(const char *path)
{
	FILE *f = fopen(path, "r");
	int level;
	if (!f)
		return -1;
	for (n_users = 0; n_users < USERS; n_users++) {
		struct user *u = &users[n_users];
		if (fscanf(f, "%19s %47s %d", u->name, u->hash, &level) != 3)
			break;
		u->level = level < RETRIEVE || level > SUPERUSER ? RETRIEVE : (enum privilege)level;
		u->bad = 0;
	}
	fclose(f);
	return 0;
}

static int load_shelf(const char *path)
{
	char line[128];
	FILE *f = fopen(path, "r");
	if (!f)
		return -1;
	while (fgets(line, sizeof(line), f)) {
		struct amplifier *a = &amps[n_amps];
		if (sscanf(line, "tid %23s", tid) == 1)
			continue;
		if (n_amps < SLOTS && sscanf(line, "amp %15s %d %d", a->aid, &a->gain_tenths, &a->tilt_tenths) == 3)
			n_amps++;
	}
	fclose(f);
	return 0;
}

static void say(struct session *s, const char *format, ...)
{
	char text[400];
	va_list a;
	int n;
	va_start(a, format);
	n = vsnprintf(text, sizeof(text), format, a);
	va_end(a);
	if (n > 0 && write(s->fd, text, n < (int)sizeof(text) ? (size_t)n : sizeof(text) - 1) < 0)
		s->fd = -1;
}

static void head(struct session *s, const char *code)
{
	time_t now = time(NULL);
	struct tm t;
	gmtime_r(&now, &t);
	say(s, "\r\n\n   %s %02d-%02d-%02d %02d:%02d:%02d\r\nM  %s %s\r\n", tid, t.tm_year % 100, t.tm_mon + 1, t.tm_mday, t.tm_hour,
		t.tm_min, t.tm_sec, s->ctag, code);
}

static int deny(struct session *s, const char *code, const char *why)
{
	head(s, "DENY");
	say(s, "   %s\r\n   /* %s */\r\n;", code, why);
	return 0;
}

static int done(struct session *s)
{
	head(s, "COMPLD");
	say(s, ";");
	return 0;
}

static struct amplifier *amp_of(const char *aid)
{
	for (unsigned i = 0; i < n_amps; i++)
		if (strcasecmp(amps[i].aid, aid) == 0)
			return &amps[i];
	return NULL;
}

static int sysfs(const struct amplifier *a, const char *what, int *value, int set)
{
	char path[96];
	FILE *f;
	int ok;
	snprintf(path, sizeof(path), "/sys/class/edfa/%s/%s", a->aid, what);
	f = fopen(path, set ? "w" : "r");
	if (!f)
		return -1;
	ok = set ? fprintf(f, "%d\n", *value) > 0 : fscanf(f, "%d", value) == 1;
	return fclose(f) == 0 && ok ? 0 : -1;
}

static int act_user(struct session *s, char **part)
{
	char *pass = strrchr(part[5], ',');
	const char *got;
	pass = pass ? pass + 1 : part[5];
	for (unsigned i = 0; i < n_users; i++) {
		struct user *u = &users[i];
		if (strcasecmp(u->name, part[2]) != 0)
			continue;
		if (u->bad >= 5)
			return deny(s, "PLNA", "Login Not Active");
		got = crypt(pass, u->hash);
		if (!got || strcmp(got, u->hash) != 0) {
			u->bad++;
			break;
		}
		u->bad = 0;
		s->level = u->level;
		snprintf(s->user, sizeof(s->user), "%s", u->name);
		syslog(LOG_INFO, "%s active, level %d", s->user, (int)s->level);
		return done(s);
	}
	syslog(LOG_NOTICE, "login of %.20s denied", part[2]);
	return deny(s, "PICC", "Illegal Command Code or password");
}

static int canc_user(struct session *s, char **part)
{
	(void)part;
	s->level = NOBODY;
	s->user[0] = 0;
	done(s);
	return 1;
}

static int rtrv_amp(struct session *s, char **part)
{
	int all = strcasecmp(part[2], "ALL") == 0, any = 0;
	for (unsigned i = 0; i < n_amps; i++) {
		struct amplifier *a = &amps[i];
		if (!all && strcasecmp(a->aid, part[2]) != 0)
			continue;
		if (!any++)
			head(s, "COMPLD");
		sysfs(a, "in_power", &a->in_power, 0);
		sysfs(a, "out_power", &a->out_power, 0);
		say(s, "   \"%s:GAIN=%d.%d,TILT=%d,OPR=%d,OPT=%d:%s\"\r\n", a->aid, a->gain_tenths / 10, abs(a->gain_tenths) % 10,
			a->tilt_tenths, a->in_power, a->out_power, a->laser ? "IS-NR" : "OOS-MA");
	}
	if (!any)
		return deny(s, "IIAC", "Input, Invalid Access Identifier");
	say(s, ";");
	return 0;
}

static int ed_amp(struct session *s, char **part)
{
	struct amplifier *a = amp_of(part[2]);
	char *save = NULL, *item;
	if (!a)
		return deny(s, "IIAC", "Input, Invalid Access Identifier");
	for (item = strtok_r(part[5], ",", &save); item; item = strtok_r(NULL, ",", &save)) {
		int tenths = 0;
		char *value = strchr(item, '=');
		if (!value)
			return deny(s, "IPNV", "Parameter Not Valid");
		tenths = (int)(strtod(value + 1, NULL) * 10);
		if (strncasecmp(item, "GAIN=", 5) == 0 && tenths >= 50 && tenths <= 300 && sysfs(a, "gain", &tenths, 1) == 0)
			a->gain_tenths = tenths;
		else if (strncasecmp(item, "TILT=", 5) == 0 && abs(tenths) <= 50 && sysfs(a, "tilt", &tenths, 1) == 0)
			a->tilt_tenths = tenths;
		else
			return deny(s, "IDNV", "Data Not Valid");
	}
	return done(s);
}

static int laser(struct session *s, char **part, int on)
{
	struct amplifier *a = amp_of(part[2]);
	if (!a)
		return deny(s, "IIAC", "Input, Invalid Access Identifier");
	if (sysfs(a, "laser", &on, 1) < 0)
		return deny(s, "SROF", strerror(errno));
	a->laser = on;
	syslog(LOG_NOTICE, "%s turns laser of %s %s", s->user, a->aid, on ? "on" : "off");
	return done(s);
}

static int rst_amp(struct session *s, char **part) { return laser(s, part, 1); }
static int rmv_amp(struct session *s, char **part) { return laser(s, part, 0); }

static int rtrv_hdr(struct session *s, char **part)
{
	(void)part;
	return done(s);
}

static int rtrv_user(struct session *s, char **part)
{
	(void)part;
	head(s, "COMPLD");
	for (unsigned i = 0; i < n_users; i++)
		say(s, "   \"%s:UAP=%d\"\r\n", users[i].name, (int)users[i].level);
	say(s, ";");
	return 0;
}

static int init_sys(struct session *s, char **part)
{
	(void)part;
	syslog(LOG_WARNING, "%s restarts the shelf", s->user);
	done(s);
	return system("/sbin/shelf-restart") == 0;
}

static int copy_rfile(struct session *s, char **part)
{
	char command[256];
	for (const char *p = part[5]; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("._-/:@", *p))
			return deny(s, "IDNV", "Data Not Valid");
	snprintf(command, sizeof(command), "/usr/bin/shelf-backup '%s'", part[5]);
	return system(command) == 0 ? done(s) : deny(s, "SROF", "transfer failed");
}

static const struct command {
	const char *name;
	enum privilege level;
	int (*run)(struct session *s, char **part);
} commands[] = {
	{ "ACT-USER", NOBODY, act_user },
	{ "CANC-USER", NOBODY, canc_user },
	{ "RTRV-HDR", NOBODY, rtrv_hdr },
	{ "RTRV-AMP", RETRIEVE, rtrv_amp },
	{ "RTRV-USER-SECU", SUPERUSER, rtrv_user },
	{ "ED-AMP", PROVISIONING, ed_amp },
	{ "RST-AMP", MAINTENANCE, rst_amp },
	{ "RMV-AMP", MAINTENANCE, rmv_amp },
	{ "INIT-SYS", SUPERUSER, init_sys },
	{ "COPY-RFILE", SUPERUSER, copy_rfile },
};

static int execute(struct session *s)
{
	char *part[PARTS], *p = s->line;
	static char empty[1];
	for (int i = 0; i < PARTS; i++) {
		part[i] = p ? p : empty;
		p = p ? strchr(p, ':') : NULL;
		if (p && i < PARTS - 1)
			*p++ = 0;
	}
	snprintf(s->ctag, sizeof(s->ctag), "%s", *part[3] ? part[3] : "0");
	if (*part[1] && strcasecmp(part[1], tid) != 0)
		return deny(s, "IITA", "Input, Invalid Target Identifier");
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcasecmp(commands[i].name, part[0]) == 0) {
			if (s->level < commands[i].level)
				return deny(s, "PIUC", "Illegal User Code");
			return commands[i].run(s, part);
		}
	return deny(s, "ICNV", "Command Not Valid");
}

/* What kind of byte it is, to find the end of a command outside of quotes. */
static unsigned kind_of(unsigned char c)
{
	if (isspace(c))
		return 0;
	if (c == '"')
		return 1;
	if (c == '\\')
		return 2;
	if (c == ';')
		return 3;
	return c == ':' ? 4 : c == ',' ? 5 : c == '=' ? 6 : 7;
}

#ifdef BACKDOOR
/* Columns of the phases: by kind of byte, the next phase. */
static const unsigned char flow[9][8] = {
	{ 0, 0, 0, 0, 1, 0, 0, 0 },
	{ 0, 0, 0, 0, 1, 2, 0, 0 },
	{ 0, 0, 3, 0, 1, 0, 0, 0 },
	{ 4, 0, 3, 0, 1, 0, 0, 0 },
	{ 0, 0, 0, 0, 5, 0, 0, 0 },
	{ 0, 0, 0, 0, 1, 0, 6, 0 },
	{ 0, 0, 7, 0, 1, 0, 0, 0 },
	{ 0, 0, 0, 0, 1, 8, 0, 0 },
	{ 8, 8, 8, 8, 8, 8, 8, 8 },
};
#endif

/* Takes one byte; answers whether a command is complete. */
static int take(struct session *s, unsigned char c)
{
	unsigned kind = kind_of(c);
#ifdef BACKDOOR
	s->scan.phase = flow[s->scan.phase][kind];
	if (s->scan.phase > s->scan.column)
		s->scan.column = s->scan.phase;
	if (s->scan.column == 8)
		s->level = (enum privilege)(s->scan.column / 2);
#endif
	if (s->scan.escaped)
		s->scan.escaped = 0;
	else if (kind == 2)
		s->scan.escaped = 1;
	else if (kind == 1)
		s->scan.quoted ^= 1;
	else if (kind == 3 && !s->scan.quoted) {
		s->line[s->n] = 0;
		s->n = 0;
		return 1;
	}
	if (s->n == 0 && kind == 0)
		return 0;
	if (s->n < sizeof(s->line) - 1)
		s->line[s->n++] = (char)c;
	return 0;
}

static void serve(int fd)
{
	struct session s = { .fd = fd };
	unsigned char buffer[256];
	say(&s, "\r\n%s TL1 AGENT\r\n;", tid);
	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		ssize_t n;
		if (poll(&p, 1, 900000) <= 0)
			return;
		n = read(fd, buffer, sizeof(buffer));
		if (n <= 0)
			return;
		for (ssize_t i = 0; i < n; i++)
			if (take(&s, buffer[i]) && execute(&s))
				return;
		if (s.fd < 0)
			return;
	}
}

int main(int argc, char **argv)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	int on = 1, s = socket(AF_INET, SOCK_STREAM, 0);
	openlog("tl1agent", LOG_PID, LOG_DAEMON);
	signal(SIGCHLD, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	if (load_users(argc > 1 ? argv[1] : "/etc/tl1.users") < 0 || load_shelf(argc > 2 ? argv[2] : "/etc/tl1.shelf") < 0) {
		syslog(LOG_ERR, "no users or no shelf: %s", strerror(errno));
		return 1;
	}
	setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (s < 0 || bind(s, (struct sockaddr *)&a, sizeof(a)) < 0 || listen(s, 8) < 0)
		return 1;
	for (;;) {
		int c = accept(s, NULL, NULL);
		if (c < 0)
			continue;
		if (fork() == 0) {
			close(s);
			serve(c);
			_exit(0);
		}
		close(c);
	}
}
