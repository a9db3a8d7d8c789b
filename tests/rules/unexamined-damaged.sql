-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 20000, 'data', 'examined');
INSERT INTO place (id, parent, object, format, kind, name, path, container, mode, uid)
VALUES (1, NULL, 1, 'squashfs', 'file', 'a.zip', '/usr/share/a.zip', '', 420, 0);
INSERT INTO unexamined (object, at, len, stage, reason, text)
VALUES (1, 9000, NULL, 'gzip', 'damaged', 'compressed data is damaged or cut off');
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 20000, 'data', 'examined');
INSERT INTO place (id, parent, object, format, kind, name, path, container, mode, uid)
VALUES (1, NULL, 1, 'squashfs', 'file', 'a.zip', '/usr/share/a.zip', '', 420, 0);
INSERT INTO unexamined (object, at, len, stage, reason, text)
VALUES (1, 0, NULL, 'zip', 'damaged', 'entry is encrypted: it was not examined');
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 20000, 'data', 'examined');
INSERT INTO place (id, parent, object, format, kind, name, path, container, mode, uid)
VALUES (1, NULL, 1, 'squashfs', 'file', 'a.zip', '/usr/share/a.zip', '', 420, 0);
INSERT INTO unexamined (object, at, len, stage, reason, text)
VALUES (1, 0, NULL, 'scan', 'limit', 'containers nested too deeply');
