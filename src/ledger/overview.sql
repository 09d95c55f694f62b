-- Queries of the bureau's home and of the matrix (src/ledger/overview.c).

-- query: moved_count   in: district int, type int, event int, from_on int, to_on int   out: 1
SELECT count(*) FROM moved WHERE district = :district AND type = :type AND event = :event
   AND happened_on >= :from_on AND happened_on <= :to_on;

-- query: due_between   in: district int, from_on int, to_on int   out: 1
SELECT count(*) FROM due WHERE district = :district AND state = 0 AND due_on >= :from_on AND due_on <= :to_on;

-- query: matrix_units   in: district int   out: 2
SELECT id, name FROM unit WHERE district = :district AND state = 1 AND void = 0 ORDER BY number, id;

-- Records at hand: those that count in a ledger, by unit and type.
-- query: matrix_counts   in: district int   out: 3
SELECT type, unit, CAST(sum(n) AS {INT}) FROM tally
 WHERE district = :district AND type IN (3, 5, 7, 12, 13, 14) AND (state = 0 OR type NOT IN (3, 5)) GROUP BY type, unit;

-- query: matrix_duties   in: district int, today int   out: 4
SELECT type, unit, count(*), CAST(coalesce(sum(CASE WHEN due_on < :today THEN 1 ELSE 0 END), 0) AS {INT})
  FROM due WHERE district = :district AND state = 0 AND unit IS NOT NULL GROUP BY unit, type;
