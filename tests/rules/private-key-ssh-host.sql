-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'data', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode, mtime)
VALUES (1, 1, 'squashfs', 'file', 'dropbear_rsa_host_key', '/etc/dropbear/dropbear_rsa_host_key', 'fw.bin', 420, NULL);
INSERT INTO key (object, at, len, part, format, algorithm, bits, fingerprint, parse, comment, known)
VALUES (1, 0, 900, 'private', 'dropbear', 'rsa', 2048, 'abababababababababababababababababababababababababababababababab', 'ok', NULL, NULL);
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'pem', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode, mtime)
VALUES (1, 1, 'squashfs', 'file', 'a.key', '/etc/ssl/a.key', 'fw.bin', 420, NULL);
INSERT INTO key (object, at, len, part, format, algorithm, bits, fingerprint, parse, comment, known)
VALUES (1, 0, 900, 'private', 'pem-pkcs8', 'rsa', 2048, 'abababababababababababababababababababababababababababababababab', 'ok', NULL, NULL);
INSERT INTO object (id, sha256, size, type, state)
VALUES (2, '0202020202020202020202020202020202020202020202020202020202020202', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode, mtime)
VALUES (2, 2, 'squashfs', 'file', 'ssh_host_rsa_key.pub', '/etc/ssh/ssh_host_rsa_key.pub', 'fw.bin', 420, NULL);
INSERT INTO key (object, at, len, part, format, algorithm, bits, fingerprint, parse, comment, known)
VALUES (2, 0, 900, 'public', 'openssh', 'rsa', 2048, 'abababababababababababababababababababababababababababababababab', 'ok', NULL, NULL);
