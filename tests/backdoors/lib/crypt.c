/* SPDX-License-Identifier: Apache-2.0 */
/* Stands in for libcrypt, which the cross compilers' packages do not bring. */
#include <stddef.h>

char *crypt(const char *key, const char *salt);

char *crypt(const char *key, const char *salt)
{
	static const char letters[] = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	static char out[14];
	unsigned long h = 0;
	if (!salt[0] || !salt[1])
		return NULL;
	out[0] = salt[0];
	out[1] = salt[1];
	for (int i = 2; i < 13; i++) {
		for (const char *p = key; *p; p++)
			h = h * 33 + (unsigned char)*p + (unsigned char)salt[i & 1];
		out[i] = letters[h >> 7 & 63];
	}
	return out;
}
