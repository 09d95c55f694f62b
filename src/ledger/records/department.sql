-- Facts for closing: people still in the department, holders (today or later) of its posts.
-- query: department_ties   in: district int, id bytes, today int   out: 2
SELECT (SELECT count(*) FROM person p WHERE p.district = :district AND p.department = :id AND p.state = 0 AND p.void = 0),
       (SELECT count(*) FROM post p JOIN assignment a ON a.district = p.district AND a.post = p.id
         WHERE p.district = :district AND p.department = :id AND p.void = 0 AND a.void = 0
           AND (a.until IS NULL OR a.until > :today));

-- query: department_posts   in: district int, id bytes   out: 4
SELECT id, unit, department, NULL FROM post WHERE district = :district AND department = :id AND state = 0 AND void = 0;
