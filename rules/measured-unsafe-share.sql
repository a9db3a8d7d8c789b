-- id: measured-unsafe-share
-- title: Copies and prints without a limit, as a share of all
-- kind: unsafe-function-use
-- severity: info
-- confidence: 0.9
-- confidence-why: direct calls in the machine code, after inlining; whether a size is right is not looked at
-- cwe: CWE-676
-- why: The share of calls that are not told the size of their target tells about the habits of those who wrote the code.
-- fix: Use variants that are told the size, build with FORTIFY, and compare the shares from release to release.
SELECT m.object, m.at, m.len,
       COALESCE((SELECT p.path FROM place AS p WHERE p.object = m.object ORDER BY p.id LIMIT 1), 'program') AS subject,
       'holds' AS verdict,
       group_concat(substr(m.name, 8) || ' ' || m.numerator || ' of ' || m.denominator ||
                    COALESCE(printf(' (worse than %.0f %% of %d packages)', m.worse_than, m.packages), ''), ', ') AS note
  FROM measure_rank AS m
 WHERE m.name IN ('unsafe-strcpy', 'unsafe-strcat', 'unsafe-sprintf')
   AND m.denominator >= 10 AND 2 * m.numerator > m.denominator
 GROUP BY m.object
