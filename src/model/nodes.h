/* SPDX-License-Identifier: Apache-2.0 */
/* The entries in a sequence of messages, by id, and their paths. */
#ifndef AS_NODES_H
#define AS_NODES_H

#include "model/wire.h"

/* Zero it to begin; free with as_nodes_free. The frames it is about are passed to every call. */
typedef struct as_nodes {
	uint32_t *at; /* owned: where each node's frame begins, plus one; 0: no such node */
	uint32_t *
		child; /* owned: the same for the frames that tell their contents; NULL: not indexed */
	uint32_t n, cap;
} as_nodes;

void as_nodes_free(as_nodes *nodes);
void as_nodes_clear(as_nodes *nodes);
/* Notes that the frame of node id begins at offset at. Ids come in order from 1; a directory may be told
 * again. False for any other id, or without memory. */
bool as_nodes_add(as_nodes *nodes, uint32_t id, size_t at);
/* The last word on node id. False if there is none. */
bool as_nodes_get(const as_nodes *nodes, as_span frames, uint32_t id, as_node_message *m);
/* Notes every entry in frames, and where its contents are told. Once for zeroed nodes. AS_NOMEM. */
as_status as_nodes_index(as_nodes *nodes, as_span frames) AS_MUST_USE;
/* What is told of the contents of node id of indexed nodes. False if it has none. */
bool as_nodes_child(const as_nodes *nodes, as_span frames, uint32_t id, as_child_message *m);
/* Appends the path of node id inside its container, with a leading slash. */
void as_nodes_path(const as_nodes *nodes, as_span frames, uint32_t id, as_buf *out);

#endif
