/* SPDX-License-Identifier: Apache-2.0 */
/* tar: entries of a 512-byte header and data, padded to 512 bytes; two blocks of zeros at the end.
 *    0 name[100]  100 mode[8]  108 uid[8]  116 gid[8]  124 size[12]  136 mtime[12]  148 checksum[8]
 *  156 type  157 link[100]  257 "ustar" NUL "00" (POSIX) or "ustar  " NUL (GNU)  265 user[32]
 *  297 group[32]  329 major[8]  337 minor[8]  345 prefix[155] (POSIX)
 * Numbers are octal text, or binary with the top bit set. Types L and K (GNU) hold the name or link
 * of the entry after them; x (POSIX) holds records about it, g about all after it: tar_extra.c. */
#include "unpack/bundle.h"
#include "unpack/fmt/tar.h"

enum { BLOCK = 512 };

bool as_tar_number(as_span field, uint64_t *out)
{
	*out = 0;
	if (as_at(field, 0) & 0x80) {
		as_cur c = as_cur_be(field, field.n > 8 ? field.n - 8 : 0);
		bool fits = true;
		for (size_t i = 1; i + 8 < field.n; i++)
			fits = fits && field.p[i] == (field.p[0] == 0xff ? 0xff : 0);
		*out = as_u64(&c) & (field.n > 8 ? UINT64_MAX : UINT64_MAX >> 8);
		return fits && as_ok(&c) && (field.p[0] == 0x80 || field.p[0] == 0xff);
	}
	size_t end = as_find_byte(field, 0, 0);
	field = as_trim(as_cut(field, 0, end == SIZE_MAX ? field.n : end));
	return field.n == 0 || as_number(field, 8, out);
}

static as_span text(as_cur *c, uint64_t n)
{
	as_span s = as_take(c, n);
	size_t end = as_find_byte(s, 0, 0);
	return end == SIZE_MAX ? s : as_cut(s, 0, end);
}

/* The sum of the header's bytes, its checksum taken as blanks; old writers summed signed bytes. */
static bool sum_fits(as_span block)
{
	uint64_t stated = 0;
	int64_t sum = 0, with_sign = 0;
	for (size_t i = 0; i < block.n; i++) {
		uint8_t b = i >= 148 && i < 156 ? ' ' : block.p[i];
		sum += b;
		with_sign += b < 128 ? b : b - 256;
	}
	bool read = as_tar_number(as_cut(block, 148, 8), &stated);
	return read && ((int64_t)stated == sum || (int64_t)stated == with_sign);
}

static as_type type_of(const as_tar_head *h)
{
	static const as_type types[] = { ['1' - '0'] = AS_HARDLINK,
		['2' - '0'] = AS_SYMLINK,
		['3' - '0'] = AS_CHAR,
		['4' - '0'] = AS_BLOCK,
		['5' - '0'] = AS_DIR,
		['6' - '0'] = AS_FIFO };
	if (h->type == 'D' || (h->type == 0 && as_ends(h->e.name, "/")))
		return AS_DIR;
	/* Types that nobody has defined are files: POSIX asks readers to do so. */
	return h->type >= '1' && h->type <= '6' ? types[h->type - '0'] : AS_FILE;
}

static bool number32(as_cur *c, uint64_t n, uint32_t *out)
{
	uint64_t v = 0;
	bool ok = as_tar_number(as_take(c, n), &v);
	*out = (uint32_t)v;
	return ok;
}

static void set_size(as_tar_head *h, uint64_t n)
{
	uint64_t end = 0;
	h->n = n;
	if (!as_add(&end, h->data_at, n) || !as_add(&end, end, (BLOCK - n % BLOCK) % BLOCK))
		end = UINT64_MAX;
	h->next = end;
}

bool as_tar_read(as_span body, uint64_t at, as_tar_head *h)
{
	as_span block = as_cut(body, at, BLOCK);
	as_cur c = as_cur_be(block, 0);
	uint64_t size = 0, mtime = 0;
	*h = (as_tar_head){ .data_at = at + BLOCK, .e = { .at = at } };
	if (block.n == 0 || !sum_fits(block))
		return false;
	h->e.name = text(&c, 100);
	bool owned = number32(&c, 8, &h->e.mode);
	owned = number32(&c, 8, &h->e.uid) && owned;
	owned = number32(&c, 8, &h->e.gid) && owned;
	bool sized = as_tar_number(as_take(&c, 12), &size);
	bool timed = as_tar_number(as_take(&c, 12), &mtime);
	as_skip(&c, 8);
	h->type = as_u8(&c);
	h->e.target = text(&c, 100);
	as_span magic = as_take(&c, 8);
	h->posix = as_same(magic, as_bytes("ustar\00000", 8)) ||
		   as_same(magic, as_bytes("ustar\0\0\0", 8));
	h->gnu = as_is(as_cut(magic, 0, 7), "ustar  ");
	as_skip(&c, 64);
	(void)number32(&c, 8, &h->e.major);
	(void)number32(&c, 8, &h->e.minor);
	h->prefix = h->posix ? text(&c, 155) : (as_span){ 0 };
	h->e.mode &= 07777;
	h->e.mtime = (int64_t)mtime;
	h->e.has = (owned ? AS_HAS_MODE | AS_HAS_OWNER : 0) | (timed ? AS_HAS_MTIME : 0);
	h->e.type = type_of(h);
	set_size(h, size);
	return sized && as_ok(&c);
}

static bool is_meta(uint8_t type)
{
	return type == 'L' || type == 'K' || type == 'x' || type == 'X' || type == 'g';
}

/* Whether the entry's type has data behind it whatever its size field says. */
static void settle_data(as_span body, as_tar_head *h)
{
	as_tar_head after;
	bool holds = h->e.type == AS_FILE || h->type == 'D' || is_meta(h->type);
	/* POSIX lets a hard link bring its data, older writers state a size and bring none. */
	if (h->e.type == AS_HARDLINK && h->posix)
		holds = h->n > 0 && !as_tar_read(body, h->data_at, &after) &&
			!as_all(as_cut(body, h->data_at, BLOCK), 0);
	if (!holds)
		set_size(h, 0);
	if (h->gnu && h->type == 'S') {
		h->data_at += as_tar_sparse_headers(body, h->e.at);
		set_size(h, h->n);
	}
}

static void take_extra(as_span data, uint8_t type, as_tar_extra *x)
{
	size_t end = as_find_byte(data, 0, 0);
	as_span name = as_cut(data, 0, end == SIZE_MAX ? data.n : end);
	if (type == 'L')
		x->name = name;
	else if (type == 'K')
		x->link = name;
	else
		as_tar_records(data, x);
}

bool as_tar_step(as_span body, uint64_t at, as_tar_head *h, as_tar_extra *all, as_tar_extra *x)
{
	*x = *all;
	while (as_tar_read(body, at, h)) {
		uint64_t size = x->has & AS_TAR_SIZE && !is_meta(h->type) ? x->size : h->n;
		set_size(h, size);
		settle_data(body, h);
		if (!is_meta(h->type))
			return true;
		as_span data = as_cut(body, h->data_at, h->n);
		if (h->next > body.n)
			return false;
		take_extra(data, h->type, x);
		if (h->type == 'g')
			take_extra(data, h->type, all);
		at = h->next; /* past a header at least: this ends */
	}
	return false;
}

static bool at_end(as_span body, uint64_t at)
{
	as_span block = as_cut(body, at, BLOCK);
	return block.n > 0 && as_all(block, 0);
}

static as_status probe(as_span image, as_extent *out)
{
	as_tar_extra all = { 0 }, x;
	as_tar_head h;
	uint64_t at = 0;
	while (as_tar_step(image, at, &h, &all, &x)) {
		at = as_min(h.next, image.n);
	}
	if (at == 0 || as_bundle_is_mender(image))
		return AS_NOT_THIS;
	for (unsigned i = 0; i < 2 && at_end(image, at); i++)
		at += BLOCK;
	*out = (as_extent){ .size = at, .sure = AS_CHECKSUMMED };
	return AS_OK;
}

void as_tar_settle(as_unpack *u, as_tar_head *h, const as_tar_extra *x)
{
	as_entry *e = &h->e;
	if (x->name.p)
		e->name = x->name;
	else if (h->prefix.n > 0)
		e->name = as_print(as_memory(u), "%.*s/%.*s", (int)h->prefix.n,
			(const char *)h->prefix.p, (int)e->name.n, (const char *)e->name.p);
	if (x->link.p)
		e->target = x->link;
	if (h->type == 0 && as_ends(e->name, "/"))
		e->type = AS_DIR;
	if (e->type != AS_CHAR && e->type != AS_BLOCK)
		e->major = e->minor = 0;
	e->uid = x->has & AS_TAR_UID ? (uint32_t)x->uid : e->uid;
	e->gid = x->has & AS_TAR_GID ? (uint32_t)x->gid : e->gid;
	e->mtime = x->has & AS_TAR_MTIME ? x->mtime : e->mtime;
}

/* Emits contents that the end of the archive cuts off. */
static as_status put_cut_off(as_unpack *u, const as_entry *e, as_span there)
{
	bool want = false;
	as_status s = as_begin(u, NULL, e, &want);
	if (s == AS_OK && want)
		s = as_more(u, there);
	if (s > AS_PARTIAL)
		return s;
	return as_worse(
		as_worse(s, as_end(u, true)), as_lost(u, e->at, "entry runs past the archive"));
}

static bool is_sparse(const as_tar_head *h, const as_tar_extra *x)
{
	return h->e.type == AS_FILE && (x->sparse || (h->gnu && h->type == 'S'));
}

static as_status put(as_unpack *u, as_span body, as_tar_head *h, const as_tar_extra *x)
{
	as_entry *e = &h->e;
	as_span data = as_cut(body, h->data_at, h->n);
	if (h->type == 'V' || h->type == 'M' || h->type == 'N') {
		as_tell(u, as_cut(body, e->at, 100), h->type == 'V' ? "label" : "part", e->name);
		return h->type == 'V'
			       ? AS_OK
			       : as_refused(u, e->at, "unsupported", "part of another volume");
	}
	if (is_sparse(h, x))
		return as_tar_sparse(u, e, x, as_from(body, e->at), data);
	if (e->type == AS_FILE && data.n < h->n)
		return put_cut_off(u, e, as_from(body, h->data_at));
	/* A hard link that brings its data is as good as a file of its own. */
	if (e->type == AS_HARDLINK && h->n > 0 && data.n > 0)
		e->type = AS_FILE;
	if (e->type == AS_FILE)
		e->data = data;
	return as_put(u, NULL, e, NULL);
}

as_status as_tar_put(as_unpack *u, as_span body, as_tar_head *h, const as_tar_extra *x)
{
	as_status s = put(u, body, h, x);
	return s == AS_OK ? as_tar_xattrs(u, x->records) : s;
}

/* Some writers (umoci insert) end with the last byte of the last entry, without what fills its block up and without an
 * end mark. An archive that is cut off ends there by rare chance only. */
static bool ends_bare(as_span body, const as_tar_head *h)
{
	return h->data_at < body.n && h->n == body.n - h->data_at && h->next > body.n;
}

static as_status unpack(as_unpack *u, as_span body)
{
	as_tar_extra all = { 0 }, x;
	as_tar_head h;
	as_status worst = AS_OK;
	uint64_t at = 0;
	bool bare = false;
	while (worst <= AS_PARTIAL && as_tar_step(body, at, &h, &all, &x)) {
		if (x.bad)
			worst = as_worse(worst, as_lost(u, at, "extended header is malformed"));
		as_struct(u, at, h.data_at - at, "tar header");
		as_tar_settle(u, &h, &x);
		if (is_sparse(&h, &x))
			as_struct(u, h.data_at, as_min(h.n, body.n - as_min(h.data_at, body.n)),
				"tar pieces of a sparse file");
		as_status s = as_tar_put(u, body, &h, &x);
		uint64_t next = as_min(h.next, body.n);
		if (h.n > 0 && next > h.data_at && next - h.data_at > h.n)
			as_struct(u, h.data_at + h.n, next - h.data_at - h.n, "tar padding");
		worst = as_worse(worst, s);
		bare = ends_bare(body, &h);
		at = next;
	}
	if (worst > AS_PARTIAL)
		return worst;
	if (bare)
		as_tell(u, as_cut(body, 0, 100), "end", as_lit("without an end mark"));
	else if (!at_end(body, at))
		return as_worse(worst, as_lost(u, at, "archive ends without its end mark"));
	as_struct(u, at, body.n - at, "tar end");
	return as_worse(worst, as_tar_image(u, body));
}

const as_format as_format_tar = {
	.id = "tar",
	.title = "tar archive",
	.kind = AS_ARCHIVE,
	.magic = (const as_magic[]){ { .bytes = "ustar", .len = 5, .at = 257 }, { 0 } },
	.probe = probe,
	.unpack = unpack,
	.anywhere = true,
	.variants = (const char *const[]){ "POSIX ustar, GNU, pax",
		"sparse: old GNU, and pax 0.0, 0.1, 1.0", "base-256 numbers, long names and links",
		"images of containers (OCI, Docker): their layers merged, beside them", NULL },
	.verifies = (const char *const[]){ "checksum of each header", NULL },
	.keeps = (const char *const[]){ "mode, owner (numbers), time of change, device numbers",
		"hard links, symbolic links, extended attributes (SCHILY.xattr), holes", NULL },
	.samples = (const char *const[]){ "Python 3.11 (tarfile)", "GNU tar 1.34",
		"umoci and skopeo (images of containers)", NULL },
	.gaps = (const char *const[]){ "archives that start with a header from before POSIX are "
				       "not recognised",
		"archives of several volumes are not joined", "user and group names are not kept",
		"layers of more than 512 MiB are merged as far as that; no command shows what is "
		"below merged",
		NULL },
	.spec = "https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html",
	.see = "tar -xOf IN PATH > OUT 2>/dev/null || tar -xOf IN ./PATH > OUT",
};
