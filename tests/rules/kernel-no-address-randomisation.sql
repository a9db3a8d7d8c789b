-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'data',
	'examined');
INSERT INTO kernel_option (object, at, len, name, value)
VALUES (1, 9, 99, 'CONFIG_RANDOMIZE_BASE', 'n');
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'data',
	'examined');
INSERT INTO kernel_option (object, at, len, name, value)
VALUES (1, 9, 99, 'CONFIG_RANDOMIZE_BASE', 'y');
