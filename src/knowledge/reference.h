/* SPDX-License-Identifier: Apache-2.0 */
/* The reference population: what ordinary programs do, learned from the packages of a distribution
 * (tools/learn). Counted by source package, so that neither many programs of one package nor many architectures
 * make something ordinary. */
#ifndef AS_REFERENCE_H
#define AS_REFERENCE_H

#include "base/span.h"

typedef enum as_reference_class {
	AS_CLASS_DAEMON, /* waits for others: listens, or runs in the background */
	AS_CLASS_TOOL,
	AS_CLASS_LIBRARY,
	AS_CLASSES
} as_reference_class;

enum { AS_EFFECTS = 15, AS_REFERENCE_MOST = 15 /* counts end here: so many packages, or more */ };

/* What the package of a program that is measured contributed itself, to be left out. */
typedef struct as_reference_own {
	const uint64_t *keys; /* of constants that it compares with, sorted */
	size_t n_keys;
	bool has[AS_CLASSES];         /* it has programs of that class, */
	uint16_t effects[AS_CLASSES]; /* which have these effects, together */
} as_reference_own;

typedef struct as_reference {
	as_span pack;
	uint16_t with[AS_CLASSES][AS_EFFECTS][2], of[AS_CLASSES][AS_EFFECTS][2];
	const as_reference_own *own; /* NULL: nothing is left out */
} as_reference;

/* Reads the packs that are built in. r borrows from them only. From any thread. */
void as_reference_open(as_reference *r);
/* Under which number a text, or a number of width bytes, is kept. Pure. */
uint64_t as_reference_key(as_span text);
uint64_t as_reference_number_key(uint64_t number);
/* How many source packages compare something with the constant of that key: 0 to AS_REFERENCE_MOST. Pure. */
unsigned as_reference_compared(const as_reference *r, uint64_t key);
/* Whether that text at least occurs in the data of three packages or more, or is compared in one. Pure. */
bool as_reference_occurs(const as_reference *r, uint64_t key);
/* The number of an effect ("run", "exec", "listen", ...), or -1: none that is counted. Its name. Pure. */
int as_reference_effect(const char *name);
const char *as_reference_effect_name(int effect);
/* Whether a program that has these effects (bits) has some of the other family than effect's: processes, or the
 * network. Pure. */
bool as_reference_beside(uint16_t effects, int effect);
/* Of how many packages of the class that are alike in that, how many have the effect. Too few of them: of all of
 * the class. *of is 0 if nothing is known. Pure. */
unsigned as_reference_share(
	const as_reference *r, as_reference_class class, int effect, bool beside, unsigned *of);
/* "daemon", "tool", "library". */
const char *as_reference_class_name(as_reference_class class);

#endif
