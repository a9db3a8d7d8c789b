/* SPDX-License-Identifier: Apache-2.0 */
#include "code/behave.h"

#include <string.h>
#include <strings.h>

static as_expected sign(int64_t v) { return (as_expected){ AS_ANSWER_SIGN, v }; }
static as_expected word(size_t v) { return (as_expected){ AS_ANSWER_WORD, (int64_t)v }; }

static as_expected place(const uint8_t *scene, const void *at)
{
	if (!at)
		return (as_expected){ AS_ANSWER_NULL, 0 };
	return (as_expected){ AS_ANSWER_PLACE, (const uint8_t *)at - scene };
}

/* The texts of a question, as strings: every one in the tables ends with a NUL. */
static const char *text_a(const uint8_t *m, const as_question *q) { return (const char *)m + q->a; }
static const char *text_b(const uint8_t *m, const as_question *q) { return (const char *)m + q->b; }
static size_t count(const as_question *q) { return (size_t)q->third; }

static as_expected do_strcmp(uint8_t *m, const as_question *q)
{
	return sign(strcmp(text_a(m, q), text_b(m, q)));
}
static as_expected do_strncmp(uint8_t *m, const as_question *q)
{
	return sign(strncmp(text_a(m, q), text_b(m, q), count(q)));
}
static as_expected do_strcasecmp(uint8_t *m, const as_question *q)
{
	return sign(strcasecmp(text_a(m, q), text_b(m, q)));
}
static as_expected do_strncasecmp(uint8_t *m, const as_question *q)
{
	return sign(strncasecmp(text_a(m, q), text_b(m, q), count(q)));
}
static as_expected do_memcmp(uint8_t *m, const as_question *q)
{
	return sign(memcmp(m + q->a, m + q->b, count(q)));
}
static as_expected do_bcmp(uint8_t *m, const as_question *q)
{
	return (as_expected){ AS_ANSWER_ZERO, memcmp(m + q->a, m + q->b, count(q)) };
}

/* Copies the first n bytes of b's text to at, and a NUL if there is room for it in most. */
static void put_text(uint8_t *m, size_t at, const as_question *q, size_t n, bool nul)
{
	memmove(m + at, m + q->b, n);
	if (nul)
		m[at + n] = 0;
}

static as_expected do_strcpy(uint8_t *m, const as_question *q)
{
	put_text(m, q->a, q, strlen(text_b(m, q)), true);
	return place(m, m + q->a);
}
static as_expected do_stpcpy(uint8_t *m, const as_question *q)
{
	size_t n = strlen(text_b(m, q));
	put_text(m, q->a, q, n, true);
	return place(m, m + q->a + n);
}
static as_expected do_strncpy(uint8_t *m, const as_question *q)
{
	size_t n = strnlen(text_b(m, q), count(q));
	put_text(m, q->a, q, n, false);
	memset(m + q->a + n, 0, count(q) - n);
	return place(m, m + q->a);
}
static as_expected do_strlcpy(uint8_t *m, const as_question *q)
{
	size_t n = strlen(text_b(m, q)), room = count(q);
	if (room > 0)
		put_text(m, q->a, q, n < room ? n : room - 1, true);
	return word(n);
}
static as_expected do_strcat(uint8_t *m, const as_question *q)
{
	put_text(m, q->a + strlen(text_a(m, q)), q, strlen(text_b(m, q)), true);
	return place(m, m + q->a);
}
static as_expected do_strncat(uint8_t *m, const as_question *q)
{
	put_text(m, q->a + strlen(text_a(m, q)), q, strnlen(text_b(m, q), count(q)), true);
	return place(m, m + q->a);
}
static as_expected do_strlcat(uint8_t *m, const as_question *q)
{
	size_t has = strnlen(text_a(m, q), count(q)), n = strlen(text_b(m, q)),
	       room = count(q) - has;
	if (room > 0)
		put_text(m, q->a + has, q, n < room ? n : room - 1, true);
	return word(has + n);
}
static as_expected do_memmove(uint8_t *m, const as_question *q)
{
	memmove(m + q->a, m + q->b, count(q));
	return place(m, m + q->a);
}
static as_expected do_mempcpy(uint8_t *m, const as_question *q)
{
	memmove(m + q->a, m + q->b, count(q));
	return place(m, m + q->a + count(q));
}
static as_expected do_bcopy(uint8_t *m, const as_question *q)
{
	memmove(m + q->b, m + q->a, count(q));
	return (as_expected){ AS_ANSWER_NONE, 0 };
}
static as_expected do_strstr(uint8_t *m, const as_question *q)
{
	return place(m, strstr(text_a(m, q), text_b(m, q)));
}
static as_expected do_strcasestr(uint8_t *m, const as_question *q)
{
	return place(m, strcasestr(text_a(m, q), text_b(m, q)));
}
static as_expected do_strspn(uint8_t *m, const as_question *q)
{
	return word(strspn(text_a(m, q), text_b(m, q)));
}
static as_expected do_strcspn(uint8_t *m, const as_question *q)
{
	return word(strcspn(text_a(m, q), text_b(m, q)));
}
static as_expected do_strpbrk(uint8_t *m, const as_question *q)
{
	return place(m, strpbrk(text_a(m, q), text_b(m, q)));
}

static as_expected do_strlen(uint8_t *m, const as_question *q)
{
	return word(strlen(text_a(m, q)));
}
static as_expected do_strnlen(uint8_t *m, const as_question *q)
{
	return word(strnlen(text_a(m, q), (size_t)q->second));
}
static as_expected do_strchr(uint8_t *m, const as_question *q)
{
	return place(m, strchr(text_a(m, q), (int)q->second));
}
static as_expected do_strchrnul(uint8_t *m, const as_question *q)
{
	const char *at = strchr(text_a(m, q), (int)q->second);
	return place(m, at ? at : text_a(m, q) + strlen(text_a(m, q)));
}
static as_expected do_strrchr(uint8_t *m, const as_question *q)
{
	return place(m, strrchr(text_a(m, q), (int)q->second));
}
static as_expected do_memchr(uint8_t *m, const as_question *q)
{
	return place(m, memchr(m + q->a, (int)q->second, count(q)));
}
static as_expected do_memrchr(uint8_t *m, const as_question *q)
{
	return place(m, memrchr(m + q->a, (int)q->second, count(q)));
}
static as_expected do_memset(uint8_t *m, const as_question *q)
{
	memset(m + q->a, (int)q->second, count(q));
	return place(m, m + q->a);
}
static as_expected do_bzero(uint8_t *m, const as_question *q)
{
	memset(m + q->a, 0, (size_t)q->second);
	return (as_expected){ AS_ANSWER_NONE, 0 };
}
static as_expected do_atoi(uint8_t *m, const as_question *q)
{
	const char *s = text_a(m, q);
	bool minus = false;
	int64_t v = 0;
	s += strspn(s, " \t\n\v\f\r");
	if (*s == '-' || *s == '+')
		minus = *s++ == '-';
	for (; *s >= '0' && *s <= '9'; s++)
		v = v * 10 + (*s - '0');
	return (as_expected){ AS_ANSWER_INT, minus ? -v : v };
}

const as_behaviour as_behaviours[] = {
	{ "strcmp", AS_SHAPE_TWO, false, do_strcmp },
	{ "strncmp", AS_SHAPE_TWO, false, do_strncmp },
	{ "strcasecmp", AS_SHAPE_TWO, false, do_strcasecmp },
	{ "strncasecmp", AS_SHAPE_TWO, false, do_strncasecmp },
	{ "memcmp", AS_SHAPE_TWO, false, do_memcmp },
	{ "bcmp", AS_SHAPE_TWO, false, do_bcmp },
	{ "strcpy", AS_SHAPE_TWO, false, do_strcpy },
	{ "stpcpy", AS_SHAPE_TWO, false, do_stpcpy },
	{ "strncpy", AS_SHAPE_TWO, false, do_strncpy },
	{ "strlcpy", AS_SHAPE_TWO, false, do_strlcpy },
	{ "strcat", AS_SHAPE_TWO, false, do_strcat },
	{ "strncat", AS_SHAPE_TWO, false, do_strncat },
	{ "strlcat", AS_SHAPE_TWO, false, do_strlcat },
	{ "memmove", AS_SHAPE_TWO, true, do_memmove },
	{ "memcpy", AS_SHAPE_TWO, false, do_memmove },
	{ "mempcpy", AS_SHAPE_TWO, false, do_mempcpy },
	{ "bcopy", AS_SHAPE_TWO, true, do_bcopy },
	{ "strstr", AS_SHAPE_TWO, false, do_strstr },
	{ "strcasestr", AS_SHAPE_TWO, false, do_strcasestr },
	{ "strspn", AS_SHAPE_TWO, false, do_strspn },
	{ "strcspn", AS_SHAPE_TWO, false, do_strcspn },
	{ "strpbrk", AS_SHAPE_TWO, false, do_strpbrk },
	{ "strlen", AS_SHAPE_ONE, false, do_strlen },
	{ "strnlen", AS_SHAPE_ONE, false, do_strnlen },
	{ "strchr", AS_SHAPE_ONE, false, do_strchr },
	{ "strchrnul", AS_SHAPE_ONE, false, do_strchrnul },
	{ "strrchr", AS_SHAPE_ONE, false, do_strrchr },
	{ "memchr", AS_SHAPE_ONE, false, do_memchr },
	{ "memrchr", AS_SHAPE_ONE, false, do_memrchr },
	{ "memset", AS_SHAPE_ONE, false, do_memset },
	{ "bzero", AS_SHAPE_ONE, false, do_bzero },
	{ "atoi", AS_SHAPE_ONE, false, do_atoi },
};
const size_t as_n_behaviours = sizeof(as_behaviours) / sizeof(as_behaviours[0]);

#define LONG "The quick brown fox jumps over the lazy dog, and 0123456789 sheep look on"
#define TWO(first, second, at_a, at_b, n)                                                          \
	{                                                                                          \
		.text_a = first, .text_b = second, .len_a = sizeof(first),                         \
		.len_b = sizeof(second), .a = 256 + (at_a), .b = 1024 + (at_b), .third = n         \
	}
#define OVERLAP(text, from, to, n)                                                                 \
	{                                                                                          \
		.text_b = text, .len_b = sizeof(text), .a = 512 + (to), .b = 512 + (from),         \
		.third = n, .overlap = true                                                        \
	}
#define ONE(text, at, x, n)                                                                        \
	{                                                                                          \
		.text_a = text, .len_a = sizeof(text), .a = 256 + (at), .second = x, .third = n    \
	}

/* Those first that most functions fail. */
static const as_question two[] = {
	TWO("abcd", "abXd", 0, 0, 4),
	TWO("abc", "abc", 0, 0, 3),
	TWO("abXd", "abcd", 1, 2, 4),
	TWO("abc", "ABC", 3, 0, 3),
	TWO("abcX", "abcY", 0, 1, 3),
	TWO("ab\0x", "ab\0y", 2, 2, 4),
	TWO("", "a", 0, 0, 1),
	TWO("a", "", 0, 3, 1),
	TWO("\x80q", "\x7fq", 1, 1, 2),
	TWO("@x", "`x", 0, 0, 2),
	TWO("[x", "{x", 0, 0, 2),
	TWO("", "", 1, 2, 0),
	TWO("unequal", "same", 0, 0, 0),
	TWO("lib10", "lib9", 0, 0, 5),
	TWO("a-b", "a_b", 0, 0, 3),
	TWO("a  b", "a b", 0, 0, 4),
	TWO("hello world", "wor", 0, 0, 3),
	TWO("hello WORLD", "wor", 1, 0, 11),
	TWO("hello", "xyz", 0, 0, 2),
	TWO("hello", "leh", 5, 6, 2),
	TWO("aaab", "aab", 0, 0, 4),
	TWO("xxxxxxxxxxxxxxxx", "ab", 0, 0, 9),
	TWO("four", "longer text", 0, 0, 8),
	TWO("four", "longer text", 3, 1, 20),
	TWO(LONG "a", LONG "b", 0, 0, 70),
	TWO(LONG "b", LONG "a", 1, 3, 73),
	TWO(LONG LONG "z", LONG LONG, 7, 7, 120),
	TWO(LONG LONG, LONG, 5, 2, 33),
	TWO("x", LONG LONG "tail", 2, 5, 118),
	OVERLAP(LONG, 0, 5, 60),
	OVERLAP(LONG, 5, 0, 60),
	OVERLAP(LONG LONG, 0, 17, 110),
	OVERLAP(LONG LONG, 17, 0, 110),
	OVERLAP(LONG, 0, 1, 9),
};

static const as_question one[] = {
	ONE("hello", 0, 'l', 5),
	ONE("12", 0, 'x', 3),
	ONE("", 0, 0, 0),
	ONE("hello", 3, 0, 9),
	ONE("-17x", 1, 7, 2),
	ONE(" \t+42", 0, 4, 2),
	ONE("a1", 2, 3, 3),
	ONE("007", 0, 2, 1),
	ONE("987654321", 1, 16, 7),
	ONE("ab\0ab", 1, 'b', 5),
	ONE("ab\0cd", 0, 'd', 5),
	ONE("\xff\x80\x81", 0, 0x80, 3),
	ONE("xyz", 0, 0x179, 3), /* 'y' in the lowest byte */
	ONE("xyz", 2, 1, 2),
	ONE(" www.example.com. ", 0, '.', 15),
	ONE(LONG LONG, 0, 'q', 140),
	ONE(LONG LONG, 5, 'k', 30),
	ONE(LONG LONG, 7, '#', 100),
	ONE(LONG LONG LONG, 3, 65, 200),
	ONE(LONG, 1, 100, 0),
};

const as_question *as_question_of(as_shape shape, size_t i)
{
	if (shape == AS_SHAPE_TWO)
		return i < sizeof(two) / sizeof(two[0]) ? &two[i] : NULL;
	return i < sizeof(one) / sizeof(one[0]) ? &one[i] : NULL;
}

void as_question_set(uint8_t *scene, const as_question *q)
{
	memset(scene, 0xee, AS_SCENE);
	scene[AS_SCENE - 1] = 0;
	if (q->text_a)
		memcpy(scene + q->a, q->text_a, q->len_a);
	if (q->text_b)
		memcpy(scene + q->b, q->text_b, q->len_b);
}
