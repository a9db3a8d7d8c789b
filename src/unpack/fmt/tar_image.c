/* SPDX-License-Identifier: Apache-2.0 */
/* Images of containers: a tar archive of layers, each a tar archive itself, often compressed. Docker's manifest.json
 * lists images, each with "Layers": the paths of its layers, the lowest first. An OCI layout has index.json,
 * whose "manifests" name manifests by digest, whose "layers" name layers; what is named by sha256:HEX stands
 * in blobs/sha256/HEX. In a layer, .wh.NAME takes NAME of the layers below away, and .wh..wh..opq all that they
 * have in its directory. The layers are read from the top down: what is there already is not put again. */
#include <stdio.h>

#include "base/buf.h"
#include "base/map.h"
#include "codec/codec.h"
#include "unpack/fmt/tar.h"

enum {
	LAYERS_MAX = 512,
	IMAGES_MAX = 16,
	NESTED_MAX = 4,
	LAYER_MAX = 512 << 20,
	LAYER_FREE = 16 << 20,    /* a layer may expand to this and UNPACKED_RATIO times its size */
	UNPACKED_FREE = 64 << 20, /* of all layers in all images; and so many times the archive: */
	UNPACKED_RATIO = 64,
	JSON_MAX = 4 << 20
};

typedef struct merge {
	as_unpack *u;
	as_span body;
	as_map places; /* hash of a name: body offset of its entry */
	as_map taken;  /* hash of a path: the layer, from the top, that says what is there */
	as_map closed; /* hash of a path: the layer below which nothing under it counts */
	size_t layer;  /* from the top */
	size_t images;
	uint64_t unpacked; /* bytes that compressed layers gave */
	char name[32];
} merge;

/* ---- names ---- */

/* Without leading "./" and slashes, and slashes at the end. Empty for the root. */
static as_span plain(as_span name)
{
	while (as_starts(name, "./") || as_starts(name, "/"))
		name = as_from(name, name.p[0] == '.' ? 2 : 1);
	while (name.n > 0 && name.p[name.n - 1] == '/')
		name.n--;
	return as_is(name, ".") ? (as_span){ 0 } : name;
}

/* The key of what path's first component names in what has the key dir; *path moves behind it. So that all
 * directories above a path are asked for while it is read once, however long it is. */
static uint64_t step(uint64_t dir, as_span *path)
{
	size_t slash = as_find_byte(*path, '/', 0);
	as_span name = as_cut(*path, 0, slash == SIZE_MAX ? path->n : slash);
	*path = slash == SIZE_MAX ? (as_span){ 0 } : as_from(*path, slash + 1);
	return name.n == 0 || as_is(name, ".") ? dir : as_hash64(dir, name);
}

static uint64_t root_key(const merge *m) { return (uintptr_t)m->u; }

static uint64_t key(const merge *m, as_span path)
{
	uint64_t k = root_key(m);
	while (path.n > 0)
		k = step(k, &path);
	return k;
}

static as_status note(as_map *map, uint64_t k, uint64_t value)
{
	uint64_t old = 0;
	return as_map_get(map, k, &old) ? AS_OK : as_map_set(map, k, value);
}

static as_span parent_of(as_span path)
{
	while (path.n > 0 && path.p[path.n - 1] != '/')
		path.n--;
	return plain(path);
}

/* Whether a layer above says something else about path. */
static bool is_hidden(const merge *m, as_span path)
{
	uint64_t layer = 0;
	if (as_map_get(&m->taken, key(m, path), &layer) && layer < m->layer)
		return true;
	for (uint64_t dir = root_key(m); path.n > 0; dir = step(dir, &path))
		if (as_map_get(&m->closed, dir, &layer) && layer < m->layer)
			return true;
	return false;
}

/* ---- the descriptions ---- */

typedef struct token {
	as_span text; /* of a string, as it stands */
	uint8_t kind; /* '"' or the character itself; 0: the end */
} token;

static token next_token(as_cur *c)
{
	while (as_ok(c) && as_left(c) > 0) {
		uint8_t b = as_u8(c);
		size_t from = as_pos(c);
		if (b == '[' || b == ']' || b == '{' || b == '}' || b == ':')
			return (token){ .kind = b };
		if (b != '"')
			continue;
		for (b = as_u8(c); as_ok(c) && b != '"'; b = as_u8(c))
			as_skip(c, b == '\\');
		return (token){ .kind = '"', .text = as_cut(c->s, from, as_pos(c) - from - 1) };
	}
	return (token){ 0 };
}

/* Collects strings of the array that follows: those of its own, or of its objects' member "digest". */
static size_t strings_of(as_cur *c, bool digests, as_span *out, size_t cap)
{
	size_t n = 0, depth = 0;
	bool named = false; /* the next string belongs to "digest" */
	do {
		token t = next_token(c);
		if (t.kind == 0)
			return n;
		depth += t.kind == '[' || t.kind == '{';
		depth -= (t.kind == ']' || t.kind == '}') && depth > 0;
		bool wanted = t.kind == '"' && (digests ? named && depth == 2 : depth == 1);
		if (wanted && n < cap)
			out[n++] = t.text;
		named = (t.kind == ':' && named) ||
			(t.kind == '"' && !named && as_is(t.text, "digest"));
	} while (depth > 0);
	return n;
}

/* The entry of that name, a file that stands whole in the archive; empty: there is none. */
static as_span file_named(const merge *m, as_span name)
{
	as_tar_extra all = { 0 }, x;
	as_tar_head h;
	uint64_t at = 0;
	if (!as_map_get(&m->places, key(m, plain(name)), &at) ||
		!as_tar_step(m->body, at, &h, &all, &x))
		return (as_span){ 0 };
	as_tar_settle(m->u, &h, &x);
	if (h.e.type == AS_SYMLINK ||
		h.e.type == AS_HARDLINK) /* old Docker links layers that are the same */
		return (as_span){ 0 };
	return as_cut(m->body, h.data_at, h.n);
}

/* What has that digest (sha256:HEX); told if it has another. */
static as_span blob(const merge *m, as_span digest)
{
	char path[80], hex[65];
	if (!as_starts(digest, "sha256:") || digest.n != 7 + 64 || as_has(digest, "/"))
		return (as_span){ 0 };
	(void)snprintf(
		path, sizeof(path), "blobs/sha256/%.64s", (const char *)as_from(digest, 7).p);
	as_span data = file_named(m, as_lit(path));
	as_sha256 sum = as_sha256_of(data);
	uint64_t at = 0;
	as_sha256_hex(&sum, hex);
	if (data.n > 0 && !as_is(as_from(digest, 7), hex) && as_within(m->body, data, &at))
		(void)as_lost(
			m->u, at, "a blob of the image has another digest than its name says");
	return data;
}

/* ---- layers ---- */

typedef struct room {
	as_buf *held;
	uint64_t most; /* bytes */
} room;

static as_status keep(void *ctx, as_span bytes)
{
	room *r = ctx;
	if (r->held->n + bytes.n > r->most)
		return AS_LIMIT;
	as_buf_add(r->held, bytes.p, bytes.n);
	return r->held->bad ? AS_NOMEM : AS_OK;
}

/* The tar archive of a layer; *held owns it if it was compressed. */
static as_status open_layer(merge *m, as_span packed, as_buf *held, as_span *layer)
{
	uint64_t at = 0;
	bool gzip = as_starts(packed, "\x1f\x8b"), zstd = as_starts(packed, "\x28\xb5\x2f\xfd");
	(void)as_within(m->body, packed, &at);
	*layer = packed;
	if (!gzip && !zstd)
		return AS_OK;
	if (m->unpacked > UNPACKED_FREE + m->body.n * UNPACKED_RATIO)
		return as_refused(m->u, at, "limit", "layers expand out of proportion: not merged");
	uint64_t fair = LAYER_FREE + (uint64_t)packed.n * UNPACKED_RATIO;
	room r = { .held = held, .most = as_min(LAYER_MAX, fair) };
	as_status s = as_decode(gzip ? AS_GZIP : AS_ZSTD, packed, keep, &r, NULL);
	*layer = as_buf_span_of(held);
	m->unpacked += layer->n;
	if (s == AS_LIMIT && fair < LAYER_MAX)
		return as_refused(m->u, at, "limit",
			"a layer expands out of proportion: it was merged as far as is in "
			"proportion");
	if (s == AS_LIMIT || s == AS_NOMEM)
		return as_refused(m->u, at, "limit",
			"a layer of more than 512 MiB was not merged to its end");
	return s == AS_OK ? s
			  : as_lost(m->u, at,
				    "a layer is damaged: it was merged as far as it can be read");
}

static as_span below(const merge *m, as_span path)
{
	return as_print(as_memory(m->u), "%s/%.*s", m->name, (int)as_min(path.n, INT32_MAX),
		(const char *)path.p);
}

/* What the entry means for the layers below it. *gone: it is a whiteout and nothing else. */
static as_status mark(merge *m, const as_tar_head *h, as_span path, bool *gone)
{
	as_span dir = parent_of(path);
	as_span name = as_from(path, dir.n > 0 ? dir.n + 1 : 0);
	as_status s = AS_OK;
	*gone = as_starts(name, ".wh.");
	if (as_is(name, ".wh..wh..opq"))
		return note(&m->closed, key(m, dir), m->layer);
	if (*gone && as_starts(name, ".wh..wh."))
		return AS_OK; /* aufs keeps these for itself */
	if (*gone) {
		as_span rest = as_from(name, 4);
		path = as_print(as_memory(m->u), "%.*s%s%.*s", (int)dir.n, (const char *)dir.p,
			dir.n ? "/" : "", (int)rest.n, (const char *)rest.p);
	}
	if (*gone || h->e.type != AS_DIR)
		s = note(&m->closed, key(m, path), m->layer);
	return s == AS_OK ? note(&m->taken, key(m, path), m->layer) : s;
}

/* A hard link whose goal a layer above replaced or took away still has its contents. */
static void follow(const merge *m, as_span layer, const as_map *here, as_tar_head *h)
{
	as_tar_extra all = { 0 }, x;
	as_tar_head goal;
	uint64_t at = 0;
	as_span target = plain(h->e.target);
	bool read =
		as_map_get(here, key(m, target), &at) && as_tar_step(layer, at, &goal, &all, &x);
	if (!is_hidden(m, target) || !read || goal.e.type != AS_FILE) {
		h->e.target = below(m, target);
		return;
	}
	h->e.type = AS_FILE;
	h->e.target = (as_span){ 0 };
	h->data_at = goal.data_at;
	h->n = goal.n;
}

static as_status put_one(
	merge *m, as_span layer, const as_map *here, as_tar_head *h, const as_tar_extra *x)
{
	bool gone = false;
	as_tar_settle(m->u, h, x);
	as_span path = plain(h->e.name);
	as_status s = mark(m, h, path, &gone);
	if (s != AS_OK || gone || path.n == 0 || h->type == 'V' || is_hidden(m, path))
		return s;
	if (h->e.type == AS_HARDLINK)
		follow(m, layer, here, h);
	h->e.name = below(m, path);
	return as_tar_put(m->u, layer, h, x);
}

/* Where the entries of an archive stand, by their names. */
static as_status find_places(const merge *m, as_span archive, as_map *places)
{
	as_tar_extra all = { 0 }, x;
	as_tar_head h;
	as_status s = AS_OK;
	places->seed = (uintptr_t)m->u;
	for (uint64_t at = 0; s == AS_OK && as_tar_step(archive, at, &h, &all, &x);
		at = as_min(h.next, archive.n)) {
		as_tar_settle(m->u, &h, &x);
		s = as_map_set(places, key(m, plain(h.e.name)), at);
	}
	return s;
}

static as_status merge_layer(merge *m, as_span packed)
{
	as_tar_extra all = { 0 }, x;
	as_tar_head h;
	as_buf held = { 0 };
	as_span layer = { 0 };
	as_map here = { 0 };
	as_status s = open_layer(m, packed, &held, &layer);
	if (s <= AS_PARTIAL)
		s = as_worse(s, find_places(m, layer, &here));
	for (uint64_t at = 0; s <= AS_PARTIAL && as_tar_step(layer, at, &h, &all, &x);
		at = as_min(h.next, layer.n)) {
		as_tar_extra own = x;
		as_tar_head entry = h;
		s = as_worse(s, put_one(m, layer, &here, &entry, &own));
	}
	as_map_free(&here);
	as_buf_free(&held);
	return s;
}

/* Whether a layer stands above itself: then all that it says has been said, and it is not read again. */
static bool is_again(const as_span *layers, size_t n, size_t i)
{
	for (size_t above = i + 1; above < n; above++)
		if (as_same(plain(layers[above]), plain(layers[i])))
			return true;
	return false;
}

static as_status merge_image(merge *m, const as_span *layers, size_t n, bool digests)
{
	as_status s = AS_OK;
	m->images++;
	(void)snprintf(
		m->name, sizeof(m->name), m->images == 1 ? "merged" : "merged-%zu", m->images);
	as_map_free(&m->taken);
	as_map_free(&m->closed);
	m->taken = m->closed = (as_map){ .seed = (uintptr_t)m->u };
	for (m->layer = 0; m->layer < n && s <= AS_PARTIAL; m->layer++) {
		as_span name = layers[n - 1 - m->layer];
		if (is_again(layers, n, n - 1 - m->layer))
			continue;
		as_span packed = digests ? blob(m, name) : file_named(m, name);
		s = packed.n == 0
			    ? as_worse(s, as_lost(m->u, 0, "a layer of the image is not there"))
			    : as_worse(s, merge_layer(m, packed));
	}
	as_tellf(m->u, as_cut(m->body, 0, 1), m->name, "%zu layers", n);
	return s;
}

/* Goes through the members of that name; each of their arrays is an image, or (OCI) leads to some. */
static as_status images_of(merge *m, as_span json, const char *member, unsigned depth);

static as_status array_of(merge *m, as_cur *c, const char *member, unsigned depth)
{
	as_span found[LAYERS_MAX];
	bool digests = member[0] != 'L', index = member[0] == 'm';
	size_t n = strings_of(c, digests, found, LAYERS_MAX);
	as_status s = AS_OK;
	if (m->images >= IMAGES_MAX || depth >= NESTED_MAX)
		return as_refused(m->u, 0, "limit", "not all images of the archive were merged");
	if (!index)
		return n > 0 ? merge_image(m, found, n, digests) : AS_OK;
	for (size_t i = 0; i < n && i < IMAGES_MAX && s <= AS_PARTIAL; i++) {
		as_span json = blob(m, found[i]);
		s = as_worse(s, images_of(m, json, "layers", depth + 1));
		s = as_worse(s, images_of(m, json, "manifests", depth + 1));
	}
	return s;
}

static as_status images_of(merge *m, as_span json, const char *member, unsigned depth)
{
	as_cur c = as_cur_be(as_cut(json, 0, json.n <= JSON_MAX ? json.n : 0), 0);
	as_status s = AS_OK;
	for (token t = next_token(&c); t.kind != 0 && s <= AS_PARTIAL; t = next_token(&c)) {
		if (t.kind != '"' || !as_is(t.text, member))
			continue;
		as_cur ahead = c;
		if (next_token(&ahead).kind != ':')
			continue;
		(void)next_token(&c);
		s = as_worse(s, array_of(m, &c, member, depth));
	}
	return s;
}

as_status as_tar_image(as_unpack *u, as_span body)
{
	merge m = { .u = u, .body = body };
	as_tar_extra all = { 0 }, x;
	as_tar_head h;
	bool any = false;
	for (uint64_t at = 0; !any && as_tar_step(body, at, &h, &all, &x);
		at = as_min(h.next, body.n))
		any = as_is(plain(h.e.name), "manifest.json") ||
		      as_is(plain(h.e.name), "index.json");
	as_status s = any ? find_places(&m, body, &m.places) : AS_OK;
	if (any && s == AS_OK)
		s = images_of(&m, file_named(&m, as_lit("manifest.json")), "Layers", 0);
	if (any && s <= AS_PARTIAL && m.images == 0)
		s = as_worse(
			s, images_of(&m, file_named(&m, as_lit("index.json")), "manifests", 0));
	as_map_free(&m.places);
	as_map_free(&m.taken);
	as_map_free(&m.closed);
	return s;
}
