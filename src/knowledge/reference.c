/* SPDX-License-Identifier: Apache-2.0 */
/* The pack of constants, reference.pack: records of 5 bytes, little-endian, sorted; the upper 36 bits are a key,
 * the lower 4 a number of packages (0: the text occurs, but is compared nowhere). The shares of effects are
 * reference.tsv. */
#include "knowledge/reference.h"

#include "base/search.h"

#include <string.h>

#include "base/embed.h"
#include "base/map.h"
#include "knowledge/tsv.h"

enum { RECORD = 5, KEY_BITS = 36, COUNT_BITS = 4, TOO_FEW = 20, COLUMNS = 5 };

static const uint64_t text_seed = 0x6173736179726566, number_seed = 0x6e756d6265727265;

static const char *const effects[AS_EFFECTS] = { "run", "exec", "listen", "bind", "connect",
	"socket", "privilege", "remove", "memory", "load", "trace", "authentication", "nvram",
	"eval", "dup" };
static const uint16_t network = 1 << 2 | 1 << 3 | 1 << 4 | 1 << 5;
static const uint16_t processes = 1 << 0 | 1 << 1 | 1 << 10 | 1 << 14;

static const char *const classes[AS_CLASSES] = { "daemon", "tool", "library" };

int as_reference_effect(const char *name)
{
	for (int i = 0; name && i < AS_EFFECTS; i++)
		if (strcmp(effects[i], name) == 0)
			return i;
	return -1;
}

const char *as_reference_effect_name(int effect) { return effects[effect]; }

const char *as_reference_class_name(as_reference_class class) { return classes[class]; }

bool as_reference_beside(uint16_t has, int effect)
{
	return (has & (network >> effect & 1 ? processes : network)) != 0;
}

uint64_t as_reference_key(as_span text) { return as_hash64(text_seed, text) >> (64 - KEY_BITS); }

uint64_t as_reference_number_key(uint64_t number)
{
	uint8_t bytes[8];
	for (unsigned i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(number >> (8 * i));
	return as_hash64(number_seed, as_bytes(bytes, sizeof(bytes))) >> (64 - KEY_BITS);
}

static uint64_t record(as_span pack, size_t i)
{
	as_cur c = as_cur_le(pack, i * RECORD);
	uint64_t low = as_u32(&c);
	return low | (uint64_t)as_u8(&c) << 32;
}

/* The number of packages of a key; -1: the pack does not have it. */
static int look_up(as_span pack, uint64_t key)
{
	size_t low = 0, high = pack.n / RECORD;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		uint64_t r = record(pack, mid);
		if (r >> COUNT_BITS == key)
			return (int)(r & ((1 << COUNT_BITS) - 1));
		if (r >> COUNT_BITS < key)
			low = mid + 1;
		else
			high = mid;
	}
	return -1;
}

static bool is_own(const as_reference_own *own, uint64_t key)
{
	return own && as_with(own->keys, own->n_keys, sizeof(*own->keys), key);
}

unsigned as_reference_compared(const as_reference *r, uint64_t key)
{
	int n = look_up(r->pack, key);
	if (n <= 0)
		return 0;
	return (unsigned)n - (n < AS_REFERENCE_MOST && is_own(r->own, key));
}

bool as_reference_occurs(const as_reference *r, uint64_t key)
{
	int n = look_up(r->pack, key);
	return n == 0 || (n > 0 && as_reference_compared(r, key) > 0);
}

static int named(const char *const *names, int n, as_span name)
{
	for (int i = 0; i < n; i++)
		if (as_is(name, names[i]))
			return i;
	return -1;
}

void as_reference_open(as_reference *r)
{
	as_span fields[COLUMNS];
	as_cur c = as_cur_le(as_embedded_file(as_embedded_knowledge, "reference.tsv"), 0);
	*r = (as_reference){ .pack = as_embedded_file(as_embedded_reference, "reference.pack") };
	for (size_t n; (n = as_tsv_row(&c, fields, COLUMNS)) > 0;) {
		uint64_t beside = 0, with = 0, of = 0;
		int class = named(classes, AS_CLASSES, fields[0]);
		int effect = n > 1 ? named(effects, AS_EFFECTS, fields[1]) : -1;
		if (n < COLUMNS || class < 0 || effect < 0 || !as_number(fields[2], 10, &beside) ||
			!as_number(fields[3], 10, &with) || !as_number(fields[4], 10, &of) ||
			beside > 1)
			continue;
		r->with[class][effect][beside] = (uint16_t)as_min(with, UINT16_MAX);
		r->of[class][effect][beside] = (uint16_t)as_min(of, UINT16_MAX);
	}
}

unsigned as_reference_share(
	const as_reference *r, as_reference_class class, int effect, bool beside, unsigned *of)
{
	unsigned with = r->with[class][effect][beside];
	const as_reference_own *own = r->own;
	bool all = r->of[class][effect][beside] < TOO_FEW;
	*of = r->of[class][effect][beside];
	if (all) {
		with += r->with[class][effect][!beside];
		*of += r->of[class][effect][!beside];
	}
	if (own && own->has[class] &&
		(all || as_reference_beside(own->effects[class], effect) == beside)) {
		*of -= *of > 0;
		with -= with > 0 && (own->effects[class] >> effect & 1);
	}
	return with;
}
