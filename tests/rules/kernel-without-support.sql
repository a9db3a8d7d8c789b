-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'elf',
	'examined');
INSERT INTO component (object, at, len, id, name, version, method, confidence, evidence)
VALUES (1, 5, 20, 'linux', 'linux', '3.10.14', 'kernel', 950, 'linux 3.10.14');
-- silent
INSERT INTO known_eol (component, branch, eol, source)
VALUES ('linux', '6.1', '2027-12-31', 'test');
INSERT INTO known_eol (component, branch, eol, source)
VALUES ('linux', '4.9', '2023-01-07', 'test');
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'elf',
	'examined');
INSERT INTO component (object, at, len, id, name, version, method, confidence, evidence)
VALUES (1, 5, 20, 'linux', 'linux', '6.1.176', 'kernel', 950, 'linux 6.1.176');
INSERT INTO object (id, sha256, size, type, state)
VALUES (2, '0202020202020202020202020202020202020202020202020202020202020202', 1000, 'elf',
	'examined');
INSERT INTO component (object, at, len, id, name, version, method, confidence, evidence)
VALUES (2, 5, 20, 'linux', 'linux', '4.9.1', 'package', 950, 'linux 4.9.1');
