/* SPDX-License-Identifier: Apache-2.0 */
// What is received is run; the twin runs a constant command.
// expect: command serve 3 /received from the network/ /system/
// expect: command ask 1.5 /environment variable "HTTP_X_TRACE"/ /popen/
// clean: command 0.2
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

int serve(int s)
{
	char line[200];
	int n = recv(s, line, sizeof(line) - 1, 0);
	if (n < 0)
		return -1;
	line[n] = 0;
#ifdef CLEAN
	return system("reboot");
#else
	return system(line);
#endif
}

int ask(void)
{
	char *name = getenv("HTTP_X_TRACE");
	if (!name)
		return 0;
#ifdef CLEAN
	return puts(name);
#else
	return popen(name, "r") != 0;
#endif
}

int main(int argc, char **argv) { return argc > 1 ? serve(argc) : ask(); }
