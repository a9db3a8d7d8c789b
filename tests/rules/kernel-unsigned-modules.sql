-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'data',
	'examined');
INSERT INTO kernel_option (object, at, len, name, value)
VALUES (1, 9, 99, 'CONFIG_MODULES', 'y');
INSERT INTO kernel_option (object, at, len, name, value)
VALUES (1, 9, 99, 'CONFIG_MODULE_SIG', 'n');
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'data',
	'examined');
INSERT INTO kernel_option (object, at, len, name, value)
VALUES (1, 9, 99, 'CONFIG_MODULES', 'y');
INSERT INTO kernel_option (object, at, len, name, value)
VALUES (1, 9, 99, 'CONFIG_MODULE_SIG', 'y');
INSERT INTO object (id, sha256, size, type, state)
VALUES (2, '0202020202020202020202020202020202020202020202020202020202020202', 1000, 'data',
	'examined');
INSERT INTO kernel_option (object, at, len, name, value)
VALUES (2, 9, 99, 'CONFIG_MODULES', 'n');
INSERT INTO kernel_option (object, at, len, name, value)
VALUES (2, 9, 99, 'CONFIG_MODULE_SIG', 'n');
