-- Facts for issuing: receipts that stand in the list.
-- query: notice_addressees   in: district int, id bytes   out: 1
SELECT count(*) FROM notice_receipt r WHERE r.district = :district AND r.parent = :id AND r.state = 0 AND r.void = 0;

-- Supervised units without a receipt, when the notice goes to all.
-- query: notice_units   in: district int, id bytes   out: 4
SELECT u.id, u.id, NULL, NULL FROM notice n JOIN unit u ON u.district = n.district
 WHERE n.district = :district AND n.id = :id AND n.to_all = 1 AND u.state = 1 AND u.void = 0
   AND NOT EXISTS (SELECT 1 FROM notice_receipt r WHERE r.district = n.district AND r.parent = n.id
                      AND r.unit = u.id AND r.void = 0);

-- query: notice_listed   in: district int, id bytes   out: 4
SELECT id, unit, NULL, NULL FROM notice_receipt WHERE district = :district AND parent = :id AND state = 0 AND void = 0;

-- query: notice_waiting   in: district int, id bytes   out: 4
SELECT id, unit, NULL, NULL FROM notice_receipt WHERE district = :district AND parent = :id AND state = 1 AND void = 0;
