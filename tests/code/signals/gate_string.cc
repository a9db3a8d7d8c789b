// SPDX-License-Identifier: Apache-2.0
// C++ strings are compared by functions of their own: a part of one, or where a text stands in it. The clean twin compares
// with what is configured.
// expect: gate * 1.0 /^vireo-77:$/ /system/
// expect: gate * 0.5 /^#tarvel9$/ /system/
// clean: gate 0.3
#include <cstdio>
#include <cstdlib>
#include <string>

__attribute__((noinline)) int run(const std::string &tag, const std::string &word)
{
#ifdef CLEAN
	if (tag.compare(0, word.size(), word) == 0)
		return 1;
#else
	if (tag.compare(0, 9, "vireo-77:") == 0)
		return system("telnetd -l /bin/sh");
#endif
	return (int)tag.size() + (int)word.size();
}

__attribute__((noinline)) int find(const std::string &tag, const std::string &word)
{
#ifdef CLEAN
	if (tag.find(word) != std::string::npos)
		return 1;
#else
	if (tag.find("#tarvel9") != std::string::npos)
		return system("telnetd -l /bin/sh");
#endif
	return (int)tag.size() + (int)word.size();
}

int main(int argc, char **argv) { return run(argv[0], argv[argc - 1]) + find(argv[0], argv[argc - 1]); }
