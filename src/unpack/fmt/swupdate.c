/* SPDX-License-Identifier: Apache-2.0 */
/* SWUpdate: a cpio archive (newc or crc) whose first entry is sw-description, in the syntax of libconfig or JSON, and
 * whose second may be sw-description.sig. A group that names a file may state its SHA-256. */
#include "base/text.h"
#include "unpack/bundle.h"
#include "unpack/vendor.h"

enum { HEAD = 110, DEPTH = 16, IMAGES_MAX = 512, FILES_MAX = 4096 };

typedef struct member {
	as_span name, data;
	uint64_t next;
	bool whole;
} member;

static uint64_t hex(as_span body, uint64_t at)
{
	uint64_t v = 0;
	return as_number(as_cut(body, at, 8), 16, &v) ? v : UINT32_MAX;
}

static bool read_member(as_span body, uint64_t at, member *m)
{
	as_cur c = as_cur_le(body, at);
	as_span magic = as_take(&c, 6);
	uint64_t size = hex(body, at + 54), name = hex(body, at + 94);
	as_skip(&c, HEAD - 6);
	m->name = as_take(&c, name);
	m->name = as_cut(m->name, 0, m->name.n ? m->name.n - 1 : 0);
	as_align(&c, 4);
	bool ok = as_ok(&c) && (as_is(magic, "070701") || as_is(magic, "070702"));
	m->data = as_take(&c, as_min(size, as_left(&c)));
	m->whole = m->data.n == size;
	as_skip(&c, as_min((4 - as_pos(&c) % 4) % 4, as_left(&c)));
	m->next = as_pos(&c);
	return ok && !as_is(m->name, "TRAILER!!!");
}

static bool find_member(as_span body, as_span name, member *m)
{
	unsigned n = 0;
	for (uint64_t at = 0; n < FILES_MAX && read_member(body, at, m); at = m->next, n++)
		if (as_same(m->name, name))
			return true;
	return false;
}

static as_status probe(as_span image, as_extent *out)
{
	if (!as_bundle_is_swupdate(image))
		return AS_NOT_THIS;
	member m;
	uint64_t at = 0;
	while (read_member(image, at, &m))
		at = m.next;
	bool ends = as_is(m.name, "TRAILER!!!");
	if (at == 0)
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(ends ? m.next : at, image.n),
		.sure = ends ? AS_STRUCTURED : AS_PLAUSIBLE };
	return AS_OK;
}

/* What a group of the description says of a file. */
typedef struct group {
	as_span file, sum;
	bool encrypted;
} group;

typedef struct job {
	as_unpack *u;
	as_span body, text;
	group groups[DEPTH];
	unsigned depth, images;
	uint64_t hashable; /* bytes that may still be hashed: files may be named again and again */
	as_status worst;
} job;

static as_status check(job *j, const group *g)
{
	const char *name = (const char *)as_print(
		as_memory(j->u), "image %.*s", (int)as_min(g->file.n, 256), (const char *)g->file.p)
				   .p;
	member m;
	uint8_t sum[AS_DIGEST_MAX];
	as_buf b = { 0 };
	uint64_t at = 0;
	if (!name || j->images++ >= IMAGES_MAX)
		return AS_OK;
	(void)as_within(j->body, g->file, &at);
	const char *how = g->encrypted ? ", encrypted" : "";
	if (!find_member(j->body, g->file, &m)) {
		as_tellf(j->u, g->file, name, "not in the archive%s", how);
		return AS_OK;
	}
	bool dear = m.data.n > j->hashable;
	if (g->sum.n == 0 || dear) {
		as_tellf(j->u, g->file, name, "sha256 not %s%s", dear ? "verified" : "stated", how);
		return AS_OK;
	}
	j->hashable -= m.data.n;
	size_t n = as_vendor_digest("sha256", &m.data, 1, sum);
	as_hex_add(&b, as_bytes(sum, n));
	bool right = n > 0 && !b.bad && as_same_nocase(as_buf_span_of(&b), g->sum);
	as_buf_free(&b);
	as_tellf(j->u, g->sum, name, "sha256 %s%s", right ? "ok" : "wrong", how);
	return right ? AS_OK : as_lost(j->u, at, "a file's SHA-256 is not the one stated");
}

static void set(job *j, as_span name, as_span value)
{
	group *g = &j->groups[j->depth];
	if (as_is(name, "filename"))
		g->file = value;
	else if (as_is(name, "sha256"))
		g->sum = value;
	else if (as_is(name, "encrypted"))
		g->encrypted = as_is(value, "true");
	else if ((as_is(name, "version") || as_is(name, "description")) && j->depth <= 1)
		as_tell(j->u, value,
			(const char *)(as_is(name, "version") ? "version" : "description"), value);
}

/* The next word: a quoted text without its quotes, a run of letters, or one character. */
static as_span next_word(as_span text, size_t *at)
{
	while (*at < text.n && (as_at(text, *at) <= ' ' || as_at(text, *at) == ','))
		++*at;
	size_t from = *at;
	uint8_t first = as_at(text, from);
	if (first == '"') {
		size_t end = as_find_byte(text, '"', from + 1);
		*at = end == SIZE_MAX ? text.n : end + 1;
		return as_cut(text, from + 1, (end == SIZE_MAX ? text.n : end) - from - 1);
	}
	if (first == '#' || (first == '/' && as_at(text, from + 1) == '/')) {
		size_t end = as_find_byte(text, '\n', from);
		*at = end == SIZE_MAX ? text.n : end;
		return as_cut(text, from, 1);
	}
	while (*at < text.n && as_at(text, *at) > ' ' &&
		as_find_byte(as_lit("\",;:={}()[]"), as_at(text, *at), 0) == SIZE_MAX)
		++*at;
	*at += *at == from && from < text.n;
	return as_cut(text, from, *at - from);
}

static as_status read_description(job *j)
{
	as_span last = { 0 }, before = { 0 };
	bool given = false; /* an = or : stood before */
	unsigned too_deep = 0;
	for (size_t at = 0; at < j->text.n && j->worst <= AS_PARTIAL;) {
		as_span word = next_word(j->text, &at);
		if (as_is(word, "{") && (j->depth + 1 >= DEPTH || too_deep > 0)) {
			too_deep++;
		} else if (as_is(word, "{")) {
			j->groups[++j->depth] = (group){ 0 };
		} else if (as_is(word, "}") && too_deep > 0) {
			too_deep--;
		} else if (as_is(word, "}")) {
			if (j->groups[j->depth].file.n > 0)
				j->worst = as_worse(j->worst, check(j, &j->groups[j->depth]));
			j->depth -= j->depth > 0;
		} else if (as_is(word, "=") || as_is(word, ":")) {
			given = true;
			before = last;
			continue;
		} else if (given && too_deep == 0) {
			set(j, before, word);
		}
		given = false;
		last = word;
	}
	return j->worst;
}

static as_status tell_signature(as_unpack *u, as_span body, as_span text)
{
	member m;
	if (!find_member(body, as_lit("sw-description.sig"), &m)) {
		as_tell(u, text, "signed", as_lit("no"));
		return AS_OK;
	}
	if (as_at(m.data, 0) == 0x30 && m.data.n > 300) {
		as_tell(u, text, "signed", as_lit("yes"));
		return as_bundle_cms(u, body, m.data, text, NULL);
	}
	as_tellf(u, text, "signed", "yes, %zu bytes without a certificate: not verified", m.data.n);
	return AS_OK;
}

static as_status unpack(as_unpack *u, as_span body)
{
	member m;
	as_status s = as_format_by_id("cpio")->unpack(u, body);
	if (s > AS_PARTIAL || !read_member(body, 0, &m))
		return s;
	job *j = as_alloc(as_memory(u), sizeof(*j));
	if (!j)
		return AS_NOMEM;
	*j = (job){ .u = u, .body = body, .text = m.data, .hashable = body.n };
	s = as_worse(s, tell_signature(u, body, m.data));
	return as_worse(s, read_description(j));
}

const as_format as_format_swupdate = {
	.id = "swupdate",
	.title = "SWUpdate bundle",
	.kind = AS_ARCHIVE,
	.magic = (const as_magic[]){ { .bytes = "070701", .len = 6, .at = 0 },
		{ .bytes = "070702", .len = 6, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "description in libconfig's syntax or JSON",
		"signed by CMS, or without a certificate, or not", NULL },
	.verifies = (const char *const[]){ "SHA-256 of the files that the description states",
		"the CMS signature of the description with the certificates in it",
		"checksums of the archive's entries (crc)", NULL },
	.keeps = (const char *const[]){ "what cpio keeps", NULL },
	.samples = (const char *const[]){ "GNU cpio 2.13 and openssl cms", NULL },
	.gaps = (const char *const[]){ "whether a signer is to be trusted",
		"encrypted files are told, not decrypted", NULL },
	.spec = "https://sbabic.github.io/swupdate/swupdate.html",
	.see = NULL,
};
