-- Handovers of posts (src/ledger/records/handover.c).
CREATE TABLE handover (
    {ROW},
    post          {BYTES} NOT NULL, -- post that is handed over
    kind          {TEXT},           -- code list handover_kind
    outgoing      {BYTES},          -- person who leaves
    outgoing_gone {INT},            -- 0, 1: cannot sign any more
    incoming      {BYTES},          -- person who comes
    leader        {BYTES},          -- person who watches
    handover_on   {INT},            -- day number
    carriers      {TEXT},           -- counts by level, place of the list
    keys_note     {TEXT},           -- keys and cabinets
    undelivered   {TEXT},           -- place of undelivered documents
    remark        {TEXT} -- prose
) {STRICT};
CREATE INDEX handover_by_happened_on ON handover (district, happened_on, id);
CREATE INDEX handover_by_unit_happened_on ON handover (district, unit, happened_on, id);
CREATE INDEX handover_by_post ON handover (district, post);
