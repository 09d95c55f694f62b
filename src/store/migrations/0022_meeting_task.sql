-- What a meeting decided that a unit must do (src/ledger/records/meeting_task.c). The parent is the meeting.
CREATE TABLE meeting_task (
    {ROW},
    content {TEXT} NOT NULL, -- what to do
    due_on  {INT} NOT NULL,  -- day number
    done_on {INT},           -- day number
    proof   {TEXT}           -- how it was done
) {STRICT};
CREATE INDEX meeting_task_by_due_on ON meeting_task (district, due_on, id);
CREATE INDEX meeting_task_by_unit_due_on ON meeting_task (district, unit, due_on, id);
CREATE INDEX meeting_task_by_parent ON meeting_task (district, parent, due_on, id);
-- Of the many tasks few are open (0) or to be confirmed (1): lists of these read no others.
CREATE INDEX meeting_task_open ON meeting_task (district, due_on, id) WHERE state = 0 AND void = 0;
CREATE INDEX meeting_task_open_unit ON meeting_task (district, unit, due_on, id) WHERE state = 0 AND void = 0;
CREATE INDEX meeting_task_done ON meeting_task (district, due_on, id) WHERE state = 1 AND void = 0;
CREATE INDEX meeting_task_done_unit ON meeting_task (district, unit, due_on, id) WHERE state = 1 AND void = 0;
