/* SPDX-License-Identifier: Apache-2.0 */
#include "in_process.h"

#include <stdio.h>
#include <stdlib.h>

#include "facts.h"

typedef struct printer {
	bool tree;
	const as_task *task;
	as_buf *paths; /* by node id */
	size_t n_paths;
	as_hasher *hasher;
	as_node_message node; /* begun last */
	uint64_t size;
} printer;

as_span read_whole(const char *path)
{
	FILE *f = fopen(path, "rb");
	as_buf b = { 0 };
	for (size_t n = 1; f && n > 0;) {
		uint8_t *to = as_buf_room(&b, 65536);
		n = to ? fread(to, 1, 65536, f) : 0;
		b.n += n;
	}
	if (!f || b.bad)
		exit(3);
	fclose(f);
	/* An exact copy lets sanitizers see a read past the end. */
	uint8_t *exact = malloc(b.n + !b.n);
	for (size_t i = 0; exact && i < b.n; i++)
		exact[i] = b.p[i];
	as_span s = { exact, b.n };
	as_buf_free(&b);
	return s;
}

void free_whole(as_span s) { free((void *)(uintptr_t)s.p); }

static void print_text(const char *before, as_span s)
{
	as_buf b = { 0 };
	as_text_add(&b, s);
	printf("%s%.*s", before, (int)b.n, (const char *)b.p);
	as_buf_free(&b);
}

static void remember_path(printer *p, const as_node_message *m)
{
	while (p->n_paths <= m->id) {
		p->paths = realloc(p->paths, (p->n_paths + 1) * sizeof(*p->paths));
		if (!p->paths)
			exit(4);
		p->paths[p->n_paths++] = (as_buf){ 0 };
	}
	as_buf path = { 0 };
	as_buf_add(&path, p->paths[m->parent].p, p->paths[m->parent].n);
	as_buf_u8(&path, '/');
	as_buf_add(&path, m->name.p, m->name.n);
	as_buf_free(&p->paths[m->id]);
	p->paths[m->id] = path;
}

static void print_node(
	printer *p, const as_node_message *m, const as_sha256 *sum, uint64_t size, bool damaged)
{
	static const char *const types[] = { "?", "file", "part", "dir", "symlink", "hardlink",
		"block", "char", "fifo", "socket" };
	printf("%s%s", m->has & AS_NODE_DELETED ? "deleted-" : "",
		m->type < 10 ? types[m->type] : "?");
	if (m->has & AS_NODE_MODE)
		printf(" %04o", m->mode);
	else
		printf(" -");
	if (m->has & AS_NODE_OWNER)
		printf(" %u:%u", m->uid, m->gid);
	else
		printf(" -");
	if (m->has & AS_NODE_MTIME)
		printf(" %lld", (long long)m->mtime);
	else
		printf(" -");
	if (m->nsec > 0)
		printf(".%09u", m->nsec);
	char hex[65] = "-";
	if (sum)
		as_sha256_hex(sum, hex);
	printf(" %llu %s", (unsigned long long)size, hex);
	print_text(" ", as_buf_span_of(&p->paths[m->id]));
	if (m->target.n > 0)
		print_text(" -> ", m->target);
	if (m->hardlink)
		print_text(" = ", as_buf_span_of(&p->paths[m->hardlink]));
	if (m->type == AS_BLOCK || m->type == AS_CHAR)
		printf(" %u,%u", m->major, m->minor);
	if (m->hint.n > 0)
		print_text(" hint ", m->hint);
	printf("%s\n", damaged ? " damaged" : "");
}

static void on_node(printer *p, as_span payload)
{
	if (!as_node_decode(payload, &p->node))
		exit(4);
	remember_path(p, &p->node);
	p->size = 0;
	if (p->node.has & AS_NODE_RANGE) {
		as_sha256 sum = as_sha256_of(as_cut(p->task->data, p->node.at, p->node.len));
		print_node(p, &p->node, &sum, p->node.len, false);
	} else if (!(p->node.has & AS_NODE_STREAM)) {
		print_node(p, &p->node, NULL, 0, false);
	} else {
		/* Spans of the message do not outlive it; the path is kept, the rest is short. */
		p->node.name = p->node.target = p->node.hint = (as_span){ 0 };
	}
}

static void print_row(as_span payload)
{
	as_row row;
	if (!as_row_decode(payload, &row))
		exit(4);
	printf("%s\t", row.table->name);
	if (row.has_where)
		printf("%llu\t%llu", (unsigned long long)row.at, (unsigned long long)row.len);
	else
		printf("-\t-");
	as_cur c = as_cur_le(row.values, 0);
	for (size_t i = 0; i < row.table->n; i++) {
		const as_column *col = &row.table->columns[i];
		as_span text;
		int64_t v;
		printf("\t%s=", col->name);
		if (col->type == AS_TEXT && as_row_next_text(&c, &text))
			print_text("", text);
		else if (col->type != AS_TEXT && as_row_next_int(&c, col->type, &v))
			printf("%lld", (long long)v);
	}
	printf("\n");
}

static void print_xattr(printer *p, as_span payload)
{
	as_cur c = as_cur_le(payload, 0);
	uint32_t id = as_u32(&c);
	as_span name = as_take(&c, as_u32(&c));
	as_span value = as_take(&c, as_u32(&c));
	as_buf hex = { 0 };
	if (!as_ok(&c) || id >= p->n_paths)
		exit(4);
	as_hex_add(&hex, value);
	print_text("xattr ", as_buf_span_of(&p->paths[id]));
	print_text(" ", name);
	printf("=%.*s\n", (int)hex.n, (const char *)hex.p);
	as_buf_free(&hex);
}

static void print_lost(as_span payload)
{
	as_lost_message m;
	if (!as_lost_decode(payload, &m))
		exit(4);
	print_text("lost ", m.stage);
	print_text(" ", m.reason);
	printf(" %llu", (unsigned long long)m.at);
	print_text(" ", m.text);
	printf("\n");
}

static void print_extent(as_span payload)
{
	as_extent_message m;
	if (!as_extent_decode(payload, &m))
		exit(4);
	printf("extent %llu %llu %s", (unsigned long long)m.at, (unsigned long long)m.len,
		as_class_name(m.class));
	print_text(" ", m.label);
	printf("\n");
}

static void print_end(printer *p, as_span payload)
{
	as_sha256 sum = as_hasher_end(p->hasher);
	print_node(p, &p->node, &sum, p->size, as_at(payload, 0) != 0);
}

static as_status send(void *ctx, as_message kind, as_span payload)
{
	printer *p = ctx;
	static const uint8_t zeros[4096];
	as_type_message type;
	if (kind == AS_M_DATA) {
		as_hasher_add(p->hasher, payload);
		p->size += payload.n;
	} else if (kind == AS_M_ZERO) {
		as_cur c = as_cur_le(payload, 0);
		for (uint64_t n = as_u64(&c), step; n > 0; n -= step, p->size += step) {
			step = as_min(n, sizeof(zeros));
			as_hasher_add(p->hasher, as_bytes(zeros, step));
		}
	} else if (kind == AS_M_LOST) {
		print_lost(payload);
	} else if (kind == AS_M_ROW && !p->tree) {
		print_row(payload);
	} else if (kind == AS_M_TYPE && as_type_decode(payload, &type)) {
		print_text("type ", type.type);
		printf(" %u\n", type.entropy);
	} else if (p->tree && kind == AS_M_NODE) {
		on_node(p, payload);
	} else if (p->tree && kind == AS_M_END) {
		print_end(p, payload);
	} else if (p->tree && kind == AS_M_EXTENT) {
		print_extent(payload);
	} else if (p->tree && kind == AS_M_XATTR) {
		print_xattr(p, payload);
	} else if (p->tree && kind == AS_M_ROW) {
		print_row(payload);
	}
	return AS_OK;
}

static bool stage(void *ctx, const char *id, uint64_t at)
{
	(void)ctx, (void)id, (void)at;
	return true;
}

int examine_and_print(const as_task *task, bool tree, const char *without)
{
	static const as_limits limits = { .depth = 16,
		.objects = 2000000,
		.bytes = 64ull << 30,
		.object_bytes = 1ull << 30,
		.ratio = 1000,
		.seconds = 120,
		.memory = 1ull << 30 };
	printer p = { .tree = tree, .task = task, .hasher = as_hasher_new() };
	p.paths = calloc(1, sizeof(*p.paths));
	p.n_paths = 1;
	as_sender sender = { .send = send, .stage = stage, .ctx = &p };
	static as_scanner *scanner; /* what it has prepared for one serves all */
	scanner = scanner ? scanner : as_scanner_new();
	as_arena *arena = as_arena_new(512 << 20);
	as_examiner e = { .limits = &limits,
		.scanner = scanner,
		.send = &sender,
		.without = without,
		.only_unpack = tree,
		.arena = arena };
	as_status s = !p.hasher || !p.paths || !scanner || !arena ? AS_NOMEM : AS_OK;
	static bool prepared;
	if (s == AS_OK && !tree && !prepared) {
		s = as_examine_prepare();
		prepared = s == AS_OK;
	}
	if (s == AS_OK)
		s = as_examine(&e, task);
	printf("status %s\n", as_status_name(s));
	for (size_t i = 0; i < p.n_paths; i++)
		as_buf_free(&p.paths[i]);
	free(p.paths);
	as_hasher_free(p.hasher);
	as_arena_free(arena);
	return s == AS_OK ? 0 : 4;
}
