-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'data', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode, mtime)
VALUES (1, 1, 'squashfs', 'file', 'client.p12', '/etc/client.p12', 'fw.bin', 420, NULL);
INSERT INTO key (object, at, len, part, format, algorithm, bits, fingerprint, parse, comment, known)
VALUES (1, 0, 900, 'private', 'pkcs12', 'rsa', 2048, 'abababababababababababababababababababababababababababababababab', 'ok', 'opens with the password', NULL);
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'data', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode, mtime)
VALUES (1, 1, 'squashfs', 'file', 'client.p12', '/etc/client.p12', 'fw.bin', 420, NULL);
INSERT INTO key (object, at, len, part, format, algorithm, bits, fingerprint, parse, comment, known)
VALUES (1, 0, 900, 'private', 'pkcs12', NULL, NULL, NULL, 'encrypted', NULL, NULL);
