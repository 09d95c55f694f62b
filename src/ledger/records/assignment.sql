-- Facts for what must hold: the person has left; the post is closed; other assignments of the person to the post in that
-- time; other holders of a post that only one may hold; 0 the unit fills the post, 1 the bureau, 2 it is the bureau
-- leader's; the day from which somebody else leads the bureau without an end.
-- query: assignment_facts   in: district int, id bytes, person bytes, post bytes, since int, until int, stand_in int   out: 6
SELECT (SELECT count(*) FROM person p WHERE p.district = :district AND p.id = :person AND p.state = 1),
       (SELECT count(*) FROM post p WHERE p.district = :district AND p.id = :post AND p.state = 1),
       (SELECT count(*) FROM assignment b WHERE b.district = :district AND b.post = :post AND b.person = :person
           AND b.id <> :id AND b.void = 0
           AND (b.until IS NULL OR b.until > :since) AND (:until IS NULL OR :until > b.since)),
       (SELECT count(*) FROM post p JOIN assignment b ON b.district = p.district AND b.post = p.id
         WHERE p.district = :district AND p.id = :post AND COALESCE(:stand_in, 0) = 0
           AND p.role IN ('bureau_leader', 'unit_head', 'responsible_leader')
           AND b.id <> :id AND b.person <> :person AND b.void = 0 AND COALESCE(b.stand_in, 0) = 0
           AND (b.until IS NULL OR b.until > :since) AND (:until IS NULL OR :until > b.since)),
       COALESCE((SELECT CASE p.role WHEN 'bureau_leader' THEN 2 WHEN 'responsible_leader' THEN 0 WHEN 'secrecy_officer' THEN 0
                               WHEN 'department_head' THEN 0 WHEN 'person' THEN 0 ELSE 1 END
                   FROM post p WHERE p.district = :district AND p.id = :post), 1),
       COALESCE((SELECT min(b.since) FROM post p JOIN assignment b ON b.district = p.district AND b.post = p.id
                  WHERE p.district = :district AND p.role = 'bureau_leader' AND p.void = 0 AND p.state = 0
                    AND b.void = 0 AND b.state = 0 AND b.until IS NULL AND b.id <> :id), 9999999);
