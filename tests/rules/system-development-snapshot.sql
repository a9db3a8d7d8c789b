-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 90, 'text', 'examined');
INSERT INTO property (object, at, len, format, name, value)
VALUES (1, 20, 26, 'openwrt_release', 'DISTRIB_RELEASE', 'SNAPSHOT');
-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 90, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'os-release', '/usr/lib/os-release', '', 420);
INSERT INTO property (object, at, len, format, name, value)
VALUES (1, 0, 40, 'os-release', 'VERSION_ID', '4.3+snapshot-0123abcd');
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 90, 'text', 'examined');
INSERT INTO property (object, at, len, format, name, value)
VALUES (1, 0, 25, 'openwrt_release', 'DISTRIB_RELEASE', '23.05.3');
INSERT INTO property (object, at, len, format, name, value)
VALUES (1, 30, 40, 'openwrt_release', 'DISTRIB_DESCRIPTION', 'made with the snapshot tool');
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 90, 'text', 'examined');
INSERT INTO property (object, at, len, format, name, value)
VALUES (1, 0, 15, 'os-release', 'VERSION_ID', '12');
INSERT INTO property (object, at, len, format, name, value)
VALUES (1, 20, 30, 'hostname', 'hostname', 'snapshot');
