-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'mosquitto.conf', '/etc/mosquitto/mosquitto.conf', '', 493);
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 10, 10, 'mosquitto', NULL, 'allow_anonymous', 'true');
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'mosquitto.conf', '/etc/mosquitto/mosquitto.conf', '', 493);
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 10, 10, 'mosquitto', NULL, 'allow_anonymous', 'false');
