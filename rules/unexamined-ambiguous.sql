-- id: unexamined-ambiguous
-- title: Two formats begin at the same place
-- kind: unexamined
-- severity: medium
-- confidence: 0.9
-- confidence-why: the inner structures of both were followed; which one the device reads cannot be told from the image
-- why: Only one of them was opened. The device may read the other, and a file system does not come to stand within another's unused bytes by chance.
-- fix: Ask the supplier why; mount or unpack the format that is named, and review what is in it.
SELECT u.object, u.at, u.len, u.stage AS subject, 'holds' AS verdict, u.place, u.text AS note
  FROM unexamined AS u
 WHERE u.reason = 'ambiguous'
