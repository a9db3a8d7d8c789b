/* SPDX-License-Identifier: Apache-2.0 */
#include "review/objects.h"

#include <stdlib.h>
#include <string.h>

as_status as_objects_init(as_objects *o, as_spool *spool)
{
	*o = (as_objects){ .spool = spool, .arena = as_arena_new(0) };
	o->by_hash.seed = o->by_exam.seed = (uintptr_t)o->arena;
	return o->arena ? AS_OK : AS_NOMEM;
}

void as_objects_free(as_objects *o)
{
	for (uint32_t i = 0; i < o->n_exams; i++)
		if (o->exams[i].trouble)
			as_buf_free(&o->exams[i].trouble->kept);
	free(o->objects);
	free(o->exams);
	free(o->shelves);
	as_map_free(&o->by_hash);
	as_map_free(&o->by_exam);
	as_arena_free(o->arena);
	*o = (as_objects){ 0 };
}

/* Room for one more element of size bytes; false without memory. */
static bool room(void **list, uint32_t n, uint32_t *cap, size_t size)
{
	if (n < *cap)
		return true;
	uint32_t more = *cap ? *cap * 2 : 1024;
	void *p = more < *cap ? NULL : realloc(*list, (size_t)more * size);
	if (!p)
		return false;
	*list = p;
	*cap = more;
	return true;
}

static uint64_t key_of(const as_objects *o, const as_sha256 *sha256, as_span path)
{
	uint64_t h = as_hash64(o->by_hash.seed, as_bytes(sha256->b, sizeof(sha256->b)));
	return path.n > 0 ? as_hash64(h, path) : h;
}

uint32_t as_object_get(as_objects *o, const as_sha256 *sha256, uint64_t size)
{
	uint64_t key = key_of(o, sha256, (as_span){ 0 }), first = AS_NONE;
	(void)as_map_get(&o->by_hash, key, &first);
	for (uint32_t i = (uint32_t)first; i != AS_NONE; i = o->objects[i].next)
		if (memcmp(o->objects[i].sha256.b, sha256->b, sizeof(sha256->b)) == 0) {
			/* A resumed review knows hashes before sizes. */
			o->objects[i].size = as_max(o->objects[i].size, size);
			return i;
		}
	void *list = o->objects;
	if (!room(&list, o->n_objects, &o->cap_objects, sizeof(as_object)))
		return AS_NONE;
	o->objects = list;
	if (as_map_set(&o->by_hash, key, o->n_objects) != AS_OK)
		return AS_NONE;
	o->objects[o->n_objects] = (as_object){ .sha256 = *sha256,
		.size = size,
		.shelf = AS_NONE,
		.next = (uint32_t)first,
		.exam = AS_NONE };
	return o->n_objects++;
}

static bool is_exam(const as_objects *o, uint32_t i, uint32_t object, as_span path)
{
	return o->exams[i].object == object && as_same(o->exams[i].path, path);
}

uint32_t as_exam_find(const as_objects *o, uint32_t object, as_span path)
{
	uint64_t first = AS_NONE;
	if (path.n == 0)
		return o->objects[object].exam;
	(void)as_map_get(&o->by_exam, key_of(o, &o->objects[object].sha256, path), &first);
	uint32_t i = (uint32_t)first;
	while (i != AS_NONE && !is_exam(o, i, object, path))
		i = o->exams[i].next;
	return i;
}

uint32_t as_exam_get(as_objects *o, uint32_t object, as_span path)
{
	uint32_t known = as_exam_find(o, object, path);
	if (known != AS_NONE)
		return known;
	uint64_t key = key_of(o, &o->objects[object].sha256, path), first = AS_NONE;
	if (path.n > 0)
		(void)as_map_get(&o->by_exam, key, &first);
	void *list = o->exams;
	as_span kept = path.n > 0 ? as_copy(o->arena, path) : (as_span){ 0 };
	if ((path.n > 0 && !kept.p) || !room(&list, o->n_exams, &o->cap_exams, sizeof(as_exam)))
		return AS_NONE;
	o->exams = list;
	if (path.n > 0 && as_map_set(&o->by_exam, key, o->n_exams) != AS_OK)
		return AS_NONE;
	o->exams[o->n_exams] = (as_exam){ .object = object, .next = (uint32_t)first, .path = kept };
	if (path.n == 0)
		o->objects[object].exam = o->n_exams;
	return o->n_exams++;
}

as_trouble *as_exam_trouble(as_objects *o, uint32_t exam)
{
	as_exam *e = &o->exams[exam];
	if (!e->trouble)
		e->trouble = as_alloc(o->arena, sizeof(*e->trouble));
	return e->trouble;
}

uint32_t as_shelf_add(as_objects *o, as_region region)
{
	void *list = o->shelves;
	if (!room(&list, o->n_shelves, &o->cap_shelves, sizeof(as_shelf)))
		return AS_NONE;
	o->shelves = list;
	o->shelves[o->n_shelves] = (as_shelf){ .region = region, .refs = 1 };
	return o->n_shelves++;
}

void as_shelf_hold(as_objects *o, uint32_t shelf) { o->shelves[shelf].refs++; }

void as_shelf_release(as_objects *o, uint32_t shelf)
{
	if (shelf == AS_NONE || --o->shelves[shelf].refs > 0)
		return;
	as_spool_drop(o->spool, o->shelves[shelf].region);
}

void as_objects_settle(as_objects *o)
{
	free(o->shelves);
	o->shelves = NULL;
	o->n_shelves = o->cap_shelves = 0;
}

void as_object_seen(as_objects *o, uint32_t object)
{
	as_object *x = &o->objects[object];
	as_shelf_release(o, x->shelf);
	if (--x->waits == 0)
		x->shelf = AS_NONE;
}
