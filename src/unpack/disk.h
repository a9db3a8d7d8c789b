/* SPDX-License-Identifier: Apache-2.0 */
/* A disk of a guest or of a device, put together from the pieces that an image keeps of it. */
#ifndef AS_UNPACK_DISK_H
#define AS_UNPACK_DISK_H

#include "codec/codec.h"
#include "unpack/format.h"

/* One disk on its way out, from its first byte to its last. Its pieces are handed over in order; what stands together
 * in the image goes on together. Holes stay holes, and a small image that claims a disk of terabytes does not become
 * one: when its holes exceed what they may, the disk ends there, and what follows comes as parts of their own. */
typedef struct as_disk {
	as_unpack *u;
	as_span body, name;
	const char *hint;   /* as in as_entry */
	uint64_t size;      /* of the disk, bytes */
	uint64_t done;      /* of it */
	uint64_t hole;      /* bytes of a hole that were not handed on yet */
	as_span run;        /* bytes of the body that were not handed on yet */
	uint64_t hole_room; /* bytes of holes that may still be handed on */
	uint64_t part;      /* bytes in the part that is open */
	uint8_t *out;       /* what was unpacked last */
	uint64_t out_len;   /* bytes it has room for */
	uint8_t *seen;      /* a bit for each sector of the body that was read */
	bool open;          /* a part is */
	bool apart;         /* the disk became parts */
	bool damaged;       /* bytes of the open part are missing */
	bool missed;        /* missing bytes were recorded */
	bool summed;       /* set after as_disk_begin, or for some pieces only: they count in crc */
	uint32_t crc;      /* CRC-32 of the disk's bytes, unless it became parts or is too large */
	uint64_t sum_room; /* bytes of holes that may still be counted; 0: crc is none */
} as_disk;

/* Begins the disk of size bytes, a part of that name. Statuses as as_begin. */
as_status as_disk_begin(
	as_disk *d, as_unpack *u, as_span body, uint64_t size, const char *name) AS_MUST_USE;
/* n bytes of it are a hole; stand at offset at of the body; are a unit of at most four bytes over and over; were
 * decoded. More than the disk has left is cut. What the body does not have becomes a hole and is recorded, once. */
as_status as_disk_zero(as_disk *d, uint64_t n) AS_MUST_USE;
as_status as_disk_at(as_disk *d, uint64_t at, uint64_t n) AS_MUST_USE;
as_status as_disk_fill(as_disk *d, as_span unit, uint64_t n) AS_MUST_USE;
as_status as_disk_bytes(as_disk *d, as_span bytes) AS_MUST_USE;
/* n bytes of it stand packed in so many bytes at offset at of the body, in one block. Missing as above if they do
 * not come out. Packed bytes of unknown length: to the end of the span. */
as_status as_disk_packed(
	as_disk *d, as_method m, uint64_t at, uint64_t packed, uint64_t n) AS_MUST_USE;
/* Room for n bytes that are to be decoded, the same memory each time; NULL: there is none, or n is above 64 MiB. */
uint8_t *as_disk_room(as_disk *d, uint64_t n);
/* n bytes of it are lost: a hole stands for them. */
as_status as_disk_lost(as_disk *d, uint64_t at, uint64_t n, const char *text) AS_MUST_USE;
/* What is left is a hole; accounts for what was read under label. s: how it went so far; answers the same or worse. */
as_status as_disk_end(as_disk *d, as_status s, const char *label) AS_MUST_USE;

#endif
