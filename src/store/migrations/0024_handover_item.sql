-- What a handover hands over (src/ledger/records/handover_item.c). The parent is the handover.
CREATE TABLE handover_item (
    {ROW},
    kind        {TEXT} NOT NULL, -- code list handover_item_kind
    subject     {TEXT} NOT NULL, -- what it is
    record_type {TEXT},          -- for a ledger: name of the type of record
    record      {BYTES},         -- for a duty: the record that waits
    contact     {BYTES},         -- for a contact: the person
    amount      {INT},           -- pieces, or rows of a ledger
    due_on      {INT},           -- day number
    checked     {INT},           -- 0, 1: compared with what is there
    remark      {TEXT} -- prose
) {STRICT};
CREATE INDEX handover_item_by_created_at ON handover_item (district, created_at, id);
CREATE INDEX handover_item_by_unit_created_at ON handover_item (district, unit, created_at, id);
CREATE INDEX handover_item_by_parent ON handover_item (district, parent, created_at, id);
