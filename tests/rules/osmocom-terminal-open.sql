-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'osmo-bsc.cfg', '/etc/osmocom/osmo-bsc.cfg', '', 493);
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 10, 10, 'osmocom', 'line vty', 'bind', '0.0.0.0');
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'osmo-bsc.cfg', '/etc/osmocom/osmo-bsc.cfg', '', 493);
INSERT INTO setting (object, at, len, daemon, section, name, value)
VALUES (1, 10, 10, 'osmocom', 'line vty', 'bind', '127.0.0.1');
