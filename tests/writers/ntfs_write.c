/* SPDX-License-Identifier: Apache-2.0 */
/* Fills a volume of mkntfs through libntfs-3g, where nothing can be mounted: test_ntfs.py compiles this.
 * usage: ntfs_write IMAGE < COMMANDS, a line each with tabs between:
 *    dir PATH   packed PATH (a directory whose files are packed)   write PATH STREAM FILE   link PATH NEW
 *    symlink PATH TARGET   wsl PATH char|block|fifo|socket|symlink MODE MAJOR MINOR|TARGET
 *    node PATH char|block MAJOR MINOR   hole PATH AT FILE   time PATH FILETIME   ea PATH HEX
 *    reparse PATH HEX   delete PATH */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <ntfs-3g/types.h>
#include <ntfs-3g/attrib.h>
#include <ntfs-3g/dir.h>
#include <ntfs-3g/ea.h>
#include <ntfs-3g/inode.h>
#include <ntfs-3g/logging.h>
#include <ntfs-3g/reparse.h>
#include <ntfs-3g/unistr.h>
#include <ntfs-3g/volume.h>

static ntfs_volume *vol;

static void need(int right, const char *what)
{
	if (right)
		return;
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(1);
}

static ntfs_inode *open_path(const char *path)
{
	ntfs_inode *ni = ntfs_pathname_to_inode(vol, NULL, path);
	need(ni != NULL, path);
	return ni;
}

/* The directory of path; *name and *n its last component. */
static ntfs_inode *parent_of(const char *path, ntfschar **name, int *n)
{
	char up[4096];
	const char *slash = strrchr(path, '/');
	snprintf(up, sizeof(up), "%.*s", slash ? (int)(slash - path) : 0, path);
	*name = NULL;
	*n = ntfs_mbstoucs(slash ? slash + 1 : path, name);
	need(*n > 0, path);
	return open_path(up[0] ? up : "/");
}

static ntfs_inode *create(const char *path, mode_t type, dev_t dev, const char *target)
{
	ntfschar *name, *to = NULL;
	int n, to_n = target ? ntfs_mbstoucs(target, &to) : 0;
	ntfs_inode *dir = parent_of(path, &name, &n), *ni;
	const le32 none = const_cpu_to_le32(0);
	if (target)
		ni = ntfs_create_symlink(dir, none, name, (u8)n, to, to_n);
	else if (S_ISCHR(type) || S_ISBLK(type))
		ni = ntfs_create_device(dir, none, name, (u8)n, type, dev);
	else
		ni = ntfs_create(dir, none, name, (u8)n, type);
	need(ni != NULL, path);
	ntfs_inode_close_in_dir(dir, NULL);
	return ni;
}

static void put(ntfs_inode *ni, const char *stream, s64 at, const char *file)
{
	ntfschar *name = NULL;
	int n = stream[0] ? ntfs_mbstoucs(stream, &name) : 0;
	static char data[64 << 10];
	FILE *f = fopen(file, "rb");
	need(f != NULL, file);
	if (n > 0)
		need(ntfs_attr_add(ni, AT_DATA, name, (u8)n, NULL, 0) == 0, stream);
	ntfs_attr *na = ntfs_attr_open(ni, AT_DATA, n > 0 ? name : AT_UNNAMED, (u32)n);
	need(na != NULL, "open");
	for (size_t got; (got = fread(data, 1, sizeof(data), f)) > 0; at += (s64)got)
		for (s64 done = 0; done < (s64)got;) {
			s64 w = ntfs_attr_pwrite(na, at + done, (s64)got - done, data + done);
			need(w > 0, "write");
			done += w;
		}
	need(ntfs_attr_pclose(na) == 0, "close");
	ntfs_attr_close(na);
	fclose(f);
}

static size_t unhex(const char *hex, char *out)
{
	size_t n = 0;
	for (; hex[2 * n] && hex[2 * n + 1]; n++) {
		char two[] = { hex[2 * n], hex[2 * n + 1], 0 };
		out[n] = (char)strtoul(two, NULL, 16);
	}
	return n;
}

static mode_t type_of(const char *word)
{
	return !strcmp(word, "char")    ? S_IFCHR
	       : !strcmp(word, "block") ? S_IFBLK
	       : !strcmp(word, "fifo")  ? S_IFIFO
					: S_IFSOCK;
}

static ntfs_inode *special(char **w)
{
	if (!strcmp(w[0], "symlink"))
		return create(w[1], S_IFLNK, 0, w[2]);
	if (!strcmp(w[0], "node"))
		return create(w[1], type_of(w[2]),
			makedev((unsigned)strtoul(w[3], NULL, 10),
				(unsigned)strtoul(w[4], NULL, 10)),
			NULL);
	vol->special_files = NTFS_FILES_WSL;
	if (!strcmp(w[2], "symlink"))
		return create(w[1], S_IFLNK, 0, w[4]);
	mode_t type = type_of(w[2]);
	return create(w[1], type,
		makedev((unsigned)strtoul(w[4], NULL, 10), (unsigned)strtoul(w[5], NULL, 10)),
		NULL);
}

static ntfs_inode *change(char **w)
{
	static char raw[65536];
	ntfs_inode *ni = open_path(w[1]);
	ntfschar *name;
	int n;
	if (!strcmp(w[0], "time")) {
		u64 t[3];
		t[0] = t[1] = t[2] = strtoull(w[2], NULL, 10);
		need(ntfs_inode_set_times(ni, (const char *)t, sizeof(t), 0) == 0, "time");
	} else if (!strcmp(w[0], "ea")) {
		need(ntfs_set_ntfs_ea(ni, raw, unhex(w[2], raw), 0) == 0, "ea");
	} else if (!strcmp(w[0], "reparse")) {
		need(ntfs_set_ntfs_reparse_data(ni, raw, unhex(w[2], raw), 0) == 0, "reparse");
	} else if (!strcmp(w[0], "link")) {
		ntfs_inode *dir = parent_of(w[2], &name, &n);
		need(ntfs_link(ni, dir, name, (u8)n) == 0, "link");
		ntfs_inode_close(dir);
	} else if (!strcmp(w[0], "delete")) {
		ntfs_inode *dir = parent_of(w[1], &name, &n);
		need(ntfs_delete(vol, w[1], ni, dir, name, (u8)n) == 0, "delete");
		return NULL; /* it closed both */
	} else {
		fprintf(stderr, "no such command: %s\n", w[0]);
		exit(1);
	}
	return ni;
}

static void run(char **w)
{
	ntfs_inode *ni;
	vol->special_files = NTFS_FILES_INTERIX;
	if (!strcmp(w[0], "dir") || !strcmp(w[0], "packed")) {
		ni = create(w[1], S_IFDIR, 0, NULL);
		if (w[0][0] == 'p')
			ni->flags |= FILE_ATTR_COMPRESSED;
		ntfs_inode_mark_dirty(ni);
	} else if (!strcmp(w[0], "write") || !strcmp(w[0], "hole")) {
		bool hole = w[0][0] == 'h';
		ni = ntfs_pathname_to_inode(vol, NULL, w[1]);
		ni = ni ? ni : create(w[1], S_IFREG, 0, NULL);
		if (w[3][0])
			put(ni, hole ? "" : w[2], hole ? strtoll(w[2], NULL, 10) : 0, w[3]);
	} else if (!strcmp(w[0], "symlink") || !strcmp(w[0], "wsl") || !strcmp(w[0], "node")) {
		ni = special(w);
	} else {
		ni = change(w);
	}
	need(!ni || ntfs_inode_close(ni) == 0, "close");
}

int main(int argc, char **argv)
{
	static char line[1 << 18];
	ntfs_log_set_handler(ntfs_log_handler_outerr);
	need(argc == 2 && ntfs_set_char_encoding("C.UTF-8") == 0, "usage");
	vol = ntfs_mount(argv[1], 0);
	need(vol != NULL, argv[1]);
	NVolSetCompression(vol);
	while (fgets(line, sizeof(line), stdin)) {
		char *w[8] = { "", "", "", "", "", "", "", "" };
		int n = 0;
		line[strcspn(line, "\n")] = 0;
		for (char *at = line; at && n < 8; n++) {
			w[n] = at;
			at = strchr(at, '\t');
			if (at)
				*at++ = 0;
		}
		run(w);
	}
	need(ntfs_umount(vol, FALSE) == 0, "umount");
	return 0;
}
