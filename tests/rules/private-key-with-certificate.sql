-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'pem', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode, mtime)
VALUES (1, 1, 'squashfs', 'file', 'a.key', '/etc/ssl/a.key', 'fw.bin', 420, NULL);
INSERT INTO key (object, at, len, part, format, algorithm, bits, fingerprint, parse, comment, known)
VALUES (1, 0, 900, 'private', 'pem-pkcs8', 'rsa', 2048, 'abababababababababababababababababababababababababababababababab', 'ok', NULL, NULL);
INSERT INTO object (id, sha256, size, type, state)
VALUES (2, '0202020202020202020202020202020202020202020202020202020202020202', 1000, 'pem', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode, mtime)
VALUES (2, 2, 'squashfs', 'file', 'a.crt', '/etc/ssl/a.crt', 'fw.bin', 420, NULL);
INSERT INTO certificate (object, at, len, subject, issuer, serial, not_before, not_after, signature, algorithm,
	bits, ca, self_signed, fingerprint, sha256, names, bundle)
VALUES (2, 0, 900, 'CN=device', 'CN=ca', '01', '2015-01-01T00:00:00Z', '2049-01-01T00:00:00Z', 'sha256WithRSAEncryption', 'rsa',
	2048, 0, 0, 'abababababababababababababababababababababababababababababababab', 'efefefefefefefefefefefefefefefefefefefefefefefefefefefefefefefef', NULL, 1);
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'pem', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode, mtime)
VALUES (1, 1, 'squashfs', 'file', 'a.key', '/etc/ssl/a.key', 'fw.bin', 420, NULL);
INSERT INTO key (object, at, len, part, format, algorithm, bits, fingerprint, parse, comment, known)
VALUES (1, 0, 900, 'private', 'pem-pkcs8', 'rsa', 2048, 'cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd', 'ok', NULL, NULL);
INSERT INTO object (id, sha256, size, type, state)
VALUES (2, '0202020202020202020202020202020202020202020202020202020202020202', 1000, 'pem', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode, mtime)
VALUES (2, 2, 'squashfs', 'file', 'a.crt', '/etc/ssl/a.crt', 'fw.bin', 420, NULL);
INSERT INTO certificate (object, at, len, subject, issuer, serial, not_before, not_after, signature, algorithm,
	bits, ca, self_signed, fingerprint, sha256, names, bundle)
VALUES (2, 0, 900, 'CN=device', 'CN=ca', '01', '2015-01-01T00:00:00Z', '2049-01-01T00:00:00Z', 'sha256WithRSAEncryption', 'rsa',
	2048, 0, 0, 'abababababababababababababababababababababababababababababababab', 'efefefefefefefefefefefefefefefefefefefefefefefefefefefefefefefef', NULL, 1);
INSERT INTO object (id, sha256, size, type, state)
VALUES (3, '0303030303030303030303030303030303030303030303030303030303030303', 1000, 'elf', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode, mtime)
VALUES (3, 3, 'squashfs', 'file', 'libmbedx509.so.0', '/usr/lib/libmbedx509.so.0', 'fw.bin', 420, NULL);
INSERT INTO key (object, at, len, part, format, algorithm, bits, fingerprint, parse, comment, known)
VALUES (3, 0, 900, 'private', 'pem-pkcs8', 'rsa', 2048, 'abababababababababababababababababababababababababababababababab', 'ok', NULL, 'test key');
INSERT INTO certificate (object, at, len, subject, issuer, serial, not_before, not_after, signature, algorithm,
	bits, ca, self_signed, fingerprint, sha256, names, bundle)
VALUES (3, 2000, 900, 'CN=device', 'CN=ca', '01', '2015-01-01T00:00:00Z', '2049-01-01T00:00:00Z', 'sha256WithRSAEncryption', 'rsa',
	2048, 0, 0, 'abababababababababababababababababababababababababababababababab', 'efefefefefefefefefefefefefefefefefefefefefefefefefefefefefefefef', NULL, 1);
