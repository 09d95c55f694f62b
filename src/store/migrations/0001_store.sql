-- What this database has of the migrations. Written by store_migrate only; not part of a dump.
CREATE TABLE migration (
    number     {INT} NOT NULL PRIMARY KEY, -- NNNN of the file
    name       {TEXT} NOT NULL,            -- what the file is called behind its number
    checksum   {TEXT} NOT NULL,            -- SHA-256 of the file, lower-case hex
    applied_at {INT} NOT NULL              -- UTC milliseconds
) {STRICT};
