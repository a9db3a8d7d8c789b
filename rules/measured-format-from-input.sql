-- id: measured-format-from-input
-- title: Format that comes from the network
-- kind: unsafe-function-use
-- severity: medium
-- confidence: 0.75
-- confidence-why: the value is followed from where it is read to where it is used as a format; a check between the two is not seen
-- cwe: CWE-134
-- why: Who writes the format of printf or syslog reads memory with %s, and writes it with %n.
-- fix: Give a constant format, such as "%s", and the text as its argument.
SELECT s.object, s.at, s.len,
       COALESCE((SELECT p.path FROM place AS p WHERE p.object = s.object ORDER BY p.id LIMIT 1), 'program')
           || ': ' || COALESCE(s.api, 'call') || ' at ' || printf('0x%x', s.addr) AS subject,
       'holds' AS verdict,
       'from ' || s.source || COALESCE(' (' || s.origin || ')', '') AS note
  FROM measure_site AS s
 WHERE s.measure = 'format-not-constant'
   AND (s.source = 'network'
        OR (s.origin GLOB 'getenv HTTP_*' OR s.origin GLOB 'getenv REMOTE_*' OR s.origin GLOB 'getenv REQUEST_*'
            OR s.origin IN ('getenv QUERY_STRING', 'getenv PATH_INFO', 'getenv CONTENT_TYPE', 'getenv CONTENT_LENGTH')))
