-- Facts for what must hold, read when the row is written (a row that is not there yet gives nothing to refuse):
-- the person has left; the post is closed; other assignments of the person to the post in that time; other holders of a
-- post that only one may hold; 0 the unit fills the post, 1 the bureau, 2 it is the bureau leader's; the day from which
-- somebody else leads the bureau without an end.
-- query: assignment_facts   in: district int, id bytes, person bytes   out: 6
SELECT (SELECT count(*) FROM person p WHERE p.district = :district AND p.id = :person AND p.state = 1),
       (SELECT count(*) FROM assignment a JOIN post p ON p.district = a.district AND p.id = a.post
         WHERE a.district = :district AND a.id = :id AND (p.state = 1 OR p.void = 1)),
       (SELECT count(*) FROM assignment a JOIN assignment b ON b.district = a.district AND b.post = a.post
           AND b.person = a.person AND b.id <> a.id AND b.void = 0
           AND (b.until IS NULL OR b.until > a.since) AND (a.until IS NULL OR a.until > b.since)
         WHERE a.district = :district AND a.id = :id),
       (SELECT count(*) FROM assignment a JOIN post p ON p.district = a.district AND p.id = a.post
           AND p.role IN ('bureau_leader', 'unit_head', 'responsible_leader')
          JOIN assignment b ON b.district = a.district AND b.post = a.post
           AND b.person <> a.person AND b.void = 0 AND COALESCE(b.stand_in, 0) = 0
           AND (b.until IS NULL OR b.until > a.since) AND (a.until IS NULL OR a.until > b.since)
         WHERE a.district = :district AND a.id = :id AND COALESCE(a.stand_in, 0) = 0),
       COALESCE((SELECT CASE p.role WHEN 'bureau_leader' THEN 2 WHEN 'responsible_leader' THEN 0 WHEN 'secrecy_officer' THEN 0
                               WHEN 'department_head' THEN 0 WHEN 'person' THEN 0 ELSE 1 END
                   FROM assignment a JOIN post p ON p.district = a.district AND p.id = a.post
                  WHERE a.district = :district AND a.id = :id), 0),
       COALESCE((SELECT min(b.since) FROM post p JOIN assignment b ON b.district = p.district AND b.post = p.id
                  WHERE p.district = :district AND p.role = 'bureau_leader' AND p.void = 0 AND p.state = 0
                    AND b.void = 0 AND b.state = 0 AND b.until IS NULL AND b.id <> :id), 9999999);
