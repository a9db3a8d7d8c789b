/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/image.h"

#include "base/ascii.h"
#include "base/cur.h"
#include "base/embed.h"
#include "base/purl.h"
#include "base/text.h"
#include "dossier/db.h"
#include "knowledge/tsv.h"
#include "vuln/order.h"

/* Components as reports show them, each with a name in the CPE dictionary that any of its witnesses gives. */
static const char parts_sql[] =
	"SELECT what, release, name, version, method, purl, evidence, names, object, at, len,"
	" iif(one, newer_than, NULL), iif(one, older_than, NULL) FROM (SELECT w.*, max(cpe) OVER q "
	"AS names,"
	" min(coalesce(newer_than, '') || ' ' || coalesce(older_than, '')) OVER q ="
	" max(coalesce(newer_than, '') || ' ' || coalesce(older_than, '')) OVER q AS one FROM "
	"witness AS w"
	" WINDOW q AS (PARTITION BY what, release)) WHERE nth = 1 AND what IS NOT NULL ORDER BY "
	"what, release";
static const char packets_sql[] =
	"SELECT manager, name, version, source, maintainer, object FROM package "
	"WHERE name IS NOT NULL AND version"
	" IS NOT NULL ORDER BY object, at, name";

as_span as_column(as_arena *a, sqlite3_stmt *q, int i)
{
	const void *p = sqlite3_column_text(q, i);
	return p ? as_copy(a, as_bytes(p, (size_t)sqlite3_column_bytes(q, i))) : (as_span){ 0 };
}

static int64_t count(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *q = as_db_prepare(db, sql);
	as_status s = AS_OK;
	int64_t n = q && as_db_row(q, &s) ? sqlite3_column_int64(q, 0) : -1;
	(void)sqlite3_finalize(q);
	return n;
}

bool as_image_has(const as_map *set, as_span name, uint64_t *value)
{
	uint64_t unused;
	return as_map_get(set, as_hash64(set->seed, name), value ? value : &unused);
}

/* "libc6-2.36" of "lib/c6%2D2.36@1": undoes %NN. */
static as_span decoded(as_arena *a, as_span s)
{
	uint8_t *to = as_alloc(a, s.n + 1);
	size_t n = 0;
	for (size_t i = 0; to && i < s.n; i++) {
		uint64_t v = 0;
		bool coded = s.p[i] == '%' && as_number(as_cut(s, i + 1, 2), 16, &v);
		to[n++] = coded ? (uint8_t)v : s.p[i];
		i += coded ? 2 : 0;
	}
	return as_bytes(to, to ? n : 0);
}

static as_span lowered(as_arena *a, as_span s)
{
	uint8_t *to = as_alloc(a, s.n + 1);
	for (size_t i = 0; to && i < s.n; i++)
		to[i] = as_lower(s.p[i]);
	return as_bytes(to, to ? s.n : 0);
}

/* pkg:TYPE/SPACE/TITLE@VERSION?... */
static void read_purl(as_arena *a, as_part *p)
{
	as_purl u = as_purl_split(p->purl);
	size_t title = u.name.n;
	if (u.type.n == 0)
		return;
	while (title > 0 && u.name.p[title - 1] != '/')
		title--;
	p->type = p->witness.type = lowered(a, u.type);
	p->title = decoded(a, as_from(u.name, title));
	if (title > 0)
		p->space = decoded(a, as_cut(u.name, 0, title - 1));
}

static void add_name(as_part *p, char part, as_span vendor, as_span product)
{
	for (size_t i = 0; i < p->n_names; i++)
		if (as_same(p->names[i].vendor, vendor) && as_same(p->names[i].product, product))
			return;
	if (p->n_names == AS_NAMES_MAX || vendor.n == 0 || product.n == 0)
		return;
	p->names[p->n_names].part = part;
	p->names[p->n_names].vendor = vendor;
	p->names[p->n_names++].product = product;
}

/* Names of the CPE dictionary by component: rows of the packs, linked by a hash of the id; and of the learned
 * components the source packages that they were learned from. */
typedef struct naming {
	as_span id, vendor, product;
	uint32_t next; /* 1 + the next with the same hash; 0: none */
} naming;

typedef struct as_namings {
	naming *rows;
	uint32_t n, cap;
	as_map first;     /* hash of an id: index of its latest row */
	as_span *sources; /* blanks between */
	uint32_t n_sources;
	as_map learned; /* hash of an id: index of its sources */
} as_namings;

static as_status add_naming(as_namings *all, as_span id, as_span vendor, as_span product)
{
	uint64_t key = as_hash64(0, id), next = UINT32_MAX;
	if (all->n == all->cap || id.n == 0 || vendor.n == 0 || product.n == 0)
		return AS_OK;
	(void)as_map_get(&all->first, key, &next);
	all->rows[all->n] = (naming){ id, vendor, product, (uint32_t)next + 1 };
	return as_map_set(&all->first, key, all->n++);
}

/* The rows of a pack: id, and vendor and product from that column on. */
static as_status read_namings(as_namings *all, as_arena *a, const char *pack, size_t vendor)
{
	enum { COLUMNS = 12, ROWS = 16384 };
	as_span f[COLUMNS];
	as_status s = AS_OK;
	as_cur c = as_cur_le(as_embedded_file(as_embedded_knowledge, pack), 0);
	if (!all->rows) {
		all->rows = as_alloc_array(a, ROWS, sizeof(*all->rows));
		all->cap = all->rows ? ROWS : 0;
	}
	for (size_t n; s == AS_OK && all->n < all->cap && (n = as_tsv_row(&c, f, COLUMNS)) > 0;) {
		if (n >= vendor + 2)
			s = add_naming(all, f[0], f[vendor], f[vendor + 1]);
	}
	return s;
}

static as_status add_sources(as_namings *all, as_span id, as_span sources)
{
	if (all->n_sources == all->cap)
		return AS_OK;
	all->sources[all->n_sources] = sources;
	return as_map_set(&all->learned, as_hash64(0, id), all->n_sources++);
}

/* What the learned components are called, and the source packages they were learned from. */
static as_status read_learned(as_namings *all, as_arena *a)
{
	enum { COLUMNS = 9, VENDOR = 2, PRODUCT, ALSO, SOURCES = 7, WORDS = 16 };
	as_span f[COLUMNS];
	all->sources = as_alloc_array(a, all->cap, sizeof(*all->sources));
	as_status s = all->sources ? AS_OK : AS_NOMEM;
	as_cur c = as_cur_le(as_embedded_file(as_embedded_knowledge, "signatures.tsv"), 0);
	while (s == AS_OK && as_tsv_row(&c, f, COLUMNS) == COLUMNS) {
		s = add_naming(all, f[0], f[VENDOR], f[PRODUCT]);
		if (s == AS_OK)
			s = add_sources(all, f[0], f[SOURCES]);
		for (size_t i = 0; i < WORDS && s == AS_OK && as_word(f[ALSO], i).n > 0; i++)
			s = add_naming(all, f[0], as_field(as_word(f[ALSO], i), ':', 0),
				as_field(as_word(f[ALSO], i), ':', 1));
		for (size_t i = 0; i < WORDS && s == AS_OK && as_word(f[SOURCES], i).n > 0; i++)
			if (!as_same(as_word(f[SOURCES], i), f[0]))
				s = add_naming(all, as_word(f[SOURCES], i), f[VENDOR], f[PRODUCT]);
	}
	return s;
}

static void names_of(const as_namings *all, as_part *p, as_span id)
{
	uint64_t at = 0;
	if (!as_map_get(&all->first, as_hash64(0, id), &at))
		return;
	for (uint32_t i = (uint32_t)at + 1; i > 0; i = all->rows[i - 1].next) {
		const naming *n = &all->rows[i - 1];
		if (as_same(n->id, id))
			add_name(p, as_is(n->product, "linux_kernel") ? 'o' : 'a', n->vendor,
				n->product);
	}
}

static void find_names(as_arena *a, const as_namings *all, as_part *p, as_span names)
{
	as_cpe c;
	if (names.n > 0 && as_cpe_parse(names, &c)) {
		uint8_t *v = as_alloc(a, names.n), *w = as_alloc(a, names.n);
		if (v && w)
			add_name(p, (char)c.at[AS_CPE_PART].p[0],
				as_cpe_plain(c.at[AS_CPE_VENDOR], v, names.n),
				as_cpe_plain(c.at[AS_CPE_PRODUCT], w, names.n));
	}
	as_span id = p->packet && as_is(p->method, "package") ? p->packet->source : p->what;
	names_of(all, p, id);
}

/* The version, or known releases between which it lies; an open end is before or after every release. */
static void read_version(as_part *p, as_span version, as_span newer, as_span older)
{
	p->witness.lo = p->witness.hi = version;
	if (version.p || (!newer.p && !older.p))
		return;
	p->witness.lo = newer.p ? newer : as_lit("0");
	p->witness.hi = older.p ? older : as_lit("99999999");
}

/* Letters and digits of both, without regard to case: "libpng16" holds "libpng". */
static size_t bare(as_span s, uint8_t *to, size_t n)
{
	size_t k = 0;
	for (size_t i = 0; i < s.n && k < n; i++)
		if (as_is_alnum(s.p[i]))
			to[k++] = as_lower(s.p[i]);
	return k;
}

static bool are_related(as_span id, as_span package)
{
	enum { LONGEST = 64, SHORTEST = 3 };
	uint8_t x[LONGEST], y[LONGEST];
	as_span a = as_bytes(x, bare(id, x, LONGEST)), b = as_bytes(y, bare(package, y, LONGEST));
	return a.n >= SHORTEST && b.n >= SHORTEST &&
	       (as_find(a, b, 0) != SIZE_MAX || as_find(b, a, 0) != SIZE_MAX);
}

/* Whether both are called the same but for the version in a package's name: "sqlite3" is sqlite, "lua5.1" is lua. */
static bool is_called(as_span id, as_span package)
{
	enum { LONGEST = 64, SHORTEST = 3 };
	uint8_t x[LONGEST], y[LONGEST];
	size_t n = bare(id, x, LONGEST), k = bare(package, y, LONGEST);
	while (k > 0 && as_is_digit(y[k - 1]))
		k--;
	while (n > 0 && as_is_digit(x[n - 1]))
		n--;
	return n >= SHORTEST && as_same(as_bytes(x, n), as_bytes(y, k));
}

static uint64_t key_of(const as_image *image, as_span name, as_span version)
{
	return as_hash64(as_hash64(image->by_name.seed, name), version);
}

/* Whether a version lies between two, themselves outside; an end without p is open. */
static bool lies_between(as_span version, as_span newer, as_span older)
{
	return (!newer.p || as_order_upstream(version, newer) > 0) &&
	       (!older.p || as_order_upstream(version, older) < 0);
}

static as_span makers(const as_packet *k)
{
	return as_version_upstream(k->manager, k->source_version);
}

/* Whether a package is called like a component, or made of a source package that the component was learned from: wpagui
 * and wpasupplicant are made of wpa, as wpa_supplicant is. */
static bool is_of(const as_part *p, const as_packet *k)
{
	as_span source = { 0 };
	bool is = is_called(p->what, k->source) || is_called(p->what, k->name);
	for (size_t i = 0; !is && (source = as_word(p->sources, i)).n > 0; i++)
		is = as_same(source, k->source);
	return is;
}

/* A component of unknown version: what all packages of it have, if they have one version that it may have. A
 * copy in another program has a version of its own. */
static const as_packet *packet_named(
	const as_image *image, const as_part *p, as_span newer, as_span older)
{
	const as_packet *found = NULL;
	for (size_t i = 0; i < image->n_packets && !as_is(p->method, "copy"); i++) {
		const as_packet *k = &image->packets[i];
		if (!is_of(p, k))
			continue;
		if (!lies_between(makers(k), newer, older) ||
			(found && as_order_upstream(makers(found), makers(k)) != 0))
			return NULL;
		found = found ? found : k;
	}
	return found;
}

/* The package that a component is, or that it was built from: its name is alike and the maker's version the same. */
static const as_packet *packet_of(
	as_image *image, const as_part *p, as_span version, as_span newer, as_span older)
{
	enum { PAIRS_MAX = 20000000 };
	uint64_t i = 0;
	if (as_is(p->method, "package"))
		return as_map_get(&image->by_name, key_of(image, p->name, version), &i)
			       ? &image->packets[i]
			       : NULL;
	if ((image->compared += image->n_packets) > PAIRS_MAX) {
		image->unpaired++;
		return NULL;
	}
	if (!version.p)
		return packet_named(image, p, newer, older);
	for (i = 0; i < image->n_packets; i++) {
		const as_packet *k = &image->packets[i];
		if ((are_related(p->what, k->source) || are_related(p->what, k->name) ||
			    is_of(p, k)) &&
			as_order_upstream(makers(k), version) == 0)
			return k;
	}
	return NULL;
}

static void read_part(
	as_arena *a, sqlite3_stmt *q, as_image *image, const as_namings *names, as_part *p)
{
	*p = (as_part){ .what = as_column(a, q, 0),
		.release = as_column(a, q, 1),
		.name = as_column(a, q, 2),
		.method = as_column(a, q, 4),
		.purl = as_column(a, q, 5),
		.evidence = as_column(a, q, 6),
		.object = sqlite3_column_int64(q, 8),
		.at = sqlite3_column_type(q, 9) == SQLITE_NULL ? -1 : sqlite3_column_int64(q, 9),
		.len = sqlite3_column_int64(q, 10) };
	as_span version = as_column(a, q, 3);
	p->name = p->name.p ? p->name : p->what;
	p->witness.linux_image = image->is_linux;
	read_purl(a, p);
	uint64_t learned = 0;
	if (as_map_get(&names->learned, as_hash64(0, p->what), &learned))
		p->sources = names->sources[learned];
	as_span newer = as_column(a, q, 11), older = as_column(a, q, 12);
	p->packet = packet_of(image, p, version, newer, older);
	if (p->packet && as_is(p->method, "package"))
		version = as_version_upstream(p->packet->manager, version);
	p->known_by = p->method;
	if (p->packet && !version.p) {
		version = makers(p->packet);
		p->known_by = as_lit("package");
	}
	read_version(p, version, newer, older);
	find_names(a, names, p, as_column(a, q, 7));
}

static as_status load_parts(sqlite3 *db, as_arena *a, as_image *image, const as_namings *names)
{
	int64_t most = count(db, "SELECT count(*) FROM component");
	sqlite3_stmt *q = as_db_prepare(db, parts_sql);
	if (most < 0 || !q) {
		(void)sqlite3_finalize(q);
		return AS_IO;
	}
	image->parts = as_alloc_array(a, (size_t)most + 1, sizeof(*image->parts));
	as_status s = image->parts ? AS_OK : AS_NOMEM;
	while (s == AS_OK && image->n_parts < (size_t)most && as_db_row(q, &s))
		read_part(a, q, image, names, &image->parts[image->n_parts++]);
	(void)sqlite3_finalize(q);
	return s;
}

/* "openssl (3.0.20-1)": source and its version. */
static void read_source(as_packet *k, as_span source)
{
	k->source = k->name;
	k->source_version = k->version;
	if (source.n == 0)
		return;
	size_t open = as_find(source, as_lit(" ("), 0);
	size_t slash = as_find_byte(source, '/', 0);
	if (open != SIZE_MAX && as_at(source, source.n - 1) == ')')
		k->source_version = as_cut(source, open + 2, source.n - open - 3);
	k->source = slash == SIZE_MAX ? as_cut(source, 0, as_min(open, source.n)) : k->name;
}

static as_span distribution_of(const as_image *image, const as_packet *k, as_span maintainer)
{
	if (image->system.n > 0)
		return image->system;
	if (as_is(k->manager, "apk"))
		return as_lit("alpine");
	if (!as_is(k->manager, "dpkg"))
		return (as_span){ 0 };
	return as_lit(as_has(k->version, "ubuntu") || as_has(maintainer, "ubuntu.com") ? "ubuntu"
										       : "debian");
}

static as_status load_packets(sqlite3 *db, as_arena *a, as_image *image)
{
	int64_t most = count(db, "SELECT count(*) FROM package");
	sqlite3_stmt *q = as_db_prepare(db, packets_sql);
	if (most < 0 || !q) {
		(void)sqlite3_finalize(q);
		return AS_IO;
	}
	image->packets = as_alloc_array(a, (size_t)most + 1, sizeof(*image->packets));
	as_status s = image->packets ? AS_OK : AS_NOMEM;
	while (s == AS_OK && image->n_packets < (size_t)most && as_db_row(q, &s)) {
		as_packet *k = &image->packets[image->n_packets++];
		k->manager = as_column(a, q, 0);
		k->name = as_column(a, q, 1);
		k->version = as_column(a, q, 2);
		read_source(k, as_column(a, q, 3));
		k->object = sqlite3_column_int64(q, 5);
		k->distribution = distribution_of(image, k, as_column(a, q, 4));
		s = as_map_set(
			&image->by_name, key_of(image, k->name, k->version), image->n_packets - 1);
	}
	(void)sqlite3_finalize(q);
	return s;
}

/* Rows (name, first letter of a value) as a set. */
static as_status load_set(sqlite3 *db, const char *sql, as_map *set, size_t *n)
{
	sqlite3_stmt *q = as_db_prepare(db, sql);
	as_status s = q ? AS_OK : AS_IO;
	for (*n = 0; s == AS_OK && as_db_row(q, &s); ++*n) {
		as_span name =
			as_bytes(sqlite3_column_text(q, 0), (size_t)sqlite3_column_bytes(q, 0));
		s = as_map_set(set, as_hash64(set->seed, name), (uint64_t)sqlite3_column_int(q, 1));
	}
	(void)sqlite3_finalize(q);
	return s;
}

static as_span one_text(sqlite3 *db, as_arena *a, const char *sql)
{
	sqlite3_stmt *q = as_db_prepare(db, sql);
	as_span text = q && sqlite3_step(q) == SQLITE_ROW ? as_column(a, q, 0) : (as_span){ 0 };
	(void)sqlite3_finalize(q);
	return text;
}

static as_status load_system(sqlite3 *db, as_arena *a, as_image *image)
{
	size_t unused;
	image->is_linux = count(db, "SELECT count(*) FROM kernel") > 0 ||
			  count(db, "SELECT count(*) FROM elf WHERE os = 'linux'") > 0 ||
			  count(db, "SELECT count(*) FROM component WHERE id = 'linux'") > 0;
#define RELEASE(name)                                                                              \
	"SELECT min(lower(value)) FROM property WHERE format = 'os-release' AND name = '" name     \
	"' HAVING count(DISTINCT lower(value)) = 1"
	image->system = one_text(db, a, RELEASE("ID"));
	image->codename = one_text(db, a, RELEASE("VERSION_CODENAME"));
	image->number = one_text(db, a, RELEASE("VERSION_ID"));
	image->configured = count(db, "SELECT count(*) FROM kernel") == 1 &&
			    count(db, "SELECT count(*) FROM kernel WHERE configured = 1") == 1;
	as_span kernel = one_text(db, a, "SELECT version FROM kernel LIMIT 1");
	image->old_kernel = as_order_kernel(kernel, as_lit("4.4")) < 0;
	as_status s =
		load_set(db, "SELECT name, unicode(value) FROM kernel_option WHERE value <> ''",
			&image->options, &unused);
	if (s == AS_OK)
		s = load_set(db,
			"SELECT DISTINCT replace(name, '-', '_'), 1 FROM kernel_module WHERE name "
			"IS NOT NULL",
			&image->modules, &image->n_modules);
	if (s == AS_OK)
		s = load_set(db, "SELECT DISTINCT name, 1 FROM applet WHERE name IS NOT NULL",
			&image->applets, &image->n_applets);
	return s;
}

as_status as_image_load(sqlite3 *dossier, as_arena *a, as_image *out)
{
	*out = (as_image){ 0 };
	out->options.seed = out->modules.seed = out->applets.seed = out->by_name.seed =
		(uintptr_t)out;
	as_status s = load_system(dossier, a, out);
	if (s == AS_OK)
		s = load_packets(dossier, a, out);
	as_namings names = { 0 };
	if (s == AS_OK)
		s = read_namings(&names, a, "components.tsv", 2);
	if (s == AS_OK)
		s = read_namings(&names, a, "cpe_names.tsv", 1);
	if (s == AS_OK)
		s = read_learned(&names, a);
	if (s == AS_OK)
		s = load_parts(dossier, a, out, &names);
	as_map_free(&names.first);
	as_map_free(&names.learned);
	return s;
}

void as_image_free(as_image *image)
{
	as_map_free(&image->options);
	as_map_free(&image->modules);
	as_map_free(&image->applets);
	as_map_free(&image->by_name);
}

const as_part *as_image_part(const as_image *image, as_span vendor, as_span product)
{
	for (size_t i = 0; i < image->n_parts; i++)
		for (size_t k = 0; k < image->parts[i].n_names; k++)
			if (as_same(image->parts[i].names[k].vendor, vendor) &&
				as_same(image->parts[i].names[k].product, product))
				return &image->parts[i];
	return NULL;
}
