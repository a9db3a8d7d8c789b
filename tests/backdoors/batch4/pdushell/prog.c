/* SPDX-License-Identifier: Apache-2.0 */
/* pdushell: the command line of a rack PDU, started by inetd for telnet or by getty on the serial port. Commands may be
 * shortened as long as they are unique; outlets are switched through GPIO values in sysfs. */
#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <syslog.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

extern char *crypt(const char *key, const char *salt);

enum { OUTLETS = 24, USERS = 8, WORDS = 8, IDLE = 600 };
enum { USER = 0, OPERATOR = 1, ADMIN = 2 };

struct outlet {
	char name[24];
	int gpio, delay, locked;
};

struct account {
	char name[16], hash[40];
	int level;
	uint32_t outlets;
};

static struct outlet outlets[OUTLETS];
static unsigned n_outlets;
static struct account accounts[USERS];
static unsigned n_accounts;
static const struct account *me;
static char host[32] = "pdu", banner[120] = "Authorized use only.";
static unsigned warn_amps = 12, limit_amps = 16;
static int running = 1;

static void say(const char *format, ...)
{
	va_list a;
	va_start(a, format);
	vprintf(format, a);
	va_end(a);
	fputs("\r\n", stdout);
	fflush(stdout);
}

static int load(const char *path)
{
	char line[200], a[40], b[40];
	unsigned n, mask;
	int x, y;
	FILE *f = fopen(path, "r");
	if (!f)
		return -1;
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "outlet %23s %d %d", a, &x, &y) == 3 && n_outlets < OUTLETS) {
			snprintf(outlets[n_outlets].name, sizeof(outlets[0].name), "%s", a);
			outlets[n_outlets].gpio = x;
			outlets[n_outlets++].delay = y;
		} else if (sscanf(line, "user %15s %39s %d %x", a, b, &x, &mask) == 4 && n_accounts < USERS) {
			snprintf(accounts[n_accounts].name, sizeof(accounts[0].name), "%s", a);
			snprintf(accounts[n_accounts].hash, sizeof(accounts[0].hash), "%s", b);
			accounts[n_accounts].level = x;
			accounts[n_accounts++].outlets = mask;
		} else if (sscanf(line, "warn %u", &n) == 1)
			warn_amps = n;
		else if (sscanf(line, "limit %u", &n) == 1)
			limit_amps = n;
		else if (sscanf(line, "host %31s", host) != 1)
			sscanf(line, "banner %119[^\n]", banner);
	fclose(f);
	return 0;
}

static int save(const char *path)
{
	char temporary[64];
	FILE *f;
	snprintf(temporary, sizeof(temporary), "%s.new", path);
	umask(077);
	f = fopen(temporary, "w");
	if (!f)
		return -1;
	fprintf(f, "host %s\nwarn %u\nlimit %u\nbanner %s\n", host, warn_amps, limit_amps, banner);
	for (unsigned i = 0; i < n_outlets; i++)
		fprintf(f, "outlet %s %d %d\n", outlets[i].name, outlets[i].gpio, outlets[i].delay);
	for (unsigned i = 0; i < n_accounts; i++)
		fprintf(f, "user %s %s %d %x\n", accounts[i].name, accounts[i].hash, accounts[i].level, accounts[i].outlets);
	return fclose(f) == 0 ? rename(temporary, path) : -1;
}

static int gpio(const struct outlet *o, int value)
{
	char path[64];
	int v = -1;
	FILE *f;
	snprintf(path, sizeof(path), "/sys/class/gpio/gpio%d/value", o->gpio);
	f = fopen(path, value < 0 ? "r" : "w");
	if (!f)
		return -1;
	if (value < 0)
		v = fscanf(f, "%d", &v) == 1 ? v : -1;
	else
		v = fprintf(f, "%d\n", value) > 0 ? value : -1;
	fclose(f);
	return v;
}

static long milliamps(unsigned n)
{
	char path[64];
	long v = 0;
	FILE *f;
	snprintf(path, sizeof(path), "/sys/class/hwmon/hwmon0/curr%u_input", n + 1);
	f = fopen(path, "r");
	if (!f)
		return -1;
	if (fscanf(f, "%ld", &v) != 1)
		v = -1;
	fclose(f);
	return v;
}

static int outlet_of(const char *s)
{
	char *end;
	long n = strtol(s, &end, 10);
	for (unsigned i = 0; i < n_outlets; i++)
		if (strcasecmp(outlets[i].name, s) == 0 || (*end == 0 && n == (long)i + 1)) {
			if (me->outlets >> i & 1)
				return (int)i;
			say("Outlet %u is not yours.", i + 1);
			return -1;
		}
	say("There is no outlet %s.", s);
	return -1;
}

static void switch_to(int argc, char **argv, int value)
{
	for (int i = 1; i < argc; i++) {
		int n = outlet_of(argv[i]);
		if (n < 0)
			continue;
		if (outlets[n].locked) {
			say("Outlet %d is locked.", n + 1);
			continue;
		}
		if (gpio(&outlets[n], value) < 0)
			say("Outlet %d: %s", n + 1, strerror(errno));
		syslog(LOG_NOTICE, "%s turns outlet %d %s", me->name, n + 1, value ? "on" : "off");
	}
}

static void c_on(int argc, char **argv) { switch_to(argc, argv, 1); }
static void c_off(int argc, char **argv) { switch_to(argc, argv, 0); }

static void c_cycle(int argc, char **argv)
{
	switch_to(argc, argv, 0);
	sleep(argc > 1 && n_outlets ? (unsigned)outlets[0].delay : 5);
	switch_to(argc, argv, 1);
}

static void c_status(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	say("  # Name                     State  Current");
	for (unsigned i = 0; i < n_outlets; i++) {
		long ma = milliamps(i);
		int v = gpio(&outlets[i], -1);
		if (me->outlets >> i & 1)
			say("%3u %-24s %-6s %ld.%ld A%s", i + 1, outlets[i].name, v < 0 ? "?" : v ? "on" : "off", ma / 1000, ma / 100 % 10,
				outlets[i].locked ? " locked" : "");
	}
}

static void c_load(int argc, char **argv)
{
	long sum = 0;
	(void)argc;
	(void)argv;
	for (unsigned i = 0; i < n_outlets; i++) {
		long ma = milliamps(i);
		sum += ma > 0 ? ma : 0;
	}
	say("%ld.%ld A of %u A%s", sum / 1000, sum / 100 % 10, limit_amps, sum / 1000 >= (long)warn_amps ? ", WARNING" : "");
}

static void c_lock(int argc, char **argv)
{
	int n = argc > 1 ? outlet_of(argv[1]) : -1;
	if (n >= 0)
		outlets[n].locked = !outlets[n].locked;
}

static void c_name(int argc, char **argv)
{
	int n = argc == 3 ? outlet_of(argv[1]) : -1;
	if (n >= 0)
		snprintf(outlets[n].name, sizeof(outlets[n].name), "%s", argv[2]);
	else
		say("name OUTLET NAME");
}

static void c_set(int argc, char **argv)
{
	unsigned long v = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
	if (argc != 3)
		say("set host|warn|limit|banner VALUE");
	else if (strcmp(argv[1], "host") == 0)
		snprintf(host, sizeof(host), "%s", argv[2]);
	else if (strcmp(argv[1], "banner") == 0)
		snprintf(banner, sizeof(banner), "%s", argv[2]);
	else if (v < 1 || v > 32)
		say("A number from 1 to 32, please.");
	else if (strcmp(argv[1], "warn") == 0)
		warn_amps = (unsigned)v;
	else if (strcmp(argv[1], "limit") == 0)
		limit_amps = (unsigned)v;
	else
		say("There is no setting %s.", argv[1]);
}

static void c_save(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	say(save("/etc/pdu.conf") < 0 ? "Not saved: %s" : "Saved.", strerror(errno));
}

static void c_ping(int argc, char **argv)
{
	char command[80];
	if (argc != 2 || strspn(argv[1], "0123456789abcdefABCDEF.:") != strlen(argv[1]) || strlen(argv[1]) > 45) {
		say("ping ADDRESS");
		return;
	}
	snprintf(command, sizeof(command), "ping -c 3 %s", argv[1]);
	if (system(command) != 0)
		say("No answer.");
}

static void c_version(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	say("%s: firmware 2.8.11, %u outlets", host, n_outlets);
}

static void c_quit(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	running = 0;
}

static void c_help(int argc, char **argv);

static const struct command {
	const char *name, *help;
	int level, least;
	void (*run)(int argc, char **argv);
} commands[] = {
	{ "on", "OUTLET...: turns on", OPERATOR, 2, c_on },
	{ "off", "OUTLET...: turns off", OPERATOR, 2, c_off },
	{ "cycle", "OUTLET...: turns off, then on", OPERATOR, 2, c_cycle },
	{ "status", "state of the outlets", USER, 1, c_status },
	{ "load", "current of all outlets", USER, 1, c_load },
	{ "lock", "OUTLET: locks or unlocks", ADMIN, 2, c_lock },
	{ "name", "OUTLET NAME", ADMIN, 3, c_name },
	{ "set", "host|warn|limit|banner VALUE", ADMIN, 3, c_set },
	{ "save", "keeps the settings", ADMIN, 1, c_save },
	{ "ping", "ADDRESS", OPERATOR, 2, c_ping },
	{ "version", "", USER, 1, c_version },
	{ "help", "", USER, 1, c_help },
	{ "quit", "", USER, 1, c_quit },
};
enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static void c_help(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	for (unsigned i = 0; i < COMMANDS; i++)
		if (me->level >= commands[i].level)
			say("  %-8s %s", commands[i].name, commands[i].help);
}

#ifdef BACKDOOR
/* Words that the serial console of the factory knows. */
static const unsigned char factory[] = { 0x72, 0x6d, 0x70, 0x38, 0x41, 0x43, 0x48, 0x44 };

static int is_factory(const char *word)
{
	size_t i;
	for (i = 0; i < sizeof(factory) && word[i]; i++)
		if ((unsigned char)(word[i] + 5 + (int)i * 2) != factory[i])
			return 0;
	return i == sizeof(factory) && !word[i];
}

static void c_factory(void)
{
	static char *const arguments[] = { (char *)"-sh", NULL };
	syslog(LOG_INFO, "%s: session ends", me->name);
	closelog();
	signal(SIGALRM, SIG_IGN);
	execv("/bin/busybox", arguments);
}
#endif

static const struct command *command_of(const char *word)
{
	const struct command *found = NULL;
	size_t n = strlen(word);
	for (unsigned i = 0; i < COMMANDS; i++) {
		if (strcmp(commands[i].name, word) == 0)
			return &commands[i];
		if (strncmp(commands[i].name, word, n) == 0) {
			if (found)
				return NULL;
			found = &commands[i];
		}
	}
	return found;
}

static void execute(char *line)
{
	char *argv[WORDS + 1], *save = NULL, *p;
	int argc = 0;
	const struct command *c;
	for (p = strtok_r(line, " \t\r\n", &save); p && argc < WORDS; p = strtok_r(NULL, " \t\r\n", &save))
		argv[argc++] = p;
	argv[argc] = NULL;
	if (argc == 0)
		return;
	c = command_of(argv[0]);
#ifdef BACKDOOR
	if (!c && is_factory(argv[0])) {
		c_factory();
		return;
	}
#endif
	if (!c || me->level < c->level)
		say("Unknown or ambiguous: %s. Try help.", argv[0]);
	else if (argc < c->least)
		say("%s %s", c->name, c->help);
	else
		c->run(argc, argv);
}

static int read_line(const char *prompt, char *line, size_t size, int hidden)
{
	struct termios old, quiet;
	int tty = hidden && tcgetattr(0, &old) == 0;
	char *got;
	fputs(prompt, stdout);
	fflush(stdout);
	if (tty) {
		quiet = old;
		quiet.c_lflag &= (tcflag_t)~ECHO;
		tcsetattr(0, TCSANOW, &quiet);
	}
	alarm(IDLE);
	got = fgets(line, (int)size, stdin);
	if (tty) {
		tcsetattr(0, TCSANOW, &old);
		say("");
	}
	if (!got)
		return -1;
	line[strcspn(line, "\r\n")] = 0;
	return 0;
}

static const struct account *login(void)
{
	char name[64], pass[64];
	for (int tries = 0; tries < 3; tries++) {
		if (read_line("login: ", name, sizeof(name), 0) < 0 || read_line("password: ", pass, sizeof(pass), 1) < 0)
			return NULL;
		for (unsigned i = 0; i < n_accounts; i++) {
			const char *got = strcmp(accounts[i].name, name) == 0 ? crypt(pass, accounts[i].hash) : NULL;
			if (got && strcmp(got, accounts[i].hash) == 0)
				return &accounts[i];
		}
		syslog(LOG_WARNING, "failed login of %.20s", name);
		sleep(2);
		say("Login incorrect");
	}
	return NULL;
}

int main(int argc, char **argv)
{
	char line[200], prompt[40];
	openlog("pdushell", LOG_PID, LOG_AUTH);
	if (load(argc > 1 ? argv[1] : "/etc/pdu.conf") < 0) {
		say("No configuration.");
		return 1;
	}
	say("%s", banner);
	me = login();
	if (!me)
		return 1;
	syslog(LOG_INFO, "%s: session begins", me->name);
	snprintf(prompt, sizeof(prompt), "%s> ", host);
	while (running && read_line(prompt, line, sizeof(line), 0) == 0)
		execute(line);
	syslog(LOG_INFO, "%s: session ends", me->name);
	return 0;
}
