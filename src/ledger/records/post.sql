-- Facts for closing: assignments to this post that last beyond today.
-- query: post_holders   in: district int, id bytes, today int   out: 1
SELECT count(*) FROM assignment a
 WHERE a.district = :district AND a.post = :id AND a.void = 0 AND (a.until IS NULL OR a.until > :today);

-- Facts for what must hold: whether the department is one of the unit; other posts of a bureau leader that are open.
-- query: post_place   in: district int, id bytes, unit bytes, department bytes   out: 2
SELECT (SELECT count(*) FROM department d WHERE d.district = :district AND d.id = :department AND d.unit = :unit),
       (SELECT count(*) FROM post p WHERE p.district = :district AND p.role = 'bureau_leader' AND p.state = 0 AND p.void = 0
           AND p.id <> :id);
