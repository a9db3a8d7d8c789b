-- id: debug-symbols
-- title: Debugging information was left in
-- kind: debug-interface
-- severity: info
-- confidence: 0.95
-- confidence-why: the section is there
-- cwe: CWE-489
-- why: Names, types and source lines make the program easier to attack and fill flash.
-- fix: Strip what is installed; keep the symbols with the build.
SELECT e.object, e.at, e.len,
       (SELECT p.path FROM place AS p WHERE p.object = e.object ORDER BY p.id LIMIT 1) AS subject,
       'holds' AS verdict
  FROM build_trace AS e
 WHERE e.kind = 'debug'
