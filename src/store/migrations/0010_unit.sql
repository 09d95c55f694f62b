-- Units: organs and bodies that the bureau oversees or guides (src/ledger/records/unit.c).
CREATE TABLE unit (
    {ROW},
    name            {TEXT} NOT NULL, -- full name, unique in the district
    short_name      {TEXT},          -- as people say it
    code            {TEXT},          -- unified social credit code
    kind            {TEXT} NOT NULL, -- code list unit_kind
    supervised_from {INT},           -- day number
    supervised_to   {INT},           -- day number
    key_unit        {INT},           -- 0, 1
    key_from        {INT},           -- day number
    key_to          {INT},           -- day number
    successor       {BYTES},         -- unit it was merged into
    split_from      {BYTES},         -- unit it was split from
    address         {TEXT}, -- of the main building
    phone           {TEXT},          -- of the duty room
    staff_count     {INT},           -- persons
    on_paper        {INT}            -- 0, 1: sends paper, the bureau enters it
) {STRICT};
CREATE UNIQUE INDEX unit_name ON unit (district, name) WHERE void = 0;
CREATE UNIQUE INDEX unit_code ON unit (district, code) WHERE void = 0 AND code IS NOT NULL;
CREATE INDEX unit_number ON unit (district, number, id);
CREATE INDEX unit_split ON unit (district, split_from);
