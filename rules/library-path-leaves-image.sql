-- id: library-path-leaves-image
-- title: Library path relative or outside the image
-- kind: missing-hardening
-- severity: low
-- confidence: 0.8
-- confidence-why: the entry is relative, or no folder of that name is in the image; the folder may be made or mounted at run time
-- cwe: CWE-426
-- why: A relative entry means whatever folder the program is started in; a missing folder can be created by whoever may write its parent.
-- fix: Remove the run path, or make it absolute or relative to $ORIGIN.
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
  ),
  folder(path) AS MATERIALIZED ( -- each once: a file system is gone through for every one of them
    SELECT DISTINCT path FROM listed
     WHERE path GLOB '/*' AND path NOT GLOB '*$*'
  ),
  missing(path) AS MATERIALIZED (
    SELECT f.path FROM folder AS f
     WHERE NOT EXISTS (SELECT 1 FROM place AS d
                        WHERE d.kind IN ('dir', 'symlink') AND d.path = rtrim(f.path, '/'))
       AND NOT EXISTS (SELECT 1 FROM place AS d WHERE d.path GLOB rtrim(f.path, '/') || '/*')
  )
SELECT e.object, e.at, e.len,
       (SELECT p.path FROM place AS p WHERE p.object = e.object ORDER BY p.id LIMIT 1) AS subject,
       'holds' AS verdict,
       CASE WHEN e.path = '' THEN '(empty: the current folder)' ELSE e.path END AS note
  FROM listed AS e
 WHERE e.path IS NOT NULL
   AND e.path NOT GLOB '$ORIGIN*' AND e.path NOT GLOB '${*' AND e.path NOT GLOB '$LIB*'
   AND (e.path NOT GLOB '/*' OR e.path IN (SELECT path FROM missing))
   AND NOT (e.path = '' AND e.rest = '' AND EXISTS (SELECT 1 FROM elf AS x
                     WHERE x.object = e.object AND COALESCE(x.runpath, x.rpath) = ''))
