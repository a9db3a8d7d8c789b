-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'elf',
	'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'served', '/usr/sbin/served', '', 493);
INSERT INTO elf (object, at, len, type, role, machine, bits, endian, abi, os, linkage, interp,
	needed, stripped, pie, nx, relro, canary, fortified, fortifiable, textrel, wx, sections)
VALUES (1, 0, 64, 'dyn', 'program', 'aarch64', 64, 'little', 'sysv', 'linux', 'dynamic',
	'/lib/ld-linux-aarch64.so.1', 'libc.so.6', 1, 1, 1, 'full', 0, 4, 3, 0, 0, 30);
INSERT INTO elf_import (object, at, len, name, version)
VALUES (1, 1, 4, 'strcpy', 'GLIBC_2.17');
INSERT INTO elf_import (object, at, len, name, version)
VALUES (1, 1, 4, 'puts', 'GLIBC_2.17');
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
VALUES (1, 1, 4, 'strcpy', 'GLIBC_2.17');
INSERT INTO object (id, sha256, size, type, state)
VALUES (2, '0202020202020202020202020202020202020202020202020202020202020202', 1000, 'elf',
	'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (2, 2, 'squashfs', 'file', 'true', '/bin/true', '', 493);
INSERT INTO elf (object, at, len, type, role, machine, bits, endian, abi, os, linkage, interp,
	needed, stripped, pie, nx, relro, canary, fortified, fortifiable, textrel, wx, sections)
VALUES (2, 0, 64, 'dyn', 'program', 'aarch64', 64, 'little', 'sysv', 'linux', 'dynamic',
	'/lib/ld-linux-aarch64.so.1', 'libc.so.6', 1, 1, 1, 'full', 0, 4, 3, 0, 0, 30);
INSERT INTO elf_import (object, at, len, name, version)
VALUES (2, 1, 4, 'puts', 'GLIBC_2.17');
INSERT INTO object (id, sha256, size, type, state)
VALUES (3, '0303030303030303030303030303030303030303030303030303030303030303', 1000, 'elf',
	'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (3, 3, 'squashfs', 'file', 'static', '/bin/static', '', 493);
INSERT INTO elf (object, at, len, type, role, machine, bits, endian, abi, os, linkage, interp,
	needed, stripped, pie, nx, relro, canary, fortified, fortifiable, textrel, wx, sections)
VALUES (3, 0, 64, 'dyn', 'program', 'aarch64', 64, 'little', 'sysv', 'linux', 'static',
	'/lib/ld-linux-aarch64.so.1', 'libc.so.6', 1, 1, 1, 'full', NULL, 4, 3, 0, 0, 30);
INSERT INTO elf_import (object, at, len, name, version)
VALUES (3, 1, 4, 'strcpy', 'GLIBC_2.17');
