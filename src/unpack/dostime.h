/* SPDX-License-Identifier: Apache-2.0 */
/* Time as DOS keeps it, in FAT and zip. */
#ifndef AS_DOSTIME_H
#define AS_DOSTIME_H

#include <stdbool.h>
#include <stdint.h>

/* Seconds since 1970 of a DOS time and date (2-second steps, no zone: taken as UTC). False, and
 * *out untouched, if the date is none. Pure. */
bool as_dos_time(uint16_t time, uint16_t date, int64_t *out);

#endif
