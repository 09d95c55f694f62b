-- Facts for what must hold: whether the department is one of the unit.
-- query: person_place   in: district int, unit bytes, department bytes   out: 1
SELECT count(*) FROM department d WHERE d.district = :district AND d.id = :department AND d.unit = :unit;

-- What ends with the last day: held then and beyond; and what had not begun by then.
-- query: person_held   in: district int, id bytes, left_on int   out: 4
SELECT id, unit, department, person FROM assignment
 WHERE district = :district AND person = :id AND state = 0 AND void = 0
   AND since <= :left_on AND (until IS NULL OR until > :left_on);

-- query: person_to_come   in: district int, id bytes, left_on int   out: 4
SELECT id, unit, department, person FROM assignment
 WHERE district = :district AND person = :id AND state = 0 AND void = 0 AND since > :left_on;

-- The same when the person moves to another unit, which is so today.
-- query: person_held_here   in: district int, id bytes, today int   out: 4
SELECT id, unit, department, person FROM assignment
 WHERE district = :district AND person = :id AND state = 0 AND void = 0
   AND since <= :today AND (until IS NULL OR until > :today);

-- query: person_to_come_here   in: district int, id bytes, today int   out: 4
SELECT id, unit, department, person FROM assignment
 WHERE district = :district AND person = :id AND state = 0 AND void = 0 AND since > :today;
