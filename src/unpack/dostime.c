/* SPDX-License-Identifier: Apache-2.0 */
#include "unpack/dostime.h"

/* Days from 1970-01-01. Years are counted from March: leap days fall at their end that way. */
static int64_t days(unsigned year, unsigned month, unsigned day)
{
	unsigned y = month < 3 ? year - 1 : year, m = (month + 9) % 12;
	return (int64_t)y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day - 1 - 719468;
}

bool as_dos_time(uint16_t time, uint16_t date, int64_t *out)
{
	unsigned day = date & 31, month = date >> 5 & 15;
	if (day == 0 || month == 0 || month > 12)
		return false;
	int64_t hours = days(1980u + (date >> 9), month, day) * 24 + (time >> 11);
	*out = (hours * 60 + (time >> 5 & 63)) * 60 + (time & 31) * 2;
	return true;
}
