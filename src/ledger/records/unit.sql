-- Facts for closing and splitting: units split from this one, people still in it, duties open at it.
-- query: unit_ties   in: district int, id bytes   out: 3
SELECT (SELECT count(*) FROM unit u WHERE u.district = :district AND u.split_from = :id AND u.void = 0),
       (SELECT count(*) FROM person p WHERE p.district = :district AND p.unit = :id AND p.state = 0 AND p.void = 0),
       (SELECT count(*) FROM due d WHERE d.district = :district AND d.unit = :id AND d.state = 0);

-- Rows for effects have the columns id, unit, department, person.
-- query: unit_merged_into   in: district int, id bytes   out: 4
SELECT successor, successor, NULL, NULL FROM unit WHERE district = :district AND id = :id AND successor IS NOT NULL;

-- Of the successor the three posts of the unit: neither its departments nor its staff read the old unit's records.
-- query: unit_successor_posts   in: district int, id bytes   out: 4
SELECT p.id, p.unit, NULL, NULL FROM unit u JOIN post p ON p.district = u.district AND p.unit = u.successor
 WHERE u.district = :district AND u.id = :id AND p.void = 0 AND p.state = 0
   AND p.role IN ('unit_head', 'responsible_leader', 'secrecy_officer');

-- query: unit_split_into   in: district int, id bytes   out: 4
SELECT id, id, NULL, NULL FROM unit WHERE district = :district AND split_from = :id AND void = 0;

-- query: unit_split_posts   in: district int, id bytes   out: 4
SELECT p.id, p.unit, NULL, NULL FROM unit u JOIN post p ON p.district = u.district AND p.unit = u.id
 WHERE u.district = :district AND u.split_from = :id AND u.void = 0 AND p.void = 0 AND p.state = 0
   AND p.role IN ('unit_head', 'responsible_leader', 'secrecy_officer');
