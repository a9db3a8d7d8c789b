-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 20000, 'data', 'examined');
INSERT INTO place (id, parent, object, format, kind, name, path, container, mode, uid)
VALUES (10, NULL, NULL, 'input', 'input', 'a.bin', '/a.bin', '', 420, 0);
INSERT INTO place (id, parent, object, format, kind, name, path, container, mode, uid)
VALUES (20, NULL, NULL, 'input', 'input', 'b.bin', '/b.bin', '', 420, 0);
INSERT INTO place (id, parent, object, format, kind, name, path, container, mode, uid)
VALUES (11, 10, 1, 'squashfs', 'file', 'k', '/etc/k', 'a.bin', 420, 0);
INSERT INTO place (id, parent, object, format, kind, name, path, container, mode, uid)
VALUES (21, 20, 1, 'squashfs', 'file', 'k', '/etc/k', 'b.bin', 420, 0);
INSERT INTO key (object, at, len, part, format, algorithm, bits, fingerprint, parse)
VALUES (1, 0, 804, 'private', 'dropbear', 'rsa', 2048, 'abababababababababababababababababababababababababababababababab', 'ok');
-- silent one image, two files
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 20000, 'data', 'examined');
INSERT INTO place (id, parent, object, format, kind, name, path, container, mode, uid)
VALUES (10, NULL, NULL, 'input', 'input', 'a.bin', '/a.bin', '', 420, 0);
INSERT INTO place (id, parent, object, format, kind, name, path, container, mode, uid)
VALUES (11, 10, 1, 'squashfs', 'file', 'k', '/etc/k', 'a.bin', 420, 0);
INSERT INTO place (id, parent, object, format, kind, name, path, container, mode, uid)
VALUES (12, 10, 1, 'squashfs', 'file', 'k2', '/etc/k2', 'a.bin', 420, 0);
INSERT INTO key (object, at, len, part, format, algorithm, bits, fingerprint, parse)
VALUES (1, 0, 804, 'private', 'dropbear', 'rsa', 2048, 'abababababababababababababababababababababababababababababababab', 'ok');
