-- Notices of the bureau (src/ledger/records/notice.c).
CREATE TABLE notice (
    {ROW},
    title     {TEXT} NOT NULL, -- as people call it
    kind      {TEXT}, -- code list notice_kind
    body      {TEXT}, -- prose
    to_all    {INT},  -- 0, 1: one receipt for each supervised unit
    read_by   {INT},  -- day number: to be read by then
    issued_on {INT}   -- day number
) {STRICT};
CREATE INDEX notice_by_happened_on ON notice (district, happened_on, id);
