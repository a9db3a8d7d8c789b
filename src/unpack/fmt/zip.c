/* SPDX-License-Identifier: Apache-2.0 */
/* zip: entries of a local header and data, then the central directory, which has a header for each
 * entry again and counts (both: zip_entry.c), then the end record:
 *    0 "PK\5\6"   4 disk u16   6 disk of the directory u16   8 entries here u16   10 entries u16
 *   12 directory size u32   16 directory offset u32   20 comment length u16, comment
 * before it, where a number does not fit, a locator "PK\6\7" (20 bytes) and a 64-bit end record:
 *    0 "PK\6\6"   4 length u64   12 versions, disks   24 entries here u64   32 entries u64
 *   40 directory size u64   48 directory offset u64
 * Offsets count from the archive's start, or from before it if a program was put in front. Without
 * a directory the local headers are walked. */
#include "unpack/fmt/zip.h"

enum { END = 22, LOCATOR = 20, END64 = 56 };

typedef struct directory {
	uint64_t at, n; /* body offset, bytes */
	uint64_t entries;
	uint64_t lead; /* bytes before the archive that offsets count as well */
	uint64_t end;  /* body offset behind the end record: the archive's size */
} directory;

/* The 64-bit end record and its locator, if they stand before the end record at body offset at. */
static bool read_end64(as_span body, uint64_t at, directory *d, uint64_t *offset)
{
	as_cur c = as_cur_le(body, at >= LOCATOR + END64 ? at - LOCATOR - END64 : UINT64_MAX);
	uint64_t from = as_pos(&c);
	bool is = as_is(as_take(&c, 4), "PK\6\6");
	as_skip(&c, 28);
	uint64_t entries = as_u64(&c), n = as_u64(&c), first = as_u64(&c);
	is = is && as_is(as_take(&c, 4), "PK\6\7");
	if (!as_ok(&c) || !is || n > from)
		return false;
	d->entries = entries;
	d->n = n;
	d->at = from - n;
	*offset = first;
	return true;
}

static bool read_end(as_span body, uint64_t at, directory *d)
{
	as_cur c = as_cur_le(body, at);
	as_skip(&c, 10);
	d->entries = as_u16(&c);
	d->n = as_u32(&c);
	uint64_t offset = as_u32(&c);
	as_skip(&c, as_u16(&c));
	d->end = as_pos(&c);
	d->at = at - d->n;
	if (!as_ok(&c) || (!read_end64(body, at, d, &offset) && d->n > at))
		return false;
	d->lead = offset - d->at;
	/* Counted from our start or from before it; an archive inside this one would count from
	 * behind. */
	return offset >= d->at;
}

/* Whether the directory's first entry leads to a local header of the same name. */
static bool leads_back(as_span body, const directory *d)
{
	as_zip_entry central, local;
	if (d->entries == 0)
		return d->n == 0 && d->at == 0;
	return as_zip_read_central(body, d->at, &central) && central.local >= d->lead &&
	       as_zip_read_local(body, central.local - d->lead, &local) &&
	       as_same(central.e.name, local.e.name);
}

static bool find_directory(as_span body, uint64_t from, directory *d)
{
	size_t at = as_find(body, as_lit("PK\5\6"), from);
	for (; at != SIZE_MAX; at = as_find(body, as_lit("PK\5\6"), at + 1))
		if (read_end(body, at, d) && leads_back(body, d))
			return true;
	return false;
}

/* Walks local headers as long as it is known where the next one is; *n counts them. *open: the last
 * one's data has no known end, or none in the body. */
static uint64_t walk(as_span body, size_t *n, bool *open)
{
	as_zip_entry z;
	uint64_t at = 0;
	*n = 0;
	*open = false;
	while (!*open && as_zip_read_local(body, at, &z)) {
		*open = z.unknown || z.next > body.n;
		at = *open ? z.data_at : z.next;
		(*n)++;
	}
	return at;
}

static bool is_sound(as_span body)
{
	as_zip_entry z;
	return as_zip_read_local(body, 0, &z) && z.method < 100 &&
	       as_find_byte(z.e.name, 0, 0) == SIZE_MAX && z.e.name.n < 4096;
}

static as_status probe(as_span image, as_extent *out)
{
	directory d;
	size_t n = 0;
	bool open = false;
	bool empty = as_starts(image, "PK\5\6");
	if (!empty && !is_sound(image))
		return AS_NOT_THIS;
	uint64_t at = empty ? 0 : walk(image, &n, &open);
	if (find_directory(as_cut(image, 0, empty ? as_min(image.n, END) : image.n), at, &d)) {
		*out = (as_extent){ .size = d.end, .sure = AS_STRUCTURED };
		return AS_OK;
	}
	if (n == 0 || empty)
		return AS_NOT_THIS;
	*out = (as_extent){ .size = open ? image.n : at, .sure = AS_PLAUSIBLE, .open_end = open };
	return AS_OK;
}

/* What the two headers of an entry should say alike and do not, in words; NULL: nothing. Of two readers each may
 * believe another header. */
static const char *dispute(const as_zip_entry *central, const as_zip_entry *local)
{
	bool later = local->flags & AS_ZIP_DESCRIPTOR; /* sizes and sum stand behind the data */
	bool sizes = central->packed == local->packed && central->size == local->size &&
		     central->crc == local->crc;
	if (!as_same(central->e.name, local->e.name))
		return "local header and directory give different names";
	if (central->method != local->method || (!sizes && !(later && local->crc == 0)))
		return "local header and directory give different contents";
	return NULL;
}

/* Joins what the two headers say; the central one counts. False: the local header is not there. */
static bool join(as_span body, as_zip_entry *z, const directory *d, const char **differ)
{
	as_zip_entry local;
	if (z->local < d->lead || !as_zip_read_local(body, z->local - d->lead, &local))
		return false;
	*differ = dispute(z, &local);
	z->e.at = z->local - d->lead;
	z->data_at = local.data_at;
	if (!(z->e.has & AS_HAS_OWNER) && local.e.has & AS_HAS_OWNER) {
		z->e.has |= AS_HAS_OWNER;
		z->e.uid = local.e.uid;
		z->e.gid = local.e.gid;
	}
	return true;
}

/* Where what follows data with a descriptor ends: CRC-32, packed and unpacked size, with or without
 * a signature. */
static uint64_t skip_descriptor(as_span body, uint64_t at)
{
	bool marked = as_is(as_cut(body, at, 4), "PK\7\x8");
	uint64_t plain = at + 12 + (marked ? 4 : 0);
	bool narrow = as_starts(as_from(body, plain), "PK");
	return as_min(narrow ? plain : plain + 8, body.n);
}

static as_status put(as_unpack *u, as_span body, as_zip_entry *z, const directory *d, uint64_t at)
{
	const char *differ = NULL;
	if (!join(body, z, d, &differ))
		return as_lost(u, at, "directory leads to no local header");
	as_status s = as_visit(u, z->e.at);
	if (s != AS_OK)
		return s;
	if (differ)
		s = as_lost(u, z->e.at, differ);
	uint64_t end = z->data_at + z->packed;
	as_struct(u, z->e.at, z->data_at - z->e.at, "zip local header");
	if (z->flags & AS_ZIP_DESCRIPTOR && end < d->at)
		as_struct(u, end, skip_descriptor(body, end) - end, "zip data descriptor");
	return as_worse(s, as_zip_put(u, body, z, NULL));
}

static as_status list(as_unpack *u, as_span body, const directory *d)
{
	as_zip_entry z;
	as_zip_updates updates = { 0 };
	as_status worst = AS_OK;
	uint64_t at = d->at, packed = 0;
	as_struct(u, d->at, d->end - d->at, "zip directory");
	for (uint64_t left = d->entries; left > 0 && worst <= AS_PARTIAL; left--) {
		if (!as_zip_read_central(body, at, &z))
			return as_lost(u, at, "directory ends early");
		/* More packed bytes than there are: entries share data, as only bombs do. */
		if (z.packed > body.n || (packed += z.packed) > body.n)
			return as_lost(u, at, "entries overlap one another");
		worst = as_worse(worst, put(u, body, &z, d, at));
		as_zip_note(&updates, &z);
		at = z.next;
	}
	return worst <= AS_PARTIAL ? as_worse(worst, as_zip_images(u, body, &updates)) : worst;
}

static as_status list_local(as_unpack *u, as_span body)
{
	as_zip_entry z;
	as_status worst =
		as_lost(u, body.n, "archive has no directory: local headers are read instead");
	uint64_t at = 0;
	while (worst <= AS_PARTIAL && as_zip_read_local(body, at, &z)) {
		uint64_t used = 0;
		as_struct(u, at, z.data_at - at, "zip local header");
		if (z.unknown && (z.method == 0 || z.flags & AS_ZIP_ENCRYPTED) &&
			!as_ends(z.e.name, "/"))
			return as_worse(worst, as_lost(u, at, "size of an entry is not known"));
		worst = as_worse(worst, as_zip_put(u, body, &z, &used));
		at = z.unknown ? skip_descriptor(body, z.data_at + used) : as_min(z.next, body.n);
	}
	return worst;
}

static as_status unpack(as_unpack *u, as_span body)
{
	directory d;
	size_t n = 0;
	bool open = false;
	if (find_directory(body, as_starts(body, "PK\5\6") ? 0 : walk(body, &n, &open), &d))
		return list(u, body, &d);
	return list_local(u, body);
}

const as_format as_format_zip = {
	.id = "zip",
	.title = "zip archive",
	.kind = AS_ARCHIVE,
	.shared = true,
	.magic = (const as_magic[]){ { .bytes = "PK\3\4", .len = 4, .at = 0 },
		{ .bytes = "PK\5\6", .len = 4, .at = 0, .start = true },
		{ .bytes = "DH\3\4", .len = 4, .at = 0, .start = true }, { 0 } },
	.probe = probe,
	.unpack = unpack,
	.anywhere = true,
	.variants =
		(const char *const[]){
			"stored, deflate, Deflate64, bzip2, LZMA, Zstandard, xz, PPMd",
			"block-based updates of Android: images of partitions put together from "
			"NAME.new.dat or NAME.new.dat.br and NAME.transfer.list",
			"zip64, descriptors behind the data", "a program in front",
			"without a directory: by local headers", NULL },
	.verifies = (const char *const[]){ "CRC-32 and size of each entry",
		"directory against local headers", NULL },
	.keeps = (const char *const[]){ "mode, owner and time of change, if stored",
		"symbolic links", NULL },
	.samples = (const char *const[]){ "Python 3.11 (zipfile)", "7z (7zip 26.02)",
		"brotli 1.0.9", NULL },
	.gaps = (const char *const[]){ "encrypted entries are listed, not opened",
		"shrink, reduce, implode and methods of vendors are not decoded",
		"updates of Android that change what is on the device: blocks that are not new "
		"read as zeros",
		"NAME.new.dat.br, whose image stands beside it, is itself told as packed in an "
		"unknown "
		"way",
		"archives of several volumes are not joined", "DOS times are taken as UTC", NULL },
	.spec = "https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT",
	.see = "unzip -p IN PATTERN > OUT",
};
