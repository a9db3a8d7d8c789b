/* SPDX-License-Identifier: Apache-2.0 */
// Something happens only after a date; in the twin after an hour.
// expect: oddity tick 2 /time 189345600/ /system/
// expect: oddity tock 2 /time 183029760/ /system/
// clean: oddity 0.5
#include <stdlib.h>
#include <time.h>

int tick(time_t start)
{
#ifdef CLEAN
	if (time(0) - start > 3600)
#else
	if (time(0) > 1893456000)
#endif
		return system("/sbin/update");
	return 0;
}

int tock(time_t start)
{
	time_t now;
	time(&now);
#ifdef CLEAN
	if (now > start)
#else
	if (now > 1830297600)
#endif
		return system("/sbin/update");
	return 0;
}

int main(int argc, char **argv) { return tick(argc) + tock(argc); }
