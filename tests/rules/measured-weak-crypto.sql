-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'elf', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'served', '/usr/sbin/served', '', 493);
INSERT INTO elf (object, at, len, type, role, machine, bits, endian, abi, os, linkage, interp,
	needed, soname, stripped, pie, nx, relro, canary, fortified, fortifiable, textrel, wx, sections)
VALUES (1, 0, 64, 'dyn', 'program', 'arm', 32, 'little', 'eabi5-hard', 'linux', 'dynamic',
	'/lib/ld-linux-armhf.so.3', 'libc.so.6', NULL, 1, 1, 1, 'full', 1, 0, 3, 0, 0, 30);
INSERT INTO measure_site (object, at, len, measure, function, name, addr, api, argument, source, origin)
VALUES (1, 700, 16, 'weak-crypto-call', 66000, NULL, 66236, 'EVP_md5', NULL, NULL, NULL);
-- holds, its own
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'elf', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'served', '/usr/sbin/served', '', 493);
INSERT INTO elf (object, at, len, type, role, machine, bits, endian, abi, os, linkage, interp,
	needed, soname, stripped, pie, nx, relro, canary, fortified, fortifiable, textrel, wx, sections)
VALUES (1, 0, 64, 'dyn', 'program', 'arm', 32, 'little', 'eabi5-hard', 'linux', 'dynamic',
	'/lib/ld-linux-armhf.so.3', 'libc.so.6', NULL, 1, 1, 1, 'full', 1, 0, 3, 0, 0, 30);
INSERT INTO measure_site (object, at, len, measure, function, name, addr, api, argument, source, origin)
VALUES (1, 700, 16, 'own-weak-crypto', 66000, NULL, 66236, NULL, 'DES', NULL, NULL);
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'elf', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'served', '/usr/sbin/served', '', 493);
INSERT INTO elf (object, at, len, type, role, machine, bits, endian, abi, os, linkage, interp,
	needed, soname, stripped, pie, nx, relro, canary, fortified, fortifiable, textrel, wx, sections)
VALUES (1, 0, 64, 'dyn', 'program', 'arm', 32, 'little', 'eabi5-hard', 'linux', 'dynamic',
	'/lib/ld-linux-armhf.so.3', 'libc.so.6', NULL, 1, 1, 1, 'full', 1, 0, 3, 0, 0, 30);
INSERT INTO measure (object, at, len, name, numerator, denominator) VALUES (1, 0, 52, 'weak-crypto-call', 0, 4);
INSERT INTO measure (object, at, len, name, numerator, denominator) VALUES (1, 0, 52, 'own-weak-crypto', 0, 1);
