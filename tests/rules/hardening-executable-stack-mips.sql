-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'elf',
	'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'served', '/usr/sbin/served', '', 493);
INSERT INTO elf (object, at, len, type, role, machine, bits, endian, abi, os, linkage, interp,
	needed, stripped, pie, nx, relro, canary, fortified, fortifiable, textrel, wx, sections)
VALUES (1, 0, 64, 'dyn', 'program', 'mips', 64, 'little', 'sysv', 'linux', 'dynamic',
	'/lib/ld-linux-aarch64.so.1', 'libc.so.6', 1, 1, 0, 'full', 1, 4, 3, 0, 0, 30);
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'elf',
	'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'served', '/usr/sbin/served', '', 493);
INSERT INTO elf (object, at, len, type, role, machine, bits, endian, abi, os, linkage, interp,
	needed, stripped, pie, nx, relro, canary, fortified, fortifiable, textrel, wx, sections)
VALUES (1, 0, 64, 'dyn', 'program', 'mips', 64, 'little', 'sysv', 'linux', 'dynamic',
	'/lib/ld-linux-aarch64.so.1', 'libc.so.6', 1, 1, 1, 'full', 1, 4, 3, 0, 0, 30);
INSERT INTO object (id, sha256, size, type, state)
VALUES (2, '0202020202020202020202020202020202020202020202020202020202020202', 1000, 'elf',
	'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (2, 2, 'squashfs', 'file', 'a', '/bin/a', '', 493);
INSERT INTO elf (object, at, len, type, role, machine, bits, endian, abi, os, linkage, interp,
	needed, stripped, pie, nx, relro, canary, fortified, fortifiable, textrel, wx, sections)
VALUES (2, 0, 64, 'dyn', 'program', 'arm', 64, 'little', 'sysv', 'linux', 'dynamic',
	'/lib/ld-linux-aarch64.so.1', 'libc.so.6', 1, 1, 0, 'full', 1, 4, 3, 0, 0, 30);
