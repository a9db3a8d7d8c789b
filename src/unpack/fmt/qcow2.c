/* SPDX-License-Identifier: Apache-2.0 */
/* qcow2: QEMU's disk image, versions 2 and 3, big-endian, in clusters.
 *    0 "QFI" fb   4 version   8 backing file's name: offset u64, length u32 at 16   20 log2 of the cluster size
 *   24 disk size u64   32 encryption   36 entries of L1   40 L1 table u64   48 refcount table u64
 *   56 its clusters u32   60 snapshots u32   64 their table u64; version 3:
 *   72 incompatible features u64   80 compatible   88 autoclear   96 log2 of a refcount's bits u32
 *  100 length of this header u32   104 compression u8 (0 deflate, 1 zstd); then extensions: type u32, length u32
 * L1 entry: bits 9 to 55 are the offset of an L2 table, which has an entry for each cluster: bits 9 to 55 its
 * offset; bit 0 it is zero; bit 62 packed: offset, and further sectors in the highest of the lower 62 bits. With
 * extended L2 tables each entry has 64 bits more: 32 subclusters that stand there, 32 that are zero. */
#include "unpack/disk.h"

enum {
	V2_LEN = 72,
	V3_LEN = 104,
	DIRTY = 1,
	CORRUPT = 2,
	EXTERNAL = 4,
	COMPRESSION = 8,
	EXTENDED = 16,
	SUBCLUSTERS = 32,
	SNAPSHOTS_MAX = 256,
	SECTOR = 512,
};

#define OFFSET UINT64_C(0x00fffffffffffe00)
#define PACKED (UINT64_C(1) << 62)
#define BACKING 0xe2792acau
#define EXTERNAL_NAME 0x44415441u
#define LUKS_HEADER 0x0537be77u

typedef struct header {
	uint32_t version, bits, crypt, n_l1, refcount_clusters, n_snapshots, len;
	uint64_t size, backing_at, backing_len, l1_at, refcounts_at, snapshots_at, features,
		cluster;
	as_method method;
} header;

typedef struct job {
	as_unpack *u;
	as_span body;
	header h;
	as_disk disk;
	uint64_t per_table; /* clusters that an L2 table tells of */
	bool missed;        /* a cluster that is not here was recorded */
} job;

static bool read_header(as_span image, header *h)
{
	as_cur c = as_cur_be(image, 4);
	*h = (header){ .version = as_u32(&c) };
	h->backing_at = as_u64(&c);
	h->backing_len = as_u32(&c);
	h->bits = as_u32(&c);
	h->size = as_u64(&c);
	h->crypt = as_u32(&c);
	h->n_l1 = as_u32(&c);
	h->l1_at = as_u64(&c);
	h->refcounts_at = as_u64(&c);
	h->refcount_clusters = as_u32(&c);
	h->n_snapshots = as_u32(&c);
	h->snapshots_at = as_u64(&c);
	h->len = V2_LEN;
	if (h->version == 3) {
		h->features = as_u64(&c);
		as_skip(&c, 20);
		h->len = as_u32(&c);
	}
	if (!as_ok(&c) || h->version < 2 || h->version > 3 || h->bits < 9 || h->bits > 21)
		return false;
	h->cluster = UINT64_C(1) << h->bits;
	bool zstd = h->version == 3 && h->features & COMPRESSION && as_at(image, V3_LEN) == 1;
	h->method = zstd ? AS_ZSTD : AS_DEFLATE;
	return h->l1_at % SECTOR == 0 && h->l1_at > 0 && h->refcounts_at % SECTOR == 0 &&
	       h->len <= h->cluster && h->len >= (h->version == 3 ? V3_LEN : V2_LEN) &&
	       h->size <= INT64_MAX && h->crypt <= 2 && h->backing_len <= 1023;
}

static as_status probe(as_span image, as_extent *out)
{
	header h;
	if (!read_header(image, &h))
		return AS_NOT_THIS;
	/* Its clusters lie anywhere: the end is known when they are. */
	*out = (as_extent){ .size = image.n, .sure = AS_PLAUSIBLE, .open_end = true };
	if (h.l1_at < image.n)
		out->sure = AS_STRUCTURED;
	return AS_OK;
}

static as_status put_luks(job *j, as_span where)
{
	as_cur c = as_cur_be(where, 0);
	uint64_t at = as_u64(&c), n = as_u64(&c);
	as_entry e = { .at = at, .type = AS_PART, .name = as_lit("luks-header") };
	e.data = as_cut(j->body, at, n);
	return e.data.n ? as_put(j->u, NULL, &e, NULL) : AS_OK;
}

static as_status extensions(job *j)
{
	as_cur c = as_cur_be(as_cut(j->body, 0, as_min(j->h.cluster, j->body.n)), j->h.len);
	as_status s = AS_OK;
	for (;;) {
		uint32_t type = as_u32(&c), len = as_u32(&c);
		as_span value = as_take(&c, len);
		if (!as_ok(&c) || type == 0)
			return s;
		as_align(&c, 8);
		if (type == BACKING)
			as_tell(j->u, value, "backing-format", value);
		if (type == EXTERNAL_NAME)
			as_tell(j->u, value, "data-file", value);
		if (type == LUKS_HEADER)
			s = as_worse(s, put_luks(j, value));
	}
}

/* A snapshot's tables are known bytes, too; clusters that only it has are left for the account to find. */
static void mark_tables(job *j, uint64_t at, uint64_t n)
{
	as_span table = as_cut(j->body, at, n * 8);
	as_cur c = as_cur_be(table, 0);
	as_struct(j->u, at, table.n, "qcow2 L1 table");
	while (as_left(&c) >= 8) {
		uint64_t l2 = as_u64(&c) & OFFSET;
		if (l2 > 0 && l2 < j->body.n)
			as_struct(j->u, l2, as_min(j->h.cluster, j->body.n - l2), "qcow2 L2 table");
	}
}

static as_status snapshots(job *j)
{
	as_cur c = as_cur_be(j->body, j->h.snapshots_at);
	for (uint32_t i = 0; i < j->h.n_snapshots; i++) {
		uint64_t at = as_pos(&c), l1 = as_u64(&c);
		uint32_t n_l1 = as_u32(&c);
		uint16_t id_len = as_u16(&c), name_len = as_u16(&c);
		uint32_t seconds = as_u32(&c);
		as_skip(&c, 16); /* nanoseconds, the guest's clock, size of its memory */
		as_skip(&c, as_u32(&c));
		as_span id = as_take(&c, id_len), name = as_take(&c, name_len);
		if (!as_ok(&c) || i == SNAPSHOTS_MAX)
			return as_lost(j->u, at, "not all snapshots were read");
		const char *key = (const char *)as_print(as_memory(j->u), "snapshot %u", i + 1).p;
		as_tellf(j->u, name, key ? key : "snapshot", "id=%.*s time=%u name=%.*s", (int)id.n,
			(const char *)id.p, seconds, (int)name.n, (const char *)name.p);
		as_struct(j->u, at, as_pos(&c) - at, "qcow2 snapshots");
		mark_tables(j, l1, n_l1);
		uint64_t pad = (8 - (as_pos(&c) - j->h.snapshots_at) % 8) % 8;
		as_skip(&c, as_min(pad, as_left(&c)));
	}
	return AS_OK;
}

static void mark_refcounts(job *j)
{
	uint64_t n = as_min(j->h.refcount_clusters * j->h.cluster,
		j->h.refcounts_at < j->body.n ? j->body.n - j->h.refcounts_at : 0);
	as_cur c = as_cur_be(as_cut(j->body, j->h.refcounts_at, n), 0);
	as_struct(j->u, j->h.refcounts_at, n, "qcow2 refcounts");
	while (as_left(&c) >= 8) {
		uint64_t block = as_u64(&c) & OFFSET;
		if (block > 0 && block < j->body.n)
			as_struct(j->u, block, as_min(j->h.cluster, j->body.n - block),
				"qcow2 refcounts");
	}
}

/* Bytes that the image does not have are those of the file that it builds on. */
static as_status elsewhere(job *j, uint64_t n)
{
	bool outside = j->h.backing_len > 0;
	as_status s = AS_OK;
	if (outside && !j->missed)
		s = as_refused(j->u, 8, "unsupported",
			"it builds on another image: what only that one has reads as zeros");
	j->missed = j->missed || outside;
	return as_worse(s, as_disk_zero(&j->disk, n));
}

static as_status packed(job *j, uint64_t entry)
{
	unsigned shift = 62 - (j->h.bits - 8);
	uint64_t at = entry & ((UINT64_C(1) << shift) - 1);
	uint64_t sectors = (entry & (PACKED - 1)) >> shift;
	uint64_t n = (sectors + 1) * SECTOR - at % SECTOR;
	return as_disk_packed(&j->disk, j->h.method, at, n, j->h.cluster);
}

static as_status extended(job *j, uint64_t entry, uint64_t bitmap)
{
	uint64_t at = entry & OFFSET, n = j->h.cluster / SUBCLUSTERS;
	as_status s = AS_OK;
	for (unsigned i = 0; i < SUBCLUSTERS && s <= AS_PARTIAL; i++, at += n) {
		bool here = bitmap >> i & 1, zero = bitmap >> (32 + i) & 1;
		as_status one = zero   ? as_disk_zero(&j->disk, n)
				: here ? as_disk_at(&j->disk, at, n)
				       : elsewhere(j, n);
		s = as_worse(s, one);
	}
	return s;
}

static as_status cluster(job *j, as_cur *c)
{
	uint64_t entry = as_u64(c), bitmap = j->h.features & EXTENDED ? as_u64(c) : 0;
	if (!as_ok(c))
		return as_disk_lost(&j->disk, j->body.n, j->h.cluster,
			"the image ends inside a table: zeros stand for its clusters");
	if (entry & PACKED)
		return packed(j, entry);
	if (j->h.features & EXTENDED)
		return extended(j, entry, bitmap);
	if (entry & 1 && j->h.version == 3)
		return as_disk_zero(&j->disk, j->h.cluster);
	if ((entry & OFFSET) == 0)
		return elsewhere(j, j->h.cluster);
	return as_disk_at(&j->disk, entry & OFFSET, j->h.cluster);
}

static as_status table(job *j, uint64_t at)
{
	uint64_t covers = j->per_table * j->h.cluster;
	if (at == 0)
		return elsewhere(j, covers);
	if (at >= j->body.n)
		return as_disk_lost(&j->disk, j->body.n, covers,
			"a table lies outside the image: zeros stand for its clusters");
	as_status s = as_visit(j->u, at);
	if (s == AS_PARTIAL)
		return as_disk_lost(&j->disk, at, covers, "a table is used twice");
	uint64_t n = as_min(j->h.cluster, j->body.n - at);
	as_struct(j->u, at, n, "qcow2 L2 table");
	as_cur c = as_cur_be(as_cut(j->body, at, n), 0);
	for (uint64_t i = 0; i < j->per_table && s <= AS_PARTIAL && j->disk.done < j->disk.size;
		i++)
		s = as_worse(s, cluster(j, &c));
	return s;
}

static as_status tables(job *j)
{
	as_cur c = as_cur_be(j->body, as_min(j->h.l1_at, j->body.n));
	as_status s = AS_OK;
	for (uint32_t i = 0; i < j->h.n_l1 && s <= AS_PARTIAL && j->disk.done < j->disk.size; i++) {
		uint64_t entry = as_u64(&c);
		if (!as_ok(&c))
			return as_worse(s, as_disk_lost(&j->disk, j->body.n, j->disk.size,
						   "the image ends inside its table"));
		s = as_worse(s, table(j, entry & OFFSET));
	}
	return s;
}

static void tell(job *j)
{
	static const char *const crypts[] = { "none", "aes", "luks" };
	const header *h = &j->h;
	as_span body = j->body, backing = as_cut(body, h->backing_at, h->backing_len);
	as_tellf(j->u, as_cut(body, 4, 4), "version", "%u", h->version);
	as_tellf(j->u, as_cut(body, 24, 8), "disk-size", "%llu", (unsigned long long)h->size);
	as_tellf(j->u, as_cut(body, 20, 4), "cluster-size", "%llu", (unsigned long long)h->cluster);
	as_tell(j->u, as_cut(body, 32, 4), "encryption", as_lit(crypts[h->crypt % 3]));
	if (h->features & COMPRESSION)
		as_tell(j->u, as_cut(body, V3_LEN, 1), "compression",
			as_lit(h->method == AS_ZSTD ? "zstd" : "deflate"));
	if (backing.n > 0)
		as_tell(j->u, backing, "backing-file", backing);
	if (h->features & (DIRTY | CORRUPT))
		as_tell(j->u, as_cut(body, 72, 8), "state",
			as_lit(h->features & CORRUPT ? "corrupt" : "dirty"));
}

static as_status unpack(as_unpack *u, as_span body)
{
	job j = { .u = u, .body = body };
	if (!read_header(body, &j.h))
		return as_lost(u, 0, "header is damaged");
	bool wide = j.h.features & EXTENDED;
	j.per_table = j.h.cluster / (wide ? 16 : 8);
	as_struct(u, 0, as_min(j.h.cluster, body.n), "qcow2 header");
	tell(&j);
	mark_refcounts(&j);
	mark_tables(&j, j.h.l1_at, j.h.n_l1);
	as_status s = extensions(&j);
	s = as_worse(s, snapshots(&j));
	if (j.h.features >= EXTENDED * 2)
		return as_refused(u, 72, "unsupported", "features of a newer version");
	if (j.h.features & EXTERNAL)
		return as_refused(
			u, 72, "unsupported", "the disk's contents stand in another file");
	as_status begun = as_disk_begin(&j.disk, u, body, j.h.size, "disk");
	if (begun != AS_OK)
		return begun;
	if (j.h.crypt != 0) {
		j.disk.hint = "raw";
		j.disk.name = as_lit("encrypted-disk");
		s = as_worse(s, as_refused(u, 32, "encrypted", "the disk is encrypted"));
	}
	if (s <= AS_PARTIAL)
		s = as_worse(s, tables(&j));
	return as_disk_end(&j.disk, s, "clusters of the disk");
}

const as_format as_format_qcow2 = {
	.id = "qcow2",
	.title = "QEMU disk image (qcow2)",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "QFI\xfb", .len = 4, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "versions 2 and 3", "clusters of 512 bytes to 2 MiB",
		"packed with deflate or zstd", "zero clusters", "extended L2 tables", NULL },
	.keeps = (const char *const[]){ "holes", "names and times of snapshots",
		"the backing file's name", NULL },
	.verifies = NULL,
	.samples = (const char *const[]){ "qemu-img 7.2", NULL },
	.gaps = (const char *const[]){ "backing and external data files are not read",
		"disks of snapshots: what only they have stands as gaps",
		"refcounts are not checked", "encrypted disks (AES, LUKS) are not decrypted",
		NULL },
	.spec = "https://www.qemu.org/docs/master/interop/qcow2.html",
	.see = "qemu-img convert -O raw IN OUT",
};
