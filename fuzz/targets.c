/* SPDX-License-Identifier: Apache-2.0 */
#include "targets.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "code/arch.h"
#include "leaf.h"
#include "listen.h"
#include "model/nodes.h"

enum { SMALL = 64 << 10 /* bytes */, DEPTH = 4, OBJECTS = 200 };

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SLOWER 4 /* a sanitizer's price */
#endif
#endif
#ifndef SLOWER
#define SLOWER 1
#endif
/* Processor seconds that an input of less than SMALL bytes may take. */
enum { BUDGET = 2 * SLOWER };

struct target {
	const char *name;
	const as_format *format;
	const as_inspector *inspector;
	const as_arch *arch;                        /* its lifter */
	void (*run)(const uint8_t *data, size_t n); /* of hostile.c */
};

static const target others[] = { { .name = "scan" }, { .name = "inspect" },
	{ .name = "wire", .run = run_wire }, { .name = "dossier", .run = run_dossier },
	{ .name = "journal", .run = run_journal }, { .name = "rule", .run = run_rule },
	{ .name = "feed", .run = run_feed }, { .name = "store", .run = run_store },
	{ .name = "toml", .run = run_toml }, { .name = "network", .run = run_network },
	{ .name = "inventory", .run = run_inventory },
	{ .name = "suppliers", .run = run_suppliers } };
enum { N_OTHERS = sizeof(others) / sizeof(others[0]) };

static const as_limits limits = { .depth = DEPTH,
	.objects = 2000000,
	.bytes = 64ull << 30,
	.object_bytes = 8ull << 30,
	.ratio = 1000,
	.seconds = 120,
	.memory = 1ull << 30 };

/* Prepared once. */
static as_scanner *scanner;
static as_arena *arena;

static void prepare(void)
{
	if (scanner)
		return;
	scanner = as_scanner_new();
	arena = as_arena_new(512 << 20);
	insist(scanner && as_scanner_prepare(scanner) && arena && as_examine_prepare() == AS_OK,
		"nothing can be prepared");
}

const target *target_by_name(const char *name)
{
	static target t; /* a format or an inspector: one is asked for per process */
	for (size_t i = 0; i < N_OTHERS; i++)
		if (strcmp(others[i].name, name) == 0)
			return &others[i];
	t = (target){ .name = name, .format = as_format_by_id(name) };
	for (const as_inspector *const *i = as_inspectors; *i; i++)
		if (strncmp(name, "ins-", 4) == 0 && strcmp(name + 4, (*i)->id) == 0)
			t.inspector = *i;
	if (strncmp(name, "lift-", 5) == 0)
		t.arch = as_arch_named(name + 5);
	return t.format || t.inspector || t.arch ? &t : NULL;
}

void targets_print(FILE *out)
{
	for (const as_format *const *f = as_formats; *f; f++)
		fprintf(out, "%s\n", (*f)->id);
	for (size_t i = 0; i < N_OTHERS; i++)
		fprintf(out, "%s\n", others[i].name);
	for (const as_inspector *const *i = as_inspectors; *i; i++)
		fprintf(out, "ins-%s\n", (*i)->id);
	for (const as_arch *const *a = as_archs; *a; a++)
		fprintf(out, "lift-%s\n", (*a)->id);
}

void target_dictionary(const target *t, FILE *out)
{
	for (const as_format *const *f = as_formats; *f; f++)
		for (const as_magic *m = (*f)->magic;
			m && m->len && (!t->format || t->format == *f); m++) {
			fprintf(out, "\"");
			for (uint8_t i = 0; i < m->len; i++)
				fprintf(out, "\\x%02x", (uint8_t)m->bytes[i]);
			fprintf(out, "\"\n");
		}
}

/* The format opens the bytes, whatever else they might be. */
static void open_as(const as_format *f, as_span data)
{
	listener l;
	const char *type = NULL;
	listen_begin(&l, data, false);
	as_sender sender = listen_sender(&l);
	as_opening o = { .data = data,
		.hint = as_lit(f->id),
		.limits = &limits,
		.scanner = scanner,
		.send = &sender,
		.arena = arena,
		.roles = as_roles_of };
	as_arena_reset(arena);
	as_extent e = { 0 };
	if (f->probe(data, &e) == AS_OK) {
		insist(e.size <= data.n, "a format larger than its bytes");
		insist(as_open_object(&o, &type) < AS_NOMEM,
			"a container that cannot be opened at all");
	}
	listen_end(&l);
}

/* Everything, and everything in it. *left: objects that may still be looked at. */
static void examine(as_span data, const found *as, unsigned depth, unsigned *left)
{
	listener *l = malloc(sizeof(*l));
	insist(l, "no memory");
	listen_begin(l, data, depth < DEPTH);
	as_sender sender = listen_sender(l);
	as_examiner e = { .limits = &limits, .scanner = scanner, .send = &sender, .arena = arena };
	as_task task = { .data = data,
		.depth = depth,
		.content = true,
		.open = true,
		.hint = as ? as_buf_span_of(&as->hint) : (as_span){ 0 },
		.path = as ? as_buf_span_of(&as->path) : (as_span){ 0 },
		.roles = as ? as->roles : 0 };
	insist(as_examine(&e, &task) < AS_NOMEM, "an object that cannot be examined");
	for (size_t i = 0; i<l->n_found && * left> 0; i++) {
		--*left;
		examine(as_buf_span_of(&l->found[i].bytes), &l->found[i], depth + 1, left);
	}
	listen_end(l);
	free(l);
}

/* A path that fits a shell pattern: stars become a letter or, at the start, nothing. */
static void path_of(const char *pattern, char *out, size_t cap)
{
	size_t n = 0;
	for (const char *p = pattern; *p && n + 1 < cap; p++) {
		if (*p == '*' && p == pattern && p[1] == '/')
			continue;
		out[n++] = *p == '*' || *p == '?' ? 'a' : *p == '[' ? p[1] : *p;
		while (*p == '[' && p[1] && p[1] != ']')
			p++;
	}
	out[n] = 0;
	for (char *bracket = strchr(out, ']'); bracket; bracket = strchr(out, ']'))
		memmove(bracket, bracket + 1, strlen(bracket));
}

/* One inspector at one of its paths, or (NULL) all of them at a path that many care for. */
static void inspect(const as_inspector *ins, as_span data)
{
	listener l;
	char path[256] = "/etc/config/a.conf";
	size_t n = 0;
	listen_begin(&l, data, false);
	l.only = ins ? ins->id : NULL;
	as_sender sender = listen_sender(&l);
	as_arena_reset(arena);
	while (ins && ins->paths && ins->paths[n])
		n++;
	if (n > 0)
		path_of(ins->paths[as_crc32(0, data) % n], path, sizeof(path));
	as_inspection in = { .file = { .data = data,
				     .arena = arena,
				     .type = leaf_type(data),
				     .path = as_lit(path) },
		.content = true,
		.send = &sender };
	in.roles = ins ? ~0ull : as_roles_of(in.file.path);
	insist(as_inspect_object(&in) < AS_NOMEM, "a file that cannot be inspected at all");
	listen_end(&l);
}

/* One instruction after the other; the first byte says how they are to be read. */
static void lift(const as_arch *arch, as_span data)
{
	uint8_t how = as_at(data, 0);
	as_mode mode = { .big = how & 1,
		.wide = arch->word == 8,
		.thumb = how & 2,
		.r6 = how & 4,
		.octeon = how & 8 };
	as_span code = as_from(data, 1);
	as_ops ops;
	for (uint64_t at = 0; at < code.n;) {
		size_t n = arch->lift(&mode, as_from(code, at), at, &ops);
		insist(n <= code.n - at, "an instruction longer than what is there");
		for (size_t i = 0; n > 0 && i < ops.n; i++)
			insist(ops.op[i].kind < AS_N_OP_KINDS && ops.op[i].len == n,
				"an operation that is none");
		insist(n == 0 || !ops.full, "more operations than there is room for");
		at += n ? n : arch->step;
	}
}

static double seconds(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void run(const target *t, const uint8_t *data, size_t n)
{
	unsigned left = OBJECTS;
	if (t->run)
		t->run(data, n);
	else if (t->arch)
		lift(t->arch, as_bytes(data, n));
	else if (t->format)
		open_as(t->format, as_bytes(data, n));
	else if (t->inspector || strcmp(t->name, "inspect") == 0)
		inspect(t->inspector, as_bytes(data, n));
	else
		examine(as_bytes(data, n), NULL, 0, &left);
}

void target_run(const target *t, const uint8_t *data, size_t n)
{
	prepare();
	/* Exactly as large as the input: a read past the end is seen. */
	uint8_t *exact = malloc(n ? n : 1);
	insist(exact, "no memory");
	if (n > 0)
		memcpy(exact, data, n);
	double began = seconds();
	run(t, exact, n);
	insist(n >= SMALL || seconds() - began <= (double)BUDGET,
		"a small input that takes too long");
	free(exact);
}
