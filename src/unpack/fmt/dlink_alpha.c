/* SPDX-License-Identifier: Apache-2.0 */
/* Firmware of D-Link's devices that Alpha Networks makes, encrypted whole, AES-256-CBC. Key and vector are public
 * knowledge for some models; before use each byte is mixed with its place (from 1, modulo 252) and with the model's
 * name. What is inside begins as SEAMA with the model's name: that is how the model is known. */
#include "codec/cipher.h"
#include "unpack/vendor.h"

enum { KEY = 32, VECTOR = 16, LOOK = 128, RANGE = 0xfc };

static const struct {
	const char *model, *key, *vector;
} models[] = {
	{ "wapac25_dlink.2015_dap1665", "EfCHXytwsC6F0zsedwZc+9vDbCjE3ge4", "ggPy917jwESpnfXm" },
	{ "wapac28_dlink.2015_dap1720", "qBiz6o/1RVQTtJBd3FS7FDbqogE8yoBm", "EfDMqWWxHCOhEqgY" },
	{ "wrgac43s_dlink.2015_dir822c1", "KNpsEntCcsep1jdFIs3wnXySKRGNCGmf", "uph587JdKHrtAUlr" },
	{ "wrgac65_dlink.2015_dir842", "xQYoRZeD726UAbRb846kO7TeNw8eZa6u", "zufEbNF3kUafxFiE" },
	{ "wrgac65_dlink.2015_dir842EU", "xQYoRZeD726UAbRb846kO7TeNw8eZa6u", "zufEbNF3kUafxFiE" },
	{ "wrgac05_dlob.hans_dir850l", "BIuS1CVMEQG+0pUeE99jnR+vLlLd9unr", "f3+odwHhmJL1ceW1" },
	{ "wrgac25_dlink.2013gui_dir850l", "qQehHMEmEPQ5izL+cabn8bNHZXHjkp6W", "Mmb+IKQgnO8OuF4b" },
	{ "wrgac37_dlink.2013gui_dir859", "KY0H9R2PDL3eu1J4uCVd1CK7BJ7vF1kc", "qbStAzIRvWeQHz5U" },
};
enum { MODELS = sizeof(models) / sizeof(models[0]) };

static void mix(as_span model, as_span in, uint8_t *out)
{
	for (size_t i = 0; i < in.n; i++)
		out[i] = (uint8_t)(as_at(in, i) ^ ((i + 1) % RANGE) ^ as_at(model, i % model.n));
}

typedef struct found {
	size_t model;
	uint8_t key[KEY], vector[VECTOR];
	uint64_t size; /* bytes, from the seal inside; 0: it does not say */
} found;

/* Magic, then after the seal's fields its text "signature=MODEL". */
static bool is_seal(as_span start, as_span model)
{
	as_cur c = as_cur_be(start, 12);
	return as_starts(start, "\x5e\xa3\xa4\x17") && as_is(as_take(&c, 10), "signature=") &&
	       as_same(as_take(&c, model.n), model) && as_u8(&c) == 0;
}

/* Where the first entity's image ends, if its header stands in the bytes that were looked at. */
static uint64_t size_of(as_span start)
{
	as_cur c = as_cur_be(start, 6);
	uint64_t next = 12 + (uint64_t)as_u16(&c);
	c = as_cur_be(start, next);
	bool entity = as_u32(&c) == 0x5ea3a417;
	as_skip(&c, 2);
	uint64_t meta = as_u16(&c), n = as_u32(&c);
	uint64_t size = next + 12 + 16 + meta + n;
	return entity && as_ok(&c) && size % AS_AES_BLOCK == 0 ? size : 0;
}

/* Whether so few bytes come twice as in what is encrypted: 101 of 128 are others on average. Spares trying keys. */
static bool is_mixed(as_span start)
{
	enum { OTHERS = 80 };
	uint64_t seen[4] = { 0 };
	unsigned others = 0;
	for (size_t i = 0; i < start.n; i++) {
		uint8_t b = as_at(start, i);
		others += !(seen[b >> 6] >> (b & 63) & 1);
		seen[b >> 6] |= 1ull << (b & 63);
	}
	return others >= OTHERS;
}

static bool find_model(as_span image, found *f)
{
	uint8_t start[LOOK];
	if (!is_mixed(as_cut(image, 0, LOOK)))
		return false;
	for (f->model = 0; f->model < MODELS && image.n >= LOOK; f->model++) {
		as_span model = as_lit(models[f->model].model);
		mix(model, as_lit(models[f->model].key), f->key);
		mix(model, as_lit(models[f->model].vector), f->vector);
		if (!as_decipher_start(AS_AES256_CBC, f->key, f->vector, image, start, LOOK) ||
			!is_seal(as_bytes(start, LOOK), model))
			continue;
		f->size = size_of(as_bytes(start, LOOK));
		return true;
	}
	return false;
}

static as_status probe(as_span image, as_extent *out)
{
	found f;
	if (!find_model(image, &f))
		return AS_NOT_THIS;
	uint64_t n = image.n - image.n % AS_AES_BLOCK;
	*out = (as_extent){ .size = f.size > 0 ? as_min(f.size, n) : n, .sure = AS_STRUCTURED };
	out->label = as_lit(models[f.model].model);
	return AS_OK;
}

static as_status unpack(as_unpack *u, as_span body)
{
	found f;
	as_entry e = { .type = AS_PART, .name = as_lit("decrypted") };
	bool want = true;
	if (!find_model(body, &f))
		return as_lost(u, 0, "no key that is public knowledge opens it");
	as_struct(u, 0, body.n, "encrypted firmware");
	as_tell(u, as_cut(body, 0, 16), "model", as_lit(models[f.model].model));
	as_tell(u, as_cut(body, 0, 16), "encrypted",
		as_lit("AES-256-CBC, the key is public knowledge"));
	as_status s = as_begin(u, NULL, &e, &want);
	if (s != AS_OK)
		return s;
	s = as_decipher(AS_AES256_CBC, f.key, f.vector, body, as_sink_more, u);
	return as_worse(s, as_end(u, s != AS_OK));
}

const as_format as_format_dlink_alpha = {
	.id = "dlink_alpha",
	.title = "D-Link firmware encrypted by Alpha Networks",
	.kind = AS_CARRIER,
	.magic = NULL,
	.anywhere = false,
	.probe = probe,
	.unpack = unpack,
	.variants =
		(const char *const[]){
			"DAP-1665 B, DAP-1720 A, DIR-822 C1, DIR-842 C, DIR-850L A1 and B1, "
			"DIR-859 A",
			NULL },
	.verifies = NULL,
	.keeps = NULL,
	.samples = as_vendor_samples,
	.gaps = (const char *const[]){ "models whose key is not public knowledge", NULL },
	.spec = "https://github.com/devttys0/delink",
	.see = NULL,
};
