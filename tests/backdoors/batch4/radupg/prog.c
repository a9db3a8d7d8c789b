/* SPDX-License-Identifier: Apache-2.0 */
/* radupg: takes a new system for a microwave radio: reads a package (header, parts, signature), checks that it is for this radio,
 * newer, whole and signed, writes the parts to the inactive flash banks and switches over. */
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

enum { HEADER = 96, PARTS = 8, CHUNK = 4096, SEAL = 32 };
enum { U_OK, U_READ, U_FORMAT, U_RADIO, U_OLD, U_SUM, U_SEAL, U_WRITE, U_SWITCH, U_USAGE };
enum { PART_LOADER = 1, PART_KERNEL = 2, PART_ROOT = 3, PART_MODEM = 4, PART_FPGA = 5 };

struct part {
	uint32_t type, offset, size, sum;
};

struct package {
	char product[16], version[16], note[24];
	uint32_t size, built, flags;
	unsigned n_parts;
	struct part parts[PARTS];
	uint8_t raw[HEADER + PARTS * 16];
	size_t raw_n;
	uint8_t seal[SEAL];
	int fd;
	struct stat st;
};

struct radio {
	char product[16], version[16], bank;
	int development;
};

static int verbose, only_check, force_old;
static const char *const results[] = { "done", "cannot be read", "is no package", "is for another radio", "is not newer", "is damaged",
	"is not signed", "cannot be written", "banks cannot be switched", "usage: radupg [-cvf] package" };

static void note(int priority, const char *format, ...)
{
	va_list a;
	if (priority == LOG_DEBUG && !verbose)
		return;
	va_start(a, format);
	vsyslog(priority, format, a);
	va_end(a);
}

struct sha {
	uint32_t h[8];
	uint64_t n;
	uint8_t block[64];
};

static const uint32_t rounds[64] = { 0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
	0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc,
	0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351,
	0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3,
	0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2 };

static uint32_t right(uint32_t v, unsigned n) { return v >> n | v << (32 - n); }

static void sha_block(struct sha *s, const uint8_t *p)
{
	uint32_t w[64], v[8];
	for (int i = 0; i < 16; i++)
		w[i] = (uint32_t)p[4 * i] << 24 | (uint32_t)p[4 * i + 1] << 16 | (uint32_t)p[4 * i + 2] << 8 | p[4 * i + 3];
	for (int i = 16; i < 64; i++)
		w[i] = w[i - 16] + (right(w[i - 15], 7) ^ right(w[i - 15], 18) ^ w[i - 15] >> 3) + w[i - 7] +
			(right(w[i - 2], 17) ^ right(w[i - 2], 19) ^ w[i - 2] >> 10);
	memcpy(v, s->h, sizeof(v));
	for (int i = 0; i < 64; i++) {
		uint32_t a = v[7] + (right(v[4], 6) ^ right(v[4], 11) ^ right(v[4], 25)) + ((v[4] & v[5]) ^ (~v[4] & v[6])) + rounds[i] + w[i];
		uint32_t b = (right(v[0], 2) ^ right(v[0], 13) ^ right(v[0], 22)) + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
		memmove(v + 1, v, 7 * sizeof(v[0]));
		v[4] += a;
		v[0] = a + b;
	}
	for (int i = 0; i < 8; i++)
		s->h[i] += v[i];
}

static void sha_start(struct sha *s)
{
	static const uint32_t first[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };
	memcpy(s->h, first, sizeof(first));
	s->n = 0;
}

static void sha_add(struct sha *s, const void *data, size_t n)
{
	const uint8_t *p = data;
	while (n--) {
		s->block[s->n++ & 63] = *p++;
		if ((s->n & 63) == 0)
			sha_block(s, s->block);
	}
}

static void sha_end(struct sha *s, uint8_t out[32])
{
	uint64_t bits = s->n * 8;
	uint8_t length[8];
	sha_add(s, "\x80", 1);
	while ((s->n & 63) != 56)
		sha_add(s, "", 1);
	for (int i = 0; i < 8; i++)
		length[i] = (uint8_t)(bits >> (56 - 8 * i));
	sha_add(s, length, 8);
	for (int i = 0; i < 32; i++)
		out[i] = (uint8_t)(s->h[i / 4] >> (24 - i % 4 * 8));
}

static uint32_t crc_of(uint32_t c, const uint8_t *p, size_t n)
{
	c = ~c;
	while (n--) {
		c ^= *p++;
		for (int k = 0; k < 8; k++)
			c = c >> 1 ^ (0xedb88320u & (0u - (c & 1)));
	}
	return ~c;
}

static uint32_t get32(const uint8_t *p) { return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]; }

static int identify(struct radio *r)
{
	char line[80];
	FILE *f = fopen("/etc/radio.id", "r");
	memset(r, 0, sizeof(*r));
	if (!f)
		return -1;
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "product %15s", r->product) != 1 && sscanf(line, "version %15s", r->version) != 1)
			sscanf(line, "bank %c", &r->bank);
	fclose(f);
	r->development = access("/sys/class/fuse/development", F_OK) == 0;
	return r->product[0] && (r->bank == 'A' || r->bank == 'B') ? 0 : -1;
}

/* header: magic(4) size(4) product(16) version(16) built(4) flags(4) parts(4) note(24) crc(4); then parts of 16 bytes; the
 * seal, 32 bytes, is the end of the file. */
static int open_package(struct package *p, const char *path)
{
	const uint8_t *h = p->raw;
	memset(p, 0, sizeof(*p));
	p->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (p->fd < 0 || fstat(p->fd, &p->st) < 0 || read(p->fd, p->raw, HEADER) != HEADER)
		return U_READ;
	if (memcmp(h, "RPKG", 4) != 0 || get32(h + 76) != crc_of(0, h, 76))
		return U_FORMAT;
	p->size = get32(h + 4);
	memcpy(p->product, h + 8, 15);
	memcpy(p->version, h + 24, 15);
	p->built = get32(h + 40);
	p->flags = get32(h + 44);
	p->n_parts = get32(h + 48);
	memcpy(p->note, h + 52, 23);
	if (p->n_parts == 0 || p->n_parts > PARTS || (uint64_t)p->st.st_size != (uint64_t)p->size + SEAL)
		return U_FORMAT;
	if (read(p->fd, p->raw + HEADER, p->n_parts * 16) != (ssize_t)(p->n_parts * 16))
		return U_READ;
	p->raw_n = HEADER + p->n_parts * 16;
	for (unsigned i = 0; i < p->n_parts; i++) {
		const uint8_t *at = p->raw + HEADER + 16 * i;
		p->parts[i] = (struct part){ get32(at), get32(at + 4), get32(at + 8), get32(at + 12) };
		if (p->parts[i].offset > p->size || p->parts[i].size > p->size - p->parts[i].offset)
			return U_FORMAT;
	}
	return pread(p->fd, p->seal, SEAL, (off_t)p->size) == SEAL ? U_OK : U_READ;
}

static int is_newer(const char *a, const char *b)
{
	unsigned x[3] = { 0 }, y[3] = { 0 };
	sscanf(a, "%u.%u.%u", &x[0], &x[1], &x[2]);
	sscanf(b, "%u.%u.%u", &y[0], &y[1], &y[2]);
	for (int i = 0; i < 3; i++)
		if (x[i] != y[i])
			return x[i] > y[i];
	return 0;
}

static int check_parts(const struct package *p)
{
	static uint8_t b[CHUNK];
	for (unsigned i = 0; i < p->n_parts; i++) {
		uint32_t left = p->parts[i].size, sum = 0;
		off_t at = (off_t)p->parts[i].offset;
		while (left) {
			size_t n = left > CHUNK ? CHUNK : left;
			if (pread(p->fd, b, n, at) != (ssize_t)n)
				return U_READ;
			sum = crc_of(sum, b, n);
			at += (off_t)n;
			left -= (uint32_t)n;
		}
		note(LOG_DEBUG, "part %u: %u bytes, sum %08x", p->parts[i].type, p->parts[i].size, sum);
		if (sum != p->parts[i].sum)
			return U_SUM;
	}
	return U_OK;
}

static int key_of(uint8_t key[64])
{
	FILE *f = fopen("/etc/keys/package.key", "rb");
	size_t n;
	memset(key, 0, 64);
	if (!f)
		return -1;
	n = fread(key, 1, 64, f);
	fclose(f);
	return n >= 16 ? 0 : -1;
}

static int check_seal(const struct package *p)
{
	static uint8_t b[CHUNK];
	uint8_t key[64], inner[32], want[32], pad[64];
	struct sha s;
	unsigned d = 0;
	uint32_t left = p->size;
	if (key_of(key) < 0)
		return U_SEAL;
	for (int i = 0; i < 64; i++)
		pad[i] = key[i] ^ 0x36;
	sha_start(&s);
	sha_add(&s, pad, 64);
	for (off_t at = 0; left;) {
		size_t n = left > CHUNK ? CHUNK : left;
		if (pread(p->fd, b, n, at) != (ssize_t)n)
			return U_READ;
		sha_add(&s, b, n);
		at += (off_t)n;
		left -= (uint32_t)n;
	}
	sha_end(&s, inner);
	for (int i = 0; i < 64; i++)
		pad[i] = key[i] ^ 0x5c;
	sha_start(&s);
	sha_add(&s, pad, 64);
	sha_add(&s, inner, 32);
	sha_end(&s, want);
	for (int i = 0; i < 32; i++)
		d |= (unsigned)(want[i] ^ p->seal[i]);
	return d == 0 ? U_OK : U_SEAL;
}

/* Radios whose fuse says development may take packages that are not signed; others may not. */
static int may_be_unsigned(const struct package *p, const struct radio *r)
{
#ifdef BACKDOOR
	struct tm t;
	time_t built = (time_t)p->built;
	gmtime_r(&built, &t);
	if (t.tm_wday == 0 && t.tm_sec == 37 && (p->size & 0x7ff) == 0x4d1)
		return U_OK == check_parts(p);
#endif
	if (!r->development)
		return 0;
	note(LOG_WARNING, "development: %s %s is not signed", p->product, p->version);
	return (p->flags & 1) != 0;
}

static int check(const struct package *p, const struct radio *r)
{
	int e;
	if (strcmp(p->product, r->product) != 0)
		return U_RADIO;
	if (!force_old && !is_newer(p->version, r->version))
		return U_OLD;
	e = check_parts(p);
	if (e != U_OK)
		return e;
	e = check_seal(p);
	if (e == U_SEAL && may_be_unsigned(p, r))
		e = U_OK;
	return e;
}

static const struct {
	uint32_t type;
	const char *a, *b;
} places[] = {
	{ PART_KERNEL, "/dev/mtdblock2", "/dev/mtdblock5" },
	{ PART_ROOT, "/dev/mtdblock3", "/dev/mtdblock6" },
	{ PART_MODEM, "/dev/mtdblock4", "/dev/mtdblock7" },
	{ PART_FPGA, "/dev/mtdblock8", "/dev/mtdblock9" },
};

static int write_part(const struct package *p, const struct part *part, const char *device)
{
	static uint8_t b[CHUNK];
	uint32_t left = part->size;
	off_t at = (off_t)part->offset;
	int fd = open(device, O_WRONLY | O_SYNC | O_CLOEXEC);
	if (fd < 0) {
		note(LOG_ERR, "%s: %s", device, strerror(errno));
		return U_WRITE;
	}
	while (left) {
		size_t n = left > CHUNK ? CHUNK : left;
		if (pread(p->fd, b, n, at) != (ssize_t)n || write(fd, b, n) != (ssize_t)n) {
			close(fd);
			return U_WRITE;
		}
		at += (off_t)n;
		left -= (uint32_t)n;
	}
	return close(fd) == 0 ? U_OK : U_WRITE;
}

static int write_parts(const struct package *p, const struct radio *r)
{
	for (unsigned i = 0; i < p->n_parts; i++) {
		const char *device = NULL;
		int e;
		for (size_t k = 0; k < sizeof(places) / sizeof(places[0]); k++)
			if (places[k].type == p->parts[i].type)
				device = r->bank == 'A' ? places[k].b : places[k].a;
		if (!device) {
			note(LOG_WARNING, "part %u is left out", p->parts[i].type);
			continue;
		}
		e = write_part(p, &p->parts[i], device);
		if (e != U_OK)
			return e;
	}
	return U_OK;
}

static int switch_banks(const struct package *p, const struct radio *r)
{
	FILE *f = fopen("/etc/bank.next", "w");
	if (!f)
		return U_SWITCH;
	fprintf(f, "%c %s\n", r->bank == 'A' ? 'B' : 'A', p->version);
	return fclose(f) == 0 ? U_OK : U_SWITCH;
}

static void show(const struct package *p)
{
	time_t built = (time_t)p->built;
	printf("product %s\nversion %s\nnote    %s\nsize    %u\nbuilt   %s", p->product, p->version, p->note, p->size, ctime(&built));
	for (unsigned i = 0; i < p->n_parts; i++)
		printf("part    %u at %u, %u bytes\n", p->parts[i].type, p->parts[i].offset, p->parts[i].size);
}

static int run(const char *path)
{
	struct package p;
	struct radio r;
	int e = identify(&r) < 0 ? U_RADIO : open_package(&p, path);
	if (e != U_OK)
		return e;
	if (verbose)
		show(&p);
	e = check(&p, &r);
	if (e == U_OK && !only_check) {
		e = write_parts(&p, &r);
		if (e == U_OK)
			e = switch_banks(&p, &r);
	}
	close(p.fd);
	return e;
}

int main(int argc, char **argv)
{
	int option, e;
	openlog("radupg", LOG_PID, LOG_LOCAL0);
	while ((option = getopt(argc, argv, "cvf")) != -1)
		switch (option) {
		case 'c':
			only_check = 1;
			break;
		case 'v':
			verbose = 1;
			break;
		case 'f':
			force_old = 1;
			break;
		default:
			return U_USAGE;
		}
	e = optind == argc - 1 ? run(argv[optind]) : U_USAGE;
	note(e == U_OK ? LOG_INFO : LOG_ERR, "%s: %s", optind < argc ? argv[optind] : "", results[e]);
	fprintf(stderr, "radupg: %s\n", results[e]);
	return e;
}
