-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 20000, 'data', 'examined');
INSERT INTO place (id, parent, object, format, kind, name, path, container, mode, uid)
VALUES (1, NULL, 1, 'squashfs', 'file', 'a.zip', '/usr/share/a.zip', '', 420, 0);
INSERT INTO extent (object, at, len, class, label, entropy)
VALUES (1, 0, 65536, 'unknown', 'unknown', 7997);
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 20000, 'data', 'examined');
INSERT INTO place (id, parent, object, format, kind, name, path, container, mode, uid)
VALUES (1, NULL, 1, 'squashfs', 'file', 'a.zip', '/usr/share/a.zip', '', 420, 0);
INSERT INTO extent (object, at, len, class, label, entropy)
VALUES (1, 0, 65536, 'unknown', 'unknown', 7500);
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 20000, 'data', 'examined');
INSERT INTO place (id, parent, object, format, kind, name, path, container, mode, uid)
VALUES (1, NULL, 1, 'squashfs', 'file', 'a.zip', '/usr/share/a.zip', '', 420, 0);
INSERT INTO extent (object, at, len, class, label, entropy)
VALUES (1, 0, 512, 'unknown', 'unknown', 7600);
