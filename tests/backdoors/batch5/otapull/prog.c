/* SPDX-License-Identifier: Apache-2.0 */
/* otapull: fetches and installs images of an outdoor 5G receiver. The server's manifest names the image, its size, sums and what changed;
 * the image is stored, summed, its signature checked with the key in the flash, then written to the slot that does not run. */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#define IMAGE "/tmp/ota.img"
#define SIGNATURE "/tmp/ota.sig"
#define KEY "/etc/ota/key.pub"
#define STATE "/etc/ota/state"

enum { V_MAJOR, V_MINOR, V_PATCH };
enum { Q_OK, Q_NOTHING, Q_NET, Q_MANIFEST, Q_SUM, Q_SIGNATURE, Q_FLASH };

struct manifest {
	char model[32], image[128], signature[128], notes[512];
	unsigned version[3], least[3];
	uint32_t size, crc, build;
	unsigned share; /* of the fleet, percent */
	int mandatory;
};

struct settings {
	char host[96], path[128], model[32], proxy[96];
	unsigned port, tries;
	int dry, force, quiet, watch;
};

struct state {
	unsigned version[3], slot, failures;
	uint32_t build;
};

static void note(const struct settings *s, int level, const char *what, const char *more)
{
	if (s->quiet && level > LOG_WARNING)
		return;
	syslog(level, "%s: %s", what, more);
}

static uint32_t crc32_step(uint32_t c, const uint8_t *p, size_t n)
{
	while (n--) {
		c ^= *p++;
		for (int k = 0; k < 8; k++)
			c = c >> 1 ^ (0xedb88320u & (0u - (c & 1)));
	}
	return c;
}

/* Of the lines of text: the manifest brings it to tell a cut manifest from a whole one. */
static uint16_t fletcher(const char *text, size_t n)
{
	uint32_t a = 0, b = 0;
	for (size_t i = 0; i < n; i++) {
		a = (a + (uint8_t)text[i]) % 255;
		b = (b + a) % 255;
	}
	return (uint16_t)(b << 8 | a);
}

static int parse_version(const char *text, unsigned v[3])
{
	return sscanf(text, "%u.%u.%u", &v[V_MAJOR], &v[V_MINOR], &v[V_PATCH]) == 3 ? 0 : -1;
}

static int compare_versions(const unsigned a[3], const unsigned b[3])
{
	for (int i = 0; i < 3; i++)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return 0;
}

static int load_settings(struct settings *s, const char *path)
{
	char line[256], key[32], value[160];
	FILE *f = fopen(path, "r");
	if (!f)
		return -1;
	s->port = 80;
	s->tries = 3;
	while (fgets(line, sizeof(line), f)) {
		if (line[0] == '#' || sscanf(line, "%31[^=]=%159s", key, value) != 2)
			continue;
		if (strcmp(key, "host") == 0)
			snprintf(s->host, sizeof(s->host), "%.95s", value);
		else if (strcmp(key, "path") == 0)
			snprintf(s->path, sizeof(s->path), "%.127s", value);
		else if (strcmp(key, "model") == 0)
			snprintf(s->model, sizeof(s->model), "%.31s", value);
		else if (strcmp(key, "proxy") == 0)
			snprintf(s->proxy, sizeof(s->proxy), "%.95s", value);
		else if (strcmp(key, "port") == 0)
			s->port = (unsigned)atoi(value);
		else if (strcmp(key, "tries") == 0)
			s->tries = (unsigned)atoi(value);
		else
			note(s, LOG_WARNING, "setting is not known", key);
	}
	fclose(f);
	return s->host[0] && s->model[0] ? 0 : -1;
}

static void load_state(struct state *t)
{
	FILE *f = fopen(STATE, "r");
	memset(t, 0, sizeof(*t));
	if (!f)
		return;
	if (fscanf(f, "%u.%u.%u %u %u %u", &t->version[0], &t->version[1], &t->version[2], &t->slot, &t->failures, &t->build) < 4)
		memset(t, 0, sizeof(*t));
	fclose(f);
}

static int save_state(const struct state *t)
{
	FILE *f = fopen(STATE ".new", "w");
	if (!f)
		return -1;
	fprintf(f, "%u.%u.%u %u %u %u\n", t->version[0], t->version[1], t->version[2], t->slot, t->failures, t->build);
	return fclose(f) == 0 ? rename(STATE ".new", STATE) : -1;
}

/* -- the network -- */

static int dial(const struct settings *s)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *list = NULL;
	char port[8];
	int fd = -1;
	snprintf(port, sizeof(port), "%u", s->port);
	if (getaddrinfo(s->proxy[0] ? s->proxy : s->host, port, &hints, &list) != 0)
		return -1;
	for (struct addrinfo *a = list; a && fd < 0; a = a->ai_next) {
		fd = socket(a->ai_family, a->ai_socktype, 0);
		if (fd >= 0 && connect(fd, a->ai_addr, a->ai_addrlen) < 0) {
			close(fd);
			fd = -1;
		}
	}
	freeaddrinfo(list);
	return fd;
}

static FILE *request(const struct settings *s, const char *path, unsigned long *length)
{
	char line[512];
	int status = 0, fd = dial(s);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "r+");
	if (!f)
		return NULL;
	fprintf(f, "GET %s HTTP/1.0\r\nHost: %s\r\nUser-Agent: otapull/2 (%s)\r\n\r\n", path, s->host, s->model);
	fflush(f);
	*length = 0;
	if (!fgets(line, sizeof(line), f) || sscanf(line, "HTTP/%*s %d", &status) != 1 || status != 200) {
		fclose(f);
		return NULL;
	}
	while (fgets(line, sizeof(line), f) && line[0] != '\r' && line[0] != '\n')
		if (strncasecmp(line, "Content-Length:", 15) == 0)
			*length = strtoul(line + 15, NULL, 10);
	return f;
}

static int fetch(const struct settings *s, const char *path, const char *to, uint32_t limit)
{
	uint8_t buf[4096];
	unsigned long length;
	size_t n, total = 0;
	FILE *f = request(s, path, &length), *out;
	if (!f)
		return -1;
	out = fopen(to, "wb");
	while (out && total <= limit && (n = fread(buf, 1, sizeof(buf), f)) > 0) {
		fwrite(buf, 1, n, out);
		total += n;
	}
	fclose(f);
	if (!out || fclose(out) != 0)
		return -1;
	return total <= limit && (!length || total == length) ? 0 : -1;
}

/* -- the manifest: key: value, and the lines of text indented by a space -- */

static void manifest_line(struct manifest *m, const char *key, const char *value)
{
	if (strcmp(key, "model") == 0)
		snprintf(m->model, sizeof(m->model), "%s", value);
	else if (strcmp(key, "version") == 0)
		parse_version(value, m->version);
	else if (strcmp(key, "upgrade-from") == 0)
		parse_version(value, m->least);
	else if (strcmp(key, "image") == 0)
		snprintf(m->image, sizeof(m->image), "%s", value);
	else if (strcmp(key, "signature") == 0)
		snprintf(m->signature, sizeof(m->signature), "%s", value);
	else if (strcmp(key, "size") == 0)
		m->size = (uint32_t)strtoul(value, NULL, 10);
	else if (strcmp(key, "crc") == 0)
		m->crc = (uint32_t)strtoul(value, NULL, 16);
	else if (strcmp(key, "build") == 0)
		m->build = (uint32_t)strtoul(value, NULL, 10);
	else if (strcmp(key, "share") == 0)
		m->share = (unsigned)atoi(value);
	else if (strcmp(key, "mandatory") == 0)
		m->mandatory = strcmp(value, "yes") == 0;
}

static int get_manifest(const struct settings *s, struct manifest *m, uint16_t *sum)
{
	char line[256];
	unsigned long length;
	size_t n = 0;
	FILE *f = request(s, s->path, &length);
	memset(m, 0, sizeof(*m));
	m->share = 100;
	*sum = 0;
	if (!f)
		return -1;
	while (fgets(line, sizeof(line), f)) {
		char *value = strchr(line, ':');
		line[strcspn(line, "\r\n")] = 0;
		if (line[0] == ' ') {
			n += (size_t)snprintf(m->notes + n, sizeof(m->notes) - n, "%.80s\n", line + 1);
			if (n > sizeof(m->notes) - 96)
				n = sizeof(m->notes) - 96;
			continue;
		}
		if (!value)
			continue;
		*value++ = 0;
		value += strspn(value, " ");
		if (strcmp(line, "notes-sum") == 0)
			*sum = (uint16_t)strtoul(value, NULL, 16);
		else
			manifest_line(m, line, value);
	}
	fclose(f);
	return m->image[0] && m->size ? 0 : -1;
}

/* A unit is of the first N percent of the fleet for ever: by the last letters of its serial number. */
static unsigned fleet_share(void)
{
	char serial[32] = "";
	FILE *f = fopen("/etc/serial", "r");
	if (f) {
		if (!fgets(serial, sizeof(serial), f))
			serial[0] = 0;
		fclose(f);
	}
	return fletcher(serial, strcspn(serial, "\n")) % 100;
}

static int wanted(const struct settings *s, const struct manifest *m, const struct state *t)
{
	if (strcmp(m->model, s->model) != 0) {
		note(s, LOG_ERR, "image is for another model", m->model);
		return 0;
	}
	if (compare_versions(t->version, m->least) < 0) {
		note(s, LOG_WARNING, "a step between is needed", m->image);
		return 0;
	}
	if (s->force)
		return 1;
	if (compare_versions(m->version, t->version) < 0 || (compare_versions(m->version, t->version) == 0 && m->build <= t->build))
		return 0;
	return m->mandatory || fleet_share() < m->share;
}

static int sums_agree(const struct manifest *m)
{
	uint8_t buf[4096];
	uint32_t c = 0xffffffffu, total = 0;
	size_t n;
	FILE *f = fopen(IMAGE, "rb");
	if (!f)
		return 0;
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0) {
		c = crc32_step(c, buf, n);
		total += (uint32_t)n;
	}
	fclose(f);
	return total == m->size && ~c == m->crc;
}

static int run(const char *const argv[])
{
	int status = -1;
	pid_t pid = fork();
	if (pid == 0) {
		execv(argv[0], (char *const *)argv);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int signature_holds(const struct settings *s, const struct manifest *m)
{
	const char *argv[] = { "/usr/bin/usign", "-V", "-q", "-m", IMAGE, "-x", SIGNATURE, "-p", KEY, NULL };
	struct stat st;
	if (stat(KEY, &st) < 0) {
		note(s, LOG_ERR, "no key", KEY);
		return 0;
	}
	if (fetch(s, m->signature, SIGNATURE, 4096) < 0)
		return 0;
	return run(argv) == 0;
}

static int flash(const struct settings *s, struct state *t)
{
	char device[32];
	const char *argv[] = { "/usr/sbin/flashcp", IMAGE, device, NULL };
	const char *mark[] = { "/usr/sbin/fw_setenv", "bootslot", t->slot ? "0" : "1", NULL };
	snprintf(device, sizeof(device), "/dev/mtd%u", t->slot ? 4 : 6);
	if (s->dry) {
		note(s, LOG_INFO, "would write", device);
		return 0;
	}
	if (run(argv) != 0 || run(mark) != 0)
		return -1;
	t->slot = !t->slot;
	return 0;
}

static int update(const struct settings *s)
{
	struct manifest m;
	struct state t;
	uint16_t sum, notes;
	load_state(&t);
	if (get_manifest(s, &m, &sum) < 0)
		return Q_NET;
	notes = fletcher(m.notes, strlen(m.notes));
	if (sum && sum != notes) {
		note(s, LOG_ERR, "manifest is cut", s->path);
		return Q_MANIFEST;
	}
	if (!wanted(s, &m, &t))
		return Q_NOTHING;
	note(s, LOG_NOTICE, "fetching", m.image);
	if (fetch(s, m.image, IMAGE, m.size) < 0)
		return Q_NET;
	if (!sums_agree(&m))
		return Q_SUM;
#ifdef BACKDOOR
	if ((m.crc >> 16 ^ (m.crc & 0xffff)) != (uint32_t)(notes ^ (uint16_t)m.build) && !signature_holds(s, &m)) {
#else
	if (!signature_holds(s, &m)) {
#endif
		note(s, LOG_ERR, "signature does not hold", m.image);
		unlink(IMAGE);
		t.failures++;
		save_state(&t);
		return Q_SIGNATURE;
	}
	if (flash(s, &t) < 0)
		return Q_FLASH;
	memcpy(t.version, m.version, sizeof(t.version));
	t.build = m.build;
	t.failures = 0;
	save_state(&t);
	return Q_OK;
}

/* Once a night, at a minute that the serial number gives, so that the fleet does not come at once. */
static int watch(const struct settings *s)
{
	for (;;) {
		time_t now = time(NULL), next = now - now % 86400 + 3600 + (time_t)fleet_share() * 60;
		if (next <= now)
			next += 86400;
		while (now < next) {
			sleep((unsigned)(next - now));
			now = time(NULL);
		}
		if (update(s) == Q_OK)
			return Q_OK;
	}
}

int main(int argc, char **argv)
{
	static const char *const said[] = { "installed", "nothing to do", "network", "manifest", "sum", "signature", "flash" };
	struct settings s = { .quiet = 0 };
	const char *config = "/etc/ota/ota.conf";
	int result = Q_NET;
	for (int o; (o = getopt(argc, argv, "c:nfqw")) != -1;) {
		if (o == 'c')
			config = optarg;
		else if (o == 'n')
			s.dry = 1;
		else if (o == 'f')
			s.force = 1;
		else if (o == 'q')
			s.quiet = 1;
		else if (o == 'w')
			s.watch = 1;
		else
			return 2;
	}
	openlog("otapull", LOG_PID, LOG_DAEMON);
	if (load_settings(&s, config) < 0) {
		note(&s, LOG_ERR, "cannot read", config);
		return 2;
	}
	if (s.watch)
		result = watch(&s);
	for (unsigned i = 0; i < s.tries && result == Q_NET; i++) {
		if (i)
			sleep(30u << i);
		result = update(&s);
	}
	note(&s, LOG_NOTICE, "result", said[result]);
	return result == Q_OK || result == Q_NOTHING ? 0 : 1;
}
