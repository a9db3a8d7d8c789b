-- id: unexamined-noise
-- title: Data that looks encrypted and has no known format
-- kind: unexamined
-- severity: low
-- confidence: 0.8
-- confidence-why: the entropy of the bytes is that of encrypted or compressed data, and no known format begins there; a compressed format that is not known yet looks the same
-- why: It may hold a second firmware, keys or configuration that nobody has looked at.
-- fix: Ask the maker what it is, and for the plain content.
SELECT e.object, e.at, e.len,
       COALESCE((SELECT p.path FROM place AS p WHERE p.object = e.object ORDER BY p.id LIMIT 1), '?') AS subject,
       'holds' AS verdict,
       printf('%d bytes, %.2f bits of entropy per byte', e.len, e.entropy / 1000.0) AS note
  FROM extent AS e
 WHERE e.class = 'unknown' AND e.len >= 4096
   AND e.entropy >= 8000 - 183940.0 / e.len - 5 -- what random bytes of that length have, in thousandths of a bit
