-- id: unexamined-stopped
-- title: Examination stopped by a limit, a crash or a timeout
-- kind: unexamined
-- severity: low
-- confidence: 0.95
-- confidence-why: the supervisor recorded why it stopped
-- why: What was not reached is missing from every other finding. Content that is built to crash or exhaust its reader is a reason for suspicion by itself.
-- fix: Raise the limit that is named (assay review --help) and review again; report a crash with the object.
SELECT u.object, u.at, u.len,
       COALESCE((SELECT p.path FROM place AS p WHERE p.object = u.object ORDER BY p.id LIMIT 1), u.stage) AS subject,
       'holds' AS verdict, u.place, u.reason || ' in ' || u.stage || COALESCE(': ' || u.text, '') AS note
  FROM unexamined AS u
 WHERE u.reason IN ('crash', 'hang', 'memory', 'limit', 'disk', 'unreadable')
