/* SPDX-License-Identifier: Apache-2.0 */
#include "model/wire.h"

#include <string.h>

void as_type_encode(as_buf *b, const as_type_message *m)
{
	as_buf_u32(b, m->entropy);
	as_buf_span(b, m->type);
}

bool as_type_decode(as_span payload, as_type_message *m)
{
	as_cur c = as_cur_le(payload, 0);
	m->entropy = as_u32(&c);
	m->type = as_counted(&c);
	return as_ok(&c);
}

void as_node_encode(as_buf *b, const as_node_message *m)
{
	as_buf_u32(b, m->id);
	as_buf_u32(b, m->parent);
	as_buf_u32(b, m->hardlink);
	as_buf_u8(b, m->type);
	as_buf_u8(b, m->has);
	as_buf_u32(b, m->mode);
	as_buf_u32(b, m->uid);
	as_buf_u32(b, m->gid);
	as_buf_u32(b, m->major);
	as_buf_u32(b, m->minor);
	as_buf_u64(b, (uint64_t)m->mtime);
	as_buf_u32(b, m->nsec);
	as_buf_u64(b, m->at);
	as_buf_u64(b, m->len);
	as_buf_u64(b, m->roles);
	as_buf_span(b, m->name);
	as_buf_span(b, m->target);
	as_buf_span(b, m->hint);
}

bool as_node_decode(as_span payload, as_node_message *m)
{
	as_cur c = as_cur_le(payload, 0);
	m->id = as_u32(&c);
	m->parent = as_u32(&c);
	m->hardlink = as_u32(&c);
	m->type = as_u8(&c);
	m->has = as_u8(&c);
	m->mode = as_u32(&c);
	m->uid = as_u32(&c);
	m->gid = as_u32(&c);
	m->major = as_u32(&c);
	m->minor = as_u32(&c);
	m->mtime = (int64_t)as_u64(&c);
	m->nsec = as_u32(&c);
	m->at = as_u64(&c);
	m->len = as_u64(&c);
	m->roles = as_u64(&c);
	m->name = as_counted(&c);
	m->target = as_counted(&c);
	m->hint = as_counted(&c);
	return as_ok(&c) && m->id > 0 && m->parent < m->id && m->hardlink < m->id &&
	       m->nsec < 1000000000 && m->at <= INT64_MAX && m->len <= INT64_MAX;
}

void as_child_encode(as_buf *b, const as_child_message *m)
{
	as_buf_u32(b, m->node);
	as_buf_add(b, m->digests.sha256.b, AS_SHA256_LEN);
	as_buf_add(b, m->digests.sha1.b, AS_SHA1_LEN);
	as_buf_u64(b, m->size);
	as_buf_u8(b, m->damaged);
}

bool as_child_decode(as_span payload, as_child_message *m)
{
	as_cur c = as_cur_le(payload, 0);
	m->node = as_u32(&c);
	as_span sha256 = as_take(&c, AS_SHA256_LEN);
	as_span sha1 = as_take(&c, AS_SHA1_LEN);
	m->size = as_u64(&c);
	m->damaged = as_u8(&c) != 0;
	if (!as_ok(&c))
		return false;
	memcpy(m->digests.sha256.b, sha256.p, AS_SHA256_LEN);
	memcpy(m->digests.sha1.b, sha1.p, AS_SHA1_LEN);
	return m->size <= INT64_MAX;
}

void as_extent_encode(as_buf *b, const as_extent_message *m)
{
	as_buf_u64(b, m->at);
	as_buf_u64(b, m->len);
	as_buf_u8(b, m->class);
	as_buf_u32(b, m->entropy);
	as_buf_u32(b, m->node);
	as_buf_span(b, m->label);
}

bool as_extent_decode(as_span payload, as_extent_message *m)
{
	as_cur c = as_cur_le(payload, 0);
	m->at = as_u64(&c);
	m->len = as_u64(&c);
	m->class = as_u8(&c);
	m->entropy = as_u32(&c);
	m->node = as_u32(&c);
	m->label = as_counted(&c);
	return as_ok(&c) && m->class <= AS_UNKNOWN && m->at <= INT64_MAX && m->len <= INT64_MAX;
}

void as_lost_encode(as_buf *b, const as_lost_message *m)
{
	as_buf_u64(b, m->at);
	as_buf_u64(b, m->len);
	as_buf_span(b, m->stage);
	as_buf_span(b, m->reason);
	as_buf_span(b, m->text);
}

bool as_lost_decode(as_span payload, as_lost_message *m)
{
	as_cur c = as_cur_le(payload, 0);
	m->at = as_u64(&c);
	m->len = as_u64(&c);
	m->stage = as_counted(&c);
	m->reason = as_counted(&c);
	m->text = as_counted(&c);
	return as_ok(&c) && m->at <= INT64_MAX && m->len <= INT64_MAX;
}

void as_frame_begin(as_buf *b, as_message kind, uint32_t n)
{
	as_buf_u8(b, (uint8_t)kind);
	as_buf_u32(b, n);
}

void as_frame_add(as_buf *b, as_message kind, as_span payload)
{
	as_frame_begin(b, kind, (uint32_t)payload.n);
	as_buf_add(b, payload.p, payload.n);
}

bool as_frame_next(as_cur *c, as_message *kind, as_span *payload)
{
	if (as_left(c) == 0)
		return false;
	unsigned k = as_u8(c);
	*kind = (as_message)k;
	*payload = as_counted(c);
	return as_ok(c) && k >= AS_M_TYPE && k <= AS_M_LAST && payload->n <= AS_M_MAX;
}

const char *as_class_name(uint8_t class)
{
	static const char *const names[] = { "structure", "object", "padding", "unknown" };
	return names[class <= AS_UNKNOWN ? class : AS_UNKNOWN];
}
