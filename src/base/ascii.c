/* SPDX-License-Identifier: Apache-2.0 */
#include "base/ascii.h"

enum {
	D = AS_ASCII_DIGIT | AS_ASCII_HEX,
	U = AS_ASCII_UPPER,
	H = AS_ASCII_UPPER | AS_ASCII_HEX,
	L = AS_ASCII_LOWER,
	X = AS_ASCII_LOWER | AS_ASCII_HEX,
	S = AS_ASCII_SPACE,
};

/* clang-format off */
const uint8_t as_ascii[256] = {
	['\t'] = S, S, S, S, S, /* to the carriage return */
	[' '] = S,
	['0'] = D, D, D, D, D, D, D, D, D, D,
	['A'] = H, H, H, H, H, H, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U,
	['a'] = X, X, X, X, X, X, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L,
};
/* clang-format on */
