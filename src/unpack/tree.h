/* SPDX-License-Identifier: Apache-2.0 */
/* The entries of one container: names, parents, hard links. Inside unpack only. */
#ifndef AS_TREE_H
#define AS_TREE_H

#include "base/arena.h"
#include "base/map.h"
#include "unpack/format.h"

struct as_node {
	uint32_t id;
	as_node *parent; /* NULL for the root */
	as_node *twin;   /* another node whose (parent, name) has the same hash */
	as_span name;    /* last component, in the arena */
	as_type type;
	unsigned depth;
	bool implied; /* a directory that only a path has mentioned so far */
};

typedef struct as_tree {
	as_arena *arena;
	as_map names;  /* hash of (parent, name) to as_node * */
	as_map inodes; /* inode to node id */
	as_map visited;
	as_node root;
	uint32_t n; /* nodes so far, the root counted */
} as_tree;

enum { AS_DIR_DEPTH = 200, AS_NAME_MAX = 4096, AS_PATH_MAX = 16384 /* bytes */ };

void as_tree_init(as_tree *t, as_arena *arena);
void as_tree_free(as_tree *t);
/* The entry of that name in dir, or NULL. */
as_node *as_tree_find(const as_tree *t, const as_node *dir, as_span name);
/* Adds an entry; NULL without memory. The name is copied. */
as_node *as_tree_add(as_tree *t, as_node *dir, as_span name, as_type type);
/* Appends the path of node, with a leading slash; at most AS_PATH_MAX bytes. */
void as_tree_path(const as_node *node, as_buf *out);

#endif
