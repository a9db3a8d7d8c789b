-- id: measured-command-not-constant
-- title: Shell commands that are not constant
-- kind: unsafe-function-use
-- severity: low
-- confidence: 0.6
-- confidence-why: that the command is not constant is read from the code; where it comes from is shown as far as it could be followed
-- cwe: CWE-78
-- why: A shell obeys every character of its command. Text in it that others can write, if only in a setting, may become commands.
-- fix: Start programs with execve and a list of arguments.
SELECT s.object, s.at, s.len,
       COALESCE((SELECT p.path FROM place AS p WHERE p.object = s.object ORDER BY p.id LIMIT 1), 'program') AS subject,
       'holds' AS verdict,
       CASE COUNT(*) WHEN 1 THEN '' ELSE COUNT(*) || ' places, such as ' END || s.api || COALESCE(' of ' || s.argument, '') || ', from ' || s.source AS note
  FROM measure_site AS s
 WHERE s.measure = 'command-not-constant'
   AND s.source NOT IN ('network', 'number')
   AND NOT (COALESCE(s.origin, '') GLOB 'getenv HTTP_*' OR COALESCE(s.origin, '') GLOB 'getenv REMOTE_*' OR COALESCE(s.origin, '') GLOB 'getenv REQUEST_*'
            OR COALESCE(s.origin, '') IN ('getenv QUERY_STRING', 'getenv PATH_INFO', 'getenv CONTENT_TYPE', 'getenv CONTENT_LENGTH'))
   AND s.api IN ('system', 'popen')
 GROUP BY s.object
