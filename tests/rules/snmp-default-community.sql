-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode, mtime)
VALUES (1, 1, 'squashfs', 'file', 'snmpd.conf', '/etc/snmp/snmpd.conf', 'fw.bin', 420, NULL);
INSERT INTO secret (object, at, len, kind, name, value, user, format, context, placeholder, guessed)
VALUES (1, 0, 20, 'snmp-community', 'rocommunity', 'public', NULL, 'text', NULL, 0, NULL);
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode, mtime)
VALUES (1, 1, 'squashfs', 'file', 'snmpd.conf', '/etc/snmp/snmpd.conf', 'fw.bin', 420, NULL);
INSERT INTO secret (object, at, len, kind, name, value, user, format, context, placeholder, guessed)
VALUES (1, 0, 20, 'snmp-community', 'rocommunity', 'zV8-x2', NULL, 'text', NULL, 0, NULL);
