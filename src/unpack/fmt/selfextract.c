/* SPDX-License-Identifier: Apache-2.0 */
/* Shell scripts that carry an archive: text, and from some line on bytes. Which line, and what is to be there:
 *   makeself: skip="LINES" (before 2.4: head -n LINES "$0"), filesizes="N ...", CRCsum="cksum ...", MD5="...",
 *     SHA="..." (SHA-256); sums that are all zeros are none
 *   ONIE (SONiC, Cumulus and other network systems): the line exit_marker; payload_sha1=, and payload_image_size= if
 *     something else, such as a signature, follows
 *   others: the last line is __ARCHIVE_BELOW__ or the like, or the script has tail -n +LINE "$0" */
#include "base/text.h"
#include "unpack/vendor.h"

enum { TEXT_MOST = 1 << 20, PARTS_MOST = 64, SHA1 = 20 };

typedef struct package {
	const char *kind;
	uint64_t at; /* where the script ends */
	as_span text, sizes, cksum, md5, sha256, sha1;
	uint64_t n; /* of one payload; of makeself's, all of them */
} package;

static const char *const marks[] = { "__ARCHIVE_BELOW__", "__ARCHIVE__", "__PAYLOAD_BELOW__",
	"__PAYLOAD_BEGINS__", "__PAYLOAD__", "__TARFILE_FOLLOWS__", "__ARCHIVE_FOLLOWS__",
	"__DATA_BELOW__", "PAYLOAD:" };

/* What is assigned to name at the start of a line, without quotes; empty if nothing is. */
static as_span assigned(as_span text, const char *name)
{
	for (size_t at = as_find(text, as_lit(name), 0); at != SIZE_MAX;
		at = as_find(text, as_lit(name), at + 1)) {
		as_span rest = as_from(text, at + strlen(name));
		if ((at > 0 && as_at(text, at - 1) != '\n') || as_at(rest, 0) != '=')
			continue;
		size_t end = as_min(as_find_byte(rest, '\n', 0), rest.n);
		return as_unquote(as_trim(as_cut(rest, 1, end - 1)));
	}
	return (as_span){ 0 };
}

/* Where line n (from 0) begins; 0 if there are not so many. */
static uint64_t line_at(as_span text, uint64_t n)
{
	size_t at = 0;
	for (; n > 0; n--) {
		size_t end = as_find_byte(text, '\n', at);
		if (end == SIZE_MAX)
			return 0;
		at = end + 1;
	}
	return at;
}

/* Where the line begins that follows the one that is exactly mark; 0 if none is. */
static uint64_t behind(as_span text, const char *mark)
{
	size_t n = strlen(mark);
	for (size_t at = as_find(text, as_lit(mark), 0); at != SIZE_MAX;
		at = as_find(text, as_lit(mark), at + 1))
		if (at > 0 && text.p[at - 1] == '\n' && as_at(text, at + n) == '\n')
			return at + n + 1;
	return 0;
}

/* The number behind words, where "$0" or "$1" stands on the same line; 0 if there is none. */
static uint64_t number_after(as_span text, const char *words)
{
	for (size_t at = as_find(text, as_lit(words), 0); at != SIZE_MAX;
		at = as_find(text, as_lit(words), at + 1)) {
		uint64_t v = 0;
		size_t from = at + strlen(words);
		as_span rest =
			as_cut(text, from, as_min(as_find_byte(text, '\n', from), text.n) - from);
		as_span first = as_word(rest, 0);
		if (as_number(first, 10, &v) && (as_has(rest, "$0") || as_has(rest, "$1")))
			return v;
	}
	return 0;
}

static bool add_sizes(as_span sizes, uint64_t *n)
{
	uint64_t v = 0;
	*n = 0;
	for (size_t i = 0; i < PARTS_MOST; i++) {
		as_span word = as_word(sizes, i);
		if (!word.p)
			return i > 0;
		if (!as_number(word, 10, &v) || v == 0 || !as_add(n, *n, v))
			return false;
	}
	return false;
}

static bool read_makeself(as_span text, package *p)
{
	uint64_t lines = 0;
	p->sizes = assigned(text, "filesizes");
	if (!add_sizes(p->sizes, &p->n))
		return false;
	if (!as_number(assigned(text, "skip"), 10, &lines))
		lines = number_after(text, "head -n ");
	p->kind = "makeself";
	p->cksum = assigned(text, "CRCsum");
	p->md5 = assigned(text, "MD5");
	p->sha256 = assigned(text, "SHA");
	p->at = lines > 0 ? line_at(text, lines) : 0;
	return p->at > 0;
}

static bool read_onie(as_span text, as_span image, package *p)
{
	p->at = behind(text, "exit_marker");
	p->sha1 = assigned(text, "payload_sha1");
	if (p->at == 0 || p->sha1.n != 2 * (size_t)SHA1)
		return false;
	p->kind = "ONIE";
	if (!as_number(assigned(text, "payload_image_size"), 10, &p->n) || p->n == 0)
		p->n = image.n - p->at;
	return p->n > 0;
}

/* Bytes and not more text: so that a script that only speaks of such marks is not one. */
static bool is_bytes(as_span payload)
{
	as_span start = as_cut(payload, 0, as_min(payload.n, 1024));
	return payload.n >= 16 && !as_is_text(as_cut(start, 0, start.n - start.n % 16));
}

static bool read_other(as_span text, as_span image, package *p)
{
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]) && p->at == 0; i++)
		p->at = behind(text, marks[i]);
	uint64_t line = p->at == 0 ? number_after(text, "tail -n +") : 0;
	if (line > 1)
		p->at = line_at(text, line - 1);
	p->kind = "script";
	p->n = image.n - as_min(p->at, image.n);
	return p->at > 0 && is_bytes(as_from(image, p->at));
}

static bool read_package(as_span image, package *p)
{
	as_span text = as_cut(image, 0, as_min(image.n, TEXT_MOST));
	as_span first = as_cut(text, 0, as_min(as_find_byte(text, '\n', 0), text.n));
	*p = (package){ 0 };
	if (!as_starts(text, "#!") || first.n > 128 || !as_has(first, "sh"))
		return false;
	if (!read_makeself(text, p)) {
		*p = (package){ 0 };
		if (!read_onie(text, image, p)) {
			*p = (package){ 0 };
			if (!read_other(text, image, p))
				return false;
		}
	}
	p->text = as_cut(image, 0, p->at);
	return p->at < image.n;
}

static as_status probe(as_span image, as_extent *out)
{
	package p;
	if (!read_package(image, &p))
		return AS_NOT_THIS;
	/* What follows, such as a signature, is the file's, too: it becomes a part. */
	*out = (as_extent){ .size = image.n, .sure = AS_STRUCTURED };
	return AS_OK;
}

/* Holds data against a digest in hexadecimal; nothing if it is none, or all zeros. */
static as_status check(as_unpack *u, as_span body, const char *algo, as_span data, as_span hex)
{
	uint8_t sum[AS_DIGEST_MAX];
	size_t n = as_hex_bytes(hex, sum, sizeof(sum));
	if (n == 0 || as_all(hex, '0'))
		return AS_OK;
	return as_vendor_sum(u, body, hex, algo,
		as_vendor_digest_is(algo, &data, 1, as_bytes(sum, n)),
		"checksum of the payload is wrong");
}

static as_status check_cksum(as_unpack *u, as_span body, as_span data, as_span word)
{
	uint64_t sum = 0;
	if (!as_number(word, 10, &sum) || sum == 0)
		return AS_OK;
	return as_vendor_sum(u, body, word, "cksum", as_vendor_cksum(data) == sum,
		"checksum of the payload is wrong");
}

static as_status put_makeself(as_unpack *u, as_span body, const package *p)
{
	as_status s = AS_OK;
	uint64_t at = p->at, n = 0;
	as_vendor_text(u, assigned(p->text, "label"), "label");
	as_vendor_text(u, assigned(p->text, "script"), "script");
	as_vendor_text(u, assigned(p->text, "decrypt_cmd"), "decrypted-by");
	for (size_t i = 0; i < PARTS_MOST && s <= AS_PARTIAL; i++, at += n) {
		as_span word = as_word(p->sizes, i);
		if (!word.p || !as_number(word, 10, &n))
			break;
		as_span data = as_cut(body, at, n);
		if (data.n > 0) {
			s = as_worse(s, check_cksum(u, body, data, as_word(p->cksum, i)));
			s = as_worse(s, check(u, body, "md5", data, as_word(p->md5, i)));
			s = as_worse(s, check(u, body, "sha256", data, as_word(p->sha256, i)));
		}
		as_span name =
			i == 0 ? as_lit("payload") : as_print(as_memory(u), "payload-%zu", i);
		s = as_worse(s, as_vendor_part(u, body, name, at, n));
	}
	return s;
}

static as_status unpack(as_unpack *u, as_span body)
{
	package p;
	if (!read_package(body, &p))
		return as_lost(u, 0, "script is damaged");
	as_tell(u, as_cut(body, 0, 2), "kind", as_lit(p.kind));
	as_status s = as_vendor_part(u, body, as_lit("script"), 0, p.at);
	if (p.sizes.n > 0)
		return as_worse(s, put_makeself(u, body, &p));
	as_span data = as_cut(body, p.at, p.n);
	if (data.n > 0)
		s = as_worse(s, check(u, body, "sha1", data, p.sha1));
	return as_worse(s, as_vendor_part(u, body, as_lit("payload"), p.at, p.n));
}

const as_format as_format_selfextract = {
	.id = "selfextract",
	.title = "Self-extracting shell script",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "#!", .len = 2, .at = 0, .start = true }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "makeself", "ONIE installers (SONiC and others)",
		"scripts that name the line of their archive", NULL },
	.verifies = (const char *const[]){ "makeself: cksum, MD5 and SHA-256 of each archive",
		"ONIE: SHA-1 of the archive", NULL },
	.keeps = NULL,
	.samples = (const char *const[]){ "makeself 2.4.5 (Debian 12)",
		"generator from the published layout (ONIE, others; makeself before 2.4, "
		"several archives)",
		NULL },
	.gaps = (const char *const[]){ "archives as text (uuencode, base64)",
		"scripts of more than 1 MiB", "makeself's GPG signatures are not verified",
		"archives that makeself encrypted are a part, not decrypted", NULL },
	.spec = "https://makeself.io/",
	.see = NULL,
};
