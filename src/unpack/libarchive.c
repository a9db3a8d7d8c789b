/* SPDX-License-Identifier: Apache-2.0 */
#include "unpack/libarchive.h"

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>

typedef struct job {
	as_unpack *u;
	const as_la_kind *kind;
	struct archive *a;
	struct archive_entry *e;
	as_span body;
	size_t n;       /* entries met */
	unsigned again; /* times it was begun again behind damage */
	bool broke;     /* the library goes no further */
} job;

enum { AGAIN_MAX = 64 };

static as_span text(const char *s) { return s ? as_lit(s) : (as_span){ 0 }; }

static uint64_t place(const job *j)
{
	int64_t at = j->a ? archive_read_header_position(j->a) : 0;
	return at > 0 ? (uint64_t)at : 0;
}

/* What the library could not read: it says why in words only. */
static as_status lost(const job *j, const char *what)
{
	as_span why = j->a ? text(archive_error_string(j->a)) : (as_span){ 0 };
	if (as_has_nocase(why, "encrypt") || as_has_nocase(why, "passphrase"))
		return as_refused(j->u, place(j), "encrypted", "contents are encrypted");
	if (as_has_nocase(why, "unsupported") || as_has_nocase(why, "unexpected codec"))
		return as_refused(
			j->u, place(j), "unsupported", "a compression method that is not known");
	return as_lost(j->u, place(j), what);
}

static as_type type_of(const job *j)
{
	switch (archive_entry_filetype(j->e)) {
	case AE_IFDIR:
		return AS_DIR;
	case AE_IFLNK:
		return AS_SYMLINK;
	case AE_IFCHR:
		return AS_CHAR;
	case AE_IFBLK:
		return AS_BLOCK;
	case AE_IFIFO:
		return AS_FIFO;
	case AE_IFSOCK:
		return AS_SOCKET;
	default:
		return archive_entry_hardlink(j->e) ? AS_HARDLINK : AS_FILE;
	}
}

static as_entry entry_of(const job *j)
{
	as_entry e = { .at = place(j), .type = type_of(j), .has = j->kind->has };
	e.name = text(archive_entry_pathname(j->e));
	e.target = text(
		e.type == AS_HARDLINK ? archive_entry_hardlink(j->e) : archive_entry_symlink(j->e));
	e.mode = archive_entry_perm(j->e) & 07777;
	e.uid = (uint32_t)archive_entry_uid(j->e);
	e.gid = (uint32_t)archive_entry_gid(j->e);
	bool none = e.mode == 0666 || e.mode == 0777 || e.mode == 0444;
	if (j->kind->made_up && none && e.type != AS_SYMLINK && e.uid == 0 && e.gid == 0)
		e.has &= ~(unsigned)(AS_HAS_MODE | AS_HAS_OWNER);
	if (archive_entry_mtime_is_set(j->e)) {
		e.mtime = archive_entry_mtime(j->e);
		e.nsec = (uint32_t)archive_entry_mtime_nsec(j->e) % 1000000000u;
	} else {
		e.has &= ~(unsigned)AS_HAS_MTIME;
	}
	if (e.type == AS_CHAR || e.type == AS_BLOCK) {
		e.major = (uint32_t)archive_entry_rdevmajor(j->e);
		e.minor = (uint32_t)archive_entry_rdevminor(j->e);
	}
	return e;
}

/* Hands the contents on; holes stay holes. *whole: they came to their end. */
static as_status contents(job *j, bool *whole)
{
	const void *p = NULL;
	size_t n = 0;
	int64_t at = 0, done = 0;
	as_status s = AS_OK;
	int r;
	while ((r = archive_read_data_block(j->a, &p, &n, &at)) == ARCHIVE_OK && s == AS_OK) {
		if (at > done)
			s = as_zero(j->u, (uint64_t)(at - done));
		if (s == AS_OK && n > 0)
			s = as_more(j->u, as_bytes(p, n));
		done = at + (int64_t)n;
	}
	int64_t size = archive_entry_size_is_set(j->e) ? archive_entry_size(j->e) : done;
	*whole = r == ARCHIVE_EOF && done >= size;
	j->broke = r == ARCHIVE_FATAL;
	return s;
}

static as_status put_file(job *j, const as_entry *e)
{
	bool want = false, whole = true;
	as_status s = as_begin(j->u, NULL, e, &want);
	if (s != AS_OK || !want)
		return s;
	if (archive_entry_is_data_encrypted(j->e)) {
		s = as_refused(j->u, e->at, "encrypted", "contents are encrypted");
		return as_worse(s, as_end(j->u, true));
	}
	s = contents(j, &whole);
	if (s <= AS_PARTIAL && !whole)
		s = as_worse(s, lost(j, "contents of an entry are damaged or cut off"));
	return as_worse(s, as_end(j->u, !whole));
}

static as_status put_xattrs(const job *j)
{
	const char *name = NULL;
	const void *value = NULL;
	size_t n = 0;
	as_status s = AS_OK;
	(void)archive_entry_xattr_reset(j->e);
	while (s == AS_OK && archive_entry_xattr_next(j->e, &name, &value, &n) == ARCHIVE_OK)
		s = as_xattr(j->u, text(name), as_bytes(value, n));
	return s;
}

static as_status put(job *j)
{
	as_entry e = entry_of(j);
	as_status s = e.type == AS_FILE ? put_file(j, &e) : as_put(j->u, NULL, &e, NULL);
	return s == AS_OK ? put_xattrs(j) : s;
}

static bool begin(job *j)
{
	j->a = archive_read_new();
	return j->a && j->kind->support(j->a) >= ARCHIVE_WARN &&
	       archive_read_open_memory(j->a, j->body.p, j->body.n) == ARCHIVE_OK;
}

/* After damage in an entry's contents the library refuses to go on: it is begun again, and led past that entry. */
static bool resume(job *j)
{
	(void)archive_read_free(j->a);
	j->broke = false;
	if (!begin(j) || ++j->again > AGAIN_MAX)
		return false;
	for (size_t i = 0; i < j->n; i++) {
		int r = archive_read_next_header(j->a, &j->e);
		if (r == ARCHIVE_EOF || r == ARCHIVE_FATAL || r == ARCHIVE_FAILED)
			return r == ARCHIVE_EOF;
	}
	return true;
}

static as_status list(job *j)
{
	as_status worst = AS_OK;
	while (worst <= AS_PARTIAL) {
		bool on = !j->broke || resume(j);
		int r = on ? archive_read_next_header(j->a, &j->e) : ARCHIVE_FATAL;
		if (r == ARCHIVE_EOF)
			return worst;
		if (r == ARCHIVE_FATAL || r == ARCHIVE_FAILED)
			return as_worse(worst,
				lost(j, "the archive is damaged: no further entries can be read"));
		j->n++;
		if (r == ARCHIVE_RETRY)
			worst = as_worse(worst, lost(j, "an entry is damaged"));
		else
			worst = as_worse(worst, put(j));
	}
	return worst;
}

as_status as_la_first(as_span archive, int (*support)(struct archive *a), as_sink sink, void *ctx)
{
	as_la_kind kind = { .support = support };
	job j = { .kind = &kind, .body = archive };
	as_status s = AS_OK;
	bool open = begin(&j) && archive_read_next_header(j.a, &j.e) == ARCHIVE_OK;
	int r = ARCHIVE_FATAL;
	const void *p = NULL;
	size_t n = 0;
	int64_t at = 0;
	while (open && s == AS_OK && (r = archive_read_data_block(j.a, &p, &n, &at)) == ARCHIVE_OK)
		s = n > 0 ? sink(ctx, as_bytes(p, n)) : AS_OK;
	(void)archive_read_free(j.a);
	return s == AS_OK && r != ARCHIVE_EOF ? AS_PARTIAL : s;
}

/* Names are kept in UTF-16 by some formats: the library turns them into what the locale has. The thread's is set
 * for the time; the scanner keeps that locale loaded, as an examiner may open no file. */
as_status as_la_list(as_unpack *u, as_span body, const as_la_kind *k)
{
	job j = { .u = u, .kind = k, .body = body };
	locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	locale_t before = utf8 ? uselocale(utf8) : (locale_t)0;
	as_status s = AS_OK;
	if (!begin(&j))
		s = j.a ? lost(&j, "the archive is damaged: its entries cannot be read") : AS_NOMEM;
	if (s == AS_OK)
		s = list(&j);
	(void)archive_read_free(j.a);
	if (utf8) {
		(void)uselocale(before);
		freelocale(utf8);
	}
	return s;
}
