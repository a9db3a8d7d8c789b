-- holds
INSERT INTO object (id, sha256, size, state) VALUES (1, 'a', 10, 'examined');
INSERT INTO yara_match (object, at, len, rule, namespace, string, severity) VALUES (1, 3, 4, 'marker', 'own', '$a', 'High');
-- holds without a string or a severity
INSERT INTO object (id, sha256, size, state) VALUES (1, 'a', 10, 'examined');
INSERT INTO yara_match (object, rule, namespace) VALUES (1, 'small', 'own');
-- silent
INSERT INTO object (id, sha256, size, state) VALUES (1, 'a', 10, 'examined');
