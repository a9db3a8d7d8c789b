-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'elf',
	'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'served', '/usr/sbin/served', '', 493);
INSERT INTO elf (object, at, len, type, role, machine, bits, endian, abi, os, linkage, interp,
	needed, stripped, pie, nx, relro, canary, fortified, fortifiable, textrel, wx, sections, runpath)
VALUES (1, 0, 64, 'dyn', 'program', 'aarch64', 64, 'little', 'sysv', 'linux', 'dynamic',
	'/lib/ld-linux-aarch64.so.1', 'libc.so.6', 1, 1, 1, 'full', 1, 4, 3, 0, 0, 30, '../lib');
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'elf',
	'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'served', '/usr/sbin/served', '', 493);
INSERT INTO elf (object, at, len, type, role, machine, bits, endian, abi, os, linkage, interp,
	needed, stripped, pie, nx, relro, canary, fortified, fortifiable, textrel, wx, sections, runpath)
VALUES (1, 0, 64, 'dyn', 'program', 'aarch64', 64, 'little', 'sysv', 'linux', 'dynamic',
	'/lib/ld-linux-aarch64.so.1', 'libc.so.6', 1, 1, 1, 'full', 1, 4, 3, 0, 0, 30, '/usr/lib/x');
INSERT INTO place (id, kind, name, path, container)
VALUES (90, 'dir', 'x', '/usr/lib/x', '');
INSERT INTO object (id, sha256, size, type, state)
VALUES (2, '0202020202020202020202020202020202020202020202020202020202020202', 1000, 'elf',
	'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (2, 2, 'squashfs', 'file', 'o', '/bin/o', '', 493);
INSERT INTO elf (object, at, len, type, role, machine, bits, endian, abi, os, linkage, interp,
	needed, stripped, pie, nx, relro, canary, fortified, fortifiable, textrel, wx, sections, rpath)
VALUES (2, 0, 64, 'dyn', 'program', 'aarch64', 64, 'little', 'sysv', 'linux', 'dynamic',
	'/lib/ld-linux-aarch64.so.1', 'libc.so.6', 1, 1, 1, 'full', 1, 4, 3, 0, 0, 30, '$ORIGIN/../lib');
INSERT INTO object (id, sha256, size, type, state)
VALUES (3, '0303030303030303030303030303030303030303030303030303030303030303', 1000, 'elf',
	'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (3, 3, 'squashfs', 'file', 'p', '/bin/p', '', 493);
INSERT INTO elf (object, at, len, type, role, machine, bits, endian, abi, os, linkage, interp,
	needed, stripped, pie, nx, relro, canary, fortified, fortifiable, textrel, wx, sections, runpath)
VALUES (3, 0, 64, 'dyn', 'program', 'aarch64', 64, 'little', 'sysv', 'linux', 'dynamic',
	'/lib/ld-linux-aarch64.so.1', 'libc.so.6', 1, 1, 1, 'full', 1, 4, 3, 0, 0, 30, '');
INSERT INTO object (id, sha256, size, type, state)
VALUES (4, '0404040404040404040404040404040404040404040404040404040404040404', 1000, 'elf',
	'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (4, 4, 'squashfs', 'file', 'q', '/bin/q', '', 493);
INSERT INTO elf (object, at, len, type, role, machine, bits, endian, abi, os, linkage, interp,
	needed, stripped, pie, nx, relro, canary, fortified, fortifiable, textrel, wx, sections, runpath)
VALUES (4, 0, 64, 'dyn', 'program', 'aarch64', 64, 'little', 'sysv', 'linux', 'dynamic',
	'/lib/ld-linux-aarch64.so.1', 'libc.so.6', 1, 1, 1, 'full', 1, 4, 3, 0, 0, 30, '/usr/sbin');
