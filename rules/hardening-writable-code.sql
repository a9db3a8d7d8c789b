-- id: hardening-writable-code
-- title: Memory that is both writable and executable
-- kind: missing-hardening
-- severity: medium
-- confidence: 0.9
-- confidence-why: the segment header states both rights; the program could give one up after start
-- cwe: CWE-693
-- why: Whatever can write into that segment can place code there.
-- fix: Link with -z separate-code and without -N or custom linker scripts that merge sections.
SELECT e.object, e.at, e.len,
       (SELECT p.path FROM place AS p WHERE p.object = e.object ORDER BY p.id LIMIT 1) AS subject,
       'holds' AS verdict,
       e.wx || ' segment(s)' AS note
  FROM elf AS e
 WHERE e.role IN ('program', 'library')
   AND e.wx > 0
   AND e.linkage IN ('dynamic', 'static-pie')
   AND e.object NOT IN (SELECT k.object FROM kernel AS k)
