-- id: device-node-outside-dev
-- title: Device node outside /dev
-- kind: excessive-privilege
-- severity: medium
-- confidence: 0.9
-- confidence-why: the entry in the image; white-outs of layered file systems (0:0) are left out
-- cwe: CWE-732
-- why: A node gives its opener the disk or the memory behind all permissions of files, and outside /dev nobody expects it.
-- fix: Remove the node.
SELECT p.object, NULL AS at, NULL AS len, p.path AS subject, 'holds' AS verdict, p.id AS place,
       p.kind || COALESCE(' device ' || p.major || ':' || p.minor, ' device') || printf(', mode %04o', p.mode & 4095) AS note
  FROM place AS p
 WHERE p.kind IN ('block', 'char') AND p.path NOT GLOB '/dev/*' AND p.path NOT GLOB '*/dev/*'
   AND NOT (COALESCE(p.major, 0) = 0 AND COALESCE(p.minor, 0) = 0)
