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
VALUES (1, 700, 16, 'constant-key', 66000, NULL, 66236, 'AES_set_encrypt_key', '0123456789abcdef', NULL, NULL);
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'elf', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'libcrypto.so.3', '/usr/lib/libcrypto.so.3', '', 493);
INSERT INTO elf (object, at, len, type, role, machine, bits, endian, abi, os, linkage, interp,
	needed, soname, stripped, pie, nx, relro, canary, fortified, fortifiable, textrel, wx, sections)
VALUES (1, 0, 64, 'dyn', 'library', 'arm', 32, 'little', 'eabi5-hard', 'linux', 'dynamic',
	'/lib/ld-linux-armhf.so.3', 'libc.so.6', 'libcrypto.so.3', 1, 1, 1, 'full', 1, 0, 3, 0, 0, 30);
INSERT INTO measure_site (object, at, len, measure, function, name, addr, api, argument, source, origin)
VALUES (1, 700, 16, 'constant-key', 66000, NULL, 66236, 'AES_set_encrypt_key', NULL, NULL, NULL);
INSERT INTO measure_site (object, at, len, measure, function, name, addr, api, argument, source, origin)
VALUES (1, 700, 16, 'constant-iv', 66000, NULL, 66236, 'AES_cbc_encrypt', NULL, NULL, NULL);
