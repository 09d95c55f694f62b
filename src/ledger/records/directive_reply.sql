-- Facts for asking a unit: directives of this id that wait for an answer, replies of the unit to it.
-- query: directive_reply_place   in: district int, unit bytes, parent bytes   out: 2
SELECT (SELECT count(*) FROM directive d WHERE d.district = :district AND d.id = :parent AND d.state IN (0, 1) AND d.void = 0),
       (SELECT count(*) FROM directive_reply r WHERE r.district = :district AND r.parent = :parent AND r.unit = :unit AND r.void = 0);
