-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'elf',
	'examined');
INSERT INTO component (object, at, len, id, name, version, method, confidence, evidence)
VALUES (1, 5, 20, 'busybox', 'busybox', '1.30.1', 'banner', 950, 'busybox 1.30.1');
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'elf',
	'examined');
INSERT INTO component (object, at, len, id, name, version, method, confidence, evidence)
VALUES (1, 5, 20, 'busybox', 'busybox', '1.35.0', 'banner', 950, 'busybox 1.35.0');
INSERT INTO object (id, sha256, size, type, state)
VALUES (2, '0202020202020202020202020202020202020202020202020202020202020202', 1000, 'elf',
	'examined');
INSERT INTO component (object, at, len, id, name, version, method, confidence, evidence)
VALUES (2, 5, 20, 'busybox', 'busybox', '1.34.0', 'banner', 950, 'busybox 1.34.0');
INSERT INTO object (id, sha256, size, type, state)
VALUES (3, '0303030303030303030303030303030303030303030303030303030303030303', 1000, 'elf',
	'examined');
INSERT INTO component (object, at, len, id, name, version, method, confidence, evidence)
VALUES (3, 5, 20, 'busybox', 'busybox', '1.30.1', 'package', 950, 'busybox 1.30.1');
-- silent: with an index of vulnerabilities each is looked up
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'elf',
	'examined');
INSERT INTO component (object, at, len, id, name, version, method, confidence, evidence)
VALUES (1, 5, 20, 'busybox', 'busybox', '1.30.1', 'banner', 950, 'busybox 1.30.1');
INSERT INTO knowledge_source (kind, name) VALUES ('nvd', 'nvd.json');
