/* SPDX-License-Identifier: Apache-2.0 */
/* Largest object first: containers are opened early, and their entries examined while they are. */
#include <stdlib.h>

#include "review/review.h"

static bool before(const as_review *r, uint32_t a, uint32_t b)
{
	const as_exam *x = &r->objects.exams[a], *y = &r->objects.exams[b];
	uint64_t m = r->objects.objects[x->object].size, n = r->objects.objects[y->object].size;
	return m != n ? m > n : a < b;
}

static void swap(as_review *r, uint32_t i, uint32_t j)
{
	uint32_t t = r->heap[i];
	r->heap[i] = r->heap[j];
	r->heap[j] = t;
}

as_status as_heap_add(as_review *r, uint32_t exam)
{
	if (r->n_heap == r->cap_heap) {
		uint32_t cap = r->cap_heap ? r->cap_heap * 2 : 1024;
		uint32_t *heap = realloc(r->heap, cap * sizeof(*heap));
		if (!heap)
			return AS_NOMEM;
		r->heap = heap;
		r->cap_heap = cap;
	}
	uint32_t i = r->n_heap++;
	r->heap[i] = exam;
	for (; i > 0 && before(r, r->heap[i], r->heap[(i - 1) / 2]); i = (i - 1) / 2)
		swap(r, i, (i - 1) / 2);
	return AS_OK;
}

uint32_t as_heap_take(as_review *r)
{
	if (r->n_heap == 0)
		return AS_NONE;
	uint32_t top = r->heap[0];
	r->heap[0] = r->heap[--r->n_heap];
	for (uint32_t i = 0, child; (child = 2 * i + 1) < r->n_heap; i = child) {
		if (child + 1 < r->n_heap && before(r, r->heap[child + 1], r->heap[child]))
			child++;
		if (!before(r, r->heap[child], r->heap[i]))
			break;
		swap(r, i, child);
	}
	return top;
}
