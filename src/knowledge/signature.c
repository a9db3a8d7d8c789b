/* SPDX-License-Identifier: Apache-2.0 */
/* The pack (knowledge/README.md): components and their releases, signatures.tsv; parts of them, signature-
 * parts.tsv; and signatures.pack, records of 9 bytes, little-endian, sorted: the key of a text (6 bytes), the
 * number of a part (2), and the first and last release that hold it (a nibble each). A record whose first nibble
 * is above its last is that of a form: what a version stands in; its number is that of a component. */
#include "knowledge/signature.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/cur.h"
#include "base/embed.h"
#include "knowledge/signature_version.h"
#include "knowledge/signature_weight.h"
#include "knowledge/tables.h"
#include "knowledge/texts.h"
#include "knowledge/tsv.h"

enum {
	RECORD = 9,
	BUCKETS = 1 << 16, /* by the upper bits of a key */
	KEY_SHIFT = 32,
	COMPONENT_COLUMNS = 9,
	PART_COLUMNS = 5,
	STATED_MOST = 2048,
	ANYBODY = 0xffff,
	SURE = 50, /* the same, for a version that is not known */
	BARE = 50, /* per cent of releases that state their version alone, for such a text to be believed */
	ALONE = 50, /* per cent of releases in which nothing else looks like a version */
};

typedef struct signature_part {
	uint16_t component;
	uint16_t of; /* texts that identify it */
	unsigned
		bare; /* per cent of its releases that hold a text which is their version and nothing else */
	unsigned
		alone; /* per cent of its releases whose version is told because nothing else looks like one */
	as_span name;
	unsigned kind;     /* what identifies it: AS_BY_TEXTS, AS_BY_NAMES, AS_BY_TABLES */
	as_spans expected; /* texts that not all releases hold */
} signature_part;

typedef struct pack {
	as_signature_component *components;
	signature_part *parts;
	size_t n_components, n_parts, n; /* n: records */
	as_span records;
	uint32_t *bucket; /* the first record of each, and one more */
	as_status status;
} pack;

static pack the_pack;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static uint64_t number(const uint8_t *p, size_t n)
{
	uint64_t v = 0;
	for (size_t i = n; i > 0; i--)
		v = v << 8 | p[i - 1];
	return v;
}

static uint64_t key_of(const pack *p, size_t i) { return number(p->records.p + i * RECORD, 6); }

static size_t rows_of(const char *file)
{
	size_t n = 0;
	as_span field[1];
	as_cur c = as_cur_le(as_embedded_file(as_embedded_knowledge, file), 0);
	while (as_tsv_row(&c, field, 1) > 0)
		n++;
	return n;
}

static bool read_components(pack *p)
{
	as_span f[COMPONENT_COLUMNS];
	as_cur c = as_cur_le(as_embedded_file(as_embedded_knowledge, "signatures.tsv"), 0);
	p->components = calloc(rows_of("signatures.tsv") + 1, sizeof(*p->components));
	while (p->components && as_tsv_row(&c, f, COMPONENT_COLUMNS) == COMPONENT_COLUMNS) {
		uint64_t family = p->n_components;
		(void)as_number(f[6], 10, &family);
		as_signature_component *new = &p->components[p->n_components++];
		*new = (as_signature_component){ .id = f[0],
			.name = f[1],
			.vendor = f[2],
			.product = f[3],
			.upstream = f[5],
			.family = (size_t)as_min(family, p->n_components - 1) };
		as_read_releases(new, f[8]);
	}
	return p->components != NULL;
}

static bool read_parts(pack *p)
{
	as_span f[PART_COLUMNS];
	as_cur c = as_cur_le(as_embedded_file(as_embedded_knowledge, "signature-parts.tsv"), 0);
	p->parts = calloc(rows_of("signature-parts.tsv") + 1, sizeof(*p->parts));
	while (p->parts && as_tsv_row(&c, f, PART_COLUMNS) == PART_COLUMNS) {
		uint64_t component = 0, of = 0, bare = 0, alone = 0;
		if (!as_number(f[0], 10, &component) || !as_number(f[2], 10, &of) ||
			!as_number(f[3], 10, &bare) || !as_number(f[4], 10, &alone) ||
			component >= p->n_components)
			return false;
		p->parts[p->n_parts++] = (signature_part){ .component = (uint16_t)component,
			.of = (uint16_t)as_min(of, UINT16_MAX),
			.bare = (unsigned)bare,
			.alone = (unsigned)alone,
			.name = f[1],
			.kind = as_has(f[1], ":tables")    ? AS_BY_TABLES
				: as_has(f[1], ":exports") ? AS_BY_NAMES
							   : AS_BY_TEXTS };
	}
	return p->parts != NULL;
}

/* Whether a record tells releases apart: not all of its component's hold the text. */
static bool is_span(const pack *p, size_t of, unsigned lo, unsigned hi)
{
	return lo > 0 || hi + 1 < p->components[p->parts[of].component].n_releases;
}

/* How many texts of each part are to be expected in each release. */
static void expect(pack *p)
{
	for (size_t i = 0; i < p->n; i++) {
		const uint8_t *r = p->records.p + i * RECORD;
		size_t of = (size_t)number(r + 6, 2);
		unsigned lo = r[8] >> 4, hi = r[8] & 15;
		if (lo <= hi && of < p->n_parts && is_span(p, of, lo, hi))
			as_spans_add(&p->parts[of].expected, lo, hi);
	}
}

static bool index_records(pack *p)
{
	p->records = as_embedded_file(as_embedded_reference, "signatures.pack");
	p->n = p->records.n / RECORD;
	expect(p);
	p->bucket = calloc(BUCKETS + 1, sizeof(*p->bucket));
	for (size_t i = 0; p->bucket && i < p->n; i++)
		p->bucket[(key_of(p, i) >> KEY_SHIFT) + 1]++;
	for (size_t i = 0; p->bucket && i < BUCKETS; i++)
		p->bucket[i + 1] += p->bucket[i];
	return p->bucket != NULL;
}

static void prepare(void)
{
	pack *p = &the_pack;
	bool ok = read_components(p) && read_parts(p) && index_records(p);
	p->status = ok ? AS_OK : AS_NOMEM;
}

as_status as_signature_prepare(void)
{
	(void)pthread_once(&once, prepare);
	return the_pack.status;
}

/* What was seen of a part. */
typedef struct seen {
	uint16_t found;
	uint16_t sentences; /* of them those that are more than a word */
	as_spans spans;
	as_span text; /* the longest that identifies it, or a piece of a table */
} seen;

typedef struct scan {
	seen **parts;            /* NULL: nothing was met of it, as of most */
	uint8_t *kinds;          /* of each component, bits: what speaks of it */
	size_t main;             /* the component that most texts speak of: what the file is */
	as_stated **stated;      /* by component: versions in its forms; NULL: none */
	as_stated anybody;       /* versions in forms that say it of whatever they stand in */
	as_stated_version *said; /* versions in whatever text, STATED_MOST at most */
	size_t n_said;
	as_stated_version *bare; /* the same of texts that are nothing else */
	size_t n_bare;
	bool left_out; /* versions of a component that is told */
	uint8_t *met;  /* a bit for each record */
	const as_text_keys *borrowed;
	as_arena *arena;
	bool no_memory;
	bool offers; /* the file offers names itself */
	as_signature_found found;
	void *ctx;
} scan;

static bool first_time(scan *s, size_t record)
{
	uint8_t bit = (uint8_t)(1u << (record & 7));
	bool first = !(s->met[record >> 3] & bit);
	s->met[record >> 3] |= bit;
	return first;
}

/* What was seen of a part; NULL without memory, which is told at the end. */
static seen *seen_of(scan *s, size_t part)
{
	if (!s->parts[part])
		s->parts[part] = as_alloc(s->arena, sizeof(seen));
	s->no_memory = s->no_memory || !s->parts[part];
	return s->parts[part];
}

static void state_formed(scan *s, size_t component, as_span version, as_span text, size_t form)
{
	if (!s->stated[component])
		s->stated[component] = as_alloc(s->arena, sizeof(as_stated));
	if (s->stated[component])
		as_state_formed(s->stated[component], version, text, form);
	s->no_memory = s->no_memory || !s->stated[component];
}

/* Whether there is a blank between words. */
static bool is_sentence(as_span text)
{
	as_span word = as_word(text, 0);
	return word.n > 0 && as_word(text, 1).n > 0;
}

static void meet(scan *s, size_t record, as_span text, as_span version)
{
	const pack *p = &the_pack;
	const uint8_t *r = p->records.p + record * RECORD;
	size_t owner = (size_t)number(r + 6, 2);
	unsigned lo = r[8] >> 4, hi = r[8] & 15;
	if (lo > hi && version.n > 0 && owner < p->n_components)
		state_formed(s, owner, version, text, record);
	if (lo > hi && version.n > 0 && owner == ANYBODY)
		as_state_formed(&s->anybody, version, text, record);
	if (lo > hi || version.n > 0 || owner >= p->n_parts || !first_time(s, record))
		return;
	seen *of = seen_of(s, owner);
	if (!of)
		return;
	if (is_span(p, owner, lo, hi)) {
		as_spans_add(&of->spans, lo, hi);
		return;
	}
	of->found++;
	of->sentences = (uint16_t)(of->sentences + is_sentence(text));
	if (text.n > of->text.n)
		of->text = text;
}

static void look_up(scan *s, uint64_t key, as_span text, as_span version)
{
	const pack *p = &the_pack;
	size_t i = p->bucket[key >> KEY_SHIFT], end = p->bucket[(key >> KEY_SHIFT) + 1];
	for (; i < end && key_of(p, i) <= key; i++)
		if (key_of(p, i) == key)
			meet(s, i, text, version);
}

/* Where there are more, the file holds tables of versions, and none of them is taken for its own. */
static void keep(as_stated_version *list, size_t *n, as_span version, as_span text)
{
	if (*n < STATED_MOST)
		list[*n] = (as_stated_version){ .version = version, .text = text };
	*n += *n <= STATED_MOST;
}

static as_status on_text(void *ctx, as_span text)
{
	scan *s = ctx;
	as_text_form forms[AS_FORMS_MOST];
	size_t n = as_text_forms(text, forms);
	for (size_t i = 0; i < n; i++) {
		if (forms[i].bare)
			keep(s->bare, &s->n_bare, forms[i].version, text);
		else
			look_up(s, forms[i].key, text, forms[i].version);
		keep(s->said, &s->n_said, forms[i].version, text);
	}
	uint64_t key = as_text_tells(text) ? as_text_key(text) : 0;
	if (key && !as_has_text_key(s->borrowed, key))
		look_up(s, key, text, (as_span){ 0 });
	return AS_OK;
}

static as_status on_piece(void *ctx, as_span piece, uint64_t key)
{
	look_up(ctx, key, piece, (as_span){ 0 });
	return AS_OK;
}

/* Whether names that are there are the file's own; without any that it offers they are those it asks for. */
static bool counts(const scan *in, const signature_part *p)
{
	return in->offers || p->kind != AS_BY_NAMES;
}

static as_part_seen part_seen(const scan *in, size_t i)
{
	const signature_part *p = &the_pack.parts[i];
	const seen *s = in->parts[i];
	return (as_part_seen){ .kind = p->kind,
		.library = as_has(p->name, ".so"),
		.of = p->of,
		.found = s->found,
		.sentences = s->sentences,
		.beside = in->kinds[p->component] };
}

static void find_kinds(scan *s)
{
	for (size_t i = 0; i < the_pack.n_parts; i++) {
		const signature_part *p = &the_pack.parts[i];
		unsigned least = p->kind == AS_BY_TABLES ? AS_TABLES_SPEAK : AS_SPEAKS;
		if (s->parts[i] && s->parts[i]->found >= least && counts(s, p))
			s->kinds[p->component] |= (uint8_t)p->kind;
	}
}

static void add_plausible(const as_stated *from, const as_signature_component *c,
	const as_range *range, as_stated *to)
{
	for (size_t i = 0; i < from->n; i++)
		if (!from->v[i].mixed && as_is_plausible(c, range, from->v[i].version))
			as_state_version(to, from->v[i].version, from->v[i].text);
}

/* The name of the program that a part is of; nothing for what others load: libssl speaks of SSL 3.0, and a plug-in
 * may have versions of its own. */
static as_span file_of(const signature_part *part)
{
	return as_has(part->name, ".so") ? (as_span){ 0 } : as_field(part->name, ':', 0);
}

/* A program may have the name of what it speaks, whose version is not its own. */
static bool is_protocol(as_span name)
{
	static const char *const spoken[] = { "ssl", "tls", "dtls", "ssh", "http", "https", "ftp",
		"tftp", "smtp", "imap", "pop3", "snmp", "ldap", "sip", "rtsp", "rtp", "dns", "dhcp",
		"ntp", "nfs", "smb", "cifs", "ppp", "ip", "ipv6", "igmp", "upnp", "mqtt", "xml",
		"html", "json", "telnet", "rpc", "usb", "can", "cwmp", "radius", "diameter",
		"sctp" };
	bool is = false;
	for (size_t i = 0; i < sizeof(spoken) / sizeof(spoken[0]) && !is; i++)
		is = as_is_nocase(name, spoken[i]);
	return is;
}

/* main: the part is of what the file is, so "%s version 1.2" speaks of it. */
static bool is_called(as_span text, size_t at, const signature_part *part, bool main)
{
	const as_signature_component *c = &the_pack.components[part->component];
	const as_span name[] = { c->id, c->name, c->product, file_of(part) };
	bool is = main && as_starts(text, "%s version") && as_is_called(text, at, as_lit("%s"));
	for (size_t i = 0; i < sizeof(name) / sizeof(name[0]) && !is; i++)
		is = !is_protocol(name[i]) && as_is_called(text, at, name[i]);
	return is;
}

/* The version that stands behind the component's name or the file's, if there is one alone. */
static void add_called(
	const scan *s, const signature_part *part, const as_range *range, as_stated *to)
{
	const as_signature_component *c = &the_pack.components[part->component];
	for (size_t i = 0; i < s->n_said && i < STATED_MOST; i++) {
		const as_stated_version *v = &s->said[i];
		uint64_t at = 0;
		bool told = as_find_byte(v->version, '.', 0) != SIZE_MAX &&
			    as_is_possible(range, v->version) && as_is_near(c, v->version);
		if (told && as_within(v->text, v->version, &at) &&
			is_called(v->text, at, part, part->component == s->main))
			as_state_version(to, v->version, v->text);
	}
	if (to->n > 1)
		to->n = 0;
}

/* Versions of a library that its headers put into every program that calls it. */
static const struct {
	const char *function, *library;
} lent[] = {
	{ "inflateInit_", "zlib" },
	{ "inflateInit2_", "zlib" },
	{ "deflateInit_", "zlib" },
	{ "deflateInit2_", "zlib" },
	{ "png_create_read_struct", "libpng" },
	{ "png_create_write_struct", "libpng" },
};

/* Marks versions that may be a library's which the file calls: their first two numbers are those of a release. */
static void mark_lent(const scan *s, as_stated_version *list, size_t n)
{
	for (size_t i = 0; i < sizeof(lent) / sizeof(lent[0]); i++) {
		const as_signature_component *c = the_pack.components,
					     *end = c + the_pack.n_components;
		if (!as_has_text_key(s->borrowed, as_text_key(as_lit(lent[i].function))))
			continue;
		while (c < end && !as_is(c->id, lent[i].library))
			c++;
		for (size_t k = 0; k < n && k < STATED_MOST && c < end; k++)
			list[k].mixed = list[k].mixed || as_is_of_branch(c, list[k].version);
	}
}

/* What is stated of a component: by the forms it is known by; by its name; of the one that the file is, by forms that
 * anybody uses; else by a version that stands alone, or that nothing else looks like. */
static as_stated stated_of(
	scan *s, const signature_part *part, const as_range *range, int64_t *confidence)
{
	as_stated chosen = { 0 };
	const as_signature_component *c = &the_pack.components[part->component];
	if (s->stated[c->family])
		add_plausible(s->stated[c->family], c, range, &chosen);
	*confidence = 970;
	if (chosen.n == 0)
		add_called(s, part, range, &chosen);
	if (chosen.n == 0 && part->component == s->main)
		add_plausible(&s->anybody, c, range, &chosen);
	bool alone = part->alone >= ALONE && part->component == s->main;
	if (chosen.n == 0 && part->bare >= BARE && s->n_bare <= STATED_MOST &&
		as_choose_bare(s->bare, s->n_bare, c, range, part->bare >= SURE, &chosen))
		*confidence = 900;
	if (chosen.n == 0 && alone && s->n_said <= STATED_MOST &&
		as_choose_bare(s->said, s->n_said, c, range, true, &chosen))
		*confidence = 900;
	bool more = (s->stated[c->family] && s->stated[c->family]->more) ||
		    (part->component == s->main && s->anybody.more) ||
		    ((part->bare >= BARE || alone) && s->n_said > STATED_MOST);
	s->left_out = s->left_out || (chosen.n == 0 && more);
	return chosen;
}

static as_status tell_versions(
	scan *s, as_signature *hit, const as_signature_component *c, size_t part)
{
	as_status status = AS_OK;
	as_range range = as_spans_range(&s->parts[part]->spans, &the_pack.parts[part].expected, c);
	as_stated stated = stated_of(s, &the_pack.parts[part], &range, &hit->version_confidence);
	for (size_t i = 0; i < stated.n && status == AS_OK; i++) {
		hit->version = stated.v[i].version;
		hit->stated = stated.v[i].text;
		status = s->found(s->ctx, hit);
	}
	if (stated.n > 0)
		return status;
	hit->newer_than = range.newer_than;
	hit->older_than = range.older_than;
	hit->releases = range.n;
	hit->version_confidence = range.confidence;
	return s->found(s->ctx, hit);
}

static as_status tell(scan *s, size_t component, size_t best)
{
	const pack *p = &the_pack;
	as_part_seen seen_best = part_seen(s, best);
	const as_signature_component *c = &p->components[component];
	as_signature hit = { .id = c->id,
		.name = c->name,
		.upstream = c->upstream,
		.vendor = c->vendor,
		.product = c->product,
		.part = p->parts[best].name,
		.copy = component != s->main,
		.found = s->parts[best]->found,
		.of = p->parts[best].of,
		.text = s->parts[best]->text,
		.confidence = as_part_confidence(&seen_best) };
	return tell_versions(s, &hit, c, best);
}

/* How much is there of a part: by texts rather than by tables, which many copy; 0: it is not there. */
static size_t strength_of(const scan *s, size_t i)
{
	enum { TEXTS = 1 << 16 };
	const signature_part *part = &the_pack.parts[i];
	if (!s->parts[i] || !counts(s, part))
		return 0;
	as_part_seen here = part_seen(s, i);
	if (!as_part_tells(&here))
		return 0;
	return s->parts[i]->found + (part->kind == AS_BY_TABLES ? 0 : (size_t)TEXTS);
}

static void find_main(scan *s)
{
	size_t most = 0;
	for (size_t i = 0; i < the_pack.n_parts; i++) {
		size_t strength = strength_of(s, i);
		if (strength > most) {
			most = strength;
			s->main = the_pack.parts[i].component;
		}
	}
}

/* Parts stand in the order of their components: of each the best part that is there is told. */
static as_status tell_all(scan *s)
{
	const pack *p = &the_pack;
	as_status status = AS_OK;
	find_kinds(s);
	find_main(s);
	for (size_t i = 0, next = 0; i < p->n_parts && status == AS_OK; i = next) {
		size_t best = i;
		for (next = i;
			next < p->n_parts && p->parts[next].component == p->parts[i].component;
			next++)
			if (strength_of(s, next) > strength_of(s, best))
				best = next;
		if (strength_of(s, best) > 0)
			status = tell(s, p->parts[i].component, best);
	}
	return status;
}

as_status as_signature_scan(as_span data, const as_text_keys *borrowed, bool offers,
	as_arena *arena, as_signature_found found, void *ctx)
{
	const pack *p = &the_pack;
	as_status status = as_signature_prepare();
	if (status != AS_OK || p->n == 0)
		return status;
	scan s = {
		.arena = arena, .offers = offers, .borrowed = borrowed, .found = found, .ctx = ctx
	};
	s.parts = as_alloc_array(arena, p->n_parts, sizeof(void *));
	s.stated = as_alloc_array(arena, p->n_components, sizeof(void *));
	s.kinds = as_alloc(arena, p->n_components + 1);
	s.met = as_alloc(arena, p->n / 8 + 1);
	s.said = as_alloc_array(arena, STATED_MOST, sizeof(*s.said));
	s.bare = as_alloc_array(arena, STATED_MOST, sizeof(*s.bare));
	if (!s.parts || !s.stated || !s.kinds || !s.met || !s.said || !s.bare)
		return AS_NOMEM;
	status = as_texts(data, on_text, &s);
	if (status == AS_OK)
		status = as_table_pieces(data, on_piece, &s);
	if (s.no_memory)
		return AS_NOMEM;
	mark_lent(&s, s.bare, s.n_bare);
	mark_lent(&s, s.said, s.n_said);
	status = status == AS_OK ? tell_all(&s) : status;
	return status == AS_OK && s.left_out ? AS_PARTIAL : status;
}
