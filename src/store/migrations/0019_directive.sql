-- What superior bodies ask of the bureau (src/ledger/records/directive.c).
CREATE TABLE directive (
    {ROW},
    superior     {TEXT} NOT NULL, -- code list superior_kind
    title        {TEXT} NOT NULL, -- as people call it
    their_number {TEXT},          -- number of their document
    received_on  {INT} NOT NULL,  -- day number
    due_on       {INT} NOT NULL,  -- day number
    content      {TEXT},          -- what is asked
    answer       {TEXT}, -- the body that was sent
    answered_on  {INT}            -- day number
) {STRICT};
CREATE INDEX directive_by_received_on ON directive (district, received_on, id);
CREATE INDEX directive_by_due_on ON directive (district, due_on, id);
