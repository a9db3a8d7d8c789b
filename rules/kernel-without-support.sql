-- id: kernel-without-support
-- title: Linux kernel of a branch without security fixes
-- kind: unsupported-component
-- severity: medium
-- confidence: 0.7
-- confidence-why: version by the kernel's own banner, end of support by the knowledge pack, compared with the date of the review (meta 'reference_date'); vendors and civil-infrastructure projects maintain some branches longer
-- cwe: CWE-1104
-- why: The kernel is the largest attack surface of the device, and nobody fixes this branch upstream any more.
-- fix: Move to a long-term branch whose support outlasts the product.
-- Branches before 4.9 are not in the pack; kernel.org ended the last of them, 4.4, in February 2022.
SELECT c.object, c.at, c.len,
       c.name || ' ' || c.version AS subject,
       CASE WHEN m.value IS NULL OR maintained.n > 0 THEN 'unknown' ELSE 'holds' END AS verdict,
       'security support ended ' || COALESCE(k.eol, 'in 2022 or before') ||
       CASE WHEN maintained.n > 0 THEN '; a distribution may go on with it' ELSE '' END AS note
  FROM component AS c
  LEFT JOIN known_eol AS k ON k.component = c.id AND (c.version = k.branch
        OR (substr(c.version, 1, length(k.branch)) = k.branch
            AND substr(c.version, length(k.branch) + 1, 1) GLOB '[.a-zA-Z]'))
  LEFT JOIN meta AS m ON m.name = 'reference_date'
  JOIN (SELECT count(*) AS n FROM package WHERE manager IN ('dpkg', 'rpm', 'apk')) AS maintained
 WHERE c.id = 'linux'
   AND c.method = 'kernel'
   AND (k.eol < substr(COALESCE(m.value, '9999'), 1, 10)
        OR (k.eol IS NULL
            AND CAST(c.version AS REAL) > 0
            AND (CAST(c.version AS INTEGER) < 4
                 OR c.version GLOB '4.[0-8].*' OR c.version GLOB '4.[0-8]')))
