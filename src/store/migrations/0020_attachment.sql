-- Files that prove something (src/ledger/records/attachment.c). Their bytes lie beside the ledger.
CREATE TABLE attachment (
    {ROW},
    name        {TEXT} NOT NULL,  -- of the file, as uploaded
    media_type  {TEXT}, -- as declared
    size        {INT} NOT NULL,   -- bytes
    sha256      {BYTES} NOT NULL, -- of the bytes
    record_type {TEXT},           -- name of the type of the record
    record      {BYTES},          -- record that it belongs to, of any type
    place       {TEXT},           -- where the paper original lies
    note        {TEXT} -- prose
) {STRICT};
CREATE INDEX attachment_by_created_at ON attachment (district, created_at, id);
CREATE INDEX attachment_by_unit_created_at ON attachment (district, unit, created_at, id);
CREATE INDEX attachment_by_record ON attachment (district, record, created_at, id);
CREATE INDEX attachment_by_sha256 ON attachment (district, sha256);
