-- id: unexamined-damaged
-- title: Damaged or cut-off data that could not be read to the end
-- kind: unexamined
-- severity: info
-- confidence: 0.9
-- confidence-why: the reader of the format says where it could not go on
-- why: What lies behind the damage was not seen. A file that was meant to be whole and is not may also be a fault of the build, or a format that only looks like the known one.
-- fix: Compare the file with the one the build made; if it is whole, report the format to this program.
SELECT u.object, CASE WHEN u.at < o.size THEN u.at ELSE 0 END AS at,
       CASE WHEN u.at < o.size THEN o.size - u.at ELSE o.size END AS len,
       COALESCE((SELECT p.path FROM place AS p WHERE p.object = u.object ORDER BY p.id LIMIT 1), '?') AS subject,
       'holds' AS verdict, u.stage || ': ' || u.text AS note
  FROM unexamined AS u JOIN object AS o ON o.id = u.object
 WHERE u.reason = 'damaged' AND COALESCE(u.text, '') NOT LIKE '%encrypt%'
