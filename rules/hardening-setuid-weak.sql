-- id: hardening-setuid-weak
-- title: Privileged program without hardening
-- kind: missing-hardening
-- severity: medium
-- confidence: 0.85
-- confidence-why: mode and hardening are stated by the image; whether a memory error exists is not known
-- cwe: CWE-250
-- why: A setuid or setgid program runs with more rights than its caller, so a memory error in it gives those rights away; here it is easier to use than it need be.
-- fix: Build privileged programs as PIE with full RELRO and a non-executable stack, or take the privilege from them.
SELECT e.object, e.at, e.len, p.path AS subject, 'holds' AS verdict, p.id AS place,
       trim(CASE WHEN e.pie = 0 THEN 'no PIE ' ELSE '' END ||
            CASE WHEN e.relro = 'none' THEN 'no RELRO ' ELSE '' END ||
            CASE WHEN e.nx = 0 AND e.machine != 'mips' THEN 'executable stack' ELSE '' END) AS note
  FROM elf AS e
  JOIN place AS p ON p.object = e.object
 WHERE e.role = 'program'
   AND (p.mode & 3072) != 0
   AND (e.pie = 0 OR e.relro = 'none' OR (e.nx = 0 AND e.machine != 'mips'))
