-- Departments: parts of units (src/ledger/records/department.c).
CREATE TABLE department (
    {ROW},
    name             {TEXT} NOT NULL, -- as on the door
    kind             {TEXT},          -- code list department_kind
    staff_count      {INT},           -- persons
    key_department   {INT},           -- 0, 1
    key_level        {TEXT},          -- code list level
    key_confirmed_on {INT}            -- day number: confirmed by the bureau
) {STRICT};
CREATE INDEX department_by_name ON department (district, name, id);
CREATE INDEX department_by_unit_name ON department (district, unit, name, id);
