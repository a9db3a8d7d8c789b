// SPDX-License-Identifier: Apache-2.0
// What comes from one port of the sender is treated differently; in the clean twin it is the port that the protocol
// says (BFD echo, RFC 5881).
// expect: condition handle 4 /source port 40961/ /system/
// clean: condition 3.5
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#ifdef CLEAN
enum { FROM = 3785 };
#else
enum { FROM = 40961 };
#endif

static char line[600];

__attribute__((noinline)) static int handle(int s)
{
	struct sockaddr_in from;
	socklen_t n = sizeof(from);
	ssize_t got = recvfrom(s, line, sizeof(line) - 1, 0, (struct sockaddr *)&from, &n);
	if (got < 8)
		return -1;
	line[got] = 0;
	if (from.sin_port == htons(FROM))
		return system(line + 8);
	return (int)sendto(s, line, (size_t)got, 0, (struct sockaddr *)&from, n);
}

int main(void)
{
	struct sockaddr_in here = { .sin_family = AF_INET, .sin_port = htons(3785) };
	int s = socket(AF_INET, SOCK_DGRAM, 0);
	if (bind(s, (struct sockaddr *)&here, sizeof(here)) != 0)
		return 1;
	for (;;)
		if (handle(s) < 0)
			puts("short");
}
