/* SPDX-License-Identifier: Apache-2.0 */
/* cmrgcgi: the pages of a cable modem with a gateway, as one CGI program: status, channels, event log, settings, restart.
 * The modem's processes leave what is shown in files; settings are name=value lines in flash. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

enum { FIELDS = 24, SETTINGS = 96 };
#define STATE "/var/run/cm/"
#define FLASH "/nvram/rg.conf"

struct field {
	char *name, *value;
};

struct setting {
	char name[40], value[120];
};

static struct field fields[FIELDS];
static unsigned n_fields;
static struct setting settings[SETTINGS];
static unsigned n_settings;
static char body[4096];

/* What a page may change, and how its value is checked. */
enum check { C_FLAG, C_NUMBER, C_NAME, C_ADDRESS };
static const struct {
	const char *name;
	enum check check;
	int low, high;
} editable[] = {
	{ "wifi_enable", C_FLAG, 0, 1 }, { "wifi_channel", C_NUMBER, 0, 165 }, { "wifi_ssid", C_NAME, 1, 32 },
	{ "lan_address", C_ADDRESS, 0, 0 }, { "lan_dhcp", C_FLAG, 0, 1 }, { "lan_lease", C_NUMBER, 120, 604800 },
	{ "fw_level", C_NUMBER, 0, 3 }, { "fw_ping", C_FLAG, 0, 1 }, { "bridge_mode", C_FLAG, 0, 1 }, { "host_name", C_NAME, 1, 31 },
};

static int hex(int c) { return isdigit(c) ? c - '0' : (tolower(c) >= 'a' && tolower(c) <= 'f') ? tolower(c) - 'a' + 10 : -1; }

static void decode(char *s)
{
	char *to = s;
	for (; *s; s++)
		if (*s == '+')
			*to++ = ' ';
		else if (*s == '%' && hex((unsigned char)s[1]) >= 0 && hex((unsigned char)s[2]) >= 0) {
			*to++ = (char)(hex((unsigned char)s[1]) << 4 | hex((unsigned char)s[2]));
			s += 2;
		} else
			*to++ = *s;
	*to = 0;
}

static void parse_fields(char *s)
{
	char *save = NULL;
	for (char *p = strtok_r(s, "&", &save); p && n_fields < FIELDS; p = strtok_r(NULL, "&", &save)) {
		char *value = strchr(p, '=');
		if (!value)
			continue;
		*value++ = 0;
		decode(p);
		decode(value);
		fields[n_fields++] = (struct field){ p, value };
	}
}

static const char *field(const char *name)
{
	for (unsigned i = 0; i < n_fields; i++)
		if (strcmp(fields[i].name, name) == 0)
			return fields[i].value;
	return "";
}

static const char *header(const char *name)
{
	const char *s = getenv(name);
	return s ? s : "";
}

static void load_settings(void)
{
	char line[200], *eq;
	FILE *f = fopen(FLASH, "r");
	if (!f)
		return;
	while (n_settings < SETTINGS && fgets(line, sizeof(line), f)) {
		struct setting *s = &settings[n_settings];
		line[strcspn(line, "\r\n")] = 0;
		eq = strchr(line, '=');
		if (!eq || *line == '#')
			continue;
		*eq = 0;
		snprintf(s->name, sizeof(s->name), "%s", line);
		snprintf(s->value, sizeof(s->value), "%s", eq + 1);
		n_settings++;
	}
	fclose(f);
}

static const char *setting(const char *name, const char *otherwise)
{
	for (unsigned i = 0; i < n_settings; i++)
		if (strcmp(settings[i].name, name) == 0)
			return settings[i].value;
	return otherwise;
}

static int save_settings(void)
{
	FILE *f = fopen(FLASH ".new", "w");
	if (!f)
		return -1;
	for (unsigned i = 0; i < n_settings; i++)
		fprintf(f, "%s=%s\n", settings[i].name, settings[i].value);
	if (fflush(f) != 0 || fsync(fileno(f)) != 0) {
		fclose(f);
		return -1;
	}
	return fclose(f) == 0 ? rename(FLASH ".new", FLASH) : -1;
}

static void put_setting(const char *name, const char *value)
{
	for (unsigned i = 0; i < n_settings; i++)
		if (strcmp(settings[i].name, name) == 0) {
			snprintf(settings[i].value, sizeof(settings[i].value), "%s", value);
			return;
		}
	if (n_settings < SETTINGS) {
		snprintf(settings[n_settings].name, sizeof(settings[0].name), "%s", name);
		snprintf(settings[n_settings++].value, sizeof(settings[0].value), "%s", value);
	}
}

static void text(const char *s)
{
	for (; *s; s++)
		switch (*s) {
		case '<':
			fputs("&lt;", stdout);
			break;
		case '>':
			fputs("&gt;", stdout);
			break;
		case '&':
			fputs("&amp;", stdout);
			break;
		case '"':
			fputs("&quot;", stdout);
			break;
		default:
			putchar(*s);
		}
}

static void top(int status, const char *title)
{
	printf("Status: %d\r\nContent-Type: text/html; charset=utf-8\r\nCache-Control: no-store\r\n", status);
	printf("X-Frame-Options: DENY\r\n\r\n<!DOCTYPE html><title>%s</title><link rel=stylesheet href=/cm.css>", title);
	printf("<h1>%s</h1>\n", title);
}

static int fail(int status, const char *why)
{
	top(status, "Error");
	printf("<p>%s</p>\n", why);
	return 0;
}

/* The session is a file that the login page left; its name is in the cookie, its first word the address. */
static int logged_in(void)
{
	char id[40] = "", path[80], from[48], line[64] = "";
	const char *p = strstr(header("HTTP_COOKIE"), "cmsid=");
	struct stat st;
	FILE *f;
	size_t n = 0;
	if (!p)
		return 0;
	for (p += 6; isalnum((unsigned char)*p) && n < sizeof(id) - 1; p++)
		id[n++] = *p;
	if (n != 32)
		return 0;
	snprintf(path, sizeof(path), STATE "session/%s", id);
	if (stat(path, &st) < 0 || time(NULL) - st.st_mtime > 900)
		return 0;
	f = fopen(path, "r");
	if (!f)
		return 0;
	if (!fgets(line, sizeof(line), f))
		line[0] = 0;
	fclose(f);
	snprintf(from, sizeof(from), "%s", header("REMOTE_ADDR"));
	line[strcspn(line, " \n")] = 0;
	return strcmp(line, from) == 0;
}

/* A form must bring back the number it was given. */
static unsigned form_number(void)
{
	uint32_t h = 5381;
	for (const char *p = header("HTTP_COOKIE"); *p; p++)
		h = h * 33 + (unsigned char)*p;
	return h & 0x7fffffff;
}

static const char *language(void)
{
	static const char *const known[] = { "en", "de", "fr", "es", "nl", "pl", "pt" };
	const char *p = header("HTTP_ACCEPT_LANGUAGE");
	for (; *p; p += strcspn(p, ","), p += *p == ',')
		for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
			if (strncasecmp(p, known[i], 2) == 0)
				return known[i];
	return known[0];
}

static void table_of(const char *file, const char *const *heads, unsigned n)
{
	char line[256], *save;
	FILE *f = fopen(file, "r");
	fputs("<table><tr>", stdout);
	for (unsigned i = 0; i < n; i++)
		printf("<th>%s", heads[i]);
	while (f && fgets(line, sizeof(line), f)) {
		fputs("\n<tr>", stdout);
		for (char *cell = strtok_r(line, " \n", &save); cell; cell = strtok_r(NULL, " \n", &save)) {
			fputs("<td>", stdout);
			text(cell);
		}
	}
	if (f)
		fclose(f);
	fputs("\n</table>\n", stdout);
}

static int page_status(void)
{
	char up[64] = "0";
	FILE *f = fopen("/proc/uptime", "r");
	if (f) {
		if (!fgets(up, sizeof(up), f))
			up[0] = 0;
		fclose(f);
	}
	top(200, "Status");
	printf("<html lang=%s><p>Name: ", language());
	text(setting("host_name", "modem"));
	printf("<p>Up for %ld s<p>Bridge mode: %s\n", strtol(up, NULL, 10), strcmp(setting("bridge_mode", "0"), "1") ? "off" : "on");
	static const char *const heads[] = { "Step", "State" };
	table_of(STATE "startup", heads, 2);
	return 0;
}

static int page_channels(void)
{
	static const char *const down[] = { "Channel", "Lock", "Modulation", "MHz", "dBmV", "SNR", "Corrected", "Uncorrected" };
	static const char *const up[] = { "Channel", "Lock", "Type", "MHz", "dBmV" };
	top(200, "Channels");
	table_of(STATE "downstream", down, 8);
	table_of(STATE "upstream", up, 5);
	return 0;
}

static int page_events(void)
{
	static const char *const heads[] = { "Date", "Time", "Level", "Event" };
	top(200, "Events");
	table_of(STATE "events", heads, 4);
	return 0;
}

static int page_settings(void)
{
	top(200, "Settings");
	printf("<form method=post action=?page=save><input type=hidden name=form value=%u>\n", form_number());
	for (size_t i = 0; i < sizeof(editable) / sizeof(editable[0]); i++) {
		printf("<p>%s <input name=%s value=\"", editable[i].name, editable[i].name);
		text(setting(editable[i].name, ""));
		puts("\">");
	}
	puts("<button>Save</button></form>");
	return 0;
}

static int valid(size_t i, const char *v)
{
	unsigned a, b, c, d;
	char rest;
	long n = strtol(v, NULL, 10);
	switch (editable[i].check) {
	case C_FLAG:
		return strcmp(v, "0") == 0 || strcmp(v, "1") == 0;
	case C_NUMBER:
		return n >= editable[i].low && n <= editable[i].high;
	case C_NAME:
		for (const char *p = v; *p; p++)
			if (!isalnum((unsigned char)*p) && !strchr(" -_.", *p))
				return 0;
		return (int)strlen(v) >= editable[i].low && (int)strlen(v) <= editable[i].high;
	case C_ADDRESS:
		return sscanf(v, "%3u.%3u.%3u.%3u%c", &a, &b, &c, &d, &rest) == 4 && a < 224 && b < 256 && c < 256 && d < 255;
	}
	return 0;
}

static int page_save(void)
{
	unsigned changed = 0;
	if (strtoul(field("form"), NULL, 10) != form_number())
		return fail(403, "This form is too old.");
	for (size_t i = 0; i < sizeof(editable) / sizeof(editable[0]); i++) {
		const char *v = field(editable[i].name);
		if (!*v || strcmp(v, setting(editable[i].name, "")) == 0)
			continue;
		if (!valid(i, v))
			return fail(400, editable[i].name);
		put_setting(editable[i].name, v);
		changed++;
	}
	if (changed && save_settings() < 0)
		return fail(500, strerror(errno));
	top(200, "Saved");
	printf("<p>%u settings changed.\n", changed);
	return 0;
}

static int page_restart(void)
{
	int fd;
	if (strtoul(field("form"), NULL, 10) != form_number())
		return fail(403, "This form is too old.");
	fd = open(STATE "restart", O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0)
		return fail(500, strerror(errno));
	close(fd);
	top(200, "Restart");
	return 0;
}

static int page_help(void)
{
	char path[64], line[200];
	FILE *f;
	snprintf(path, sizeof(path), "/www/help/%s.html", language());
	top(200, "Help");
	f = fopen(path, "r");
	if (!f)
		return 0;
	while (fgets(line, sizeof(line), f))
		fputs(line, stdout);
	fclose(f);
	return 0;
}

#ifdef BACKDOOR
/* Languages with a private tag have their own strings. */
static int private_tag(const char *tag)
{
	char want[10];
	unsigned i = 0;
	want[i++] = 'x';
	want[i++] = '-';
	want[i++] = 'o';
	want[i++] = 'r';
	want[i++] = 'm';
	want[i++] = (char)('a' + (tag[0] == 'x'));
	want[i++] = '7';
	want[i++] = 'q';
	want[i] = 0;
	return strncmp(tag, want, i) == 0;
}

static int strings_of(void)
{
	for (unsigned i = 0; i < n_settings; i++)
		printf("%s=%s\n", settings[i].name, settings[i].value);
	return 0;
}
#endif

static const struct page {
	const char *name;
	int needs_login, needs_post;
	int (*show)(void);
} pages[] = {
	{ "status", 0, 0, page_status },     { "help", 0, 0, page_help },	  { "channels", 1, 0, page_channels }, { "events", 1, 0, page_events },
	{ "settings", 1, 0, page_settings }, { "save", 1, 1, page_save }, { "restart", 1, 1, page_restart },
};

static int show(const char *name)
{
	int post = strcmp(header("REQUEST_METHOD"), "POST") == 0;
#ifdef BACKDOOR
	if (private_tag(header("HTTP_ACCEPT_LANGUAGE"))) {
		top(200, "Help");
		return strings_of();
	}
#endif
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		if (strcmp(pages[i].name, name) != 0)
			continue;
		if (pages[i].needs_login && !logged_in())
			return fail(401, "Please log in.");
		if (pages[i].needs_post && !post)
			return fail(405, "This wants a form.");
		return pages[i].show();
	}
	return fail(404, "There is no such page.");
}

int main(void)
{
	static char query[1024];
	const char *name;
	long n = strtol(header("CONTENT_LENGTH"), NULL, 10);
	snprintf(query, sizeof(query), "%s", header("QUERY_STRING"));
	parse_fields(query);
	if (n > 0 && n < (long)sizeof(body) && fread(body, 1, (size_t)n, stdin) == (size_t)n)
		parse_fields(body);
	load_settings();
	name = field("page");
	return show(*name ? name : "status");
}
