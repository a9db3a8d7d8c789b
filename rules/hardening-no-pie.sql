-- id: hardening-no-pie
-- title: Program at a fixed address (no PIE)
-- kind: missing-hardening
-- severity: low
-- confidence: 0.9
-- confidence-why: the file type decides; what an attacker gains depends on a memory error elsewhere
-- cwe: CWE-693
-- why: Code of the program stands at the same address in every device, so address randomisation does not hinder an exploit.
-- fix: Build with -fPIE and link with -pie.
SELECT e.object, e.at, e.len,
       (SELECT p.path FROM place AS p WHERE p.object = e.object ORDER BY p.id LIMIT 1) AS subject,
       'holds' AS verdict,
       e.machine || ', ' || e.linkage AS note
  FROM elf AS e
 WHERE e.role = 'program'
   AND e.pie = 0
   AND e.os IS NOT NULL
   AND e.object NOT IN (SELECT k.object FROM kernel AS k)
