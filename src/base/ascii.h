/* SPDX-License-Identifier: Apache-2.0 */
/* Classes of ASCII characters, whatever the locale: bytes from 0x80 on are of none. */
#ifndef AS_ASCII_H
#define AS_ASCII_H

#include <stdbool.h>
#include <stdint.h>

enum {
	AS_ASCII_DIGIT = 1,
	AS_ASCII_UPPER = 2,
	AS_ASCII_LOWER = 4,
	AS_ASCII_HEX = 8, /* digits, A to F, a to f */
	AS_ASCII_SPACE = 16,
	AS_ASCII_LETTER = AS_ASCII_UPPER | AS_ASCII_LOWER,
	AS_ASCII_ALNUM = AS_ASCII_LETTER | AS_ASCII_DIGIT,
};
extern const uint8_t as_ascii[256]; /* the classes of each */

static inline bool as_is_digit(uint8_t b) { return as_ascii[b] & AS_ASCII_DIGIT; }
static inline bool as_is_upper(uint8_t b) { return as_ascii[b] & AS_ASCII_UPPER; }
static inline bool as_is_lower(uint8_t b) { return as_ascii[b] & AS_ASCII_LOWER; }
static inline bool as_is_letter(uint8_t b) { return as_ascii[b] & AS_ASCII_LETTER; }
static inline bool as_is_alnum(uint8_t b) { return as_ascii[b] & AS_ASCII_ALNUM; }
static inline bool as_is_hex(uint8_t b) { return as_ascii[b] & AS_ASCII_HEX; }
/* Blank, tab, line feed, vertical tab, form feed, carriage return. */
static inline bool as_is_space(uint8_t b) { return as_ascii[b] & AS_ASCII_SPACE; }
/* What names in C are made of: letters, digits, the low line. */
static inline bool as_is_word(uint8_t b) { return as_is_alnum(b) || b == '_'; }
/* A capital letter's small one; any other byte as it is. */
static inline uint8_t as_lower(uint8_t b) { return as_is_upper(b) ? (uint8_t)(b | 0x20) : b; }

#endif
