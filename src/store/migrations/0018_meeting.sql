-- Meetings on secrecy (src/ledger/records/meeting.c).
CREATE TABLE meeting (
    {ROW},
    kind       {TEXT} NOT NULL, -- code list meeting_kind
    title      {TEXT} NOT NULL, -- as people call it
    held_on    {INT},           -- day number
    place      {TEXT}, -- where
    chair      {TEXT},          -- name of who presided
    attendance {INT},           -- persons
    agenda     {TEXT}, -- prose
    decision   {TEXT} -- prose
) {STRICT};
CREATE INDEX meeting_by_happened_on ON meeting (district, happened_on, id);
CREATE INDEX meeting_by_unit_happened_on ON meeting (district, unit, happened_on, id);
