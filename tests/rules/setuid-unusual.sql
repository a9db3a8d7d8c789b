-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'elf', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'vendor-config', '/usr/bin/vendor-config', '', 2541);
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'elf', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'sudo', '/usr/bin/sudo', '', 2541);
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'elf', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'x', '/usr/bin/x', '', 1517);
