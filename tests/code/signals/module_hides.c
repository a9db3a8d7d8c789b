// SPDX-License-Identifier: Apache-2.0
// A kernel module takes itself out of the list of modules and of their folder, and asks for what is offered to none. The clean
// twin only takes out an entry of its own.
// flags: -c -fno-pic -fno-stack-protector -w
// flags mipsel: -mno-abicalls -mlong-calls -G0
// expect: oddity init_module 3.0 /its own place/ /not listed/
// expect: oddity vanish 3.0 /its own place/ /not listed/
// expect: oddity init_module 2.0 /sys_call_table/ /kallsyms_lookup_name/
// clean: oddity 0.5
struct list {
	struct list *next, *prev;
};
struct module {
	int state;
	struct list list;
	char name[56];
	struct list folder;
	void *rest[16];
	int (*init)(void);
};
extern void kobject_del(void *k);
extern void *kallsyms_lookup_name(const char *name);
extern int _printk(const char *format, ...);
static const char info[] __attribute__((section(".modinfo"), used)) = "license=GPL";
int init_module(void);
struct module __this_module __attribute__((section(".gnu.linkonce.this_module"))) = { .name = "hides", .init = init_module };
struct list own;
void *table;

static inline __attribute__((always_inline)) void take_out(struct list *l)
{
	l->next->prev = l->prev;
	l->prev->next = l->next;
	l->next = (void *)0x100;
	l->prev = (void *)0x122;
}

__attribute__((noinline)) void vanish(void)
{
#ifdef CLEAN
	take_out(&own);
#else
	take_out(&__this_module.list);
#endif
}

int init_module(void)
{
#ifdef CLEAN
	take_out(&own);
	kobject_del(&own);
#else
	kobject_del(&__this_module.folder);
	table = kallsyms_lookup_name("sys_call_table");
#endif
	_printk("ready\n");
	vanish();
	return 0;
}
