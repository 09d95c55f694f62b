-- What each engine does in its own way, and what a dump leaves out.
-- local: cache
CREATE TABLE cache (
    id {INT} NOT NULL PRIMARY KEY -- anything
) {STRICT};
CREATE TABLE counter (
    id    {INT} NOT NULL PRIMARY KEY, -- which
    total {INT} NOT NULL              -- so far
) {STRICT};
ALTER TABLE counter ADD COLUMN note {TEXT}; -- why
-- only: sqlite
CREATE INDEX counter_total ON counter (total) WHERE note IS NULL;
-- end
-- only: postgres
CREATE INDEX counter_total ON counter USING btree (total) WHERE note IS NULL;
-- end
