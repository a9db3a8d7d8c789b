/* SPDX-License-Identifier: Apache-2.0 */
/* Variables of UEFI firmware as EDK II keeps them, little-endian; a store:
 *    0 GUID   16 size u32   20 format (5a)   21 state (fe: in use)   22 reserved u16, u32
 * of variables, each on four bytes:
 *    0 55aa u16   2 state (bits are cleared: 40 header written, 80 reserved, 1 being replaced, 2 deleted, 40 valid)
 *    4 attributes u32   [8 count u64   16 time, 16   32 key u32: in the store of authenticated ones]
 *    then size of the name u32, of the data u32, vendor's GUID, name in UTF-16, data
 * A variable is a file NAME-GUID, as Linux shows it. One that holds signature lists has its certificates beside it:
 *    0 GUID of the kind   16 size of the list u32   20 of its header   24 of one signature: owner's GUID, data */
#include "base/buf.h"
#include "unpack/fmt/uefi_fv.h"
#include "unpack/utf16.h"

enum { STORE = 28, FORMATTED = 0x5a, HEALTHY = 0xfe, MAGIC = 0x55aa };
enum { ADDED = 0x3f, REPLACED = 0x3e, WRITTEN = 0x7f, BIT_DELETED = 2 };
enum { VARS_MAX = 16384, NAME_MAX_LEN = 1024, LIST = 28, SIGNATURES_MAX = 4096 };
enum { FTW_HEADER = 32 };

#define PLAIN_STORE "\x16\x36\xcf\xdd\x75\x32\x64\x41\x98\xb6\xfe\x85\x70\x7f\xfe\x7d"
#define AUTHENTICATED "\x78\x2c\xf3\xaa\x7b\x94\x9a\x43\xa1\x80\x2e\x14\x4e\xc3\x77\x92"
#define WORKING_BLOCK "\x2b\x29\x58\x9e\x68\x7c\x7d\x49\xa0\xce\x65\x00\xfd\x9f\x1b\x95"
#define X509 "\xa1\x59\xc0\xa5\xe4\x94\xa7\x4a\x87\xb5\xab\x15\x5c\x2b\xf0\x72"
#define SHA256 "\x26\x16\xc4\xc1\x4c\x50\x92\x40\xac\xa9\x41\xf9\x36\x93\x43\x28"

typedef struct variable {
	as_span guid, name, data, time;
	uint64_t at, end;
	uint32_t attributes;
	uint8_t state;
} variable;

typedef struct store {
	as_unpack *u;
	as_span body;
	uint64_t at, end;
	bool signed_ones;
	unsigned n;
} store;

static bool read_store(as_span body, uint64_t from, store *st)
{
	as_cur c = as_cur_le(body, from);
	as_span guid = as_take(&c, AS_UEFI_GUID);
	uint32_t size = as_u32(&c);
	uint8_t format = as_u8(&c), state = as_u8(&c);
	st->signed_ones = as_uefi_is_guid(guid, AUTHENTICATED);
	st->at = from + STORE;
	st->end = as_min(from + size, body.n);
	return as_ok(&c) && (st->signed_ones || as_uefi_is_guid(guid, PLAIN_STORE)) &&
	       format == FORMATTED && state == HEALTHY && size >= STORE;
}

static bool read_variable(const store *st, uint64_t at, variable *v)
{
	as_cur c = as_cur_le(as_cut(st->body, 0, st->end), at);
	*v = (variable){ .at = at };
	uint16_t magic = as_u16(&c);
	v->state = as_u8(&c);
	as_skip(&c, 1);
	v->attributes = as_u32(&c);
	if (st->signed_ones) {
		as_skip(&c, 8);
		v->time = as_take(&c, 16);
		as_skip(&c, 4);
	}
	uint32_t name_len = as_u32(&c), data_len = as_u32(&c);
	v->guid = as_take(&c, AS_UEFI_GUID);
	v->name = as_take(&c, name_len);
	v->data = as_take(&c, data_len);
	v->end = as_pos(&c);
	/* A header that was begun and not written has a size of ones. */
	return as_ok(&c) && magic == MAGIC && name_len >= 2 && name_len <= NAME_MAX_LEN &&
	       name_len % 2 == 0;
}

/* The name of a variable without its NUL, in UTF-8, without slashes. */
static as_span name_of(as_arena *a, const variable *v)
{
	as_span raw = v->name;
	for (size_t i = 0; i + 1 < raw.n; i += 2)
		if (raw.p[i] == 0 && raw.p[i + 1] == 0)
			raw.n = i;
	as_span text = as_utf16(a, raw, false);
	bool ok = true;
	char *copy = as_alloc_copy(a, text.p, text.n, 1, &ok);
	for (size_t i = 0; copy && i < text.n; i++)
		if (copy[i] == '/')
			copy[i] = '_';
	return as_bytes(copy, copy ? text.n : 0);
}

static const char *attribute_names(uint32_t attributes, char out[64])
{
	static const char *const names[] = { "NV", "BS", "RT", "HR", "AW", "TA", "AP", "EA" };
	size_t n = 0;
	out[0] = '-';
	out[1] = 0;
	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (attributes >> i & 1) {
			out[n ? n++ : 0] = '+';
			memcpy(&out[n], names[i], 3);
			n += 2;
		}
	return out;
}

/* Whether data is nothing but signature lists. */
static bool is_lists(as_span data)
{
	uint64_t at = 0;
	while (at < data.n) {
		as_cur c = as_cur_le(data, at);
		as_span kind = as_take(&c, AS_UEFI_GUID);
		uint32_t size = as_u32(&c), head = as_u32(&c), one = as_u32(&c);
		bool known = as_uefi_is_guid(kind, X509) || as_uefi_is_guid(kind, SHA256);
		if (!as_ok(&c) || !known || one <= AS_UEFI_GUID || size < LIST ||
			head > size - LIST || (size - LIST - head) % one != 0 || size > data.n - at)
			return false;
		at += size;
	}
	return data.n > 0;
}

/* The signatures of one list: certificates become files, hashes are counted. */
static as_status put_list(const store *st, const variable *v, as_span name, as_span list,
	unsigned *n, unsigned *hashes)
{
	as_cur c = as_cur_le(list, AS_UEFI_GUID + 4);
	uint32_t head = as_u32(&c), one = as_u32(&c);
	bool is_certificate = as_uefi_is_guid(as_cut(list, 0, AS_UEFI_GUID), X509);
	as_status s = AS_OK;
	as_skip(&c, head);
	while (as_left(&c) >= one && s <= AS_PARTIAL) {
		as_skip(&c, AS_UEFI_GUID);
		as_span data = as_take(&c, one - AS_UEFI_GUID);
		if (!is_certificate) {
			++*hashes;
			continue;
		}
		if (++*n > SIGNATURES_MAX)
			return as_refused(st->u, v->at, "limit", "too many certificates");
		as_entry e = { .at = v->at, .type = AS_FILE, .data = data };
		e.deleted = v->state != ADDED && v->state != REPLACED;
		e.name = as_print(
			as_memory(st->u), "%.*s.%u.der", (int)name.n, (const char *)name.p, *n);
		s = as_worse(s, as_put(st->u, NULL, &e, NULL));
	}
	return s;
}

static as_status put_lists(const store *st, const variable *v, as_span name)
{
	unsigned n = 0, hashes = 0;
	as_status s = AS_OK;
	for (uint64_t at = 0; at < v->data.n && s <= AS_PARTIAL;) {
		as_cur c = as_cur_le(v->data, at + AS_UEFI_GUID);
		uint32_t size = as_u32(&c);
		s = as_worse(s, put_list(st, v, name, as_cut(v->data, at, size), &n, &hashes));
		at += size;
	}
	as_span told =
		as_print(as_memory(st->u), "signatures %.*s", (int)name.n, (const char *)name.p);
	if (told.p)
		as_tellf(st->u, v->data, (const char *)told.p, "%u certificates, %u SHA-256", n,
			hashes);
	return s;
}

/* When an authenticated variable was signed. */
static void set_time(as_entry *e, as_span time)
{
	as_cur c = as_cur_le(time, 0);
	unsigned year = as_u16(&c), month = as_u8(&c), day = as_u8(&c);
	unsigned hour = as_u8(&c), minute = as_u8(&c), second = as_u8(&c);
	if (!as_ok(&c) || year < 1970 || year > 9999 || month == 0 || month > 12 || day == 0 ||
		day > 31 || hour > 23 || minute > 59 || second > 59)
		return;
	/* Years are counted from March: leap days fall at their end that way. */
	unsigned y = month < 3 ? year - 1 : year, m = (month + 9) % 12;
	int64_t days =
		(int64_t)y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day - 1 - 719468;
	e->mtime = ((days * 24 + hour) * 60 + minute) * 60 + second;
	e->has = AS_HAS_MTIME;
}

static as_status put_variable(const store *st, const variable *v)
{
	as_arena *a = as_memory(st->u);
	char attributes[64];
	as_span own = name_of(a, v), guid = as_uefi_guid(a, v->guid);
	as_entry e = { .at = v->at, .type = AS_FILE, .data = v->data };
	e.name = as_print(
		a, "%.*s-%.*s", (int)own.n, (const char *)own.p, (int)guid.n, (const char *)guid.p);
	as_span told = as_print(a, "variable %.*s", (int)e.name.n, (const char *)e.name.p);
	if (!e.name.p || !told.p)
		return AS_NOMEM;
	e.deleted = v->state != ADDED && v->state != REPLACED;
	set_time(&e, v->time);
	as_struct(st->u, v->at, v->end - v->at - v->data.n, "variable header");
	as_tellf(st->u, as_cut(st->body, v->at, 8), (const char *)told.p, "%s, %zu bytes%s",
		attribute_names(v->attributes, attributes), v->data.n,
		e.deleted ? ", deleted" : "");
	as_status s = as_put(st->u, NULL, &e, NULL);
	if (s <= AS_PARTIAL && is_lists(v->data))
		s = as_worse(s, put_lists(st, v, e.name));
	return s;
}

static void mark_rest(const store *st, uint64_t at)
{
	as_span block = as_cut(st->body, st->end, FTW_HEADER);
	if (as_uefi_is_guid(as_cut(block, 0, AS_UEFI_GUID), WORKING_BLOCK))
		as_struct(st->u, st->end, FTW_HEADER, "fault-tolerant working block");
	as_span rest = as_cut(st->body, at, st->end - at);
	if (as_all(rest, 0xff))
		as_struct(st->u, at, rest.n, "free space");
}

/* Goes from variable to variable; where none is, to the next place where one could be. */
static as_status put_all(store *st)
{
	as_status s = AS_OK;
	bool damaged = false;
	uint64_t at = st->at;
	while (at + 4 <= st->end && s <= AS_PARTIAL) {
		variable v;
		if (read_variable(st, at, &v)) {
			if (++st->n > VARS_MAX)
				return as_worse(
					s, as_refused(st->u, at, "limit", "too many variables"));
			s = as_worse(s, put_variable(st, &v));
			at = (v.end + 3) & ~UINT64_C(3);
			as_struct(st->u, v.end, as_min(at, st->end) - v.end, "alignment");
			damaged = false;
			continue;
		}
		if (as_all(as_cut(st->body, at, as_min(64, st->end - at)), 0xff))
			break; /* free from here on */
		if (!damaged)
			s = as_worse(
				s, as_lost(st->u, at,
					   "a variable is damaged: the next one is looked for"));
		damaged = true;
		at += 4;
	}
	mark_rest(st, as_min(at, st->end));
	return s;
}

as_status as_uefi_variables(as_unpack *u, as_span body, uint64_t from)
{
	store st = { .u = u, .body = body };
	if (!read_store(body, from, &st)) {
		bool empty =
			as_all(as_cut(body, from, as_min(64, body.n - as_min(from, body.n))), 0xff);
		return empty ? AS_OK : as_lost(u, from, "the store of variables is damaged");
	}
	as_struct(u, from, STORE, "variable store header");
	as_tell(u, as_cut(body, from, AS_UEFI_GUID), "variables",
		as_lit(st.signed_ones ? "authenticated" : "plain"));
	return put_all(&st);
}
