-- What as_dossier_reach (reach.c) makes of the ways: of each component the best of the files that hold it, and the steps that lead there.
CREATE TEMP TABLE best AS
WITH held AS (SELECT w.what, w.release, w.name, w.version, w.method, w.object, w.at, w.len, w.place, y.depth,
                     CASE WHEN y.level = 1 AND y.depth = 0 THEN 0 ELSE COALESCE(y.level, 0) END AS level, w.nth
                FROM witness AS w LEFT JOIN way AS y ON y.object = w.object WHERE w.method <> 'package' AND w.what IS NOT NULL AND w.what <> 'linux'),
     ranked AS (SELECT *, ROW_NUMBER() OVER (PARTITION BY what, release ORDER BY level DESC, depth, nth) AS n FROM held)
SELECT * FROM ranked WHERE n = 1;
CREATE TEMP TABLE line AS
WITH RECURSIVE up(what, release, object, lib, user, depth) AS (
       SELECT b.what, b.release, y.object, y.lib, y.user, y.depth FROM best AS b JOIN way AS y ON y.object = b.object WHERE b.level > 0
       UNION ALL SELECT u.what, u.release, y.object, y.lib, y.user, y.depth FROM up AS u JOIN way AS y ON y.object = u.user)
SELECT * FROM up;
INSERT INTO reach_step
WITH root AS MATERIALIZED (SELECT l.what, l.release, r.* FROM line AS l JOIN runner AS r ON r.object = l.object WHERE l.depth = 0),
     told(what, release, pos, kind, text, note, object, place, at, len) AS (
  SELECT r.what, r.release, 0, 'start', b.init, b.unit || COALESCE(': ' || b.command, ''), b.object, b.place, b.at, b.len
    FROM root AS r JOIN begun AS b ON b.name = r.name WHERE r.level >= 3
  UNION ALL
  SELECT what, release, 1, 'program', name, NULL, object, place, NULL, NULL FROM root
  UNION ALL
  SELECT r.what, r.release, 2, 'port', COALESCE(h.protocol || ' ' || h.port, 'a port that is not told'),
         CASE h.source WHEN 'default' THEN 'as it does unless told otherwise' ELSE COALESCE('on ' || h.address || ', ', '') || 'by its ' ||
         CASE h.source WHEN 'config' THEN 'configuration' ELSE h.source END END, h.object,
         (SELECT MIN(id) FROM place WHERE object = h.object), h.at, h.len
    FROM root AS r JOIN heard AS h ON h.name = r.name WHERE r.level = 4
  UNION ALL
  SELECT r.what, r.release, 3, 'user', b.user, 'when it starts', b.object, b.place, b.at, b.len
    FROM root AS r JOIN begun AS b ON b.name = r.name WHERE r.level >= 3 AND b.sure AND b.user <> ''
  UNION ALL
  SELECT r.what, r.release, 4, 'user', s.value, 'by its setting ' || s.setting, s.object, (SELECT MIN(id) FROM place WHERE object = s.object), s.at, s.len
    FROM root AS r JOIN served AS s ON s.name = r.name WHERE r.level >= 3
  UNION ALL
  SELECT what, release, 3, 'user', COALESCE(CASE uid WHEN 0 THEN 'root' ELSE 'user ' || uid END, 'its owner'), 'whoever calls it (setuid)',
         object, place, NULL, NULL FROM root WHERE level = 2
  UNION ALL
  SELECT what, release, 4 + depth, 'library', substr(lib, instr(lib, ' ') + 4), NULL, object,
         (SELECT MIN(id) FROM place WHERE object = line.object), NULL, NULL FROM line WHERE depth > 0
  UNION ALL
  SELECT what, release, 1000, 'component', COALESCE(name, what) || COALESCE(' ' || version, ''), 'told by its ' || method, object, place, at, len FROM best
  UNION ALL
  SELECT what, release, 0, 'kernel', COALESCE(name, what) || COALESCE(' ' || version, ''), NULL, object, place, at, len
    FROM witness WHERE what = 'linux' AND nth = 1)
SELECT what, release, ROW_NUMBER() OVER (PARTITION BY what, release ORDER BY pos), kind, text, note, object, place, at, len FROM told;
-- The steps in a sentence.
INSERT INTO component_reach
WITH part AS (SELECT component, version, MAX(CASE kind WHEN 'start' THEN text END) AS init, MAX(CASE kind WHEN 'program' THEN text END) AS program,
                     MAX(CASE kind WHEN 'port' THEN text END) AS port, MAX(kind = 'kernel') AS kernel, MAX(CASE kind WHEN 'library' THEN step END) AS last,
                     MAX(CASE kind WHEN 'user' THEN step END) AS as_whom, SUM(kind = 'library') AS libs
                FROM reach_step GROUP BY component, version),
     word AS (SELECT p.*, (SELECT ' as ' || text FROM reach_step WHERE component = p.component AND version = p.version AND step = as_whom) AS user,
                     (SELECT ' links ' || CASE WHEN libs > 1 THEN 'through others ' ELSE '' END || 'with ' || text FROM reach_step
                       WHERE component = p.component AND version = p.version AND step = last) AS links FROM part AS p)
SELECT component, version,
       CASE WHEN kernel THEN 'started' WHEN port IS NOT NULL THEN 'network' WHEN init IS NOT NULL THEN 'started' WHEN user IS NOT NULL THEN 'setuid'
            WHEN program IS NOT NULL THEN 'used' ELSE 'present' END,
       CASE WHEN kernel THEN 'the kernel runs'
            WHEN program IS NULL THEN COALESCE((SELECT p.name FROM reach_step AS s JOIN place AS p ON p.id = s.place WHERE s.component = word.component
                                                   AND s.version = word.version AND s.kind = 'component'), 'a file') || ' holds it'
            ELSE COALESCE(init || ' starts ' || program || COALESCE(user, '') || CASE WHEN COALESCE(port, links) IS NULL THEN '' ELSE ', which' END,
                          program || CASE WHEN port IS NULL AND user IS NOT NULL THEN ' runs with the rights of its owner (setuid)' ||
                          CASE WHEN links IS NULL THEN '' ELSE ', and' END ELSE '' END)
                 || COALESCE(' listens on ' || port, '') || CASE WHEN port IS NULL OR links IS NULL THEN '' ELSE ', and' END || COALESCE(links, '')
       END FROM word;
DROP TABLE temp.need; DROP TABLE temp.offer; DROP TABLE temp.begun; DROP TABLE temp.heard; DROP TABLE temp.served; DROP TABLE temp.runner;
DROP TABLE temp.way; DROP TABLE temp.called; DROP TABLE temp.best; DROP TABLE temp.line;
