/* SPDX-License-Identifier: Apache-2.0 */
/* What the engine offers format handlers: entries, contents, losses, budgets. Names, links,
 * duplicates and limits are judged here, once for all formats. */
#include "unpack/engine.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "facts.h"

enum {
	PIECE = 256 * 1024,   /* bytes per data message */
	ZEROS_MIN = 4096,     /* bytes worth a message of their own */
	LOST_MAX = 1000,      /* losses recorded per container */
	WORK_MAX = 512 << 20, /* working memory a handler may ask for */
};

as_node *as_root(as_unpack *u) { return &u->tree.root; }

as_arena *as_memory(as_unpack *u) { return u->o->arena; }

static const char *stage_of(const as_unpack *u) { return u->f ? u->f->id : "scan"; }

static as_status lose(as_unpack *u, const char *reason, uint64_t at, const char *text)
{
	u->n_lost++;
	/* What all who share a container see is said by the first of them. */
	if (u->dry || u->n_lost > LOST_MAX || (u->o->share > 0 && !u->streaming))
		return AS_PARTIAL;
	if (u->n_lost == LOST_MAX)
		text = "too much damage to list: the rest is not listed";
	/* A damaged pointer may lead anywhere; the place recorded is one of the container's. */
	as_status s = as_send_lost(u->o, stage_of(u), reason, as_min(at, u->body.n), 0, text);
	u->failed = as_worse(u->failed, s);
	return as_worse(AS_PARTIAL, s);
}

as_status as_lost(as_unpack *u, uint64_t at, const char *text)
{
	return lose(u, "damaged", at, text);
}

as_status as_refused(as_unpack *u, uint64_t at, const char *reason, const char *text)
{
	return lose(u, reason, at, text);
}

static as_status spend(as_unpack *u, const char *text)
{
	if (!u->spent)
		(void)lose(u, "limit", 0, text);
	u->spent = true;
	return AS_LIMIT;
}

as_status as_visit(as_unpack *u, uint64_t at)
{
	uint64_t seen = 0;
	if (as_map_get(&u->tree.visited, at, &seen))
		return as_lost(u, at, "a structure refers back to itself");
	if (++u->visits > u->o->limits->objects * 4)
		return spend(u, "too many structures");
	return as_map_set(&u->tree.visited, at, 1);
}

as_status as_want(as_unpack *u, uint64_t n)
{
	return n > WORK_MAX ? spend(u, "asks for too much working memory") : AS_OK;
}

static void claim(as_unpack *u, uint64_t at, uint64_t n)
{
	if (!u->dry)
		as_runs_add(&u->claimed, (as_run){ .at = at,
						 .n = n,
						 .label = "",
						 .node = UINT32_MAX,
						 .class = AS_STRUCTURE });
}

void as_struct(as_unpack *u, uint64_t at, uint64_t n, const char *label)
{
	uint64_t end = 0;
	if (at > u->body.n || !as_add(&end, at, n) || end > u->body.n)
		return;
	u->used = as_max(u->used, end);
	as_run run = { .at = at, .n = n, .label = label, .node = UINT32_MAX };
	run.class = AS_STRUCTURE;
	if (!u->dry)
		as_runs_add(&u->runs, run);
	if (!u->f || u->f->kind != AS_LEAF) /* a program is one structure, whatever stands in it */
		claim(u, at, n);
}

static as_status send(as_unpack *u, as_message kind, as_span payload)
{
	bool contents =
		kind == AS_M_NODE || kind == AS_M_DATA || kind == AS_M_ZERO || kind == AS_M_END;
	if (u->dry || (u->o->share > 0 && !contents))
		return AS_OK;
	if (u->failed == AS_OK)
		u->failed = u->o->send->send(u->o->send->ctx, kind, payload);
	return u->failed;
}

static as_status send_node(as_unpack *u, const as_node *node, const as_entry *e, as_node_message *m)
{
	m->id = node->id;
	m->parent = node->parent->id;
	m->type = (uint8_t)node->type;
	m->has |= (uint8_t)((e->has & AS_HAS_MODE ? AS_NODE_MODE : 0) |
			    (e->has & AS_HAS_OWNER ? AS_NODE_OWNER : 0) |
			    (e->has & AS_HAS_MTIME ? AS_NODE_MTIME : 0) |
			    (e->deleted ? AS_NODE_DELETED : 0));
	m->mode = e->mode & 07777;
	m->uid = e->uid;
	m->gid = e->gid;
	m->mtime = e->mtime;
	m->nsec = e->nsec;
	m->major = e->major;
	m->minor = e->minor;
	m->name = node->name;
	m->target = as_cut(e->target, 0, as_min(e->target.n, AS_NAME_MAX));
	m->hint = e->hint ? as_lit(e->hint) : (as_span){ 0 };
	if (node->type == AS_FILE) {
		as_buf_clear(&u->path);
		as_tree_path(node, &u->path);
		m->roles = u->o->roles ? u->o->roles(as_buf_span_of(&u->path)) : 0;
	}
	u->last = node->id;
	as_buf_clear(&u->message);
	as_node_encode(&u->message, m);
	return send(u, AS_M_NODE, as_buf_span_of(&u->message));
}

static as_node *directory(as_unpack *u, as_node *dir, as_span name)
{
	as_node *node = as_tree_find(&u->tree, dir, name);
	if (node && node->type == AS_DIR)
		return node;
	node = as_tree_add(&u->tree, dir, name, AS_DIR);
	if (!node)
		return NULL;
	node->implied = true;
	as_node_message m = { 0 };
	return send_node(u, node, &(as_entry){ .type = AS_DIR }, &m) == AS_OK ? node : NULL;
}

static bool may_stand(as_span component)
{
	return component.n > 0 && component.n <= AS_NAME_MAX &&
	       as_find_byte(component, 0, 0) == SIZE_MAX && !as_is(component, "..");
}

/* The next component of *path, which moves past it; empty for one that names nothing. *cut is set if it may not
 * stand as it is: then it ends before its NUL, or where it is long enough. */
static as_span component_of(as_span *path, bool *cut)
{
	size_t slash = as_find_byte(*path, '/', 0);
	as_span c = as_cut(*path, 0, slash == SIZE_MAX ? path->n : slash);
	*path = slash == SIZE_MAX ? (as_span){ 0 } : as_from(*path, slash + 1);
	*cut = *cut || (c.n > 0 && !may_stand(c));
	c = as_cut(c, 0, as_min(c.n, as_min(as_find_byte(c, 0, 0), AS_NAME_MAX)));
	return as_is(c, ".") ? (as_span){ 0 } : c;
}

/* Walks the directories of a path; *dir and *name become the last one and the last component. What climbs out of
 * its container is put at its root: a device may follow the name, so it must be examined. */
static as_status walk(as_unpack *u, uint64_t at, as_node **dir, as_span *name)
{
	as_span path = *name, last = { 0 };
	bool cut = false;
	while (path.n > 0) {
		as_span component = component_of(&path, &cut);
		bool up = as_is(component, "..");
		if (component.n == 0)
			continue;
		if (up && last.n == 0 && (*dir)->parent)
			*dir = (*dir)->parent;
		if (last.n > 0 && !up && (*dir)->depth >= AS_DIR_DEPTH)
			return as_lost(u, at, "directories are nested too deeply");
		if (last.n > 0 && !up)
			*dir = directory(u, *dir, last);
		if (!*dir)
			return as_worse(AS_NOMEM, u->failed);
		last = up ? (as_span){ 0 } : component;
	}
	*name = last;
	if (cut)
		(void)as_lost(u, at, "a name climbs out of its container or cannot stand");
	return last.n == 0 ? AS_NOT_THIS : AS_OK;
}

static as_span part_name(as_unpack *u, const as_entry *e)
{
	as_span name = e->name;
	for (size_t slash; (slash = as_find_byte(name, '/', 0)) != SIZE_MAX;)
		name = as_from(name, slash + 1);
	if (may_stand(name) && !as_is(name, "."))
		return name;
	if (u->f && u->f->kind == AS_STREAM)
		return as_lit("data");
	return as_print(u->o->arena, "part-0x%llx", (unsigned long long)e->at);
}

/* What was deleted stands beside what was not, under a name of its own: rules that ask for a name mean the living. */
static as_span deleted_name(as_unpack *u, const as_entry *e, as_span name)
{
	as_buf b = { 0 };
	as_buf_add(&b, name.p, as_min(name.n, AS_NAME_MAX - 64));
	as_buf_print(&b, " (deleted 0x%llx)", (unsigned long long)e->at);
	as_span copy = as_copy(u->o->arena, as_buf_span_of(&b));
	as_buf_free(&b);
	return copy;
}

/* Makes the entry's node. AS_NOT_THIS: it names an existing directory, which *made is. */
static as_status make(as_unpack *u, as_node *dir, const as_entry *e, as_node **made)
{
	as_span name = e->type == AS_PART ? part_name(u, e) : e->name;
	*made = NULL;
	if (u->tree.n >= u->o->limits->objects)
		return spend(u, "too many entries");
	dir = dir ? dir : as_root(u);
	as_status s = walk(u, e->at, &dir, &name);
	if (s == AS_NOT_THIS && e->type != AS_DIR) {
		(void)as_lost(u, e->at, "an entry without a name");
		name = as_print(u->o->arena, "unnamed-0x%llx", (unsigned long long)e->at);
		s = AS_OK;
	}
	if (s == AS_NOT_THIS)
		*made = dir; /* "." or "dir/": the directory itself */
	if (s != AS_OK)
		return s;
	if (dir->depth >= AS_DIR_DEPTH)
		return as_lost(u, e->at, "directories are nested too deeply");
	if (e->deleted)
		name = deleted_name(u, e, name);
	as_node *twin = as_tree_find(&u->tree, dir, name);
	if (twin && twin->type == AS_DIR && e->type == AS_DIR) {
		*made = twin;
		return AS_NOT_THIS;
	}
	if (twin && e->type != AS_PART)
		(void)as_lost(u, e->at, "a name occurs twice in its directory; both are kept");
	*made = as_tree_add(&u->tree, dir, name, e->type);
	return *made ? u->failed : AS_NOMEM;
}

static as_status update_directory(as_unpack *u, as_node *node, const as_entry *e)
{
	as_node_message m = { 0 };
	if (e->type != AS_DIR || !node->parent || !node->implied)
		return AS_OK;
	node->implied = false;
	return send_node(u, node, e, &m);
}

/* The node a hard link leads to: by inode number, or 0. Remembers new inodes. */
static as_status link_of(as_unpack *u, const as_entry *e, uint32_t id, uint32_t *first)
{
	uint64_t seen = 0;
	*first = 0;
	if (e->inode == 0)
		return AS_OK;
	if (!as_map_get(&u->tree.inodes, e->inode, &seen))
		return as_map_set(&u->tree.inodes, e->inode, id);
	*first = (uint32_t)seen;
	return AS_OK;
}

static void by_name(as_unpack *u, const as_entry *e, uint32_t *first)
{
	as_node *dir = as_root(u), *hit = NULL;
	as_span rest = e->target;
	while (dir && rest.n > 0) {
		size_t slash = as_find_byte(rest, '/', 0);
		as_span component = as_cut(rest, 0, slash == SIZE_MAX ? rest.n : slash);
		rest = slash == SIZE_MAX ? (as_span){ 0 } : as_from(rest, slash + 1);
		if (component.n == 0 || as_is(component, "."))
			continue;
		hit = as_tree_find(&u->tree, dir, component);
		dir = hit && hit->type == AS_DIR ? hit : NULL;
	}
	*first = hit && rest.n == 0 && hit->type != AS_DIR ? hit->id : 0;
}

static as_status charge(as_unpack *u, uint64_t n)
{
	uint64_t allowed = 0;
	u->out = u->out > UINT64_MAX - n ? UINT64_MAX : u->out + n;
	if (!as_mul(&allowed, u->body.n, u->o->limits->ratio) ||
		!as_add(&allowed, allowed, AS_RATIO_FREE))
		return AS_OK;
	return u->out > allowed ? spend(u, "expands out of proportion") : AS_OK;
}

/* Whether the contents of e are for this examiner to decode. Entries whose records stand at the same place (one
 * metadata block, say) have their contents near each other: they form a group, and groups are dealt out in turn. */
static bool is_ours(as_unpack *u, const as_entry *e)
{
	uint64_t group = u->groups.n;
	if (u->shares < 2)
		return true;
	if (!as_map_get(&u->groups, e->at, &group) && as_map_set(&u->groups, e->at, group) != AS_OK)
		u->failed = AS_NOMEM;
	return group % u->shares == u->o->share;
}

as_status as_begin(as_unpack *u, as_node *dir, const as_entry *e, bool *want)
{
	as_node *node = NULL;
	if (want)
		*want = false;
	u->streaming = u->dropping = true;
	u->stream_bytes = 0;
	as_status s = make(u, dir, e, &node);
	if (s != AS_OK) {
		u->streaming =
			s == AS_PARTIAL || s == AS_NOT_THIS; /* the handler may still send it */
		return s == AS_NOT_THIS ? AS_OK : s;
	}
	as_node_message m = { 0 };
	s = link_of(u, e, node->id, &m.hardlink);
	bool wanted = s == AS_OK && m.hardlink == 0 && is_ours(u, e);
	m.has = wanted ? AS_NODE_STREAM : 0;
	s = as_worse(s, send_node(u, node, e, &m));
	u->dropping = !wanted;
	if (want)
		*want = wanted;
	return s;
}

static as_status number(as_unpack *u, as_message kind, uint64_t v)
{
	as_buf_clear(&u->message);
	as_buf_u64(&u->message, v);
	return send(u, kind, as_buf_span_of(&u->message));
}

/* Lets n more bytes into the stream, or as many as its budget has left. */
static as_status admit(as_unpack *u, uint64_t *n)
{
	as_status s = charge(u, *n);
	uint64_t left = u->o->limits->object_bytes - u->stream_bytes;
	if (s == AS_OK && *n > left && !u->dropping) {
		(void)lose(u, "limit", 0, "one entry is larger than an object may be");
		u->dropping = true;
		*n = left;
	}
	u->stream_bytes += *n;
	return s;
}

/* Zeros are only counted: expanding them is the cheapest of attacks, and blank flash is common. */
static as_status send_piece(as_unpack *u, as_span piece)
{
	bool blank = piece.n >= ZEROS_MIN && as_all(piece, 0);
	return blank ? number(u, AS_M_ZERO, piece.n) : send(u, AS_M_DATA, piece);
}

as_status as_more(as_unpack *u, as_span bytes)
{
	bool dropped = u->dropping || !u->streaming;
	uint64_t n = bytes.n;
	as_status s = dropped ? AS_OK : admit(u, &n);
	for (uint64_t at = 0; s == AS_OK && !dropped && at < n; at += PIECE)
		s = send_piece(u, as_cut(bytes, at, as_min(PIECE, n - at)));
	return s;
}

as_status as_zero(as_unpack *u, uint64_t n)
{
	bool dropped = u->dropping || !u->streaming;
	as_status s = dropped || n == 0 ? AS_OK : admit(u, &n);
	return s == AS_OK && !dropped && n > 0 ? number(u, AS_M_ZERO, n) : s;
}

as_status as_end(as_unpack *u, bool damaged)
{
	bool nothing = !u->streaming;
	bool cut = u->dropping;
	u->streaming = u->dropping = false;
	if (nothing || (cut && u->stream_bytes == 0))
		return AS_OK;
	uint8_t flag = damaged || cut;
	return send(u, AS_M_END, as_bytes(&flag, 1));
}

static bool stands_here(const as_unpack *u, const as_entry *e)
{
	uint64_t at = 0;
	return e->data.n == 0 || as_within(u->o->data, e->data, &at);
}

/* Contents in memory: a range of the object if they stand there, else sent in pieces. */
static as_status put_data(as_unpack *u, const as_node *node, const as_entry *e, as_node_message *m)
{
	bool has = node->type == AS_FILE || node->type == AS_PART;
	uint64_t at = 0;
	if (!has || m->hardlink != 0 || (u->o->share > 0 && stands_here(u, e)))
		return send_node(u, node, e, m);
	if (stands_here(u, e)) {
		(void)as_within(u->o->data, e->data, &at);
		m->has |= AS_NODE_RANGE;
		m->at = at;
		m->len = e->data.n;
		u->used = as_max(u->used, at + e->data.n);
		as_runs_add(&u->runs, (as_run){ .at = at,
					      .n = e->data.n,
					      .label = "object",
					      .node = node->id,
					      .class = AS_OBJECT });
		claim(u, at, e->data.n);
		as_status s = charge(u, e->data.n);
		return s == AS_OK ? send_node(u, node, e, m) : s;
	}
	if (!is_ours(u, e))
		return send_node(u, node, e, m);
	m->has |= AS_NODE_STREAM;
	as_status s = send_node(u, node, e, m);
	u->streaming = true;
	u->dropping = false;
	u->stream_bytes = 0;
	if (s == AS_OK)
		s = as_more(u, e->data);
	return as_worse(s, as_end(u, s != AS_OK));
}

as_status as_put(as_unpack *u, as_node *dir, const as_entry *e, as_node **node)
{
	as_node *made = NULL;
	as_status s = make(u, dir, e, &made);
	if (node)
		*node = made;
	if (s == AS_NOT_THIS)
		return update_directory(u, made, e);
	if (s != AS_OK)
		return s;
	as_node_message m = { 0 };
	s = link_of(u, e, made->id, &m.hardlink);
	if (e->type == AS_HARDLINK)
		by_name(u, e, &m.hardlink);
	return s == AS_OK ? put_data(u, made, e, &m) : s;
}

as_status as_xattr(as_unpack *u, as_span name, as_span value)
{
	as_buf_clear(&u->message);
	as_buf_u32(&u->message, u->last);
	as_buf_span(&u->message, as_cut(name, 0, as_min(name.n, AS_NAME_MAX)));
	as_buf_span(&u->message, as_cut(value, 0, as_min(value.n, 65536)));
	return send(u, AS_M_XATTR, as_buf_span_of(&u->message));
}

as_status as_sink_more(void *ctx, as_span bytes) { return as_more(ctx, bytes); }

static as_status emit_row(void *ctx, as_span row)
{
	as_unpack *u = ctx;
	return send(u, AS_M_ROW, row);
}

static as_status no_loss(void *ctx, const char *reason, uint64_t at, const char *text)
{
	(void)ctx, (void)reason, (void)at, (void)text;
	return AS_OK;
}

void as_tell(as_unpack *u, as_span where, const char *name, as_span value)
{
	as_facts facts = { .data = u->o->data, .emit = emit_row, .lost = no_loss, .ctx = u };
	as_property row = {
		.where = where, .format = as_lit(stage_of(u)), .name = as_lit(name), .value = value
	};
	u->failed = as_worse(u->failed, as_add_property(&facts, row));
	as_buf_free(&facts.row);
}

void as_tellf(as_unpack *u, as_span where, const char *name, const char *format, ...)
{
	char text[512];
	va_list args;
	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	as_tell(u, where, name, as_lit(text));
}
