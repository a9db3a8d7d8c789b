/* SPDX-License-Identifier: Apache-2.0 */
// The loader is asked for system() by name; the twin asks for a plug-in's entry.
// expect: oddity ask 3 /^system$/ /dlsym/
// clean: oddity 0.5
#include <dlfcn.h>

int ask(const char *what)
{
#ifdef CLEAN
	int (*f)(const char *) = (int (*)(const char *))dlsym(0, "plugin_init");
#else
	int (*f)(const char *) = (int (*)(const char *))dlsym(0, "system");
#endif
	return f ? f(what) : 0;
}

int main(int argc, char **argv) { return ask(argv[1]); }
