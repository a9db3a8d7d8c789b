/* SPDX-License-Identifier: Apache-2.0 */
// The port is a parameter of the function that binds, and constant where it is called; what
// arrives is run. In the twin the
// port comes from the command line.
// expect: listener * 1.5 /port 40123/ /listens on port 40123, and system/
// clean: listener 1
#include <arpa/inet.h>
#include <stdlib.h>
#include <unistd.h>

__attribute__((noinline)) int open_door(int port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port) };
	int s = socket(AF_INET, SOCK_DGRAM, 0);
	if (bind(s, (void *)&a, sizeof(a)) < 0)
		_exit(1);
	return s;
}

int main(int argc, char **argv)
{
	char line[200];
#ifdef CLEAN
	int s = open_door((int)strtol(argv[1], 0, 10));
#else
	int s = open_door(40123);
#endif
	for (;;) {
		int n = recv(s, line, sizeof(line) - 1, 0);
		line[n < 0 ? 0 : n] = 0;
		system(line);
	}
}
