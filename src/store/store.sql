-- Questions that the store asks for itself.

-- query: store_table_has  in: name text  out: 1
-- only: sqlite
SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = :name;
-- end
-- only: postgres
SELECT count(*) FROM pg_catalog.pg_tables WHERE schemaname = current_schema() AND tablename = :name;
-- end

-- query: store_migration_list  out: 2
SELECT number, checksum FROM migration ORDER BY number;

-- query: store_migration_add  in: number int, name text, checksum text, applied_at int  out: 0
INSERT INTO migration (number, name, checksum, applied_at)
VALUES (:number, :name, :checksum, :applied_at);

-- Two servers that start at once migrate one after the other; SQLite has one writer anyhow.
-- query: store_migration_lock  out: 1
-- only: sqlite
SELECT 1;
-- end
-- only: postgres
SELECT 1 FROM (SELECT pg_advisory_xact_lock(hashtext('lijian migration ' || current_schema()))) held;
-- end

-- Lines of text about what is wrong; none when nothing is.
-- query: store_faults_of_engine  out: 1
-- only: sqlite
SELECT integrity_check FROM pragma_integrity_check(100) WHERE integrity_check <> 'ok';
-- end
-- only: postgres
SELECT text 'index is not valid: ' || c.relname
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = current_schema() AND NOT (i.indisvalid AND i.indisready)
UNION ALL
SELECT text 'constraint is not valid: ' || k.conname
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_namespace n ON n.oid = k.connamespace
WHERE n.nspname = current_schema() AND NOT k.convalidated;
-- end

-- A copy of the database; PostgreSQL never runs it.
-- query: store_copy_into  in: path text  out: 0
-- only: sqlite
VACUUM INTO :path;
-- end
-- only: postgres
SELECT FROM (SELECT :path::text) unused WHERE false;
-- end
