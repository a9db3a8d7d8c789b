/* SPDX-License-Identifier: Apache-2.0 */
#include "unpack/stream.h"

as_status as_stream_probe(as_method m, as_span image, bool lenient, as_extent *out)
{
	uint8_t start[AS_STREAM_PROOF];
	size_t n = 0;
	as_status s = as_peek(m, image, start, sizeof(start), &n);
	bool asks = s == AS_NOMEM; /* more memory than we give: it is one, and unpacking says so */
	if (s != AS_OK && !(lenient && (n > 0 || asks || s == AS_PARTIAL)))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = image.n, .sure = AS_STRUCTURED, .open_end = true };
	uint64_t size = 0;
	if (as_stream_size(m, image, &size) == AS_OK && size > 0) {
		out->size = size;
		out->open_end = false;
	}
	return AS_OK;
}

as_status as_decoded(as_unpack *u, as_status got, uint64_t at, const char *damaged)
{
	if (got == AS_PARTIAL || got == AS_NOT_THIS)
		return as_lost(u, at, damaged);
	/* A failure of ours is remembered by the engine, and goes before this. */
	return got == AS_NOMEM ? as_refused(u, at, "limit",
					 "the stream asks for more than 128 MiB of working memory")
			       : got;
}

as_status as_stream_unpack(as_unpack *u, as_method m, as_span body, const as_entry *e)
{
	uint64_t used = 0;
	bool want = true;
	as_status s = as_begin(u, NULL, e, &want);
	if (s != AS_OK)
		return s;
	s = as_decode(m, body, as_sink_more, u, &used);
	s = as_decoded(u, s, used, "compressed data is damaged or cut off");
	if (used > 0)
		as_struct(u, 0, used, "compressed data");
	return as_worse(s, as_end(u, s != AS_OK));
}
