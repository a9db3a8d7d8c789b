-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode, uid)
VALUES (1, 1, 'squashfs', 'file', 'shadow', '/etc/shadow', '', 420, 0);
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode, uid)
VALUES (1, 1, 'squashfs', 'file', 'shadow', '/etc/shadow', '', 416, 0);
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode, uid)
VALUES (1, 1, 'fat', 'file', 'shadow', '/etc/shadow', '', 420, 0);
