-- Facts for what must hold: whether the department is one of the unit.
-- query: person_place   in: district int, unit bytes, department bytes   out: 1
SELECT count(*) FROM department d WHERE d.district = :district AND d.id = :department AND d.unit = :unit;

-- What the person holds.
-- query: person_assignments   in: district int, id bytes   out: 4
SELECT id, unit, department, person FROM assignment WHERE district = :district AND person = :id AND state = 0 AND void = 0;
