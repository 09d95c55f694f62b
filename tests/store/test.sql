-- Queries of the tests of the store.

-- query: value_add  in: id int, num int, label text, bytes bytes  out: 0
INSERT INTO value (id, num, label, bytes) VALUES (:id, :num, :label, :bytes);

-- query: value_of  in: id int  out: 3
SELECT num, label, bytes FROM value WHERE id = :id;

-- query: value_list  out: 1
SELECT id FROM value ORDER BY id;

-- query: value_labels  out: 1
SELECT label FROM value ORDER BY label;

-- query: value_count  out: 1
SELECT count(*) FROM value;

-- query: value_find
--   in: label text,
--       other text
--   out: 1
SELECT id FROM value WHERE label = :label OR label = :other OR :label = 'any :label' -- twice
ORDER BY id;

-- query: value_shift  in: by int  out: 0
UPDATE value SET num = num + :by;

-- query: value_drop  in: after int  out: 1
DELETE FROM value WHERE id > :after RETURNING id;

-- query: value_truth  in: id int  out: 3
SELECT EXISTS (SELECT 1 FROM value WHERE id = :id),
       CAST(sum(num) AS {INT}),
       CAST(NULL AS {TEXT})
FROM value;

-- A fraction, which the store does not know.
-- query: value_half  out: 1
SELECT CAST(1 AS real) / 2;

-- query: unit_add  in: id bytes, name text, leader bytes  out: 0
INSERT INTO unit (district, id, version, state, unit, department, person, parent, number, happened_on, created_at, changed_at,
    source, entered_by, for_post, void, sort_key, name, leader)
VALUES (1, :id, 1, 0, NULL, NULL, NULL, NULL, NULL, 0, 0, 0, 0, NULL, NULL, 0, :id, :name, :leader);

-- query: answer_add  in: unit bytes, item text, points int  out: 0
INSERT INTO answer (district, unit, item, points) VALUES (1, :unit, :item, :points);

-- query: cache_add  in: id int  out: 0
INSERT INTO cache (id) VALUES (:id);

-- query: counter_add  in: id int  out: 0
INSERT INTO counter (id, total) VALUES (:id, 0);

-- query: counter_of  in: id int  out: 1
SELECT total FROM counter WHERE id = :id {LOCK};

-- query: counter_read  in: id int  out: 1
SELECT total FROM counter WHERE id = :id;

-- query: counter_set  in: id int, total int  out: 0
UPDATE counter SET total = :total WHERE id = :id;

-- Ends the other connections of the cluster, as an administrator does; SQLite has none.
-- query: others_end  out: 1
-- only: sqlite
SELECT 0;
-- end
-- only: postgres
SELECT count(pg_terminate_backend(pid)) FROM pg_catalog.pg_stat_activity
WHERE pid <> pg_backend_pid() AND backend_type = 'client backend';
-- end

-- A row that breaks a foreign key; only its table's triggers stand in the way.
-- query: checks_off  out: 1
-- only: sqlite
SELECT 0;
-- end
-- only: postgres
SELECT set_config('session_replication_role', 'replica', true);
-- end
