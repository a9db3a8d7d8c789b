-- id: measured-command-from-input
-- title: Command put together from what comes from the network
-- kind: unsafe-function-use
-- severity: medium
-- confidence: 0.7
-- confidence-why: the text is followed from where it is read to the shell; a check or quoting between the two is not seen
-- cwe: CWE-78
-- why: Unless every character is checked, who sends the text runs commands with the program's rights.
-- fix: Start the program with execve and a list of arguments, and check what is allowed in them.
SELECT s.object, s.at, s.len,
       COALESCE((SELECT p.path FROM place AS p WHERE p.object = s.object ORDER BY p.id LIMIT 1), 'program')
           || ': ' || COALESCE(s.api, 'call') || ' at ' || printf('0x%x', s.addr) AS subject,
       'holds' AS verdict,
       COALESCE(s.argument || ', ', '') || 'from ' || s.source || COALESCE(' (' || s.origin || ')', '') AS note
  FROM measure_site AS s
 WHERE s.measure = 'command-not-constant'
   AND (s.source = 'network'
        OR (s.origin GLOB 'getenv HTTP_*' OR s.origin GLOB 'getenv REMOTE_*' OR s.origin GLOB 'getenv REQUEST_*'
            OR s.origin IN ('getenv QUERY_STRING', 'getenv PATH_INFO', 'getenv CONTENT_TYPE', 'getenv CONTENT_LENGTH')))
   AND COALESCE(s.api, '') NOT LIKE 'exec%' AND COALESCE(s.api, '') NOT LIKE 'posix_spawn%'
