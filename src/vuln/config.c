/* SPDX-License-Identifier: Apache-2.0 */
/* Configurations of CPE names: trees of AND and OR over names and version ranges, each YES, NO or POSSIBLY.
 * Of those with two
 * values, AND is the smallest and OR the largest; negation leaves POSSIBLY as it is. */
#include "vuln/hit.h"

#include "dossier/db.h"
#include "vuln/pack.h"

enum { NODES_MAX = 4096, LEAVES_MAX = 16384 /* of one record; NVD's largest have some thousand */ };

typedef struct node {
	int64_t id, parent;
	bool all, negate, root;
	bool turned; /* under an odd number of negations */
	bool filled;
	as_fit value;
	size_t top; /* the configuration it belongs to, as index */
} node;

typedef struct leaf {
	size_t node;
	bool vulnerable;
	int64_t product;
	char part;
	as_span vendor, name;
	as_criterion is;
} leaf;

typedef struct config {
	as_matcher *m;
	as_map products;   /* id in the index: 1 + the first entry of parts of that product */
	uint32_t *part_of; /* entry: index of the part */
	uint32_t *next;    /* entry: 1 + the next of the same product; 0: none */
	as_span *name;     /* entry: of the product */
	size_t n_entries;
	sqlite3_stmt *packs, *nodes, *leaves, *product, *head;
	as_map met; /* records that were worked out as trees */
	node *at;
	leaf *leaf;
	size_t n_nodes, n_leaves;
	as_arena *scratch;    /* of the record in hand */
	const char *platform; /* what the last tree could not decide besides versions */
} config;

static as_criterion read_criterion(sqlite3_stmt *q, int from)
{
	as_span v[AS_PACK_FIELDS];
	for (int i = 0; i < AS_PACK_FIELDS; i++) {
		const void *p = sqlite3_column_text(q, from + i);
		v[i] = as_bytes(p, p ? (size_t)sqlite3_column_bytes(q, from + i) : 0);
	}
	return as_pack_criterion(v);
}

static bool prepare(config *c)
{
	sqlite3 *db = c->m->index;
	c->packs = as_db_prepare(
		db, "SELECT record, plain, names FROM cpe_pack WHERE product = ?1 ORDER BY record");
	c->nodes = as_db_prepare(db, "SELECT node, parent, operator = 'AND', negate FROM cpe_node"
				     " WHERE record = ?1 ORDER BY node");
	c->leaves = as_db_prepare(db,
		"SELECT node, vulnerable, product, version, update_, edition, language, sw_edition,"
		" target_sw, target_hw, other, start_including, start_excluding, end_including,"
		" end_excluding FROM cpe_match WHERE record = ?1 ORDER BY i");
	c->product = as_db_prepare(db, "SELECT part, vendor, product FROM product WHERE id = ?1");
	c->head = as_db_prepare(db,
		"SELECT coalesce(cve, (SELECT key FROM record WHERE id = ?1)), rejected, kind"
		" FROM vulnerability WHERE record = ?1");
	c->at = as_alloc_array(c->m->arena, NODES_MAX, sizeof(*c->at));
	c->leaf = as_alloc_array(c->m->arena, LEAVES_MAX, sizeof(*c->leaf));
	return c->packs && c->nodes && c->leaves && c->product && c->head && c->at && c->leaf;
}

/* Which parts each product of the index is. */
static as_status find_products(config *c)
{
	const as_image *image = &c->m->image;
	sqlite3_stmt *q = as_ask(c->m, "SELECT id FROM product WHERE product = ?1 AND vendor = ?2");
	as_status s = q ? AS_OK : AS_IO;
	size_t most = image->n_parts * AS_NAMES_MAX * 3 + 1;
	c->part_of = as_alloc_array(c->m->arena, most, sizeof(*c->part_of));
	c->next = as_alloc_array(c->m->arena, most, sizeof(*c->next));
	c->name = as_alloc_array(c->m->arena, most, sizeof(*c->name));
	if (!c->part_of || !c->next || !c->name)
		s = s == AS_OK ? AS_NOMEM : s;
	for (size_t i = 0; s == AS_OK && i < image->n_parts * AS_NAMES_MAX; i++) {
		const as_part *p = &image->parts[i / AS_NAMES_MAX];
		if (i % AS_NAMES_MAX >= p->n_names)
			continue;
		as_db_text(q, 1, p->names[i % AS_NAMES_MAX].product);
		as_db_text(q, 2, p->names[i % AS_NAMES_MAX].vendor);
		while (s == AS_OK && c->n_entries < most && as_answer(c->m, q)) {
			uint64_t id = (uint64_t)sqlite3_column_int64(q, 0), first = 0;
			(void)as_map_get(&c->products, id, &first);
			c->part_of[c->n_entries] = (uint32_t)(i / AS_NAMES_MAX);
			c->name[c->n_entries] = p->names[i % AS_NAMES_MAX].product;
			c->next[c->n_entries++] = (uint32_t)first;
			s = as_map_set(&c->products, id, c->n_entries);
		}
		(void)sqlite3_reset(q);
	}
	(void)sqlite3_finalize(q);
	return s;
}

static const as_version_order *order_of(const as_part *p, as_span product)
{
	return as_version_order_of_product(p->names[0].part, p->names[0].vendor, product);
}

/* A system or a device that something runs on. */
static as_fit platform_fits(config *c, const leaf *l)
{
	static const char *const others[] = { "windows", "macos", "mac_os", "mac_os_x", "iphone_os",
		"android", "solaris", "freebsd", "openbsd", "netbsd", "aix", "hp-ux", "vxworks",
		"qnx" };
	const as_image *image = &c->m->image;
	if (l->part == 'h') {
		as_span firmware = as_print(
			c->scratch, "%.*s_firmware", (int)l->name.n, (const char *)l->name.p);
		if (as_image_part(image, l->vendor, firmware))
			return AS_FIT_YES;
		c->platform = "only on a device that the image does not name";
		return AS_FIT_POSSIBLY;
	}
	if (l->part != 'o')
		return AS_FIT_NO;
	if (as_is(l->name, "linux_kernel"))
		return image->is_linux ? AS_FIT_YES : AS_FIT_NO;
	for (size_t i = 0; image->is_linux && i < sizeof(others) / sizeof(others[0]); i++)
		if (as_starts(l->name, others[i]))
			return AS_FIT_NO;
	if (image->system.n > 0)
		return as_starts(
			       l->name, (const char *)as_print(c->scratch, "%.*s",
						(int)image->system.n, (const char *)image->system.p)
						.p)
			       ? AS_FIT_YES
			       : AS_FIT_NO;
	c->platform = "only on a system, and which this is is not known";
	return AS_FIT_POSSIBLY;
}

/* How far a leaf holds for a part of its product. */
static as_fit part_fits(config *c, const leaf *l, uint32_t part, const char **why)
{
	const as_part *p = &c->m->image.parts[part];
	return as_cpe_fits(&l->is, order_of(p, l->name), &p->witness, why);
}

static as_fit leaf_value(config *c, const leaf *l)
{
	uint64_t entry = 0;
	as_fit best = AS_FIT_NO;
	if (!as_map_get(&c->products, (uint64_t)l->product, &entry))
		return l->vulnerable ? AS_FIT_NO : platform_fits(c, l);
	for (; entry > 0; entry = c->next[entry - 1]) {
		const char *why;
		as_fit fit = part_fits(c, l, c->part_of[entry - 1], &why);
		if (!l->vulnerable && as_is(l->is.cpe.at[AS_CPE_VERSION], "-"))
			fit = AS_FIT_YES; /* a platform, whatever its version */
		best = fit > best ? fit : best;
	}
	return best;
}

static size_t node_index(const config *c, int64_t id)
{
	if (id >= 0 && (uint64_t)id < c->n_nodes && c->at[id].id == id)
		return (size_t)id;
	for (size_t i = 0; i < c->n_nodes; i++)
		if (c->at[i].id == id)
			return i;
	return SIZE_MAX;
}

static void put(node *n, as_fit value)
{
	n->value = !n->filled         ? value
		   : n->all           ? (value < n->value ? value : n->value)
		   : value > n->value ? value
				      : n->value;
	n->filled = true;
}

static void load_nodes(config *c, int64_t record)
{
	c->n_nodes = 0;
	as_db_int(c->nodes, 1, record);
	while (c->n_nodes < NODES_MAX && as_answer(c->m, c->nodes)) {
		node n = { .id = sqlite3_column_int64(c->nodes, 0),
			.root = sqlite3_column_type(c->nodes, 1) == SQLITE_NULL,
			.parent = sqlite3_column_int64(c->nodes, 1),
			.all = sqlite3_column_int(c->nodes, 2) != 0,
			.negate = sqlite3_column_int(c->nodes, 3) != 0,
			.top = c->n_nodes };
		size_t above = n.root ? SIZE_MAX : node_index(c, n.parent);
		n.root = n.root || above == SIZE_MAX;
		n.turned = n.negate != (n.root ? false : c->at[above].turned);
		n.top = n.root ? n.top : c->at[above].top;
		n.parent = (int64_t)above;
		c->at[c->n_nodes++] = n;
	}
	(void)sqlite3_reset(c->nodes);
}

/* The criterion's bytes are the statement's until its next step: kept in the scratch. */
static void keep_criterion(as_arena *a, as_criterion *is)
{
	as_span *ends[] = { &is->range.from, &is->range.to };
	for (size_t i = 0; i < AS_CPE_FIELDS; i++)
		is->cpe.at[i] = is->cpe.at[i].p ? as_copy(a, is->cpe.at[i]) : is->cpe.at[i];
	for (size_t i = 0; i < 2; i++)
		*ends[i] = ends[i]->p ? as_copy(a, *ends[i]) : *ends[i];
}

/* What a platform is called. */
static void name_leaf(config *c, leaf *l)
{
	as_db_int(c->product, 1, l->product);
	if (as_answer(c->m, c->product)) {
		l->part = (char)as_at(as_column(c->scratch, c->product, 0), 0);
		l->vendor = as_column(c->scratch, c->product, 1);
		l->name = as_column(c->scratch, c->product, 2);
	}
	(void)sqlite3_reset(c->product);
}

/* The name that the statement stands at, with as much of it as its value needs. */
static void load_leaf(config *c, sqlite3_stmt *q, leaf *l)
{
	uint64_t entry = 0;
	*l = (leaf){ .node = node_index(c, sqlite3_column_int64(q, 0)),
		.vulnerable = sqlite3_column_int(q, 1) != 0,
		.product = sqlite3_column_int64(q, 2) };
	if (as_map_get(&c->products, (uint64_t)l->product, &entry)) {
		l->name = c->name[entry - 1];
		l->is = read_criterion(q, 3);
		keep_criterion(c->scratch, &l->is);
	} else if (!l->vulnerable) {
		name_leaf(c, l);
	}
}

static bool load_tree(config *c, int64_t record)
{
	as_arena_reset(c->scratch);
	load_nodes(c, record);
	c->n_leaves = 0;
	as_db_int(c->leaves, 1, record);
	while (c->n_leaves < LEAVES_MAX && as_answer(c->m, c->leaves)) {
		leaf *l = &c->leaf[c->n_leaves];
		load_leaf(c, c->leaves, l);
		c->n_leaves += l->node != SIZE_MAX;
	}
	(void)sqlite3_reset(c->leaves);
	return c->n_nodes > 0 && c->n_leaves > 0;
}

/* Works the values out from the leaves up: parents stand before their children. */
static void evaluate(config *c)
{
	c->platform = NULL;
	for (size_t i = 0; i < c->n_leaves; i++)
		put(&c->at[c->leaf[i].node], leaf_value(c, &c->leaf[i]));
	for (size_t i = c->n_nodes; i > 0; i--) {
		node *n = &c->at[i - 1];
		n->value = n->filled ? n->value : AS_FIT_NO;
		if (n->negate)
			n->value = n->value == AS_FIT_YES  ? AS_FIT_NO
				   : n->value == AS_FIT_NO ? AS_FIT_YES
							   : AS_FIT_POSSIBLY;
		if (!n->root)
			put(&c->at[n->parent], n->value);
	}
}

static as_span exact_text(config *c, const as_criterion *is)
{
	uint8_t v[AS_VERSION_MAX], u[AS_VERSION_MAX];
	as_span version = is->cpe.at[AS_CPE_VERSION], update = is->cpe.at[AS_CPE_UPDATE];
	if (version.n == 0)
		return (as_span){ 0 };
	as_span x = as_cpe_plain(version, v, sizeof(v)), y = as_cpe_plain(update, u, sizeof(u));
	return as_print(c->m->arena, "%.*s%s%.*s", (int)x.n, (const char *)x.p, y.n ? " " : "",
		(int)y.n, (const char *)y.p);
}

/* A hit of a leaf on a part, if it fits. whole: how far the configuration holds; about: what the record is. */
static as_status emit(config *c, const leaf *l, uint32_t part, as_fit whole, const as_hit *about)
{
	const char *why = NULL;
	as_fit fit = part_fits(c, l, part, &why);
	if (fit == AS_FIT_NO || whole == AS_FIT_NO)
		return AS_OK;
	as_hit hit = *about;
	hit.part = part;
	hit.verdict = fit < whole ? fit : whole;
	hit.order = order_of(&c->m->image.parts[part], l->name)->name;
	hit.range = as_range_text(c->m->arena, exact_text(c, &l->is), &l->is.range);
	if (fit == AS_FIT_POSSIBLY && !why)
		why = "the component's version is known only as a range, and a part of that is "
		      "affected";
	if (whole == AS_FIT_POSSIBLY && !why)
		why = c->platform ? c->platform : "what it has to run with cannot be decided";
	hit.why = why ? as_lit(why) : (as_span){ 0 };
	return as_hit_add(c->m, &hit);
}

/* Which vulnerability a record tells of, and who tells it. False: it is rejected. */
static bool read_head(config *c, int64_t record, as_hit *about)
{
	as_db_int(c->head, 1, record);
	bool usable = as_answer(c->m, c->head) && sqlite3_column_int(c->head, 1) == 0;
	if (usable) {
		as_span kind = as_bytes(
			sqlite3_column_text(c->head, 2), (size_t)sqlite3_column_bytes(c->head, 2));
		*about = (as_hit){ .record = record,
			.cve = as_column(c->m->arena, c->head, 0),
			.by = as_is(kind, "cve") ? AS_BY_CVE : AS_BY_NVD };
	}
	(void)sqlite3_reset(c->head);
	return usable;
}

/* All hits of one record, in full. */
static as_status match_tree(config *c, const as_hit *about)
{
	as_status s = AS_OK;
	if (!load_tree(c, about->record))
		return AS_OK;
	evaluate(c);
	for (size_t i = 0; s == AS_OK && i < c->n_leaves; i++) {
		const leaf *l = &c->leaf[i];
		uint64_t entry = 0;
		bool counts = l->vulnerable && !c->at[l->node].turned;
		if (!counts || !as_map_get(&c->products, (uint64_t)l->product, &entry))
			continue;
		for (; s == AS_OK && entry > 0; entry = c->next[entry - 1])
			s = emit(c, l, c->part_of[entry - 1], c->at[c->at[l->node].top].value,
				about);
	}
	return s;
}

/* Hits of one product in a record whose configurations are all OR: each name stands for itself. */
static as_status match_names(config *c, const as_hit *about, leaf *l, uint64_t first, as_cur names)
{
	as_status s = AS_OK;
	while (s == AS_OK && as_pack_next(&names, &l->is))
		for (uint64_t e = first; s == AS_OK && e > 0; e = c->next[e - 1])
			s = emit(c, l, c->part_of[e - 1], AS_FIT_YES, about);
	if (!as_ok(&names))
		as_damaged(c->m);
	return s;
}

/* Finds the first of a record's names of a product that fits a part; names stands before it then. Without one the
 * record need not be read. */
static bool find_fitting(config *c, leaf *l, uint64_t first, as_cur *names)
{
	const char *why;
	as_cur cur = *names;
	while (as_pack_next(&cur, &l->is)) {
		for (uint64_t e = first; e > 0; e = c->next[e - 1])
			if (part_fits(c, l, c->part_of[e - 1], &why) != AS_FIT_NO)
				return true;
		*names = cur;
	}
	if (!as_ok(&cur))
		as_damaged(c->m);
	return false;
}

/* The row of cpe_pack that the statement stands at. */
static as_status match_record(config *c, leaf *l, uint64_t first)
{
	as_hit about;
	uint64_t known, record = (uint64_t)sqlite3_column_int64(c->packs, 0);
	bool plain = sqlite3_column_int(c->packs, 1) != 0;
	const void *p = sqlite3_column_blob(c->packs, 2);
	as_cur names = as_cur_le(as_bytes(p, p ? (size_t)sqlite3_column_bytes(c->packs, 2) : 0), 0);
	if ((!plain && as_map_get(&c->met, record, &known)) || !find_fitting(c, l, first, &names) ||
		!read_head(c, (int64_t)record, &about))
		return AS_OK;
	if (plain)
		return match_names(c, &about, l, first, names);
	as_status s = as_map_set(&c->met, record, 1);
	return s == AS_OK ? match_tree(c, &about) : s;
}

static as_status match_product(config *c, int64_t product, uint64_t first)
{
	leaf l = { .product = product, .vulnerable = true, .name = c->name[first - 1] };
	as_status s = AS_OK;
	as_db_int(c->packs, 1, product);
	while (s == AS_OK && as_answer(c->m, c->packs))
		s = match_record(c, &l, first);
	(void)sqlite3_reset(c->packs);
	return s;
}

static as_status match_all(config *c)
{
	as_status s = AS_OK;
	for (size_t i = 0; s == AS_OK && i < c->products.cap; i++) {
		const as_slot *slot = &c->products.slots[i];
		if (slot->held > 0)
			s = match_product(c, (int64_t)slot->key, slot->held - 1);
	}
	return s;
}

as_status as_match_cpe(as_matcher *m)
{
	config c = { .m = m, .scratch = as_arena_new(0) };
	c.products.seed = c.met.seed = (uintptr_t)m;
	as_status s = !c.scratch ? AS_NOMEM : prepare(&c) ? AS_OK : AS_IO;
	if (s == AS_OK)
		s = find_products(&c);
	if (s == AS_OK)
		s = match_all(&c);
	sqlite3_stmt *const all[] = { c.packs, c.nodes, c.leaves, c.product, c.head };
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		(void)sqlite3_finalize(all[i]);
	as_map_free(&c.products);
	as_map_free(&c.met);
	as_arena_free(c.scratch);
	return s;
}
