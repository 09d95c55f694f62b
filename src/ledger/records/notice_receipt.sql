-- Facts for listing a unit: receipts of the unit for this notice, notices of this id that are drafts or issued.
-- query: notice_receipt_place   in: district int, unit bytes, parent bytes   out: 2
SELECT (SELECT count(*) FROM notice_receipt r WHERE r.district = :district AND r.parent = :parent AND r.unit = :unit AND r.void = 0),
       (SELECT count(*) FROM notice n WHERE n.district = :district AND n.id = :parent AND n.state IN (0, 1) AND n.void = 0);
