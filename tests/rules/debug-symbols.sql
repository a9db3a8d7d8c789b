-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'elf',
	'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'x', '/usr/sbin/x', '', 493);
INSERT INTO build_trace (object, at, len, kind, value)
VALUES (1, 9, 900, 'debug', '.debug_info');
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'elf',
	'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'x', '/usr/sbin/x', '', 493);
INSERT INTO build_trace (object, at, len, kind, value)
VALUES (1, 9, 11, 'date', '#1 Mar 5 2019');
