/* SPDX-License-Identifier: Apache-2.0 */
#include "unpack/tree.h"

void as_tree_init(as_tree *t, as_arena *arena)
{
	*t = (as_tree){ .arena = arena, .n = 1 };
	/* Where memory lies is what an attacker cannot know. */
	uint64_t seed = (uintptr_t)t ^ (uintptr_t)arena << 17;
	t->names.seed = t->inodes.seed = t->visited.seed = seed;
	t->root.type = AS_DIR;
}

void as_tree_free(as_tree *t)
{
	as_map_free(&t->names);
	as_map_free(&t->inodes);
	as_map_free(&t->visited);
}

static uint64_t key_of(const as_tree *t, const as_node *dir, as_span name)
{
	return as_hash64(t->names.seed ^ ((uint64_t)dir->id * 0x9e3779b97f4a7c15u), name);
}

/* The map holds pointers as numbers: the nodes live in the arena. */
static as_node *first_of(const as_tree *t, uint64_t key)
{
	uint64_t value = 0;
	return as_map_get(&t->names, key, &value) ? (as_node *)(uintptr_t)value : NULL;
}

as_node *as_tree_find(const as_tree *t, const as_node *dir, as_span name)
{
	as_node *node = first_of(t, key_of(t, dir, name));
	while (node && (node->parent != dir || !as_same(node->name, name)))
		node = node->twin;
	return node;
}

as_node *as_tree_add(as_tree *t, as_node *dir, as_span name, as_type type)
{
	uint64_t key = key_of(t, dir, name);
	as_node *node = as_alloc(t->arena, sizeof(*node));
	as_span kept = as_copy(t->arena, name);
	if (!node || !kept.p)
		return NULL;
	*node = (as_node){ .id = t->n,
		.parent = dir,
		.twin = first_of(t, key),
		.name = kept,
		.type = type,
		.depth = dir->depth + 1 };
	if (as_map_set(&t->names, key, (uintptr_t)node) != AS_OK)
		return NULL;
	t->n++;
	return node;
}

void as_tree_path(const as_node *node, as_buf *out)
{
	if (!node->parent || out->n > AS_PATH_MAX)
		return;
	as_tree_path(node->parent, out); /* depth is bounded by AS_DIR_DEPTH */
	as_buf_u8(out, '/');
	as_buf_add(out, node->name.p, node->name.n);
}
