/* SPDX-License-Identifier: Apache-2.0 */
/* VMDK: VMware's disk image, little-endian, in sectors of 512 bytes. A sparse extent:
 *    0 "KDMV"   4 version u32   8 flags u32   12 capacity u64   20 grain   28 descriptor   36 its sectors
 *   44 entries of a grain table u32   48 spare grain directory u64   56 grain directory   64 sectors before the data
 *   72 not closed u8   73 "\n \r\n"   77 compression u16 (1: zlib)
 * The directory has the sectors of the tables, u32; a table those of the grains: 0 none, 1 zeros (with flag 4). With
 * flag 10000h grains are packed and each has a header: first sector of the disk u64, bytes u32. In a stream the
 * directory is at ffff...: then a second header stands before the last sector, and all else has markers:
 *    0 value u64   8 0 u32   12 kind u32 (0 end, 1 table, 2 directory, 3 footer)
 * A descriptor is text: KEY=VALUE, and lines RW|RDONLY|NOACCESS SECTORS KIND "FILE" OFFSET. It may be a file of its own
 * whose extents are other files. */
#include "unpack/disk.h"

enum {
	SECTOR = 512,
	HEADER = 79,
	SPARE = 2,
	ZEROED = 4,
	PACKED = 0x10000,
	MARKERS = 0x20000,
	GRAIN_MAX = 1 << 16, /* sectors */
	TEXT_MAX = 64 << 10,
	LINES_MAX = 256,
};

typedef struct header {
	uint32_t version, flags, per_table;
	uint64_t capacity, grain, text_at, text_len, spare_at, directory_at, overhead;
	uint8_t open;
	as_span newlines;
	uint16_t compression;
} header;

typedef struct job {
	as_unpack *u;
	as_span body;
	header h;
	as_disk disk;
	as_span spare; /* the other grain directory, or empty */
	bool spared;   /* it was used, and that was recorded */
} job;

static bool read_header(as_span image, uint64_t at, header *h)
{
	as_span raw = as_cut(image, at, HEADER);
	as_cur c = as_cur_le(raw, 4);
	*h = (header){ .version = as_u32(&c) };
	h->flags = as_u32(&c);
	h->capacity = as_u64(&c);
	h->grain = as_u64(&c);
	h->text_at = as_u64(&c);
	h->text_len = as_u64(&c);
	h->per_table = as_u32(&c);
	h->spare_at = as_u64(&c);
	h->directory_at = as_u64(&c);
	h->overhead = as_u64(&c);
	h->open = as_u8(&c);
	h->newlines = as_take(&c, 4);
	h->compression = as_u16(&c);
	return as_ok(&c) && as_starts(raw, "KDMV") && h->version >= 1 && h->version <= 3 &&
	       h->grain > 0 && h->grain <= GRAIN_MAX && h->per_table > 0 &&
	       h->per_table <= 1 << 16 && h->capacity <= INT64_MAX / SECTOR &&
	       h->text_at < UINT32_MAX && h->text_len < UINT32_MAX && h->compression <= 1;
}

static bool is_text(as_span image) { return as_starts(image, "# Disk DescriptorFile"); }

/* The descriptor: its lines are text up to a NUL or something else. */
static as_span text_of(as_span image, uint64_t at, uint64_t n)
{
	as_span all = as_cut(image, at, at < image.n ? as_min(n, image.n - at) : 0);
	size_t end = 0;
	while (end < all.n && (all.p[end] >= 0x20 || all.p[end] == '\n' || all.p[end] == '\r' ||
				      all.p[end] == '\t'))
		end++;
	return as_cut(all, 0, end);
}

static as_status probe(as_span image, as_extent *out)
{
	header h;
	if (is_text(image)) {
		as_span text = text_of(image, 0, as_min(image.n, TEXT_MAX));
		*out = (as_extent){ .size = text.n, .sure = AS_PLAUSIBLE };
		return as_has(text, "createType") ? AS_OK : AS_NOT_THIS;
	}
	if (!read_header(image, 0, &h))
		return AS_NOT_THIS;
	/* Its grains lie anywhere: the end is known when they are. */
	*out = (as_extent){ .size = image.n, .sure = AS_PLAUSIBLE, .open_end = true };
	if (as_is(h.newlines, "\n \r\n"))
		out->sure = AS_STRUCTURED;
	return AS_OK;
}

/* Tells the descriptor; *elsewhere: an extent, or a parent, is another file. */
static void describe(as_unpack *u, as_span text, bool *elsewhere, bool *parent)
{
	static const char *const keys[] = { "createType", "CID", "parentCID", "parentFileNameHint",
		"ddb.adapterType", "ddb.virtualHWVersion", "ddb.toolsVersion", "ddb.uuid" };
	as_cur c = as_cur_le(text, 0);
	as_span line;
	for (unsigned i = 0, extent = 1; i < LINES_MAX && as_line(&c, &line); i++) {
		as_span word = as_word(line, 0);
		if (as_is(word, "RW") || as_is(word, "RDONLY") || as_is(word, "NOACCESS")) {
			const char *name =
				(const char *)as_print(as_memory(u), "extent %u", extent++).p;
			as_tell(u, line, name ? name : "extent", line);
			*elsewhere = *elsewhere || !as_is(as_word(line, 2), "SPARSE");
		}
		as_span key = as_trim(as_field(line, '=', 0));
		as_span value = as_unquote(as_trim(as_field(line, '=', 1)));
		for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++)
			if (value.n > 0 && as_is(key, keys[k]))
				as_tell(u, line, keys[k], value);
		*parent = *parent || (as_is(key, "parentCID") && value.n > 0 &&
					     !as_is_nocase(value, "ffffffff"));
	}
}

/* The header with the directory: a stream's second one stands before its last sector. */
static bool find_header(as_span body, header *h)
{
	if (!read_header(body, 0, h) || h->directory_at != UINT64_MAX)
		return h->directory_at != UINT64_MAX;
	header last;
	for (uint64_t back = 2; back <= 3; back++)
		if (body.n >= back * SECTOR && body.n % SECTOR == 0 &&
			read_header(body, body.n - back * SECTOR, &last) &&
			last.directory_at != UINT64_MAX) {
			*h = last;
			return true;
		}
	return false;
}

static as_status grain(job *j, uint32_t sector)
{
	uint64_t n = j->h.grain * SECTOR, at = (uint64_t)sector * SECTOR;
	if (sector == 0 || (sector == 1 && j->h.flags & ZEROED))
		return as_disk_zero(&j->disk, n);
	if (!(j->h.flags & PACKED))
		return as_disk_at(&j->disk, at, n);
	as_cur c = as_cur_le(j->body, as_min(at, j->body.n));
	bool marked = j->h.flags & MARKERS;
	uint64_t place = marked ? as_u64(&c) : 0;
	uint32_t packed = as_u32(&c);
	if (!as_ok(&c))
		return as_disk_lost(
			&j->disk, j->body.n, n, "the image ends before the disk's contents do");
	if (marked && place * SECTOR != j->disk.done)
		return as_disk_lost(&j->disk, at, n, "a grain is of another place of the disk");
	as_status s = as_disk_packed(&j->disk, AS_ZLIB, as_pos(&c), packed, n);
	uint64_t end = (as_pos(&c) + (uint64_t)packed + SECTOR - 1) / SECTOR * SECTOR;
	as_struct(j->u, at, as_min(end, j->body.n) - at, "grains of the disk");
	return s;
}

/* The grain table of the directory's entry i, as far as the image has it; of the spare directory if the first one
 * leads nowhere. */
static as_span table_of(job *j, uint64_t i, uint32_t sector, as_status *s)
{
	uint64_t n = (uint64_t)j->h.per_table * 4;
	as_span table = as_cut(j->body, (uint64_t)sector * SECTOR, n);
	as_cur c = as_cur_le(j->spare, i * 4);
	uint64_t spare_at = (uint64_t)as_u32(&c) * SECTOR;
	as_span other = spare_at > 0 ? as_cut(j->body, spare_at, n) : (as_span){ 0 };
	if (other.n > 0)
		as_struct(j->u, spare_at, (n + SECTOR - 1) / SECTOR * SECTOR,
			"VMDK spare grain table");
	if (table.n > 0 || other.n == 0)
		return table;
	if (!j->spared)
		*s = as_worse(
			*s, as_lost(j->u, j->body.n, "a grain table is lost: the spare was used"));
	j->spared = true;
	return other;
}

static as_status grains(job *j, uint64_t i, uint32_t sector)
{
	uint64_t covers = j->h.per_table * j->h.grain * SECTOR, at = (uint64_t)sector * SECTOR;
	as_status s = AS_OK;
	if (sector == 0)
		return as_disk_zero(&j->disk, covers);
	as_span table = table_of(j, i, sector, &s);
	if (table.n == 0)
		return as_disk_lost(&j->disk, as_min(at, j->body.n), covers,
			"a grain table lies outside the image: zeros stand for its grains");
	as_status met = as_visit(j->u, at);
	if (met == AS_PARTIAL)
		return as_disk_lost(&j->disk, at, covers, "a table is used twice");
	s = as_worse(s, met);
	as_struct(j->u, at, (table.n + SECTOR - 1) / SECTOR * SECTOR, "VMDK grain table");
	as_cur c = as_cur_le(table, 0);
	while (as_left(&c) >= 4 && s <= AS_PARTIAL && j->disk.done < j->disk.size)
		s = as_worse(s, grain(j, as_u32(&c)));
	return s;
}

static as_status tables(job *j)
{
	uint64_t covers = j->h.per_table * j->h.grain;
	uint64_t n = (j->h.capacity + covers - 1) / covers, at = j->h.directory_at, spare = 0;
	as_status s = AS_OK;
	as_cur c = as_cur_le(j->body, at < j->body.n / SECTOR ? at * SECTOR : j->body.n);
	if (j->h.flags & SPARE && j->h.spare_at < j->body.n / SECTOR) {
		spare = j->h.spare_at * SECTOR;
		j->spare = as_cut(j->body, spare, as_min(n * 4, j->body.n - spare));
		as_struct(j->u, spare, (j->spare.n + SECTOR - 1) / SECTOR * SECTOR,
			"VMDK spare grain directory");
	}
	uint64_t begin = as_pos(&c);
	for (uint64_t i = 0; i < n && s <= AS_PARTIAL && j->disk.done < j->disk.size; i++) {
		uint32_t sector = as_u32(&c);
		if (!as_ok(&c))
			return as_worse(s, as_disk_lost(&j->disk, j->body.n, j->disk.size,
						   "the image ends inside its table"));
		s = as_worse(s, grains(j, i, sector));
	}
	uint64_t used = (as_pos(&c) - begin + SECTOR - 1) / SECTOR * SECTOR;
	as_struct(j->u, begin, used, "VMDK grain directory");
	return s;
}

/* A stream without its end has no directory: its grains stand in order, each with its place. */
static as_status stream(job *j)
{
	as_status s =
		as_lost(j->u, j->body.n, "the directory is missing: the grains were read in turn");
	uint64_t at = j->h.overhead < j->body.n / SECTOR ? j->h.overhead * SECTOR : j->body.n;
	while (s <= AS_PARTIAL && at < j->body.n) {
		as_cur c = as_cur_le(j->body, at);
		uint64_t value = as_u64(&c);
		uint32_t packed = as_u32(&c), kind = packed == 0 ? as_u32(&c) : 0;
		uint64_t n = packed == 0 ? SECTOR + (kind ? value * SECTOR : 0)
					 : ((uint64_t)packed + 12 + SECTOR - 1) / SECTOR * SECTOR;
		if (!as_ok(&c) ||
			(packed == 0 && (kind == 0 || kind > 3 || value > j->body.n / SECTOR)))
			return s;
		as_struct(j->u, at, as_min(n, j->body.n - at), "grains of the disk");
		uint64_t place = value < INT64_MAX / SECTOR ? value * SECTOR : j->disk.done;
		if (packed > 0 && place >= j->disk.done) {
			s = as_worse(s, as_disk_zero(&j->disk, place - j->disk.done));
			s = as_worse(s, as_disk_packed(&j->disk, AS_ZLIB, at + 12, packed,
						j->h.grain * SECTOR));
		}
		at += n;
	}
	return s;
}

/* Footer and markers of a stream: each is a sector, and what it tells of follows. */
static void mark_end(job *j)
{
	uint64_t n = j->body.n;
	as_struct(j->u, n - 3 * SECTOR, 3 * SECTOR, "VMDK footer");
	as_struct(j->u, (j->h.directory_at - 1) * SECTOR, SECTOR, "VMDK marker");
	as_cur c = as_cur_le(j->body, as_min(j->h.directory_at * SECTOR, n));
	for (uint64_t i = 0; i < j->h.capacity / (j->h.grain * j->h.per_table) + 1; i++) {
		uint32_t table = as_u32(&c);
		if (!as_ok(&c))
			return;
		if (table > 1)
			as_struct(j->u, (uint64_t)(table - 1) * SECTOR, SECTOR, "VMDK marker");
	}
}

static as_status put_sparse(as_unpack *u, as_span body, bool parent)
{
	job j = { .u = u, .body = body };
	as_status s = AS_OK;
	header first;
	(void)read_header(body, 0, &first);
	bool found = find_header(body, &j.h);
	if (!found)
		j.h = first;
	as_status begun = as_disk_begin(&j.disk, u, body, j.h.capacity * SECTOR, "disk");
	if (begun != AS_OK)
		return begun;
	if (parent)
		s = as_refused(u, first.text_at * SECTOR, "unsupported",
			"it builds on another image: what only that one has reads as zeros");
	if (first.open)
		s = as_worse(s, as_lost(u, 72, "the image was not closed"));
	if (found && first.directory_at == UINT64_MAX && j.h.directory_at < body.n / SECTOR)
		mark_end(&j);
	s = as_worse(s, found ? tables(&j) : stream(&j));
	return as_disk_end(&j.disk, s, "grains of the disk");
}

static as_status unpack(as_unpack *u, as_span body)
{
	bool elsewhere = false, parent = false;
	header h;
	if (is_text(body)) {
		describe(u, body, &elsewhere, &parent);
		as_struct(u, 0, body.n, "VMDK descriptor");
		return as_refused(u, 0, "unsupported", "the disk's contents stand in other files");
	}
	if (!read_header(body, 0, &h))
		return as_lost(u, 0, "header is damaged");
	as_struct(u, 0, SECTOR, "VMDK header");
	uint64_t text_at = h.text_at * SECTOR;
	if (h.text_at > 0 && text_at < body.n) {
		uint64_t n = as_min(h.text_len * SECTOR, body.n - text_at);
		as_struct(u, text_at, n, "VMDK descriptor");
		describe(u, text_of(body, text_at, as_min(n, TEXT_MAX)), &elsewhere, &parent);
	}
	as_tellf(u, as_cut(body, 12, 8), "disk-size", "%llu",
		(unsigned long long)(h.capacity * SECTOR));
	return put_sparse(u, body, parent);
}

const as_format as_format_vmdk = {
	.id = "vmdk",
	.title = "VMware disk image",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "KDMV", .len = 4, .at = 0 },
		{ .bytes = "# Disk DescriptorFile", .len = 21, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "monolithicSparse", "streamOptimized",
		"each extent of twoGbMaxExtentSparse for itself", "descriptors", NULL },
	.keeps = (const char *const[]){ "holes", "the descriptor", NULL },
	.verifies = NULL,
	.samples = (const char *const[]){ "qemu-img 7.2", NULL },
	.gaps = (const char *const[]){ "extents and parents in other files are not read",
		"sparse extents of ESX (COWD, SESPARSE)", NULL },
	.spec = "https://www.vmware.com/app/vmdk/?src=vmdk",
	.see = "qemu-img convert -f vmdk -O raw IN OUT",
};
