-- holds
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'rules.v4', '/etc/iptables/rules.v4', '', 493);
INSERT INTO firewall_rule (object, at, len, tool, chain, action, text)
VALUES (1, 1, 5, 'iptables', 'INPUT', 'ACCEPT', ':INPUT ACCEPT [0:0]');
-- silent
INSERT INTO object (id, sha256, size, type, state)
VALUES (1, '0101010101010101010101010101010101010101010101010101010101010101', 1000, 'text', 'examined');
INSERT INTO place (id, object, format, kind, name, path, container, mode)
VALUES (1, 1, 'squashfs', 'file', 'rules.v4', '/etc/iptables/rules.v4', '', 493);
INSERT INTO firewall_rule (object, at, len, tool, chain, action, port, text)
VALUES (1, 1, 5, 'iptables', 'INPUT', 'ACCEPT', '22', '-A INPUT --dport 22 -j ACCEPT');
