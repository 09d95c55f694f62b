-- Tables of the tests of the store.
CREATE TABLE value (
    id    {INT} NOT NULL PRIMARY KEY, -- number of the row
    num   {INT},   -- any
    label {TEXT},  -- any
    bytes {BYTES}, -- any
    CHECK (num <> 13)
) {STRICT};

-- A record as the product has them.
CREATE TABLE unit (
    {ROW},
    name   {TEXT} NOT NULL, -- unique in its district
    leader {BYTES},         -- another unit, which may come later in a dump
    UNIQUE (district, name),
    FOREIGN KEY (district, leader) REFERENCES unit (district, id) DEFERRABLE
) {STRICT};

-- Comes before its parent by name, and after it in a dump.
CREATE TABLE answer (
    district {INT} NOT NULL,   -- of the unit
    unit     {BYTES} NOT NULL, -- who answered
    item     {TEXT} NOT NULL,  -- which question
    points   {INT} NOT NULL,   -- given
    PRIMARY KEY (district, unit, item),
    FOREIGN KEY (district, unit) REFERENCES unit (district, id)
) {STRICT};
