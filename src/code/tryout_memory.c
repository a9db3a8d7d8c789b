/* SPDX-License-Identifier: Apache-2.0 */
#include "code/tryout_memory.h"

#include "base/text.h"

#include <string.h>

enum { PROBES = 16, WIDEST = 16 };

bool as_tryout_memory_open(as_tryout_memory *m, const as_program *p, as_arena *arena)
{
	*m = (as_tryout_memory){ .program = p };
	m->page = as_alloc_array(arena, AS_PAGES, sizeof(*m->page));
	return m->page != NULL;
}

void as_tryout_memory_clear(as_tryout_memory *m)
{
	for (unsigned i = 0; i < AS_PAGES; i++)
		if (m->page[i].used)
			m->page[i] = (as_page){ 0 };
	m->marking = false;
	m->n_read = m->n_odd = m->n_marked = 0;
}

static as_page *page_of(const as_tryout_memory *m, uint64_t at, bool make)
{
	uint64_t number = at / AS_PAGE;
	for (unsigned i = 0; i < PROBES; i++) {
		as_page *p = &m->page[(number * 7 + i) % AS_PAGES];
		if (p->used && p->number == number)
			return p;
		if (p->used)
			continue;
		if (make) {
			p->used = true;
			p->number = number;
		}
		return make ? p : NULL;
	}
	return NULL;
}

/* What the file holds at an address; what it does not hold is filled while the program runs. */
static bool from_file(const as_program *p, uint64_t at, unsigned width, uint64_t *k)
{
	return as_program_from(p, at).n >= width && as_program_initial(p, at, width, k);
}

bool as_tryout_byte(const as_tryout_memory *m, uint64_t at, uint8_t *out)
{
	const as_page *page = page_of(m, at, false);
	uint64_t k = 0;
	if (page && (page->state[at % AS_PAGE] & AS_BYTE_SET)) {
		*out = page->byte[at % AS_PAGE];
		return page->state[at % AS_PAGE] & AS_BYTE_KNOWN;
	}
	if (!from_file(m->program, at, 1, &k))
		return false;
	*out = (uint8_t)k;
	return true;
}

static void count(as_tryout_memory *m, const uint8_t *byte, unsigned width)
{
	for (unsigned i = 0; i < width && (width == 1 || width >= 8); i++) {
		m->n_read++;
		m->n_odd += byte[i] != 0 && !as_printable(byte[i]);
	}
}

bool as_tryout_load(void *of, uint64_t at, uint8_t width, as_held *w)
{
	as_tryout_memory *m = of;
	uint8_t byte[WIDEST] = { 0 };
	bool big = m->program->elf.big;
	*w = (as_held){ .known = width <= WIDEST };
	const as_page *page = page_of(m, at, false);
	/* A word that the loader fills is known only as a whole. */
	if (!page && width == m->program->arch->word && at % AS_PAGE <= AS_PAGE - 8u &&
		from_file(m->program, at, width, &w->low))
		return true;
	for (unsigned i = 0; i < width && w->known; i++)
		w->known = as_tryout_byte(m, at + i, &byte[i]);
	w->low = 0;
	for (unsigned i = 0; i < width && w->known; i++) {
		unsigned to = big ? width - 1u - i : i;
		uint64_t b = byte[i];
		if (to < 8)
			w->low |= b << (8 * to);
		else
			w->high |= b << (8 * (to - 8));
	}
	if (m->marking && w->known)
		count(m, byte, width);
	return true;
}

bool as_tryout_store(void *of, uint64_t at, uint8_t width, const as_held *w)
{
	as_tryout_memory *m = of;
	bool big = m->program->elf.big;
	for (unsigned i = 0; i < width && i < WIDEST; i++) {
		as_page *page = page_of(m, at + i, true);
		unsigned from = big ? width - 1u - i : i;
		if (!page)
			return true;
		uint64_t half = from < 8 ? w->low >> (8 * from) : w->high >> (8 * (from - 8));
		page->byte[(at + i) % AS_PAGE] = (uint8_t)half;
		page->state[(at + i) % AS_PAGE] =
			(uint8_t)(AS_BYTE_SET | (w->known ? AS_BYTE_KNOWN : 0) |
				  (m->marking && width != 2 && width != 4 ? AS_BYTE_MARKED : 0));
		m->n_marked += m->marking && w->known && (width == 1 || width >= 8);
	}
	return true;
}

void as_tryout_forget(as_tryout_memory *m, uint64_t at, uint64_t n)
{
	const as_held unknown = { 0 };
	bool marking = m->marking;
	m->marking = false;
	for (uint64_t i = 0; i < n && i < (uint64_t)AS_PAGE * 4; i++)
		(void)as_tryout_store(m, at + i, 1, &unknown);
	m->marking = marking;
}
