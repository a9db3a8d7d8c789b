/* SPDX-License-Identifier: Apache-2.0 */
/* The flattened device tree, big-endian (https://www.devicetree.org/specifications/, chapter 5):
 *    0 d00dfeed   4 totalsize   8 structure   12 strings   16 reserved memory   20 version
 *   24 last compatible version   28 boot cpu   32 size of strings   36 size of structure (from 17)
 * The structure is tokens on four bytes: 1 name NUL (a node begins), 2 (it ends), 3 length
 * name-offset value (a property), 4 (nothing), 9 (the end). */
#include "unpack/fdt.h"

enum { BEGIN_NODE = 1, END_NODE = 2, PROP = 3, NOP = 4, END = 9 };
enum { HEADER = 40, OLDEST = 16, SIZED = 17, CELL = 4 };

static bool lies_in(uint64_t at, uint64_t n, uint64_t size) { return at <= size && n <= size - at; }

bool as_fdt_open(as_span s, as_fdt *out)
{
	as_cur c = as_cur_be(s, 0);
	uint32_t magic = as_u32(&c), size = as_u32(&c), tokens = as_u32(&c), strings = as_u32(&c);
	uint32_t reserved = as_u32(&c), version = as_u32(&c), last = as_u32(&c);
	as_skip(&c, 4);
	uint32_t n_strings = as_u32(&c), n_tokens = as_u32(&c);
	if (!as_ok(&c) || magic != AS_FDT_MAGIC || version < OLDEST || last > SIZED ||
		last > version)
		return false;
	if (version < SIZED)
		n_tokens = tokens < size ? size - tokens : 0;
	if (size < HEADER || tokens % CELL || tokens < HEADER - CELL || reserved % 8 ||
		!lies_in(reserved, 16, size) || !lies_in(tokens, n_tokens, size) ||
		n_tokens < CELL || !lies_in(strings, n_strings, size))
		return false;
	as_span all = as_cut(s, 0, as_min(size, s.n));
	*out = (as_fdt){ .all = all, .version = version, .size = size };
	out->structure = as_cut(as_from(all, tokens), 0, as_min(n_tokens, as_from(all, tokens).n));
	out->strings = as_cut(all, strings, n_strings);
	return true;
}

as_fdt_walk as_fdt_begin(const as_fdt *fdt)
{
	return (as_fdt_walk){ .c = as_cur_be(fdt->structure, 0), .strings = fdt->strings };
}

static as_fdt_token read_prop(as_fdt_walk *w)
{
	uint32_t n = as_u32(&w->c), name = as_u32(&w->c);
	w->value = as_take(&w->c, n);
	as_align(&w->c, CELL);
	as_cur s = as_cur_be(w->strings, name);
	w->name = as_str(&s, 1);
	return as_ok(&w->c) && as_ok(&s) && w->depth > 0 ? AS_FDT_PROP : AS_FDT_BAD;
}

static as_fdt_token read_node(as_fdt_walk *w)
{
	w->name = as_str(&w->c, CELL);
	if (!as_ok(&w->c) || w->depth == AS_FDT_DEPTH)
		return AS_FDT_BAD;
	w->depth++;
	return AS_FDT_NODE;
}

static as_fdt_token read_token(as_fdt_walk *w)
{
	size_t before = as_pos(&w->c);
	uint32_t token = as_u32(&w->c);
	while (as_ok(&w->c) && token == NOP)
		token = as_u32(&w->c);
	if (!as_ok(&w->c))
		return AS_FDT_BAD;
	if (token == BEGIN_NODE)
		return read_node(w);
	if (token == PROP)
		return read_prop(w);
	if (token == END_NODE && w->depth > 0) {
		w->depth--;
		return AS_FDT_UP;
	}
	if (token != END || w->depth > 0)
		return AS_FDT_BAD;
	as_seek(&w->c, before); /* it comes again */
	return AS_FDT_END;
}

as_fdt_token as_fdt_next(as_fdt_walk *w)
{
	as_fdt_token t = as_ok(&w->c) ? read_token(w) : AS_FDT_BAD;
	if (t == AS_FDT_BAD)
		w->c.bad = true;
	return t;
}

bool as_fdt_whole(const as_fdt *fdt)
{
	as_fdt_walk w = as_fdt_begin(fdt);
	as_fdt_token t = as_fdt_next(&w);
	if (t != AS_FDT_NODE || w.name.n != 0)
		return false;
	while (t < AS_FDT_END)
		t = as_fdt_next(&w);
	return t == AS_FDT_END;
}

as_span as_fdt_prop(as_fdt_walk w, const char *name)
{
	while (as_fdt_next(&w) == AS_FDT_PROP)
		if (as_is(w.name, name))
			return w.value;
	return (as_span){ 0 };
}

as_span as_fdt_text(as_fdt_walk w, const char *name)
{
	as_span v = as_fdt_prop(w, name);
	while (v.n > 0 && v.p[v.n - 1] == 0)
		v.n--;
	return v;
}

bool as_fdt_number(as_fdt_walk w, const char *name, uint64_t *out)
{
	as_span v = as_fdt_prop(w, name);
	as_cur c = as_cur_be(v, 0);
	if (v.n != 4 && v.n != 8)
		return false;
	*out = as_uword(&c, v.n == 8);
	return true;
}

bool as_fdt_child(as_fdt_walk *w, unsigned depth)
{
	for (;;) {
		as_fdt_token t = as_fdt_next(w);
		if (t == AS_FDT_NODE && w->depth == depth + 1)
			return true;
		if (t >= AS_FDT_END || w->depth < depth)
			return false;
	}
}

bool as_fdt_enter(as_fdt_walk *w, const char *name)
{
	unsigned depth = w->depth;
	while (as_fdt_child(w, depth))
		if (as_is(w->name, name))
			return true;
	return false;
}
