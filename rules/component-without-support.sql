-- id: component-without-support
-- title: Component whose makers no longer publish security fixes
-- kind: unsupported-component
-- severity: medium
-- confidence: 0.7
-- confidence-why: version by the component's own text, end of support by the knowledge pack, compared with the date of the review (meta 'reference_date'); a vendor may maintain it alone
-- cwe: CWE-1104
-- why: Vulnerabilities found from now on will not be fixed by the people who know the code.
-- fix: Move to a branch that is supported for as long as the product is, or show who maintains this one.
SELECT c.object, c.at, c.len,
       c.name || ' ' || c.version AS subject,
       CASE WHEN m.value IS NULL OR maintained.n > 0 THEN 'unknown' ELSE 'holds' END AS verdict,
       'security support by its makers ended ' || k.eol ||
       CASE WHEN maintained.n > 0 THEN '; a distribution may go on with it' ELSE '' END AS note
  FROM component AS c
  JOIN known_eol AS k ON k.component = c.id AND (c.version = k.branch
        OR (substr(c.version, 1, length(k.branch)) = k.branch
            AND substr(c.version, length(k.branch) + 1, 1) GLOB '[.a-zA-Z]'))
  LEFT JOIN meta AS m ON m.name = 'reference_date'
  JOIN (SELECT count(*) AS n FROM package WHERE manager IN ('dpkg', 'rpm', 'apk')) AS maintained
 WHERE c.id != 'linux'
   AND c.method != 'package'
   AND k.eol < substr(COALESCE(m.value, '9999'), 1, 10)
