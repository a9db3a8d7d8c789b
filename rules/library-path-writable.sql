-- id: library-path-writable
-- title: Libraries are looked for in a folder everyone may write to
-- kind: missing-hardening
-- severity: medium
-- confidence: 0.9
-- confidence-why: the folders named are world-writable on every Linux system; another library path may come first
-- cwe: CWE-427
-- why: Any local account can place a library there that this program then loads with its rights.
-- fix: Remove the run path (chrpath -d, or do not link with -rpath).
WITH RECURSIVE
  listed(object, at, len, path, rest) AS (
    SELECT e.object, COALESCE(h.at, e.at), COALESCE(h.len, e.len), NULL, COALESCE(e.runpath, e.rpath) || ':'
      FROM elf AS e
      LEFT JOIN property AS h ON h.object = e.object AND h.format = 'elf'
       AND h.name = CASE WHEN e.runpath IS NOT NULL THEN 'runpath' ELSE 'rpath' END
     WHERE COALESCE(e.runpath, e.rpath) IS NOT NULL
    UNION ALL
    SELECT object, at, len, substr(rest, 1, instr(rest, ':') - 1), substr(rest, instr(rest, ':') + 1)
      FROM listed
     WHERE rest != ''
  )
SELECT e.object, e.at, e.len,
       (SELECT p.path FROM place AS p WHERE p.object = e.object ORDER BY p.id LIMIT 1) AS subject,
       'holds' AS verdict,
       e.path AS note
  FROM listed AS e
 WHERE e.path IN ('/tmp', '/var/tmp', '/dev/shm', '/run/shm', '/run/lock')
    OR e.path GLOB '/tmp/*' OR e.path GLOB '/var/tmp/*' OR e.path GLOB '/dev/shm/*'
    OR e.path GLOB '/run/lock/*'
