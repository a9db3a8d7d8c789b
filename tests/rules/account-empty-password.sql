-- holds
INSERT INTO account(object, at, len, source, user, secret, scheme, shell) VALUES (1, 0, 10, 'passwd', 'guest', '', 'empty', '/bin/sh');
-- silent
INSERT INTO account(object, at, len, source, user, secret, scheme, shell) VALUES (1, 0, 10, 'passwd', 'guest', '', 'empty', '/usr/sbin/nologin');
INSERT INTO account(object, at, len, source, user, secret, scheme, shell) VALUES (1, 0, 10, 'shadow', 'root', '*', 'locked', NULL);
