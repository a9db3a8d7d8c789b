/* SPDX-License-Identifier: Apache-2.0 */
/* ar: static libraries, Debian packages, older OpenWrt packages. "!<arch>\n", then members at even
 * offsets, each a header of 60 bytes of text and the data:
 *    0 name[16]  16 mtime[12]  28 uid[6]  34 gid[6]  40 mode[8] (octal)  48 size[10]  58 "`\n"
 * GNU ends a name with a slash; "/" and "/SYM64/" are symbol tables, "//" holds long names, "/N" is
 * the name at offset N in them. BSD writes "#1/N": the first N bytes of the data are the name. */
#include "base/ascii.h"
#include "unpack/format.h"

enum { MAGIC = 8, HEADER = 60 };

typedef struct member {
	as_entry e;
	as_span label;             /* the name field, blanks at its end cut off */
	uint64_t data_at, n, next; /* body offsets; bytes */
} member;

static bool read_member(as_span body, uint64_t at, member *m)
{
	as_cur c = as_cur_be(body, at);
	uint64_t mtime = 0, uid = 0, gid = 0, mode = 0;
	*m = (member){ .e = { .at = at, .type = AS_FILE } };
	m->label = as_trim(as_take(&c, 16));
	bool timed = as_number(as_trim(as_take(&c, 12)), 10, &mtime);
	bool owned = as_number(as_trim(as_take(&c, 6)), 10, &uid);
	owned = as_number(as_trim(as_take(&c, 6)), 10, &gid) && owned;
	bool moded = as_number(as_trim(as_take(&c, 8)), 8, &mode);
	bool sized = as_number(as_trim(as_take(&c, 10)), 10, &m->n);
	bool ends = as_is(as_take(&c, 2), "`\n");
	m->e.has =
		(timed ? AS_HAS_MTIME : 0) | (owned ? AS_HAS_OWNER : 0) | (moded ? AS_HAS_MODE : 0);
	m->e.mtime = (int64_t)mtime;
	m->e.uid = (uint32_t)uid;
	m->e.gid = (uint32_t)gid;
	m->e.mode = mode & 07777;
	m->data_at = as_pos(&c);
	m->next = m->data_at + m->n + (m->n & 1); /* ten digits do not overflow */
	return as_ok(&c) && ends && sized && m->label.n > 0;
}

/* Where members go on behind a damaged header at offset at: at the next header, unless another
 * archive begins before it. SIZE_MAX: nowhere. */
static uint64_t resume(as_span body, uint64_t at)
{
	member m;
	as_span mark = as_bytes("`\n", 2);
	for (size_t hit = as_find(body, mark, at + HEADER); hit != SIZE_MAX;
		hit = as_find(body, mark, hit + 1)) {
		uint64_t head = hit + 2 - HEADER;
		if (head % 2 != 0 || !read_member(body, head, &m))
			continue;
		as_span between = as_cut(body, at, head - at);
		return as_find(between, as_bytes("!<arch>\n", MAGIC), 0) == SIZE_MAX ? head
										     : SIZE_MAX;
	}
	return SIZE_MAX;
}

/* A header that the end of the image cuts: text, and too little of it. */
static bool is_cut_header(as_span rest)
{
	size_t n = 0;
	while (n < rest.n && as_printable(as_at(rest, n)))
		n++;
	return rest.n > 0 && rest.n < HEADER && n == rest.n;
}

static as_status probe(as_span image, as_extent *out)
{
	member m;
	uint64_t at = MAGIC, next = MAGIC;
	for (; next < image.n; next = resume(image, at)) {
		for (at = next; at < image.n && read_member(image, at, &m);)
			at = as_min(m.next, image.n);
		if (at == MAGIC)
			return AS_NOT_THIS;
	}
	if (image.n < MAGIC)
		return AS_NOT_THIS;
	if (at > MAGIC && is_cut_header(as_from(image, at)))
		at = image.n;
	*out = (as_extent){ .size = at, .sure = at > MAGIC ? AS_STRUCTURED : AS_PLAUSIBLE };
	return AS_OK;
}

/* The name of a member; BSD's stands before the data, which is then shortened. False: bad. */
static bool settle_name(as_span body, as_span names, member *m)
{
	uint64_t n = 0;
	m->e.name = m->label;
	if (as_starts(m->label, "#1/")) {
		bool ok = as_number(as_from(m->label, 3), 10, &n) && n <= m->n;
		as_span name = as_cut(body, m->data_at, ok ? n : 0);
		size_t end = as_find_byte(name, 0, 0);
		m->e.name = as_cut(name, 0, end == SIZE_MAX ? name.n : end);
		m->data_at += name.n;
		m->n -= name.n;
		return ok;
	}
	if (as_starts(m->label, "/")) {
		bool ok = as_number(as_from(m->label, 1), 10, &n) && n < names.n;
		as_span rest = as_from(names, ok ? n : names.n);
		size_t end = as_find_byte(rest, '\n', 0);
		m->e.name = as_cut(rest, 0, end == SIZE_MAX ? rest.n : end);
	}
	if (as_ends(m->e.name, "/"))
		m->e.name.n--;
	return m->e.name.n > 0;
}

static bool is_table(const member *m)
{
	return as_is(m->label, "/") || as_is(m->label, "//") || as_is(m->label, "/SYM64/") ||
	       as_is(m->label, "ARFILENAMES/");
}

static as_status put(as_unpack *u, as_span body, as_span names, member *m)
{
	if (!settle_name(body, names, m))
		return as_lost(u, m->e.at, "name of a member is out of range");
	as_struct(u, m->e.at, m->data_at - m->e.at, "ar header");
	if (as_starts(m->e.name, "__.SYMDEF")) {
		as_struct(u, m->data_at, m->n, "ar symbol table");
		return AS_OK;
	}
	m->e.data = as_cut(body, m->data_at, m->n);
	if (m->e.data.n == m->n)
		return as_put(u, NULL, &m->e, NULL);
	bool want = false;
	as_status s = as_begin(u, NULL, &m->e, &want);
	if (s == AS_OK && want)
		s = as_more(u, as_from(body, m->data_at));
	if (s > AS_PARTIAL)
		return s;
	return as_worse(
		as_worse(s, as_end(u, true)), as_lost(u, m->e.at, "member runs past the archive"));
}

static as_status unpack(as_unpack *u, as_span body)
{
	member m;
	as_span names = { 0 };
	as_status worst = AS_OK;
	uint64_t at = MAGIC;
	as_struct(u, 0, MAGIC, "ar header");
	while (at < body.n && worst <= AS_PARTIAL) {
		if (!read_member(body, at, &m)) {
			worst = as_worse(worst, as_lost(u, at, "not a member header"));
			at = resume(body, at);
			continue;
		}
		uint64_t end = m.data_at + m.n;
		if (as_is(m.label, "//"))
			names = as_cut(body, m.data_at, m.n);
		if (!is_table(&m))
			worst = as_worse(worst, put(u, body, names, &m));
		else if (end > body.n)
			worst = as_worse(worst, as_lost(u, at, "a table runs past the archive"));
		else
			as_struct(u, at, end - at, "ar table");
		as_struct(u, end, m.next - end, "ar padding");
		at = as_min(m.next, body.n);
	}
	return worst;
}

const as_format as_format_ar = {
	.id = "ar",
	.title = "ar archive",
	.kind = AS_ARCHIVE,
	.magic = (const as_magic[]){ { .bytes = "!<arch>\n", .len = MAGIC, .at = 0 }, { 0 } },
	.probe = probe,
	.unpack = unpack,
	.anywhere = true,
	.variants = (const char *const[]){ "GNU names, long names in the table of names",
		"BSD names (#1/N)",
		"symbol tables of GNU ar, 32 and 64 bits, are told from members", NULL },
	.verifies = NULL,
	.keeps = (const char *const[]){ "mode, owner, time of change", NULL },
	.samples = (const char *const[]){ "ar (binutils 2.40)", "dpkg-deb 1.21 (Debian's packages)",
		"generator from the published layout (BSD names)", NULL },
	.gaps = (const char *const[]){ "thin archives name files outside and are not recognised",
		"symbol tables are not read", NULL },
	.spec = "https://man.freebsd.org/cgi/man.cgi?query=ar&sektion=5",
	.see = "ar p IN PATH > OUT",
};
