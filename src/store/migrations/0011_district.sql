-- The district itself: one row per district (src/ledger/records/district.c).
CREATE TABLE district (
    {ROW},
    name        {TEXT} NOT NULL, -- full name
    code        {TEXT} NOT NULL, -- code of the administrative area
    bureau_unit {BYTES},         -- unit under which the bureau's own posts stand
    classified  {INT},           -- 0, 1: installed in a classified system
    year_from   {INT}            -- first year for which this ledger counts
) {STRICT};
CREATE INDEX district_by_name ON district (district, name, id);
