-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'pem', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode, mtime)
VALUES (1, 1, 'squashfs', 'file', 'id_rsa', '/root/.ssh/id_rsa', 'fw.bin', 420, NULL);
INSERT INTO key (object, at, len, part, format, algorithm, bits, fingerprint, parse, comment, known)
VALUES (1, 0, 900, 'private', 'openssh', 'rsa', 2048, 'abababababababababababababababababababababababababababababababab', 'ok', NULL, NULL);
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'pem', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode, mtime)
VALUES (1, 1, 'squashfs', 'file', 'id_rsa', '/root/.ssh/id_rsa', 'fw.bin', 420, NULL);
INSERT INTO key (object, at, len, part, format, algorithm, bits, fingerprint, parse, comment, known)
VALUES (1, 0, 900, 'private', 'openssh', 'rsa', 2048, 'abababababababababababababababababababababababababababababababab', 'encrypted', NULL, NULL);
INSERT INTO object (id, sha256, size, type, state)
VALUES (2, '0202020202020202020202020202020202020202020202020202020202020202', 1000, 'pem', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode, mtime)
VALUES (2, 2, 'squashfs', 'file', 'k.pem', '/usr/share/doc/x/examples/k.pem', 'fw.bin', 420, NULL);
INSERT INTO key (object, at, len, part, format, algorithm, bits, fingerprint, parse, comment, known)
VALUES (2, 0, 900, 'private', 'pem-pkcs8', 'rsa', 2048, 'abababababababababababababababababababababababababababababababab', 'ok', NULL, NULL);
INSERT INTO object (id, sha256, size, type, state)
VALUES (3, '0303030303030303030303030303030303030303030303030303030303030303', 1000, 'elf', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode, mtime)
VALUES (3, 3, 'squashfs', 'file', 'libgnutls.so.30', '/usr/lib/libgnutls.so.30', 'fw.bin', 420, NULL);
INSERT INTO key (object, at, len, part, format, algorithm, bits, fingerprint, parse, comment, known)
VALUES (3, 0, 900, 'private', 'pem-pkcs8', 'rsa', 2048, 'abababababababababababababababababababababababababababababababab', 'ok', NULL, 'GnuTLS self-test key');
INSERT INTO object (id, sha256, size, type, state)
VALUES (4, '0404040404040404040404040404040404040404040404040404040404040404', 1000, 'pem', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode, mtime)
VALUES (4, 4, 'squashfs', 'file', 'a.pub', '/etc/a.pub', 'fw.bin', 420, NULL);
INSERT INTO key (object, at, len, part, format, algorithm, bits, fingerprint, parse, comment, known)
VALUES (4, 0, 900, 'public', 'pem-pkcs8', 'rsa', 2048, 'abababababababababababababababababababababababababababababababab', 'ok', NULL, NULL);
