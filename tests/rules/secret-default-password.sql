-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode, mtime)
VALUES (1, 1, 'squashfs', 'file', 'nvram.defaults', '/etc/nvram.defaults', 'fw.bin', 420, NULL);
INSERT INTO secret (object, at, len, kind, name, value, user, format, context, placeholder, guessed)
VALUES (1, 0, 20, 'password', 'http_passwd', 'admin', 'admin', 'text', NULL, 0, 'router');
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode, mtime)
VALUES (1, 1, 'squashfs', 'file', 'nvram.defaults', '/etc/nvram.defaults', 'fw.bin', 420, NULL);
INSERT INTO secret (object, at, len, kind, name, value, user, format, context, placeholder, guessed)
VALUES (1, 0, 20, 'password', 'http_passwd', 'Zq7-x', 'admin', 'text', NULL, 0, NULL);
INSERT INTO object (id, sha256, size, type, state)
VALUES (2, '0202020202020202020202020202020202020202020202020202020202020202', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode, mtime)
VALUES (2, 2, 'squashfs', 'file', 'x.conf', '/etc/x.conf', 'fw.bin', 420, NULL);
INSERT INTO secret (object, at, len, kind, name, value, user, format, context, placeholder, guessed)
VALUES (2, 0, 20, 'password', 'p', 'admin', NULL, 'text', NULL, 1, 'router');
