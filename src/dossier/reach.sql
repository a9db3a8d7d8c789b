-- What as_dossier_reach (reach.c) asks and follows. A way leads from a program to the libraries that it links with; the first to arrive stays.
-- Libraries and who asks for them, by machine, width and name.
CREATE TEMP TABLE need AS
SELECT DISTINCT e.object, COALESCE(e.machine, '') || ' ' || e.bits || ' ' || j.value AS lib
  FROM elf AS e, json_each('[' || replace(json_quote(e.needed), ' ', '","') || ']') AS j WHERE e.needed <> '' AND j.value <> '';
CREATE INDEX temp.need_of ON need (object);
CREATE TEMP TABLE offer AS
SELECT DISTINCT object, COALESCE(machine, '') || ' ' || bits || ' ' || soname AS lib, soname FROM elf WHERE soname IS NOT NULL;
CREATE INDEX temp.offer_by_name ON offer (lib);
-- What starts, by the name of its program: the unit rather than the script that it stands for, and of a unit the last line: what goes before
-- it makes ready. sure: 0 where only the unit is called so.
CREATE TEMP TABLE begun AS
WITH s AS MATERIALIZED (SELECT *, replace(program, rtrim(program, replace(program, '/', '')), '') AS base FROM started WHERE runs IS NOT 0),
     n AS (SELECT s.*, base AS by_name, 1 AS sure FROM s WHERE program IS NOT NULL
           UNION ALL SELECT s.*, substr(name, 1, length(name) - 8), 0 FROM s WHERE name LIKE '_%.service'),
     ranked AS (SELECT *, ROW_NUMBER() OVER (PARTITION BY by_name ORDER BY sure DESC, runs IS NULL, program LIKE '%/init.d/%', init <> 'systemd',
                       place, CASE init WHEN 'systemd' THEN -at ELSE at END, command) AS nth FROM n)
SELECT by_name AS name, sure, init, name AS unit, command, program, user, object, place, at, len FROM ranked WHERE nth = 1;
CREATE INDEX temp.begun_by_name ON begun (name);
CREATE TEMP TABLE heard AS
WITH ranked AS (SELECT *, ROW_NUMBER() OVER (PARTITION BY daemon ORDER BY runs IS NULL, port IS NULL, source = 'default', protocol, port, object, at)
                       AS nth, COUNT(*) OVER (PARTITION BY daemon) AS n
                  FROM listening WHERE runs IS NOT 0 AND loopback IS NOT 1 AND daemon IS NOT NULL)
SELECT daemon AS name, protocol, port, address, source, object, at, len FROM ranked WHERE nth = 1;
CREATE INDEX temp.heard_by_name ON heard (name);
-- Whose rights a daemon takes after its start, by its own configuration.
CREATE TEMP TABLE served AS
WITH told(daemon, setting) AS (VALUES ('nginx', 'user'), ('lighttpd', 'server.username'), ('apache2', 'User'), ('httpd', 'User'),
                                      ('dnsmasq', 'user'), ('snmpd', 'agentUser'), ('vsftpd', 'nopriv_user'), ('mosquitto', 'user')),
     ranked AS (SELECT s.*, ROW_NUMBER() OVER (PARTITION BY s.daemon ORDER BY s.object, s.at) AS nth
                  FROM setting AS s JOIN told USING (daemon) WHERE s.name = told.setting COLLATE NOCASE AND s.value <> '')
SELECT daemon AS name, r.name AS setting, value, object, at, len FROM ranked AS r WHERE nth = 1;
-- Programs by the name they are started by, through symbolic links of that name. level: 4 listens, 3 starts, 2 has its owner's rights, 1 none of these.
CREATE TEMP TABLE runner AS
WITH linked AS MATERIALIZED (
       SELECT DISTINCT container, name, replace(target, rtrim(target, replace(target, '/', '')), '') AS goal FROM place
        WHERE kind = 'symlink' AND target IS NOT NULL AND name IN (SELECT name FROM begun UNION SELECT name FROM heard)),
     meant AS (SELECT s.*, b.program, CASE WHEN h.name IS NOT NULL THEN 4 WHEN b.sure THEN 3 ELSE 1 END AS level, h.port
                 FROM linked AS s LEFT JOIN begun AS b ON b.name = s.name LEFT JOIN heard AS h ON h.name = s.name),
     -- Of all links to files of one name only those that may count below: else every link would meet every file.
     first AS MATERIALIZED (SELECT *, ROW_NUMBER() OVER (PARTITION BY container, goal ORDER BY level DESC, port IS NULL, port, name) AS nth,
                      ROW_NUMBER() OVER (PARTITION BY container, goal, program ORDER BY level DESC, port IS NULL, port, name) AS own FROM meant),
     file AS (SELECT p.object, p.name, p.id AS place, p.path, p.mode, p.uid FROM place AS p WHERE p.kind = 'file'
              UNION ALL SELECT f.object, s.name, f.id, f.path, 0, NULL FROM first AS s JOIN place AS f ON f.container = s.container
                           AND f.kind = 'file' AND f.name = s.goal WHERE s.nth = 1
              UNION ALL SELECT f.object, s.name, f.id, f.path, 0, NULL FROM first AS s JOIN place AS f ON f.path = s.program AND f.container = s.container
                           AND f.kind = 'file' AND f.name = s.goal WHERE s.own = 1 AND s.nth > 1),
     known AS (SELECT f.*, CASE WHEN h.name IS NOT NULL THEN 4 WHEN b.sure THEN 3 WHEN COALESCE(f.mode, 0) & 2048 THEN 2 ELSE 1 END AS level,
                      f.path IS b.program AS same, h.port
                 FROM file AS f LEFT JOIN begun AS b ON b.name = f.name LEFT JOIN heard AS h ON h.name = f.name
                WHERE f.object IN (SELECT object FROM elf WHERE role = 'program') OR (b.sure AND f.path = b.program)),
     ranked AS (SELECT *, ROW_NUMBER() OVER (PARTITION BY object ORDER BY level DESC, same DESC, port IS NULL, port, name, place) AS nth FROM known)
SELECT object, name, place, uid, level FROM ranked WHERE nth = 1;
CREATE UNIQUE INDEX temp.runner_by_object ON runner (object);
-- What is reached: at which level, through how many libraries, as which library, asked for by what. called: libraries by name, each once.
CREATE TEMP TABLE way (object INTEGER PRIMARY KEY, level INTEGER, depth INTEGER, lib TEXT, user INTEGER);
CREATE INDEX temp.way_by_depth ON way (level, depth);
CREATE TEMP TABLE called (lib TEXT PRIMARY KEY, level INTEGER, depth INTEGER, user INTEGER);
CREATE INDEX temp.called_by_depth ON called (level, depth);
