-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'elf',
	'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'served', '/usr/sbin/served', '', 493);
INSERT INTO elf (object, at, len, type, role, machine, bits, endian, abi, os, linkage, interp,
	needed, stripped, pie, nx, relro, canary, fortified, fortifiable, textrel, wx, sections)
VALUES (1, 0, 64, 'dyn', 'program', 'aarch64', 64, 'little', 'sysv', 'linux', 'dynamic',
	'/lib/ld-linux-aarch64.so.1', 'libc.so.6', 1, 1, 0, 'full', 1, 4, 3, 0, 0, 30);
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
INSERT INTO object (id, sha256, size, type, state)
VALUES (4, '0404040404040404040404040404040404040404040404040404040404040404', 1000, 'elf',
	'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (4, 4, 'squashfs', 'file', 'm', '/bin/m', '', 493);
INSERT INTO elf (object, at, len, type, role, machine, bits, endian, abi, os, linkage, interp,
	needed, stripped, pie, nx, relro, canary, fortified, fortifiable, textrel, wx, sections)
VALUES (4, 0, 64, 'dyn', 'program', 'mips', 64, 'little', 'sysv', 'linux', 'dynamic',
	'/lib/ld-linux-aarch64.so.1', 'libc.so.6', 1, 1, 0, 'full', 1, 4, 3, 0, 0, 30);
INSERT INTO object (id, sha256, size, type, state)
VALUES (5, '0505050505050505050505050505050505050505050505050505050505050505', 1000, 'elf',
	'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (5, 5, 'squashfs', 'file', 'u-boot.elf', '/boot/u-boot.elf', '', 493);
INSERT INTO elf (object, at, len, type, role, machine, bits, endian, abi, os, linkage, interp,
	needed, stripped, pie, nx, relro, canary, fortified, fortifiable, textrel, wx, sections)
VALUES (5, 0, 64, 'exec', 'program', 'aarch64', 64, 'little', 'sysv', NULL, 'static', NULL,
	'libc.so.6', 1, 1, 0, 'full', 1, 4, 3, 0, 0, 30);
INSERT INTO component (object, id, name, version, method, confidence)
VALUES (5, 'u-boot', 'Das U-Boot', '2023.01', 'banner', 970);
INSERT INTO object (id, sha256, size, type, state)
VALUES (2, '0202020202020202020202020202020202020202020202020202020202020202', 1000, 'elf',
	'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (2, 2, 'squashfs', 'file', 'vmlinux', '/boot/vmlinux', '', 493);
INSERT INTO elf (object, at, len, type, role, machine, bits, endian, abi, os, linkage, interp,
	needed, stripped, pie, nx, relro, canary, fortified, fortifiable, textrel, wx, sections)
VALUES (2, 0, 64, 'dyn', 'program', 'aarch64', 64, 'little', 'sysv', 'linux', 'dynamic',
	'/lib/ld-linux-aarch64.so.1', 'libc.so.6', 1, 1, 0, 'full', 1, 4, 3, 0, 0, 30);
INSERT INTO kernel (object, configured)
VALUES (2, 0);
INSERT INTO object (id, sha256, size, type, state)
VALUES (3, '0303030303030303030303030303030303030303030303030303030303030303', 1000, 'elf',
	'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (3, 3, 'squashfs', 'file', 'x.o', '/usr/lib/x.o', '', 493);
INSERT INTO elf (object, at, len, type, role, machine, bits, endian, abi, os, linkage, interp,
	needed, stripped, pie, nx, relro, canary, fortified, fortifiable, textrel, wx, sections)
VALUES (3, 0, 64, 'rel', 'object', 'aarch64', 64, 'little', 'sysv', 'linux', 'relocatable',
	'/lib/ld-linux-aarch64.so.1', 'libc.so.6', 1, 1, NULL, NULL, 1, 4, 3, 0, 0, 30);
