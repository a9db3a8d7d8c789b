-- id: code-differs-from-reference
-- title: Code that the reference build of the same program does not have
-- kind: backdoor-indicator
-- severity: low
-- confidence: 0.3
-- confidence-why: another version of a program differs everywhere, and each difference may be an honest one; at most five functions are named of each program
-- cwe: CWE-912
-- why: What a supplier hides in a known program is what no other build of it has: a text that input is compared with, an effect, a function more.
-- fix: Read the functions in the order of their weight, and ask the maker what they are for; build the program from its published source and compare again.
SELECT d.object, d.at, d.len,
       COALESCE(d.name, 'function at ' || printf('0x%x', d.function)) || ' differs from ' || COALESCE(c.path, 'the reference') AS subject,
       'holds' AS verdict,
       d.items || printf(' (weight %.1f; the reference has %d of %d texts and library functions, %d of %d functions alike)', d.evidence,
                         c.shared, c.of, c.prints, c.functions) AS note,
       d.evidence AS weight,
       CASE WHEN d.evidence >= 3 AND EXISTS (SELECT 1 FROM difference AS x WHERE x.object = d.object AND x.function = d.function
                                             AND x.kind IN ('alarm', 'effect') AND x.weight >= 1) THEN 'medium' ELSE 'low' END AS severity
  FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY object ORDER BY total DESC, function) AS nth FROM deviation) AS d
  JOIN counterpart AS c ON c.object = d.object
 WHERE d.nth <= 5 AND d.evidence >= 0.75 AND (c.of IS NULL OR 2 * c.shared >= c.of)
