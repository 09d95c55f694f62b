-- Queries of imports (src/ledger/import*.c). Tables: migrations/0002_kernel.sql.

-- query: import_put   in: district int, id bytes, type int, account bytes, at int, bytes bytes   out: 0
INSERT INTO import (district, id, type, account, at, state, bytes) VALUES (:district, :id, :type, :account, :at, 0, :bytes);

-- query: import_of   in: district int, id bytes   out: 5
SELECT type, account, at, state, bytes FROM import WHERE district = :district AND id = :id {LOCK};

-- query: import_head   in: district int, id bytes   out: 4
SELECT type, account, at, state FROM import WHERE district = :district AND id = :id;

-- query: import_end   in: district int, id bytes, state int, bytes bytes   out: 0
UPDATE import SET state = :state, bytes = :bytes WHERE district = :district AND id = :id;

-- query: import_drop   in: district int, before_at int   out: 0
DELETE FROM import WHERE district = :district AND state = 0 AND at < :before_at;

-- A record that an import changes twice (an effect of it) keeps what it was at first.
-- query: import_record_put   in: district int, import bytes, record bytes, version int, made int   out: 0
INSERT INTO import_record (district, import, record, version, made) VALUES (:district, :import, :record, :version, :made)
    ON CONFLICT (district, import, record) DO UPDATE SET version = excluded.version;

-- query: import_record_count   in: district int, import bytes   out: 2
SELECT count(*), CAST(coalesce(sum(made), 0) AS {INT}) FROM import_record WHERE district = :district AND import = :import;

-- Newest first: what hangs on others goes before them.
-- query: import_records   in: district int, import bytes, before_leaf int, most int   out: 5
SELECT r.record, r.version, r.made, m.type, m.leaf FROM import_record r
  JOIN moved m ON m.district = r.district AND m.record = r.record AND m.seq = r.version
 WHERE r.district = :district AND r.import = :import AND m.leaf < :before_leaf ORDER BY m.leaf DESC LIMIT :most;
