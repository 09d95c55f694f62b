-- That a unit is to read a notice, and has (src/ledger/records/notice_receipt.c). The parent is the notice.
CREATE TABLE notice_receipt (
    {ROW},
    due_on  {INT},   -- day number: to be read by then
    read_on {INT},   -- day number
    read_by {BYTES}  -- person who read it
) {STRICT};
CREATE INDEX notice_receipt_by_created_at ON notice_receipt (district, created_at, id);
CREATE INDEX notice_receipt_by_unit_created_at ON notice_receipt (district, unit, created_at, id);
CREATE INDEX notice_receipt_by_parent ON notice_receipt (district, parent, created_at, id);
-- Few wait (1).
CREATE INDEX notice_receipt_waiting ON notice_receipt (district, created_at, id) WHERE state = 1 AND void = 0;
CREATE INDEX notice_receipt_waiting_unit ON notice_receipt (district, unit, created_at, id) WHERE state = 1 AND void = 0;
