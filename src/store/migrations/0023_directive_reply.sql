-- What one unit is asked for a directive, and its reply (src/ledger/records/directive_reply.c). The parent is the directive.
CREATE TABLE directive_reply (
    {ROW},
    question   {TEXT} NOT NULL, -- what the unit is asked
    due_on     {INT} NOT NULL,  -- day number
    reply      {TEXT}, -- prose
    replied_on {INT}            -- day number
) {STRICT};
CREATE INDEX directive_reply_by_due_on ON directive_reply (district, due_on, id);
CREATE INDEX directive_reply_by_unit_due_on ON directive_reply (district, unit, due_on, id);
CREATE INDEX directive_reply_by_parent ON directive_reply (district, parent, due_on, id);
-- Few are asked for (0) or to be accepted (1).
CREATE INDEX directive_reply_asked ON directive_reply (district, due_on, id) WHERE state = 0 AND void = 0;
CREATE INDEX directive_reply_asked_unit ON directive_reply (district, unit, due_on, id) WHERE state = 0 AND void = 0;
CREATE INDEX directive_reply_replied ON directive_reply (district, due_on, id) WHERE state = 1 AND void = 0;
