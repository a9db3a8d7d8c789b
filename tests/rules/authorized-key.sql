-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode, mtime)
VALUES (1, 1, 'squashfs', 'file', 'authorized_keys', '/root/.ssh/authorized_keys', 'fw.bin', 420, NULL);
INSERT INTO authorized_key (object, at, len, user, type, bits, fingerprint, options, comment)
VALUES (1, 0, 90, 'root', 'ssh-ed25519', 256, 'abababababababababababababababababababababababababababababababab', NULL, 'maintenance@factory');
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode, mtime)
VALUES (1, 1, 'squashfs', 'file', 'authorized_keys', '/usr/share/doc/dropbear/examples/authorized_keys', 'fw.bin', 420, NULL);
INSERT INTO authorized_key (object, at, len, user, type, bits, fingerprint, options, comment)
VALUES (1, 0, 90, 'root', 'ssh-ed25519', 256, 'abababababababababababababababababababababababababababababababab', NULL, 'you@example');
