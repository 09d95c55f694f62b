-- People who work at units (src/ledger/records/person.c).
CREATE TABLE person (
    {ROW},
    name      {TEXT} NOT NULL, -- as written on paper
    id_hash   {BYTES}, -- keyed hash of the identity number and its last four characters
    kind      {TEXT}, -- code list person_kind
    joined_on {INT},  -- day number
    left_on   {INT},  -- day number: the last day
    phone     {TEXT}, -- where the district switched it on
    note      {TEXT}, -- prose
    transfer_to         {BYTES}, -- unit of the newest transfer
    transfer_department {BYTES}  -- department of the newest transfer
) {STRICT};
CREATE INDEX person_by_number ON person (district, number, id);
CREATE INDEX person_by_unit_number ON person (district, unit, number, id);
CREATE INDEX person_by_department ON person (district, department);
