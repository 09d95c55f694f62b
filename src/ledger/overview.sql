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
SELECT 3, unit, count(*) FROM department WHERE district = :district AND void = 0 AND state = 0 GROUP BY unit
UNION ALL
SELECT 5, unit, count(*) FROM person WHERE district = :district AND void = 0 AND state = 0 GROUP BY unit
UNION ALL
SELECT 7, unit, count(*) FROM handover WHERE district = :district AND void = 0 GROUP BY unit
UNION ALL
SELECT 12, unit, count(*) FROM notice_receipt WHERE district = :district AND void = 0 GROUP BY unit
UNION ALL
SELECT 13, unit, count(*) FROM meeting_task WHERE district = :district AND void = 0 GROUP BY unit
UNION ALL
SELECT 14, unit, count(*) FROM directive_reply WHERE district = :district AND void = 0 GROUP BY unit;

-- query: matrix_duties   in: district int, today int   out: 4
SELECT type, unit, count(*), CAST(coalesce(sum(CASE WHEN due_on < :today THEN 1 ELSE 0 END), 0) AS {INT})
  FROM due WHERE district = :district AND state = 0 AND unit IS NOT NULL GROUP BY type, unit;
