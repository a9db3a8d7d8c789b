-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'pem', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode, mtime)
VALUES (1, 1, 'squashfs', 'file', 'oam.crt', '/etc/oam.crt', 'fw.bin', 420, 1700000000);
INSERT INTO certificate (object, at, len, subject, issuer, serial, not_before, not_after, signature, algorithm,
	bits, ca, self_signed, fingerprint, sha256, names, bundle)
VALUES (1, 0, 900, 'CN=device', 'CN=ca', '01', '2015-01-01T00:00:00Z', '2018-01-01T00:00:00Z', 'sha256WithRSAEncryption', 'rsa',
	2048, 0, 0, 'abababababababababababababababababababababababababababababababab', 'efefefefefefefefefefefefefefefefefefefefefefefefefefefefefefefef', NULL, 1);
-- silent
DELETE FROM meta WHERE name = 'reference_date';
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'pem', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode, mtime)
VALUES (1, 1, 'squashfs', 'file', 'oam.crt', '/etc/oam.crt', 'fw.bin', 420, 1700000000);
INSERT INTO certificate (object, at, len, subject, issuer, serial, not_before, not_after, signature, algorithm,
	bits, ca, self_signed, fingerprint, sha256, names, bundle)
VALUES (1, 0, 900, 'CN=device', 'CN=ca', '01', '2015-01-01T00:00:00Z', '2036-01-01T00:00:00Z', 'sha256WithRSAEncryption', 'rsa',
	2048, 0, 0, 'abababababababababababababababababababababababababababababababab', 'efefefefefefefefefefefefefefefefefefefefefefefefefefefefefefefef', NULL, 1);
INSERT INTO object (id, sha256, size, type, state)
VALUES (2, '0202020202020202020202020202020202020202020202020202020202020202', 1000, 'pem', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode, mtime)
VALUES (2, 2, 'squashfs', 'file', 'ca-certificates.crt', '/etc/ssl/certs/ca-certificates.crt', 'fw.bin', 420, NULL);
INSERT INTO certificate (object, at, len, subject, issuer, serial, not_before, not_after, signature, algorithm,
	bits, ca, self_signed, fingerprint, sha256, names, bundle)
VALUES (2, 0, 900, 'CN=device', 'CN=ca', '01', '2015-01-01T00:00:00Z', '2015-01-01T00:00:00Z', 'sha256WithRSAEncryption', 'rsa',
	2048, 1, 1, 'abababababababababababababababababababababababababababababababab', 'efefefefefefefefefefefefefefefefefefefefefefefefefefefefefefefef', NULL, 140);
-- silent without a date of review, against the newest file
DELETE FROM meta;
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'pem', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode, mtime)
VALUES (1, 1, 'squashfs', 'file', 'oam.crt', '/etc/oam.crt', 'fw.bin', 420, 1500000000);
INSERT INTO certificate (object, at, len, subject, issuer, serial, not_before, not_after, signature, algorithm,
	bits, ca, self_signed, fingerprint, sha256, names, bundle)
VALUES (1, 0, 900, 'CN=device', 'CN=ca', '01', '2015-01-01T00:00:00Z', '2018-01-01T00:00:00Z', 'sha256WithRSAEncryption', 'rsa',
	2048, 0, 0, 'abababababababababababababababababababababababababababababababab', 'efefefefefefefefefefefefefefefefefefefefefefefefefefefefefefefef', NULL, 1);
