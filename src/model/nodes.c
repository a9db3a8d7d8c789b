/* SPDX-License-Identifier: Apache-2.0 */
#include "model/nodes.h"

#include <stdlib.h>

void as_nodes_free(as_nodes *nodes)
{
	free(nodes->at);
	free(nodes->child);
	*nodes = (as_nodes){ 0 };
}

void as_nodes_clear(as_nodes *nodes) { nodes->n = 0; }

bool as_nodes_add(as_nodes *nodes, uint32_t id, size_t at)
{
	if (id == 0 || id > nodes->n + 1 || at >= UINT32_MAX)
		return false;
	if (id >= nodes->cap) {
		uint32_t cap = nodes->cap ? nodes->cap * 2 : 1024;
		uint32_t *more = cap <= id ? NULL : realloc(nodes->at, cap * sizeof(*more));
		if (!more)
			return false;
		nodes->at = more;
		nodes->cap = cap;
	}
	nodes->at[id] = (uint32_t)at + 1;
	nodes->n += id == nodes->n + 1;
	return true;
}

bool as_nodes_get(const as_nodes *nodes, as_span frames, uint32_t id, as_node_message *m)
{
	if (id == 0 || id > nodes->n)
		return false;
	as_cur c = as_cur_le(frames, nodes->at[id] - 1);
	as_message kind;
	as_span payload;
	return as_frame_next(&c, &kind, &payload) && kind == AS_M_NODE &&
	       as_node_decode(payload, m);
}

/* The last word on an entry's contents counts. */
static void note_child(as_nodes *nodes, as_span payload, size_t at)
{
	as_child_message m;
	if (as_child_decode(payload, &m) && m.node <= nodes->n)
		nodes->child[m.node] = (uint32_t)at + 1;
}

as_status as_nodes_index(as_nodes *nodes, as_span frames)
{
	as_cur c = as_cur_le(frames, 0);
	as_message kind;
	as_span payload;
	as_node_message m;
	if (frames.n >= UINT32_MAX)
		return AS_NOMEM;
	for (size_t at = 0; as_frame_next(&c, &kind, &payload); at = as_pos(&c))
		if (kind == AS_M_NODE && as_node_decode(payload, &m) &&
			!as_nodes_add(nodes, m.id, at))
			return AS_NOMEM;
	nodes->child = calloc((size_t)nodes->n + 1, sizeof(*nodes->child));
	if (!nodes->child)
		return AS_NOMEM;
	c = as_cur_le(frames, 0);
	for (size_t at = 0; as_frame_next(&c, &kind, &payload); at = as_pos(&c))
		if (kind == AS_M_CHILD)
			note_child(nodes, payload, at);
	return AS_OK;
}

bool as_nodes_child(const as_nodes *nodes, as_span frames, uint32_t id, as_child_message *m)
{
	if (id == 0 || id > nodes->n || !nodes->child || nodes->child[id] == 0)
		return false;
	as_cur c = as_cur_le(frames, nodes->child[id] - 1);
	as_message kind;
	as_span payload;
	return as_frame_next(&c, &kind, &payload) && as_child_decode(payload, m);
}

void as_nodes_path(const as_nodes *nodes, as_span frames, uint32_t id, as_buf *out)
{
	enum { DEPTH = 256 };
	as_span names[DEPTH];
	size_t n = 0;
	as_node_message m;
	/* A parent's id is smaller than its child's, so this ends. */
	for (; id != 0 && n < DEPTH && as_nodes_get(nodes, frames, id, &m); id = m.parent)
		names[n++] = m.name;
	while (n-- > 0) {
		as_buf_u8(out, '/');
		as_buf_add(out, names[n].p, names[n].n);
	}
}
