-- Posts: roles at units and departments (src/ledger/records/post.c).
CREATE TABLE post (
    {ROW},
    role  {TEXT} NOT NULL, -- code list role
    title {TEXT} NOT NULL  -- as people call it
) {STRICT};
CREATE INDEX post_by_title ON post (district, title, id);
CREATE INDEX post_by_unit_title ON post (district, unit, title, id);
CREATE INDEX post_by_department ON post (district, department);
CREATE INDEX post_by_role ON post (district, role);
