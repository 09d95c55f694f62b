-- Who holds which post (src/ledger/records/assignment.c). The person is the row column.
CREATE TABLE assignment (
    {ROW},
    post     {BYTES} NOT NULL, -- post that is held
    since    {INT} NOT NULL,   -- day number: the first day
    until    {INT},            -- day number: the last day
    share    {INT},            -- percent of working time, 1 to 100
    stand_in {INT},            -- 0, 1
    basis    {TEXT}            -- the paper that appoints
) {STRICT};
CREATE INDEX assignment_by_since ON assignment (district, since, id);
CREATE INDEX assignment_by_unit_since ON assignment (district, unit, since, id);
CREATE INDEX assignment_by_person ON assignment (district, person, since, id);
CREATE INDEX assignment_by_post ON assignment (district, post, since, id);
