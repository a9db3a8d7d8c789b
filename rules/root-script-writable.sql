-- id: root-script-writable
-- title: Program started by root that everyone may change
-- kind: excessive-privilege
-- severity: high
-- confidence: 0.95
-- confidence-why: the mode bits in the image
-- cwe: CWE-732
-- why: Any account writes its commands there and root runs them at the next start.
-- fix: Take the write permission away.
SELECT p.object, NULL AS at, NULL AS len, p.path AS subject, 'holds' AS verdict, p.id AS place,
       printf('mode %04o', p.mode & 4095) AS note
  FROM place AS p
 WHERE p.kind = 'file' AND (p.mode & 2) <> 0
   AND (p.id IN (SELECT s.place FROM started AS s WHERE s.runs IS NOT 0)
        OR EXISTS (SELECT 1 FROM started AS s WHERE s.program = p.path AND s.container = p.container
                      AND COALESCE(s.user, 'root') = 'root' AND s.runs IS NOT 0))
