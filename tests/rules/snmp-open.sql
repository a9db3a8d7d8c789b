-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'snmpd.conf', '/etc/snmp/snmpd.conf', '', 493);
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 10, 10, 'snmpd', NULL, 'rocommunity', 'public');
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'snmpd.conf', '/etc/snmp/snmpd.conf', '', 493);
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 10, 10, 'snmpd', NULL, 'rocommunity', 'public default -V systemonly');
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'snmpd.conf', '/etc/snmp/snmpd.conf', '', 493);
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 10, 10, 'snmpd', NULL, 'rocommunity', 'public');
INSERT INTO listener (object, at, len, daemon, service, protocol, port, address, source, cleartext, enabled)
VALUES (1, 10, 10, 'snmpd', 'snmp', 'udp', 161, '127.0.0.1', 'config', 1, NULL);
