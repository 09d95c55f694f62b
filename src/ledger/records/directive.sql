-- Facts for assigning and answering: replies asked for, those not yet accepted.
-- query: directive_replies   in: district int, id bytes   out: 2
SELECT (SELECT count(*) FROM directive_reply r WHERE r.district = :district AND r.parent = :id AND r.void = 0),
       (SELECT count(*) FROM directive_reply r WHERE r.district = :district AND r.parent = :id AND r.void = 0 AND r.state <> 2);
