-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'elf',
	'examined');
INSERT INTO kernel_module (object, at, len, name, vermagic, license, has_signature)
VALUES (1, 5, 50, 'wl', '3.10.14', 'Proprietary', 0);
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'elf',
	'examined');
INSERT INTO kernel_module (object, at, len, name, vermagic, license, has_signature)
VALUES (1, 5, 50, 'tun', '6.1.0', 'GPL', 1);
