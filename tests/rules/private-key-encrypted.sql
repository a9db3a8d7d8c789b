-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'pem', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode, mtime)
VALUES (1, 1, 'squashfs', 'file', 'spare.key', '/etc/ssl/spare.key', 'fw.bin', 420, NULL);
INSERT INTO key (object, at, len, part, format, algorithm, bits, fingerprint, parse, comment, known)
VALUES (1, 0, 900, 'private', 'pem-pkcs8', NULL, NULL, NULL, 'encrypted', NULL, NULL);
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'pem', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode, mtime)
VALUES (1, 1, 'squashfs', 'file', 'spare.key', '/etc/ssl/spare.key', 'fw.bin', 420, NULL);
INSERT INTO key (object, at, len, part, format, algorithm, bits, fingerprint, parse, comment, known)
VALUES (1, 0, 900, 'private', 'pem-pkcs8', 'rsa', 2048, 'abababababababababababababababababababababababababababababababab', 'ok', NULL, NULL);
INSERT INTO object (id, sha256, size, type, state)
VALUES (2, '0202020202020202020202020202020202020202020202020202020202020202', 1000, 'elf', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode, mtime)
VALUES (2, 2, 'squashfs', 'file', 'libmbedx509.so.0', '/usr/lib/libmbedx509.so.0', 'fw.bin', 420, NULL);
INSERT INTO key (object, at, len, part, format, algorithm, bits, fingerprint, parse, comment, known)
VALUES (2, 0, 900, 'private', 'pem-pkcs8', NULL, NULL, NULL, 'encrypted', NULL, 'mbed TLS test key');
