/* SPDX-License-Identifier: Apache-2.0 */
/* For tests of formats: opens one object in this process and writes down what is said of it, a
 * line for each thing (the lines of tests/golden/fmt). Also the golden inputs themselves. */
#ifndef OPENED_H
#define OPENED_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/row.h"
#include "unpack/engine.h"

typedef struct opened {
	as_buf lines;      /* each ends with a newline */
	as_span data;      /* the object */
	as_hasher *hasher; /* of the stream that is coming */
	as_buf name;       /* of it */
	uint64_t n;        /* bytes of it */
	size_t n_parts, n_losses;
	bool unknown; /* bytes that belong to nothing */
} opened;

static inline void opened_free(opened *r)
{
	as_buf_free(&r->lines);
	as_buf_free(&r->name);
	as_hasher_free(r->hasher);
}

static inline void opened_part(opened *r, as_span name, uint64_t n, const as_sha256 *sum)
{
	char hex[65];
	as_sha256_hex(sum, hex);
	as_buf_text(&r->lines, "part\t");
	as_text_add(&r->lines, name);
	as_buf_print(&r->lines, "\t%llu\t%s\n", (unsigned long long)n, hex);
	r->n_parts++;
}

static inline void opened_node(opened *r, as_span payload)
{
	as_node_message m;
	if (!as_node_decode(payload, &m))
		abort();
	as_buf_clear(&r->name);
	as_buf_add(&r->name, m.name.p, m.name.n);
	r->n = 0;
	if (m.has & AS_NODE_RANGE) {
		as_span bytes = as_cut(r->data, m.at, m.len);
		if (bytes.n != m.len)
			abort();
		as_sha256 sum = as_sha256_of(bytes);
		opened_part(r, m.name, m.len, &sum);
	}
}

static inline void opened_row(opened *r, as_span payload)
{
	as_row row;
	as_span format = { 0 }, name = { 0 }, value = { 0 };
	if (!as_row_decode(payload, &row))
		abort();
	as_cur c = as_cur_le(row.values, 0);
	if (strcmp(row.table->name, "property") != 0)
		return;
	(void)as_row_next_text(&c, &format);
	(void)as_row_next_text(&c, &name);
	(void)as_row_next_text(&c, &value);
	as_buf_text(&r->lines, "property\t");
	as_buf_add(&r->lines, name.p, name.n);
	as_buf_text(&r->lines, "\t");
	as_buf_add(&r->lines, value.p, value.n);
	as_buf_text(&r->lines, "\n");
}

static inline void opened_zero(opened *r, as_span payload)
{
	static const uint8_t zeros[65536];
	as_cur c = as_cur_le(payload, 0);
	for (uint64_t n = as_u64(&c), step; n > 0; n -= step, r->n += step) {
		step = as_min(n, sizeof(zeros));
		as_hasher_add(r->hasher, as_bytes(zeros, step));
	}
}

static inline as_status opened_send(void *ctx, as_message kind, as_span payload)
{
	opened *r = ctx;
	as_type_message type;
	as_lost_message lost;
	as_extent_message extent;
	if (kind == AS_M_NODE)
		opened_node(r, payload);
	if (kind == AS_M_ROW)
		opened_row(r, payload);
	if (kind == AS_M_DATA) {
		as_hasher_add(r->hasher, payload);
		r->n += payload.n;
	}
	if (kind == AS_M_ZERO)
		opened_zero(r, payload);
	if (kind == AS_M_END) {
		as_sha256 sum = as_hasher_end(r->hasher);
		opened_part(r, as_buf_span_of(&r->name), r->n, &sum);
	}
	if (kind == AS_M_TYPE && as_type_decode(payload, &type))
		as_buf_print(
			&r->lines, "type\t%.*s\n", (int)type.type.n, (const char *)type.type.p);
	if (kind == AS_M_LOST && as_lost_decode(payload, &lost)) {
		as_buf_print(
			&r->lines, "lost\t%.*s\n", (int)lost.text.n, (const char *)lost.text.p);
		r->n_losses++;
	}
	if (kind == AS_M_EXTENT && as_extent_decode(payload, &extent))
		r->unknown = r->unknown || extent.class == AS_UNKNOWN;
	return AS_OK;
}

static inline bool opened_stage(void *ctx, const char *id, uint64_t at)
{
	(void)ctx, (void)id, (void)at;
	return true;
}

static inline uint64_t opened_roles(as_span path)
{
	(void)path;
	return 0;
}

/* What every test of a program shares. */
typedef struct opener {
	as_scanner *scanner;
	as_arena *arena;
} opener;

static inline opener opener_new(void)
{
	return (opener){ .scanner = as_scanner_new(), .arena = as_arena_new(256 << 20) };
}

static inline void opener_free(opener *o)
{
	as_scanner_free(o->scanner);
	as_arena_free(o->arena);
}

/* Opens data, of format hint if that is not NULL. Free the result with opened_free. */
static inline as_status open_it(opener *o, as_span data, const char *hint, opened *r)
{
	static const as_limits limits = { .depth = 16,
		.objects = 100000,
		.bytes = 1ull << 32,
		.object_bytes = 256 << 20,
		.ratio = 1000,
		.seconds = 60,
		.memory = 1ull << 30 };
	const char *type = NULL;
	*r = (opened){ .data = data, .hasher = as_hasher_new() };
	as_sender sender = { .send = opened_send, .stage = opened_stage, .ctx = r };
	as_opening opening = { .data = data,
		.limits = &limits,
		.scanner = o->scanner,
		.send = &sender,
		.arena = o->arena,
		.roles = opened_roles };
	opening.hint = hint ? as_lit(hint) : (as_span){ 0 };
	as_arena_reset(o->arena);
	return as_open_object(&opening, &type);
}

/* A file's bytes in a block of exactly their length; p NULL if it cannot be read. Free p. */
static inline as_span read_exact(const char *path)
{
	FILE *f = fopen(path, "rb");
	if (!f)
		return (as_span){ 0 };
	fseek(f, 0, SEEK_END);
	size_t n = (size_t)ftell(f);
	rewind(f);
	uint8_t *p = malloc(n + !n);
	size_t got = fread(p, 1, n, f);
	fclose(f);
	return as_bytes(p, got);
}

/* Calls each for every golden input of every format: its path without ".bin", and its format. */
static inline size_t each_golden(void (*each)(const char *path, const char *id))
{
	char top[4096], room[4096], path[4096];
	size_t count = 0;
	const char *source = getenv("ASSAY_SOURCE");
	(void)snprintf(top, sizeof(top), "%s/tests/golden/fmt", source ? source : ".");
	for (size_t i = 0; as_formats[i]; i++) {
		(void)snprintf(room, sizeof(room), "%.3000s/%s", top, as_formats[i]->id);
		DIR *d = opendir(room);
		for (struct dirent *e; d && (e = readdir(d));) {
			size_t n = strlen(e->d_name);
			if (n < 5 || strcmp(&e->d_name[n - 4], ".bin") != 0)
				continue;
			(void)snprintf(
				path, sizeof(path), "%.3500s/%.*s", room, (int)(n - 4), e->d_name);
			each(path, as_formats[i]->id);
			count++;
		}
		if (d)
			closedir(d);
	}
	return count;
}

#endif
