/* SPDX-License-Identifier: Apache-2.0 */
/* Mender's artifacts: a tar archive of version (JSON), manifest (SHA-256 and name, a line each), manifest.sig (Base64),
 * header.tar.* and data/NNNN.tar.*, whose own entries stand in the manifest as data/NNNN/name. */
#include "base/text.h"
#include "codec/codec.h"
#include "unpack/bundle.h"
#include "unpack/fmt/tar.h"
#include "unpack/vendor.h"

#include <openssl/evp.h>

enum { FILES_MAX = 256, LINES_MAX = 4096, HEX = 64, BLOCK = 512 };

typedef struct job {
	as_unpack *u;
	as_span body, manifest;
	uint64_t hashable; /* bytes that may still be hashed */
} job;

static bool find_file(as_span body, as_span name, as_span *data)
{
	as_tar_head h;
	unsigned n = 0;
	for (uint64_t at = 0; n < FILES_MAX && as_tar_read(body, at, &h); at = h.next, n++)
		if (as_same(h.e.name, name)) {
			*data = as_cut(body, h.data_at, h.n);
			return true;
		}
	return false;
}

static as_status probe(as_span image, as_extent *out)
{
	as_tar_head h;
	uint64_t at = 0;
	if (!as_bundle_is_mender(image))
		return AS_NOT_THIS;
	while (as_tar_read(image, at, &h))
		at = as_min(h.next, image.n);
	if (at == 0)
		return AS_NOT_THIS;
	for (unsigned i = 0; i < 2 && image.n - at >= BLOCK && as_all(as_cut(image, at, BLOCK), 0);
		i++)
		at += BLOCK;
	*out = (as_extent){ .size = at, .sure = AS_CHECKSUMMED };
	return AS_OK;
}

static as_status tell(job *j, as_span line, as_span name, const uint8_t *sum, as_span stated)
{
	as_buf b = { 0 };
	uint64_t at = 0;
	const char *what = (const char *)as_print(
		as_memory(j->u), "file %.*s", (int)as_min(name.n, 256), (const char *)name.p)
				   .p;
	as_hex_add(&b, as_bytes(sum, 32));
	bool right = !b.bad && as_same_nocase(as_buf_span_of(&b), stated);
	as_buf_free(&b);
	(void)as_within(j->body, line, &at);
	if (what)
		as_tellf(j->u, line, what, "sha256 %s", right ? "ok" : "wrong");
	return right ? AS_OK : as_lost(j->u, at, "a file's SHA-256 is not the one in the manifest");
}

/* The line of the manifest that is about name, and the digest it states. */
static bool line_of(as_span manifest, as_span name, as_span *line, as_span *stated)
{
	as_cur c = as_cur_le(manifest, 0);
	for (unsigned n = 0; n < LINES_MAX && as_line(&c, line); n++) {
		*stated = as_word(*line, 0);
		if (stated->n == HEX && as_same(as_word(*line, 1), name))
			return true;
	}
	return false;
}

/* The entries of data/NNNN.tar.*, as they come out of the decoder. */
typedef struct inner {
	job *j;
	as_span folder; /* data/NNNN */
	uint8_t head[BLOCK];
	size_t n_head;
	uint64_t left, skip; /* of the entry's data; of what fills its last block */
	EVP_MD_CTX *md;      /* owned */
	as_span line, stated, name;
	bool listed;
	as_status worst;
} inner;

static void begin_entry(inner *in)
{
	as_tar_head h;
	in->n_head = 0;
	in->listed = false;
	if (!as_tar_read(as_bytes(in->head, BLOCK), 0, &h))
		return;
	in->left = h.e.type == AS_FILE ? h.n : 0;
	in->skip = (BLOCK - in->left % BLOCK) % BLOCK;
	in->name = as_print(as_memory(in->j->u), "%.*s/%.*s", (int)in->folder.n,
		(const char *)in->folder.p, (int)h.e.name.n, (const char *)h.e.name.p);
	in->listed = h.e.type == AS_FILE &&
		     line_of(in->j->manifest, in->name, &in->line, &in->stated) &&
		     EVP_DigestInit_ex(in->md, EVP_sha256(), NULL) == 1;
}

static as_status end_entry(inner *in)
{
	uint8_t sum[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	if (!in->listed || EVP_DigestFinal_ex(in->md, sum, &n) != 1)
		return AS_OK;
	in->listed = false;
	return tell(in->j, in->line, in->name, sum, in->stated);
}

static as_status on_bytes(void *ctx, as_span bytes)
{
	inner *in = ctx;
	as_cur c = as_cur_le(bytes, 0);
	if (bytes.n > in->j->hashable)
		return AS_LIMIT;
	in->j->hashable -= bytes.n;
	while (as_left(&c) > 0) {
		if (in->left > 0) {
			as_span piece = as_take(&c, as_min(in->left, as_left(&c)));
			in->left -= piece.n;
			if (in->listed && EVP_DigestUpdate(in->md, piece.p, piece.n) != 1)
				return AS_NOMEM;
		} else if (in->skip > 0) {
			uint64_t n = as_min(in->skip, as_left(&c));
			as_skip(&c, n);
			in->skip -= n;
		} else {
			in->head[in->n_head++] = as_u8(&c);
			if (in->n_head == BLOCK)
				begin_entry(in);
		}
		if (in->left == 0 && in->n_head == 0)
			in->worst = as_worse(in->worst, end_entry(in));
	}
	return in->worst <= AS_PARTIAL ? AS_OK : in->worst;
}

/* How data is packed, by its first bytes: AS_STORED if in none of the ways that are known. */
static as_method method_of(as_span data)
{
	if (as_starts(data, "\x1f\x8b"))
		return AS_GZIP;
	if (as_starts(data, "\xfd"
			    "7zXZ"))
		return AS_XZ;
	return as_starts(data, "\x28\xb5\x2f\xfd") ? AS_ZSTD : AS_STORED;
}

static as_status check_inner(job *j, as_span name, as_span data)
{
	inner in = { .j = j, .folder = as_cut(name, 0, as_find_byte(name, '.', 0)) };
	as_method m = method_of(data);
	as_status s = AS_OK;
	in.md = EVP_MD_CTX_new();
	if (!in.md)
		return AS_NOMEM;
	if (m == AS_STORED)
		s = on_bytes(&in, data);
	else
		s = as_decode(m, data, on_bytes, &in, NULL);
	EVP_MD_CTX_free(in.md);
	bool large = s == AS_LIMIT || s == AS_NOMEM;
	if (large)
		as_tell(j->u, name, "payload", as_lit("too large to be verified"));
	return s > AS_NOT_THIS && !large ? s
					 : in.worst; /* damage is said where the stream is opened */
}

static as_status check_files(job *j)
{
	as_tar_head h;
	as_status worst = AS_OK;
	unsigned n = 0;
	for (uint64_t at = 0; n < FILES_MAX && worst <= AS_PARTIAL && as_tar_read(j->body, at, &h);
		at = h.next, n++) {
		as_span data = as_cut(j->body, h.data_at, h.n), line, stated;
		uint8_t sum[AS_DIGEST_MAX];
		if (as_starts(h.e.name, "data/") && data.n > 0)
			worst = as_worse(worst, check_inner(j, h.e.name, data));
		else if (line_of(j->manifest, h.e.name, &line, &stated) && data.n == h.n &&
			 as_vendor_digest("sha256", &data, 1, sum) == 32)
			worst = as_worse(worst, tell(j, line, h.e.name, sum, stated));
	}
	return worst;
}

static as_status unpack(as_unpack *u, as_span body)
{
	enum { EXPANDS = 16 };
	as_status s = as_format_by_id("tar")->unpack(u, body);
	job j = { .u = u, .body = body, .hashable = (uint64_t)EXPANDS * body.n + (64 << 20) };
	as_span signature, version;
	if (s > AS_PARTIAL)
		return s;
	if (find_file(body, as_lit("version"), &version))
		as_tell(u, version, "version", as_trim(version));
	if (!find_file(body, as_lit("manifest"), &j.manifest))
		return as_worse(s, as_lost(u, 0, "the artifact has no manifest"));
	bool is_signed = find_file(body, as_lit("manifest.sig"), &signature);
	as_tell(u, is_signed ? signature : j.manifest, "signed",
		as_lit(is_signed ? "yes, without a certificate: not verified" : "no"));
	return as_worse(s, check_files(&j));
}

const as_format as_format_mender = {
	.id = "mender",
	.title = "Mender artifact",
	.kind = AS_ARCHIVE,
	.magic = (const as_magic[]){ { .bytes = "version\0", .len = 8, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "versions 2 and 3", "gzip, xz, zstd or no compression",
		NULL },
	.verifies =
		(const char *const[]){
			"SHA-256 of every file of the manifest, also of those in the "
			"payload",
			NULL },
	.keeps = (const char *const[]){ "what tar keeps", NULL },
	.samples = (const char *const[]){ "mender-artifact 3.9.0", NULL },
	.gaps =
		(const char *const[]){
			"signatures are told, not verified: the key is not in the artifact", NULL },
	.spec = "https://github.com/mendersoftware/mender-artifact/blob/master/Documentation/"
		"artifact-format-v3.md",
	.see = NULL,
};
