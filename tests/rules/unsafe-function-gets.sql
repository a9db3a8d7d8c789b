-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'elf',
	'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'served', '/usr/sbin/served', '', 493);
INSERT INTO elf (object, at, len, type, role, machine, bits, endian, abi, os, linkage, interp,
	needed, stripped, pie, nx, relro, canary, fortified, fortifiable, textrel, wx, sections)
VALUES (1, 0, 64, 'dyn', 'program', 'aarch64', 64, 'little', 'sysv', 'linux', 'dynamic',
	'/lib/ld-linux-aarch64.so.1', 'libc.so.6', 1, 1, 1, 'full', 1, 4, 3, 0, 0, 30);
INSERT INTO elf_import (object, at, len, name, version)
VALUES (1, 1, 4, 'gets', 'GLIBC_2.17');
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'elf',
	'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'served', '/usr/sbin/served', '', 493);
INSERT INTO elf (object, at, len, type, role, machine, bits, endian, abi, os, linkage, interp,
	needed, stripped, pie, nx, relro, canary, fortified, fortifiable, textrel, wx, sections)
VALUES (1, 0, 64, 'dyn', 'program', 'aarch64', 64, 'little', 'sysv', 'linux', 'dynamic',
	'/lib/ld-linux-aarch64.so.1', 'libc.so.6', 1, 1, 1, 'full', 1, 4, 3, 0, 0, 30);
INSERT INTO elf_import (object, at, len, name, version)
VALUES (1, 1, 4, 'fgets', 'GLIBC_2.17');
INSERT INTO elf_import (object, at, len, name, version)
VALUES (1, 1, 4, '__gets_chk', 'GLIBC_2.17');
