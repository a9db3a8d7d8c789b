-- id: shadow-readable
-- title: Password hashes can be read by every account
-- kind: excessive-privilege
-- severity: medium
-- confidence: 0.95
-- confidence-why: the mode bits in the image; file systems without permissions are left out
-- cwe: CWE-732
-- why: Any account, or any hole in a service that shows files, gives the hashes away to be guessed elsewhere.
-- fix: Mode 0640, owner root, group shadow (or 0600).
SELECT p.object, NULL AS at, NULL AS len, p.path AS subject, 'holds' AS verdict, p.id AS place,
       printf('mode %04o', p.mode & 4095) AS note
  FROM place AS p
 WHERE p.kind = 'file' AND (p.mode & 4) <> 0 AND p.name IN ('shadow', 'gshadow', 'shadow-', 'gshadow-')
   AND p.path LIKE '%/etc/%' AND p.format NOT IN ('fat', 'zip')
   AND EXISTS (SELECT 1 FROM object AS o WHERE o.id = p.object AND o.size > 0)
