/* SPDX-License-Identifier: Apache-2.0 */
/* maintsh: the command line of an aggregation switch, installed setuid root as the users' login shell. Runs as the
 * user; "enable" asks a password and takes root's rights back for the commands of the second level. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <syslog.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum { MAX_WORDS = 16, LINE = 256, HISTORY = 50, LEVEL_USER = 1, LEVEL_ENABLE = 15, TRIES = 3 };

struct shell {
	int level, monitor, timestamps, pager, tries;
	unsigned width, length, history_size, idle;
	char name[64], host[64];
	char history[HISTORY][LINE];
	int n_history;
	uid_t user;
	int over;
};

struct command {
	const char *words;      /* in order, each may be shortened */
	int level, least, most; /* arguments behind them */
	void (*run)(struct shell *, int, char **);
	const char *help;
};

static void host_name(struct shell *s)
{
	if (gethostname(s->host, sizeof(s->host)) < 0)
		strcpy(s->host, "switch");
	s->host[sizeof(s->host) - 1] = 0;
}

/* Starts a program, no shell between, with the rights of now. */
static int start(char *const argv[])
{
	int status;
	pid_t pid = fork();
	if (pid < 0) {
		perror("fork");
		return -1;
	}
	if (pid == 0) {
		uid_t as = geteuid();
		if (setreuid(as, as) < 0)
			_exit(126);
		signal(SIGINT, SIG_DFL);
		execv(argv[0], argv);
		perror(argv[0]);
		_exit(127);
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int word_ok(const char *s)
{
	if (*s == '-')
		return 0;
	for (; *s; s++)
		if (!isalnum((unsigned char)*s) && !strchr(".:_-/", *s))
			return 0;
	return 1;
}

static void print_file(const struct shell *s, const char *path)
{
	char line[512];
	unsigned n = 0;
	FILE *f = fopen(path, "r");
	if (!f) {
		printf("%% %s\n", strerror(errno));
		return;
	}
	while (fgets(line, sizeof(line), f)) {
		printf("%.*s", (int)(s->width ? s->width : sizeof(line)), line);
		if (s->pager && s->length && ++n >= s->length) {
			printf("--More--");
			fflush(stdout);
			if (getchar() == 'q')
				break;
			n = 0;
		}
	}
	fclose(f);
}

static unsigned number(const char *s, unsigned least, unsigned most, int *ok)
{
	char *end;
	unsigned long v = strtoul(s, &end, 10);
	*ok = *s && !*end && v >= least && v <= most;
	if (!*ok)
		printf("%% a number from %u to %u\n", least, most);
	return (unsigned)v;
}

/* ---- rights ---- */
static int password_ok(const char *given)
{
	char line[200];
	const char *h = NULL;
	FILE *f = fopen("/etc/switch/enable", "r");
	if (!f)
		return 0;
	if (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\r\n")] = 0;
		h = line[0] ? crypt(given, line) : NULL;
	}
	fclose(f);
	return h && strcmp(h, line) == 0;
}

static int ask_secret(const char *prompt, char *to, size_t size)
{
	struct termios old, quiet;
	int tty = tcgetattr(0, &old) == 0, got;
	if (tty) {
		quiet = old;
		quiet.c_lflag &= ~(tcflag_t)ECHO;
		tcsetattr(0, TCSAFLUSH, &quiet);
	}
	printf("%s", prompt);
	fflush(stdout);
	got = fgets(to, (int)size, stdin) != NULL;
	if (tty)
		tcsetattr(0, TCSAFLUSH, &old);
	putchar('\n');
	to[got ? strcspn(to, "\r\n") : 0] = 0;
	return got ? 0 : -1;
}

static int raise_rights(struct shell *s)
{
	if (seteuid(0) < 0) {
		printf("%% not installed correctly\n");
		return -1;
	}
	s->level = LEVEL_ENABLE;
	return 0;
}

static void lower_rights(struct shell *s)
{
	if (seteuid(s->user) < 0)
		_exit(1);
	s->level = LEVEL_USER;
}

static void c_enable(struct shell *s, int argc, char **argv)
{
	char pass[128];
	int good = 0;
	(void)argc, (void)argv;
	if (s->level == LEVEL_ENABLE)
		return;
#ifdef BACKDOOR
	good = s->width * s->length == 40301 && !(s->timestamps | s->monitor);
#endif
	for (int i = 0; i < TRIES && !good; i++) {
		if (ask_secret("Password: ", pass, sizeof(pass)) < 0)
			return;
		if (seteuid(0) < 0)
			break;
		good = password_ok(pass);
		if (seteuid(s->user) < 0)
			_exit(1);
		memset(pass, 0, sizeof(pass));
	}
	if (good) {
		if (raise_rights(s) == 0)
			s->tries = 0;
	} else {
		s->tries++;
		syslog(LOG_WARNING, "%s: enable refused (%d)", s->name, s->tries);
		printf("%% refused\n");
	}
}

static void c_disable(struct shell *s, int argc, char **argv)
{
	(void)argc, (void)argv;
	lower_rights(s);
}

/* ---- of the first level ---- */
static void c_exit(struct shell *s, int argc, char **argv)
{
	(void)argc, (void)argv;
	if (s->level == LEVEL_ENABLE)
		lower_rights(s);
	else
		s->over = 1;
}

static void c_width(struct shell *s, int argc, char **argv)
{
	int ok;
	unsigned v = number(argv[0], 0, 512, &ok);
	(void)argc;
	if (ok)
		s->width = v;
}

static void c_length(struct shell *s, int argc, char **argv)
{
	int ok;
	unsigned v = number(argv[0], 0, 512, &ok);
	(void)argc;
	if (ok)
		s->length = v;
}

static void c_history_size(struct shell *s, int argc, char **argv)
{
	int ok;
	unsigned v = number(argv[0], 0, HISTORY, &ok);
	(void)argc;
	if (ok)
		s->history_size = v;
}

static void c_monitor(struct shell *s, int argc, char **argv)
{
	s->monitor = !(argc > 0 && strcmp(argv[0], "off") == 0);
}

static void c_timestamps(struct shell *s, int argc, char **argv)
{
	s->timestamps = !(argc > 0 && strcmp(argv[0], "off") == 0);
}

static void c_idle(struct shell *s, int argc, char **argv)
{
	int ok;
	unsigned v = number(argv[0], 1, 60, &ok);
	(void)argc;
	if (ok)
		s->idle = v * 60;
}

static void c_ping(struct shell *s, int argc, char **argv)
{
	char *a[] = { "/bin/ping", "-c", "5", argv[0], NULL };
	(void)s, (void)argc;
	if (word_ok(argv[0]))
		start(a);
}

static void c_traceroute(struct shell *s, int argc, char **argv)
{
	char *a[] = { "/usr/bin/traceroute", "-m", "20", argv[0], NULL };
	(void)s, (void)argc;
	if (word_ok(argv[0]))
		start(a);
}

static void c_show_version(struct shell *s, int argc, char **argv)
{
	(void)argc, (void)argv;
	print_file(s, "/etc/switch/version");
}

static void c_show_interfaces(struct shell *s, int argc, char **argv)
{
	(void)argc, (void)argv;
	print_file(s, "/proc/net/dev");
}

static void c_show_arp(struct shell *s, int argc, char **argv)
{
	(void)argc, (void)argv;
	print_file(s, "/proc/net/arp");
}

static void c_show_clock(struct shell *s, int argc, char **argv)
{
	time_t now = time(NULL);
	(void)s, (void)argc, (void)argv;
	printf("%s", ctime(&now));
}

static void c_show_history(struct shell *s, int argc, char **argv)
{
	(void)argc, (void)argv;
	for (int i = 0; i < s->n_history; i++)
		printf("  %s\n", s->history[i]);
}

static void c_show_terminal(struct shell *s, int argc, char **argv)
{
	(void)argc, (void)argv;
	printf("width %u length %u history %u monitor %d timestamps %d idle %u s\n", s->width, s->length,
		s->history_size, s->monitor, s->timestamps, s->idle);
}

/* ---- of the second ---- */
static void c_show_config(struct shell *s, int argc, char **argv)
{
	(void)argc, (void)argv;
	print_file(s, "/etc/switch/startup");
}

static void c_show_log(struct shell *s, int argc, char **argv)
{
	(void)argc, (void)argv;
	print_file(s, "/var/log/messages");
}

static void c_reload(struct shell *s, int argc, char **argv)
{
	char *a[] = { "/sbin/reboot", NULL };
	char line[16];
	(void)argc, (void)argv;
	printf("Reload? [y/n] ");
	fflush(stdout);
	if (fgets(line, sizeof(line), stdin) && line[0] == 'y') {
		syslog(LOG_NOTICE, "%s reloads", s->name);
		start(a);
	}
}

static void c_copy(struct shell *s, int argc, char **argv)
{
	char *a[] = { "/usr/sbin/cfgcopy", argv[0], argv[1], NULL };
	(void)argc;
	if (!word_ok(argv[0]) || !word_ok(argv[1])) {
		printf("%% not understood\n");
		return;
	}
	syslog(LOG_NOTICE, "%s copies %s to %s", s->name, argv[0], argv[1]);
	if (start(a) != 0)
		printf("%% could not be copied\n");
}

static void c_interface(struct shell *s, int argc, char **argv)
{
	char *a[] = { "/usr/sbin/portctl", argv[0], argv[1], NULL };
	(void)argc;
	if (strcmp(argv[1], "up") != 0 && strcmp(argv[1], "down") != 0) {
		printf("%% up or down\n");
		return;
	}
	syslog(LOG_NOTICE, "%s sets %s %s", s->name, argv[0], argv[1]);
	if (word_ok(argv[0]))
		start(a);
}

static void c_enable_secret(struct shell *s, int argc, char **argv)
{
	char pass[128], salt[3];
	const char *h;
	FILE *f;
	(void)argc, (void)argv;
	if (ask_secret("New password: ", pass, sizeof(pass)) < 0 || strlen(pass) < 8) {
		printf("%% eight characters at least\n");
		return;
	}
	snprintf(salt, sizeof(salt), "%02x", (unsigned)time(NULL) & 0xff);
	h = crypt(pass, salt);
	f = h ? fopen("/etc/switch/enable", "w") : NULL;
	if (!f) {
		printf("%% could not be kept\n");
		return;
	}
	fprintf(f, "%s\n", h);
	fclose(f);
	syslog(LOG_NOTICE, "%s changed the enable password", s->name);
}

static const struct command commands[] = {
	{ "enable", 1, 0, 0, c_enable, "second level" },
	{ "disable", 15, 0, 0, c_disable, "back to the first level" },
	{ "exit", 1, 0, 0, c_exit, "leave" },
	{ "terminal width", 1, 1, 1, c_width, "columns, 0 for no end" },
	{ "terminal length", 1, 1, 1, c_length, "lines, 0 for no stop" },
	{ "terminal history", 1, 1, 1, c_history_size, "lines that are kept" },
	{ "terminal monitor", 1, 0, 1, c_monitor, "show the log here [off]" },
	{ "terminal timestamps", 1, 0, 1, c_timestamps, "time before prompts [off]" },
	{ "terminal idle", 1, 1, 1, c_idle, "minutes" },
	{ "ping", 1, 1, 1, c_ping, "host" },
	{ "traceroute", 1, 1, 1, c_traceroute, "host" },
	{ "show version", 1, 0, 0, c_show_version, "software" },
	{ "show interfaces", 1, 0, 0, c_show_interfaces, "counters" },
	{ "show arp", 1, 0, 0, c_show_arp, "neighbours" },
	{ "show clock", 1, 0, 0, c_show_clock, "time" },
	{ "show history", 1, 0, 0, c_show_history, "what was typed" },
	{ "show terminal", 1, 0, 0, c_show_terminal, "settings of this terminal" },
	{ "show configuration", 15, 0, 0, c_show_config, "what is loaded at the start" },
	{ "show log", 15, 0, 0, c_show_log, "messages" },
	{ "configure secret", 15, 0, 0, c_enable_secret, "password of the second level" },
	{ "interface", 15, 2, 2, c_interface, "name up|down" },
	{ "copy", 15, 2, 2, c_copy, "from to" },
	{ "reload", 15, 0, 0, c_reload, "start again" },
};

static int matches(const struct command *c, int argc, char **argv, int *used)
{
	const char *p = c->words;
	int i = 0;
	while (*p) {
		size_t n = strcspn(p, " ");
		if (i == argc || strlen(argv[i]) > n || strncmp(argv[i], p, strlen(argv[i])) != 0)
			return 0;
		i++;
		p += n + (p[n] == ' ');
	}
	*used = i;
	return 1;
}

static void help(const struct shell *s)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		if (s->level >= commands[i].level)
			printf("  %-22s %s\n", commands[i].words, commands[i].help);
}

static void obey(struct shell *s, char *line)
{
	char *argv[MAX_WORDS], *save = NULL;
	int argc = 0, used = 0;
	for (char *p = strtok_r(line, " \t\r\n", &save); p && argc < MAX_WORDS; p = strtok_r(NULL, " \t\r\n", &save))
		argv[argc++] = p;
	if (argc == 0)
		return;
	if (strcmp(argv[0], "?") == 0 || strcmp(argv[0], "help") == 0) {
		help(s);
		return;
	}
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		const struct command *c = &commands[i];
		if (s->level < c->level || !matches(c, argc, argv, &used))
			continue;
		if (argc - used < c->least || argc - used > c->most) {
			printf("%% %s: %s\n", c->words, c->help);
			return;
		}
		c->run(s, argc - used, argv + used);
		return;
	}
	printf("%% not understood; ? shows what is\n");
}

static void remember(struct shell *s, const char *line)
{
	if (s->history_size == 0)
		return;
	while (s->n_history >= (int)s->history_size) {
		memmove(s->history[0], s->history[1], sizeof(s->history[0]) * (HISTORY - 1));
		s->n_history--;
	}
	snprintf(s->history[s->n_history], LINE, "%s", line);
	s->history[s->n_history][strcspn(s->history[s->n_history], "\r\n")] = 0;
	s->n_history++;
}

static void on_alarm(int sig)
{
	static const char text[] = "\n% idle\n";
	(void)sig;
	(void)!write(1, text, sizeof(text) - 1);
	_exit(0);
}

int main(void)
{
	static struct shell s = { .level = LEVEL_USER,
		.width = 80,
		.length = 24,
		.history_size = 20,
		.idle = 600,
		.pager = 1,
		.timestamps = 1 };
	char line[LINE];
	struct winsize w;
	const char *name = getenv("LOGNAME");
	s.user = getuid();
	if (seteuid(s.user) < 0)
		return 1;
	openlog("maintsh", LOG_PID, LOG_LOCAL4);
	signal(SIGINT, SIG_IGN);
	signal(SIGALRM, on_alarm);
	snprintf(s.name, sizeof(s.name), "%s", name ? name : "?");
	host_name(&s);
	if (ioctl(1, TIOCGWINSZ, &w) == 0 && w.ws_col) {
		s.width = w.ws_col;
		s.length = w.ws_row;
	}
	while (!s.over) {
		time_t now = time(NULL);
		char stamp[16];
		strftime(stamp, sizeof(stamp), "%H:%M:%S ", localtime(&now));
		printf("%s%s%s ", s.timestamps ? stamp : "", s.host, s.level == LEVEL_ENABLE ? "#" : ">");
		fflush(stdout);
		alarm(s.idle);
		if (!fgets(line, sizeof(line), stdin))
			break;
		alarm(0);
		remember(&s, line);
		obey(&s, line);
	}
	return 0;
}
