-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'x', '/usr/bin/x', '', 511);
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'x', '/usr/bin/x', '', 493);
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'x', '/tmp/x', '', 511);
-- silent
INSERT INTO place (id, format, kind, name, path, container, mode, target)
VALUES (3, 'squashfs', 'symlink', 'y', '/usr/bin/y', '', 511, 'x');
