-- id: component-without-support
-- title: Component whose makers have stopped publishing security fixes
-- kind: unsupported-component
-- severity: medium
-- confidence: 0.7
-- confidence-why: version by the component's own text, end of support by the knowledge pack, compared with the date of the review (meta 'reference_date'); a vendor may maintain it alone
-- cwe: CWE-1104
-- why: Vulnerabilities found from now on will not be fixed by the people who know the code.
-- fix: Move to a branch that is supported for as long as the product is, or show who maintains this one.
WITH distributed(object) AS ( -- by a distribution, which may go on with fixes after the makers have stopped
    SELECT c.object FROM component AS c
     WHERE c.evidence LIKE '%debian%' OR c.evidence LIKE '%ubuntu%'
        OR EXISTS (SELECT 1 FROM package AS k WHERE k.manager IN ('dpkg', 'rpm', 'apk'))
        OR EXISTS (SELECT 1 FROM place AS p JOIN place AS q ON q.container = p.container
                    WHERE p.object = c.object AND q.path IN ('/etc/debian_version', '/etc/alpine-release',
                          '/etc/redhat-release', '/etc/SuSE-release'))
), once AS ( -- a file known by its banner and by other texts is one place: that of the banner, which one can read
    SELECT object, at, len, id, name, version, ROW_NUMBER() OVER (PARTITION BY object, id, version ORDER BY method != 'banner', confidence DESC, at, len) AS nth
      FROM component WHERE id != 'linux' AND method != 'package' AND version IS NOT NULL
)
SELECT c.object, c.at, c.len,
       c.name || ' ' || c.version AS subject,
       CASE WHEN m.value IS NULL OR d.object IS NOT NULL THEN 'unknown' ELSE 'holds' END AS verdict,
       'its makers ended security support on ' || k.eol ||
       CASE WHEN d.object IS NOT NULL
            THEN '; it comes from a distribution, which may go on with fixes: compare the package with its tracker'
            ELSE '' END AS note
  FROM once AS c
  JOIN known_eol AS k ON k.component = c.id AND (c.version = k.branch
        OR (substr(c.version, 1, length(k.branch)) = k.branch
            AND substr(c.version, length(k.branch) + 1, 1) GLOB '[.a-zA-Z]'))
  LEFT JOIN meta AS m ON m.name = 'reference_date'
  LEFT JOIN (SELECT DISTINCT object FROM distributed) AS d ON d.object = c.object
 WHERE c.nth = 1
   AND k.eol < substr(COALESCE(m.value, '9999'), 1, 10)
