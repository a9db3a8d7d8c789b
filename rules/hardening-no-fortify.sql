-- id: hardening-no-fortify
-- title: Program built without checked library functions (FORTIFY)
-- kind: missing-hardening
-- severity: info
-- confidence: 0.4
-- confidence-why: none of many calls is the checked variant; the compiler may have proved each of them safe
-- cwe: CWE-693
-- why: The C library can notice overflows of buffers whose size the compiler knows; these programs do not ask it to.
-- fix: Compile with -O2 -D_FORTIFY_SOURCE=2 (or 3) against a C library that has the variants.
SELECT e.object, e.at, e.len,
       (SELECT p.path FROM place AS p WHERE p.object = e.object ORDER BY p.id LIMIT 1) AS subject,
       'holds' AS verdict,
       'of ' || e.fortifiable || ' functions of the C library that there are in a form that checks sizes, none is used in that form' AS note
  FROM elf AS e
 WHERE e.role IN ('program', 'library')
   AND e.fortified = 0
   AND e.fortifiable >= 8
   AND ' ' || e.needed || ' ' LIKE '% libc.so.6 %'
   AND e.object NOT IN (SELECT k.object FROM kernel AS k)
