-- holds
INSERT INTO known_eol (component, branch, eol, source)
VALUES ('openssl', '1.1.1', '2023-09-11', 'test');
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'elf',
	'examined');
INSERT INTO component (object, at, len, id, name, version, method, confidence, evidence)
VALUES (1, 5, 20, 'openssl', 'openssl', '1.1.1w', 'banner', 950, 'openssl 1.1.1w');
-- holds: 2
INSERT INTO known_eol (component, branch, eol, source)
VALUES ('openssl', '1.1.1', '2023-09-11', 'test');
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'elf',
	'examined'),
	(2, '0202020202020202020202020202020202020202020202020202020202020202', 1000, 'elf',
	'examined');
INSERT INTO component (object, at, len, id, name, version, method, confidence, evidence)
VALUES (1, 5, 20, 'openssl', 'OpenSSL', '1.1.1w', 'banner', 950, 'OpenSSL 1.1.1w'),
	(1, 70, 9, 'openssl', 'OpenSSL', '1.1.1w', 'signature', 970, '1.1.1w'),
	(2, 5, 20, 'openssl', 'OpenSSL', '1.1.1w', 'banner', 950, 'OpenSSL 1.1.1w');
-- silent
INSERT INTO known_eol (component, branch, eol, source)
VALUES ('openssl', '1.1.1', '2023-09-11', 'test');
INSERT INTO known_eol (component, branch, eol, source)
VALUES ('openssl', '3.0', '2026-09-07', 'test');
INSERT INTO known_eol (component, branch, eol, source)
VALUES ('lua', '5.1', '2012-02-17', 'test');
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'elf',
	'examined');
INSERT INTO component (object, at, len, id, name, version, method, confidence, evidence)
VALUES (1, 5, 20, 'openssl', 'openssl', '1.1.10', 'banner', 950, 'openssl 1.1.10');
INSERT INTO object (id, sha256, size, type, state)
VALUES (2, '0202020202020202020202020202020202020202020202020202020202020202', 1000, 'elf',
	'examined');
INSERT INTO component (object, at, len, id, name, version, method, confidence, evidence)
VALUES (2, 5, 20, 'openssl', 'openssl', '3.5.0', 'banner', 950, 'openssl 3.5.0');
INSERT INTO object (id, sha256, size, type, state)
VALUES (3, '0303030303030303030303030303030303030303030303030303030303030303', 1000, 'elf',
	'examined');
INSERT INTO component (object, at, len, id, name, version, method, confidence, evidence)
VALUES (3, 5, 20, 'openssl', 'openssl', '1.1.1w', 'package', 950, 'openssl 1.1.1w');
INSERT INTO object (id, sha256, size, type, state)
VALUES (4, '0404040404040404040404040404040404040404040404040404040404040404', 1000, 'elf',
	'examined');
INSERT INTO component (object, at, len, id, name, version, method, confidence, evidence)
VALUES (4, 5, 20, 'lua', 'lua', '5.10', 'banner', 950, 'lua 5.10');
