/* SPDX-License-Identifier: Apache-2.0 */
#include "dossier/write.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/embed.h"
#include "base/map.h"
#include "base/text.h"
#include "dossier/db.h"
#include "dossier/read.h"
#include "model/entry.h"
#include "model/nodes.h"
#include "model/row.h"

enum { TABLES_MAX = 64, DEPTH_MAX = 64, VALUE_MAX = 16 << 20 /* bytes */ };
enum {
	AGAIN_FREE = 100000,
	AGAIN_TIMES = 10 /* entries listed again: free, and for each listed once */
};

/* An object that has its row. Most hold nothing: they need not be read again at each of their places. */
typedef struct acquaintance {
	as_sha256 sha256;
	bool holds;     /* entries or an account of its bytes */
	bool accounted; /* the account is written: once, however many places it has */
} acquaintance;

struct as_dossier_writer {
	sqlite3 *db;
	as_source source;
	as_map ids;          /* first 64 bits of a hash to object id: see object_id */
	as_map said;         /* hashes of (object, row) that were said of an object at a path */
	acquaintance *known; /* owned: by object id - 1 */
	int64_t n_objects, cap_objects, n_places, n_first, n_again;
	bool full;
	sqlite3_stmt *object, *place, *extent, *lost, *xattr, *exhibit, *facts[TABLES_MAX];
};

static as_status prepare(as_dossier_writer *w)
{
	w->object = as_db_prepare(w->db, "INSERT INTO object VALUES (?, ?, ?, ?, ?, ?, ?)");
	w->place = as_db_prepare(w->db,
		"INSERT INTO place VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
		"?, ?, ?, ?, ?, ?, ?, ?)");
	w->extent = as_db_prepare(w->db, "INSERT INTO extent VALUES (?, ?, ?, ?, ?, ?, ?)");
	w->lost = as_db_prepare(w->db, "INSERT INTO unexamined VALUES (?, ?, ?, ?, ?, ?, ?)");
	w->xattr = as_db_prepare(w->db, "INSERT INTO xattr VALUES (?, ?, ?)");
	w->exhibit = as_db_prepare(w->db, "INSERT OR IGNORE INTO exhibit VALUES (?, ?, ?, ?)");
	bool ok = w->object && w->place && w->extent && w->lost && w->xattr && w->exhibit;
	for (size_t t = 0; ok && t < as_n_tables && t < TABLES_MAX; t++) {
		as_buf b = { 0 };
		as_buf_print(&b, "INSERT INTO %s VALUES (?, ?, ?", as_tables[t].name);
		for (size_t i = 0; i < as_tables[t].n; i++)
			as_buf_text(&b, ", ?");
		as_buf_add(&b, ")", 2);
		w->facts[t] = b.bad ? NULL : as_db_prepare(w->db, (const char *)b.p);
		ok = w->facts[t] != NULL;
		as_buf_free(&b);
	}
	return ok ? AS_OK : AS_IO;
}

/* Facts about code that are asked for object by object. */
static const char *const indexed[] = { "function", "signal", "path_step", "pseudo_code", "listing",
	"speaks_against" };

static as_status make_schema(sqlite3 *db)
{
	as_span schema = as_embedded_file(as_embedded_schema, "schema.sql");
	as_buf b = { 0 };
	as_buf_print(&b,
		"PRAGMA page_size = 8192; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; "
		"PRAGMA locking_mode = EXCLUSIVE; PRAGMA application_id = %d; PRAGMA user_version "
		"= %d; "
		"BEGIN; ",
		AS_DOSSIER_APPLICATION, AS_DOSSIER_SCHEMA);
	as_buf_add(&b, schema.p, schema.n);
	for (size_t t = 0; t < as_n_tables; t++)
		as_buf_print(&b, "\n%s;", as_tables[t].create);
	for (size_t i = 0; i < sizeof(indexed) / sizeof(indexed[0]); i++)
		as_buf_print(
			&b, "\nCREATE INDEX %s_by_object ON %s (object);", indexed[i], indexed[i]);
	as_buf_u8(&b, 0);
	as_status s = b.bad ? AS_NOMEM : as_db_run(db, (const char *)b.p);
	as_buf_free(&b);
	return s;
}

as_dossier_writer *as_dossier_create(const char *path, const as_source *source)
{
	as_dossier_writer *w = calloc(1, sizeof(*w));
	if (!w)
		return NULL;
	(void)unlink(path);
	w->source = *source;
	w->ids.seed = w->said.seed = (uintptr_t)w;
	bool ok = as_n_tables <= TABLES_MAX &&
		  sqlite3_open_v2(path, &w->db,
			  SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
			  NULL) == SQLITE_OK;
	if (ok) /* rules are run on it: no value of theirs may take all memory */
		(void)sqlite3_limit(w->db, SQLITE_LIMIT_LENGTH, VALUE_MAX);
	ok = ok && make_schema(w->db) == AS_OK && prepare(w) == AS_OK;
	if (ok)
		return w;
	as_status ended = as_dossier_close(w);
	(void)ended; /* there is nothing in it to lose */
	return NULL;
}

as_status as_dossier_close(as_dossier_writer *w)
{
	sqlite3_stmt *const all[] = { w->object, w->place, w->extent, w->lost, w->xattr,
		w->exhibit };
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		(void)sqlite3_finalize(all[i]);
	for (size_t t = 0; t < TABLES_MAX; t++)
		(void)sqlite3_finalize(w->facts[t]);
	as_status s = as_db_run(w->db, "COMMIT");
	if (sqlite3_close(w->db) != SQLITE_OK)
		s = AS_IO;
	as_map_free(&w->ids);
	as_map_free(&w->said);
	free(w->known);
	free(w);
	return s;
}

sqlite3 *as_dossier_db(as_dossier_writer *w) { return w->db; }

/* The id of a hash, given out in the order of asking; *is_new if it was not known. 0 without memory. */
static int64_t object_id(as_dossier_writer *w, const as_sha256 *sum, bool *is_new)
{
	uint64_t key = as_hash64(w->ids.seed, as_bytes(sum->b, sizeof(sum->b))), id = 0;
	/* Two hashes with one key are told apart by trying the next key. */
	for (; as_map_get(&w->ids, key, &id); key++)
		if (memcmp(w->known[id - 1].sha256.b, sum->b, sizeof(sum->b)) == 0) {
			*is_new = false;
			return (int64_t)id;
		}
	if (w->n_objects == w->cap_objects) {
		int64_t cap = w->cap_objects ? w->cap_objects * 2 : 4096;
		acquaintance *more = realloc(w->known, (size_t)cap * sizeof(*more));
		if (!more)
			return 0;
		w->known = more;
		w->cap_objects = cap;
	}
	*is_new = true;
	w->known[w->n_objects++] = (acquaintance){ .sha256 = *sum };
	return as_map_set(&w->ids, key, (uint64_t)w->n_objects) == AS_OK ? w->n_objects : 0;
}

static void bind_range(sqlite3_stmt *q, int i, bool has, uint64_t at, uint64_t len)
{
	if (has) {
		as_db_int(q, i, (int64_t)at);
		as_db_int(q, i + 1, (int64_t)len);
	} else {
		(void)sqlite3_bind_null(q, i);
		(void)sqlite3_bind_null(q, i + 1);
	}
}

static as_status add_exhibit(as_dossier_writer *w, int64_t object, const as_row *row)
{
	if (!row->has_where || row->exhibit.n == 0)
		return AS_OK;
	as_db_int(w->exhibit, 1, object);
	bind_range(w->exhibit, 2, true, row->at, row->len);
	(void)sqlite3_bind_blob(
		w->exhibit, 4, row->exhibit.p, (int)row->exhibit.n, SQLITE_TRANSIENT);
	return as_db_step(w->exhibit);
}

static as_status add_row(as_dossier_writer *w, int64_t object, as_span encoded)
{
	as_row row;
	if (!as_row_decode(encoded, &row))
		return AS_OK; /* an examiner's nonsense is no fact */
	sqlite3_stmt *q = w->facts[row.table - as_tables];
	as_cur c = as_cur_le(row.values, 0);
	as_db_int(q, 1, object);
	bind_range(q, 2, row.has_where, row.at, row.len);
	for (size_t i = 0; i < row.table->n; i++) {
		as_span text = { 0 };
		int64_t v = 0;
		as_column_type type = row.table->columns[i].type;
		if (type == AS_TEXT)
			as_db_text(
				q, (int)i + 4, as_row_next_text(&c, &text) ? text : (as_span){ 0 });
		else if (as_row_next_int(&c, type, &v))
			as_db_int(q, (int)i + 4, v);
		else
			(void)sqlite3_bind_null(q, (int)i + 4);
	}
	if (!as_ok(&c)) {
		(void)sqlite3_reset(q);
		return AS_OK;
	}
	as_status s = as_db_step(q);
	return s == AS_OK ? add_exhibit(w, object, &row) : s;
}

static as_status add_loss(as_dossier_writer *w, int64_t object, int64_t place, as_span payload)
{
	as_lost_message m;
	if (!as_lost_decode(payload, &m))
		return AS_OK;
	as_db_int(w->lost, 1, object);
	if (place > 0)
		as_db_int(w->lost, 2, place);
	else
		(void)sqlite3_bind_null(w->lost, 2);
	bind_range(w->lost, 3, true, m.at, m.len);
	if (m.len == 0)
		(void)sqlite3_bind_null(w->lost, 4);
	as_db_text(w->lost, 5, m.stage);
	as_db_text(w->lost, 6, m.reason);
	as_db_text(w->lost, 7, m.text);
	return as_db_step(w->lost);
}

/* Whether this very row was said of the object before: at the same path of another container, or at another
 * path that is read alike. Facts are about the bytes, so once is enough. */
static bool said_before(as_dossier_writer *w, int64_t object, as_span payload)
{
	uint64_t key = as_hash64(w->said.seed ^ (uint64_t)object, payload), known;
	if (as_map_get(&w->said, key, &known))
		return true;
	as_status s = as_map_set(&w->said, key, 1);
	(void)s; /* without memory a row may stand twice */
	return false;
}

/* What stands on its own in an object's messages: rows and losses. place: 0 for what is said of the bytes
 * wherever they stand. */
static as_status add_facts(as_dossier_writer *w, int64_t object, int64_t place, as_span frames)
{
	as_cur c = as_cur_le(frames, 0);
	as_message kind;
	as_span payload;
	as_status s = AS_OK;
	while (s == AS_OK && as_frame_next(&c, &kind, &payload)) {
		if (kind == AS_M_ROW && !(place > 0 && said_before(w, object, payload)))
			s = add_row(w, object, payload);
		else if (kind == AS_M_LOST)
			s = add_loss(w, object, place, payload);
	}
	return s;
}

static as_status add_object(as_dossier_writer *w, int64_t id, const as_sha256 *sum,
	const as_sha1 *sha1, uint64_t size, as_span frames, bool examined)
{
	char hex[65], hex1[41];
	as_cur c = as_cur_le(frames, 0);
	as_message kind;
	as_span payload;
	as_type_message type = { 0 };
	bool lost = false;
	while (as_frame_next(&c, &kind, &payload)) {
		lost = lost || kind == AS_M_LOST;
		if (kind == AS_M_TYPE && !as_type_decode(payload, &type))
			type = (as_type_message){ 0 };
	}
	as_sha256_hex(sum, hex);
	as_db_int(w->object, 1, id);
	as_db_word(w->object, 2, hex);
	if (sha1)
		as_sha1_hex(sha1, hex1);
	as_db_word(w->object, 3, sha1 ? hex1 : NULL);
	as_db_int(w->object, 4, (int64_t)size);
	as_db_text(w->object, 5, type.type);
	as_db_int(w->object, 6, type.entropy);
	as_db_word(w->object, 7,
		!examined || !type.type.p ? "unexamined"
		: lost                    ? "partial"
					  : "examined");
	return as_db_step(w->object);
}

/* A container whose entries are being added. */
typedef struct container {
	as_dossier_writer *w;
	as_span frames;
	as_nodes nodes;
	int64_t object, place, first; /* place of the node of id 1 is first */
	as_span format; /* content type of the container: how its entries were found */
	as_span chain;  /* text: the container itself as entries' "container" */
	unsigned depth;
	int64_t *objects; /* owned: object id by node id, or 0 */
} container;

static as_status add_place(container *c, uint32_t id, const as_node_message *m)
{
	static const char *const kinds[] = { "file", "file", "part", "dir", "symlink", "file",
		"block", "char", "fifo", "socket" };
	sqlite3_stmt *q = c->w->place;
	as_buf path = { 0 };
	as_nodes_path(&c->nodes, c->frames, id, &path);
	as_db_int(q, 1, c->first + id - 1);
	as_db_int(q, 2, m->parent ? c->first + m->parent - 1 : c->place);
	as_db_int(q, 3, c->place);
	if (c->objects[id])
		as_db_int(q, 4, c->objects[id]);
	else
		(void)sqlite3_bind_null(q, 4);
	as_db_text(q, 5, c->format);
	as_db_word(q, 6, m->type < 10 ? kinds[m->type] : "file");
	as_db_text(q, 7, m->name);
	as_db_text(q, 8, as_buf_span_of(&path));
	(void)sqlite3_bind_text(q, 9, (const char *)c->chain.p, (int)c->chain.n, SQLITE_TRANSIENT);
	(void)sqlite3_bind_null(q, 10);
	if (m->has & AS_NODE_MODE)
		as_db_int(q, 10, m->mode);
	bind_range(q, 11, (m->has & AS_NODE_OWNER) != 0, m->uid, m->gid);
	bind_range(q, 13, (m->has & AS_NODE_MTIME) != 0, (uint64_t)m->mtime, m->nsec);
	bind_range(q, 15, m->type == AS_BLOCK || m->type == AS_CHAR, m->major, m->minor);
	as_db_text(q, 17, m->target.n > 0 ? m->target : (as_span){ 0 });
	(void)sqlite3_bind_null(q, 18);
	if (m->hardlink)
		as_db_int(q, 18, c->first + m->hardlink - 1);
	bind_range(q, 19, (m->has & AS_NODE_RANGE) != 0, m->at, m->len);
	as_db_int(q, 21, (m->has & AS_NODE_DELETED) != 0);
	as_buf_free(&path);
	return as_db_step(q);
}

static as_status add_extent(container *c, as_span payload)
{
	as_extent_message m;
	if (!as_extent_decode(payload, &m))
		return AS_OK;
	sqlite3_stmt *q = c->w->extent;
	bool child = m.node <= c->nodes.n && c->objects[m.node] != 0;
	as_db_int(q, 1, c->object);
	bind_range(q, 2, true, m.at, m.len);
	as_db_word(q, 4, as_class_name(m.class));
	as_db_text(q, 5, m.label);
	if (child)
		as_db_int(q, 6, c->objects[m.node]);
	else
		(void)sqlite3_bind_null(q, 6);
	if (m.class == AS_UNKNOWN)
		as_db_int(q, 7, m.entropy);
	else
		(void)sqlite3_bind_null(q, 7);
	return as_db_step(q);
}

static as_status add_xattr(container *c, as_span payload)
{
	as_cur p = as_cur_le(payload, 0);
	uint32_t id = as_u32(&p);
	as_span name = as_counted(&p);
	as_span value = as_counted(&p);
	if (!as_ok(&p) || id == 0 || id > c->nodes.n)
		return AS_OK;
	as_db_int(c->w->xattr, 1, c->first + id - 1);
	as_db_text(c->w->xattr, 2, name);
	(void)sqlite3_bind_blob(c->w->xattr, 3, value.p ? (const void *)value.p : "", (int)value.n,
		SQLITE_TRANSIENT);
	return as_db_step(c->w->xattr);
}

static as_status describe(as_dossier_writer *w, const as_sha256 *sum, const as_sha1 *sha1,
	uint64_t size, int64_t *id);

/* First pass over a container: which nodes there are, and the objects they are. */
static as_status index_container(container *c)
{
	as_status s = as_nodes_index(&c->nodes, c->frames);
	c->objects = s == AS_OK ? calloc((size_t)c->nodes.n + 1, sizeof(*c->objects)) : NULL;
	return c->objects ? AS_OK : AS_NOMEM;
}

/* A hard link is its first name's object. Nodes come after what they link to. */
static as_status find_objects(container *c)
{
	as_status s = AS_OK;
	for (uint32_t id = 1; id <= c->nodes.n && s == AS_OK; id++) {
		as_node_message m;
		as_child_message ch;
		if (as_nodes_child(&c->nodes, c->frames, id, &ch))
			s = describe(c->w, &ch.digests.sha256, &ch.digests.sha1, ch.size,
				&c->objects[id]);
		else if (as_nodes_get(&c->nodes, c->frames, id, &m) && m.hardlink)
			c->objects[id] = c->objects[m.hardlink];
	}
	return s;
}

static as_status add_container(as_dossier_writer *w, int64_t object, const as_sha256 *sum,
	int64_t place, as_span chain, unsigned depth);

/* Facts of one entry at whose path an inspector looked, and whatever is in it. */
static as_status go_into(
	container *c, uint32_t id, const as_node_message *m, const as_child_message *child)
{
	as_buf path = { 0 }, said = { 0 };
	as_status s = AS_OK;
	int64_t object = c->objects[id], place = c->first + id - 1;
	as_nodes_path(&c->nodes, c->frames, id, &path);
	if (m->roles != 0 && c->w->source.read(c->w->source.ctx, &child->digests.sha256,
				     as_buf_span_of(&path), &said) == AS_OK)
		s = add_facts(c->w, object, place, as_buf_span_of(&said));
	as_buf_free(&said);
	as_buf chain = { 0 };
	as_buf_add(&chain, c->chain.p, c->chain.n);
	as_text_add(&chain, as_buf_span_of(&path));
	if (s == AS_OK)
		s = add_container(c->w, object, &child->digests.sha256, place,
			as_buf_span_of(&chain), c->depth + 1);
	as_buf_free(&chain);
	as_buf_free(&path);
	return s;
}

static as_status go_deeper(container *c)
{
	as_status s = AS_OK;
	for (uint32_t id = 1; id <= c->nodes.n && s == AS_OK; id++) {
		as_node_message m;
		as_child_message child;
		if (!as_nodes_child(&c->nodes, c->frames, id, &child) ||
			!as_nodes_get(&c->nodes, c->frames, id, &m))
			continue;
		if (m.roles != 0 || c->w->known[c->objects[id] - 1].holds)
			s = go_into(c, id, &m, &child);
	}
	return s;
}

static as_status add_entries(container *c)
{
	as_status s = find_objects(c);
	c->first = c->w->n_places + 1;
	c->w->n_places += c->nodes.n;
	for (uint32_t id = 1; id <= c->nodes.n && s == AS_OK; id++) {
		as_node_message m;
		if (as_nodes_get(&c->nodes, c->frames, id, &m))
			s = add_place(c, id, &m);
	}
	as_cur cur = as_cur_le(c->frames, 0);
	as_message kind;
	as_span payload;
	while (s == AS_OK && as_frame_next(&cur, &kind, &payload))
		if (kind == AS_M_XATTR)
			s = add_xattr(c, payload);
	return s;
}

static as_status add_extents(container *c)
{
	acquaintance *a = &c->w->known[c->object - 1];
	bool done = a->accounted;
	as_status s = AS_OK;
	a->accounted = true;
	as_cur cur = as_cur_le(c->frames, 0);
	as_message kind;
	as_span payload;
	while (s == AS_OK && !done && as_frame_next(&cur, &kind, &payload))
		if (kind == AS_M_EXTENT)
			s = add_extent(c, payload);
	return s;
}

/* Whether the entries of a container are listed. Few archives in each other, all alike, have entries without number:
 * what is listed already is listed again only so often. */
static bool may_list(container *c)
{
	as_dossier_writer *w = c->w;
	bool fits = (uint64_t)w->n_places + c->nodes.n <= w->source.max_places;
	if (c->nodes.n == 0)
		return true;
	bool again = w->known[c->object - 1].accounted;
	w->n_again += again ? c->nodes.n : 0;
	fits = fits && c->depth < DEPTH_MAX;
	fits = fits && (!again || w->n_again <= AGAIN_FREE + AGAIN_TIMES * w->n_first);
	w->n_first += fits && !again ? c->nodes.n : 0;
	return fits;
}

static as_status stop_here(container *c)
{
	if (c->w->full)
		return AS_OK;
	c->w->full = true;
	as_buf b = { 0 };
	const char *text = "too many places: entries from here on are not listed";
	as_lost_encode(&b, &(as_lost_message){ .stage = as_lit("limits"),
				   .reason = as_lit("limit"),
				   .text = as_lit(text) });
	as_status s = add_loss(c->w, c->object, c->place, as_buf_span_of(&b));
	as_buf_free(&b);
	return s;
}

static as_status list_container(container *c)
{
	as_status s = add_entries(c);
	s = s == AS_OK ? add_extents(c) : s;
	return s == AS_OK ? go_deeper(c) : s;
}

static as_status add_container(as_dossier_writer *w, int64_t object, const as_sha256 *sum,
	int64_t place, as_span chain, unsigned depth)
{
	as_buf frames = { 0 };
	as_span none = { 0 };
	if (!w->known[object - 1].holds)
		return AS_OK;
	as_status s = w->source.read(w->source.ctx, sum, none, &frames);
	container c = { .w = w,
		.frames = as_buf_span_of(&frames),
		.object = object,
		.place = place,
		.chain = chain,
		.depth = depth };
	as_cur cur = as_cur_le(c.frames, 0);
	as_message kind;
	as_span payload;
	as_type_message type;
	while (s == AS_OK && as_frame_next(&cur, &kind, &payload))
		if (kind == AS_M_TYPE && as_type_decode(payload, &type))
			c.format = type.type;
	if (s == AS_OK)
		s = index_container(&c);
	if (s == AS_OK)
		s = may_list(&c) ? list_container(&c) : stop_here(&c);
	as_nodes_free(&c.nodes);
	as_buf_free(&frames);
	free(c.objects);
	return s == AS_NOT_THIS ? AS_OK : s;
}

static bool holds_something(as_span frames)
{
	as_cur c = as_cur_le(frames, 0);
	as_message kind;
	as_span payload;
	while (as_frame_next(&c, &kind, &payload))
		if (kind == AS_M_NODE || kind == AS_M_EXTENT)
			return true;
	return false;
}

/* Makes sure that an object's row and its facts are in the dossier. */
static as_status describe(
	as_dossier_writer *w, const as_sha256 *sum, const as_sha1 *sha1, uint64_t size, int64_t *id)
{
	bool is_new = false;
	as_span none = { 0 };
	*id = object_id(w, sum, &is_new);
	if (*id == 0 || !is_new)
		return *id ? AS_OK : AS_NOMEM;
	as_buf said = { 0 };
	as_status s = w->source.read(w->source.ctx, sum, none, &said);
	bool examined = s == AS_OK;
	if (s == AS_NOT_THIS)
		s = AS_OK;
	if (s == AS_OK)
		s = add_object(w, *id, sum, sha1, size, as_buf_span_of(&said), examined);
	if (s == AS_OK)
		s = add_facts(w, *id, 0, as_buf_span_of(&said));
	w->known[*id - 1].holds = holds_something(as_buf_span_of(&said));
	as_buf_free(&said);
	return s;
}

as_status as_dossier_add_input(as_dossier_writer *w, const as_dossier_input *input)
{
	int64_t id = 0, place = ++w->n_places;
	as_status s = describe(w, &input->sha256, input->sha1, input->size, &id);
	as_buf chain = { 0 };
	as_text_add(&chain, input->name);
	sqlite3_stmt *q = w->place;
	(void)sqlite3_clear_bindings(q);
	as_db_int(q, 1, place);
	as_db_int(q, 4, id);
	as_db_word(q, 5, "input");
	as_db_word(q, 6, "input");
	as_db_text(q, 7, input->name);
	as_db_word(q, 8, "/");
	as_db_word(q, 9, "");
	as_db_int(q, 21, false);
	if (s == AS_OK)
		s = as_db_step(q);
	if (s == AS_OK)
		s = add_container(w, id, &input->sha256, place, as_buf_span_of(&chain), 0);
	as_buf_free(&chain);
	return s;
}
