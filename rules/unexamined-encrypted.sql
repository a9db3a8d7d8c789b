-- id: unexamined-encrypted
-- title: Encrypted content that could not be examined
-- kind: unexamined
-- severity: low
-- confidence: 0.95
-- confidence-why: the container itself says that the entry is encrypted
-- why: Nothing is known about what is inside: programs, keys and weaknesses there are missing from every other finding.
-- fix: Ask the maker for the key or the plain content, and review that.
SELECT u.object, u.at, COALESCE(u.len, o.size - u.at) AS len,
       COALESCE((SELECT p.path FROM place AS p WHERE p.object = u.object ORDER BY p.id LIMIT 1), '?') AS subject,
       'holds' AS verdict, u.stage || ': ' || u.text AS note
  FROM unexamined AS u JOIN object AS o ON o.id = u.object
 WHERE u.text LIKE '%encrypt%'
   AND u.text NOT LIKE 'bytes without any structure%' -- unexamined-noise tells of these
