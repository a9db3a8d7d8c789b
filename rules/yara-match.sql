-- id: yara-match
-- title: A YARA rule of your own matches
-- kind: backdoor-indicator
-- severity: info
-- confidence: 0.5
-- confidence-why: the match is certain; what it means is known to the rule's author alone
-- cwe: CWE-506
-- why: A rule given with --yara describes these bytes.
-- fix: Read what the rule's author says about it, and look at the bytes.
-- The severity is the rule's own where its meta 'severity' is one of the words, in any case.
SELECT y.object, y.at, y.len,
       COALESCE(y.string, y.rule) AS subject,
       'holds' AS verdict,
       y.description AS note,
       y.namespace || '/' || y.rule AS grp,
       CASE WHEN lower(trim(y.severity)) IN ('info', 'low', 'medium', 'high', 'critical')
            THEN lower(trim(y.severity)) END AS severity,
       'YARA rule ' || y.rule || ' matches' || COALESCE(': ' || y.description, '') AS title
  FROM yara_match AS y
