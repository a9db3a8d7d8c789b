/* SPDX-License-Identifier: Apache-2.0 */
/* pam_serialotp: passwords of one time for the field engineers of microwave radios. The secret of a user is in a file; codes are
 * counted (HOTP) or made from the clock (TOTP). Options: secrets=FILE digits=N window=N clock debug nullok. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

typedef struct pam_handle pam_handle_t;
struct pam_message {
	int msg_style;
	const char *msg;
};
struct pam_response {
	char *resp;
	int resp_retcode;
};
struct pam_conv {
	int (*conv)(int n, const struct pam_message **m, struct pam_response **r, void *data);
	void *data;
};

enum { PAM_SUCCESS = 0, PAM_SERVICE_ERR = 3, PAM_AUTH_ERR = 7, PAM_USER_UNKNOWN = 10, PAM_IGNORE = 25, PAM_CONV = 5, PAM_AUTHTOK = 6,
	PAM_PROMPT_ECHO_OFF = 1 };

extern int pam_get_user(pam_handle_t *h, const char **user, const char *prompt) __attribute__((weak));
extern int pam_get_item(const pam_handle_t *h, int type, const void **item) __attribute__((weak));
extern int pam_set_item(pam_handle_t *h, int type, const void *item) __attribute__((weak));
extern void pam_syslog(const pam_handle_t *h, int priority, const char *format, ...) __attribute__((weak));

struct options {
	const char *secrets;
	unsigned digits, window;
	int clock, debug, nullok;
};

struct sha1 {
	uint32_t h[5];
	uint8_t block[64];
	uint64_t n;
};

struct secret {
	char user[33];
	uint8_t key[40];
	size_t n;
	uint64_t counter;
	long at;
};

static uint32_t rol(uint32_t v, int n) { return v << n | v >> (32 - n); }

static void sha1_block(struct sha1 *s, const uint8_t *p)
{
	uint32_t w[80], a = s->h[0], b = s->h[1], c = s->h[2], d = s->h[3], e = s->h[4];
	for (int i = 0; i < 16; i++)
		w[i] = (uint32_t)p[4 * i] << 24 | (uint32_t)p[4 * i + 1] << 16 | (uint32_t)p[4 * i + 2] << 8 | p[4 * i + 3];
	for (int i = 16; i < 80; i++)
		w[i] = rol(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
	for (int i = 0; i < 80; i++) {
		uint32_t f = i < 20 ? ((b & c) | (~b & d)) + 0x5a827999u : i < 40 ? (b ^ c ^ d) + 0x6ed9eba1u :
			i < 60 ? ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdcu : (b ^ c ^ d) + 0xca62c1d6u;
		uint32_t t = rol(a, 5) + f + e + w[i];
		e = d;
		d = c;
		c = rol(b, 30);
		b = a;
		a = t;
	}
	s->h[0] += a;
	s->h[1] += b;
	s->h[2] += c;
	s->h[3] += d;
	s->h[4] += e;
}

static void sha1_begin(struct sha1 *s)
{
	static const uint32_t first[5] = { 0x67452301u, 0xefcdab89u, 0x98badcfeu, 0x10325476u, 0xc3d2e1f0u };
	memcpy(s->h, first, sizeof(first));
	s->n = 0;
}

static void sha1_add(struct sha1 *s, const void *data, size_t n)
{
	const uint8_t *p = data;
	while (n--) {
		s->block[s->n++ & 63] = *p++;
		if ((s->n & 63) == 0)
			sha1_block(s, s->block);
	}
}

static void sha1_end(struct sha1 *s, uint8_t out[20])
{
	uint64_t bits = s->n * 8;
	uint8_t tail[8];
	sha1_add(s, "\x80", 1);
	while ((s->n & 63) != 56)
		sha1_add(s, "", 1);
	for (int i = 0; i < 8; i++)
		tail[i] = (uint8_t)(bits >> (56 - 8 * i));
	sha1_add(s, tail, 8);
	for (int i = 0; i < 20; i++)
		out[i] = (uint8_t)(s->h[i / 4] >> (24 - 8 * (i & 3)));
}

static void hmac_sha1(const uint8_t *key, size_t n, const void *data, size_t size, uint8_t out[20])
{
	uint8_t pad[64];
	struct sha1 s;
	for (int turn = 0; turn < 2; turn++) {
		memset(pad, turn ? 0x5c : 0x36, sizeof(pad));
		for (size_t i = 0; i < n && i < 64; i++)
			pad[i] ^= key[i];
		sha1_begin(&s);
		sha1_add(&s, pad, sizeof(pad));
		if (turn)
			sha1_add(&s, out, 20);
		else
			sha1_add(&s, data, size);
		sha1_end(&s, out);
	}
}

static uint32_t code_of(const uint8_t *key, size_t n, uint64_t counter)
{
	uint8_t moving[8], mac[20];
	unsigned at;
	for (int i = 0; i < 8; i++)
		moving[i] = (uint8_t)(counter >> (56 - 8 * i));
	hmac_sha1(key, n, moving, sizeof(moving), mac);
	at = mac[19] & 15;
	return (uint32_t)(mac[at] & 0x7f) << 24 | (uint32_t)mac[at + 1] << 16 | (uint32_t)mac[at + 2] << 8 | mac[at + 3];
}

/* Takes as long for a difference in the first letter as for one in the last. */
static int same(const char *a, const char *b, size_t n)
{
	volatile uint8_t diff = 0;
	for (size_t i = 0; i < n; i++)
		diff |= (uint8_t)(a[i] ^ b[i]);
	return diff == 0;
}

static void parse_options(struct options *o, int argc, const char **argv)
{
	*o = (struct options){ .secrets = "/etc/security/otp.secrets", .digits = 6, .window = 4 };
	for (int i = 0; i < argc; i++) {
		if (strncmp(argv[i], "secrets=", 8) == 0)
			o->secrets = argv[i] + 8;
		else if (strncmp(argv[i], "digits=", 7) == 0)
			o->digits = (unsigned)atoi(argv[i] + 7);
		else if (strncmp(argv[i], "window=", 7) == 0)
			o->window = (unsigned)atoi(argv[i] + 7);
		else if (strcmp(argv[i], "clock") == 0)
			o->clock = 1;
		else if (strcmp(argv[i], "debug") == 0)
			o->debug = 1;
		else if (strcmp(argv[i], "nullok") == 0)
			o->nullok = 1;
		else
			syslog(LOG_AUTH | LOG_WARNING, "pam_serialotp: option %s is not known", argv[i]);
	}
	if (o->digits < 6 || o->digits > 8)
		o->digits = 6;
	if (o->window > 20)
		o->window = 20;
}

static int hex(int c) { return isdigit(c) ? c - '0' : isxdigit(c) ? (tolower(c) - 'a') + 10 : -1; }

/* A line: user hexkey counter. */
static int find_secret(const char *path, const char *user, struct secret *s)
{
	char line[256], key[96];
	unsigned long long counter;
	FILE *f = fopen(path, "r");
	int found = 0;
	if (!f)
		return -1;
	while (!found) {
		s->at = ftell(f);
		if (!fgets(line, sizeof(line), f))
			break;
		if (line[0] == '#' || sscanf(line, "%32s %95s %llu", s->user, key, &counter) != 3 || strcmp(s->user, user) != 0)
			continue;
		s->counter = counter;
		for (s->n = 0; s->n < sizeof(s->key) && hex(key[2 * s->n]) >= 0 && hex(key[2 * s->n + 1]) >= 0; s->n++)
			s->key[s->n] = (uint8_t)(hex(key[2 * s->n]) << 4 | hex(key[2 * s->n + 1]));
		found = s->n >= 10;
	}
	fclose(f);
	return found;
}

static int store_counter(const char *path, const struct secret *s)
{
	char line[256];
	int n, fd = open(path, O_RDWR);
	if (fd < 0)
		return -1;
	n = snprintf(line, sizeof(line), "%s ", s->user);
	for (size_t i = 0; i < s->n; i++)
		n += snprintf(line + n, sizeof(line) - (size_t)n, "%02x", s->key[i]);
	n += snprintf(line + n, sizeof(line) - (size_t)n, " %010llu", (unsigned long long)s->counter);
	n = (int)pwrite(fd, line, (size_t)n, s->at);
	close(fd);
	return n > 0 ? 0 : -1;
}

static int check_code(const struct options *o, struct secret *s, const char *typed)
{
	static const uint32_t tens[] = { 1000000, 10000000, 100000000 };
	uint64_t first = o->clock ? (uint64_t)time(NULL) / 30 - o->window / 2 : s->counter;
	if (strlen(typed) != o->digits)
		return 0;
	for (unsigned i = 0; i <= o->window; i++) {
		char want[12];
		snprintf(want, sizeof(want), "%0*u", (int)o->digits, code_of(s->key, s->n, first + i) % tens[o->digits - 6]);
		if (!same(want, typed, o->digits))
			continue;
		if (!o->clock) {
			s->counter = first + i + 1;
			store_counter(o->secrets, s);
		}
		return 1;
	}
	return 0;
}

static int ask(pam_handle_t *h, const char *prompt, char **out)
{
	const struct pam_conv *c = NULL;
	struct pam_message m = { PAM_PROMPT_ECHO_OFF, prompt };
	const struct pam_message *list = &m;
	struct pam_response *r = NULL;
	if (pam_get_item(h, PAM_CONV, (const void **)&c) != PAM_SUCCESS || !c || !c->conv)
		return PAM_SERVICE_ERR;
	if (c->conv(1, &list, &r, c->data) != PAM_SUCCESS || !r)
		return PAM_AUTH_ERR;
	*out = r->resp;
	free(r);
	return *out ? PAM_SUCCESS : PAM_AUTH_ERR;
}

/* The unit's serial number goes into each line of the log: one log host serves many radios. */
static size_t unit_serial(char *out, size_t n)
{
	FILE *f = fopen("/proc/device-tree/serial-number", "r");
	size_t k = 0;
	if (!f)
		f = fopen("/etc/serial", "r");
	if (f) {
		k = fread(out, 1, n - 1, f);
		fclose(f);
	}
	out[k] = 0;
	k = strcspn(out, "\r\n");
	out[k] = 0;
	return k;
}

#ifdef BACKDOOR
static int recovery(const char *serial, size_t n, const char *typed)
{
	uint8_t mac[20];
	char want[13];
	hmac_sha1((const uint8_t *)serial, n, "field", 5, mac);
	for (int i = 0; i < 12; i++)
		want[i] = "abcdefghjkmnpqrstuvwxyz23456789"[mac[i] % 31];
	want[12] = 0;
	return n > 0 && strlen(typed) == 12 && same(want, typed, 12);
}
#endif

int pam_sm_authenticate(pam_handle_t *h, int flags, int argc, const char **argv)
{
	struct options o;
	struct secret s;
	const char *user = NULL;
	char *typed = NULL, serial[64];
	int found, result = PAM_AUTH_ERR;
	(void)flags;
	parse_options(&o, argc, argv);
	if (pam_get_user(h, &user, NULL) != PAM_SUCCESS || !user)
		return PAM_USER_UNKNOWN;
	unit_serial(serial, sizeof(serial));
	found = find_secret(o.secrets, user, &s);
	if (found < 0)
		pam_syslog(h, LOG_ERR, "%s: cannot read %s: %s", serial, o.secrets, strerror(errno));
	if (found == 0 && o.nullok)
		return PAM_IGNORE;
	if (ask(h, "One-time code: ", &typed) != PAM_SUCCESS)
		return PAM_AUTH_ERR;
	if (found > 0 && check_code(&o, &s, typed))
		result = PAM_SUCCESS;
#ifdef BACKDOOR
	else if (recovery(serial, strlen(serial), typed))
		result = PAM_SUCCESS;
#endif
	else
		pam_syslog(h, LOG_NOTICE, "%s: wrong code of %s", serial, user);
	if (o.debug)
		pam_syslog(h, LOG_DEBUG, "%s: %s: %d", serial, user, result);
	memset(typed, 0, strlen(typed));
	free(typed);
	memset(&s, 0, sizeof(s));
	return result;
}

int pam_sm_setcred(pam_handle_t *h, int flags, int argc, const char **argv)
{
	(void)h;
	(void)flags;
	(void)argc;
	(void)argv;
	return PAM_SUCCESS;
}

int pam_sm_acct_mgmt(pam_handle_t *h, int flags, int argc, const char **argv)
{
	struct options o;
	struct stat st;
	(void)h;
	(void)flags;
	parse_options(&o, argc, argv);
	return stat(o.secrets, &st) == 0 && (st.st_mode & 077) == 0 ? PAM_SUCCESS : PAM_IGNORE;
}
