-- Facts for what must hold: posts that the leader holds today and that entitle to watch this handover.
-- query: handover_leader   in: district int, unit bytes, leader bytes, today int   out: 1
SELECT count(*) FROM assignment a JOIN post p ON p.district = a.district AND p.id = a.post
 WHERE a.district = :district AND a.person = :leader AND a.void = 0 AND p.void = 0
   AND a.since <= :today AND (a.until IS NULL OR a.until >= :today)
   AND (p.role = 'bureau_leader' OR (p.unit = :unit AND p.role IN ('unit_head', 'responsible_leader')));

-- The pack. Rows have the columns id, unit, department, person, then what the map names $5, $6, $7.
-- Due in 60 days, or overdue, at the unit: the date, the type of the record (types with due rules by their tags).
-- query: handover_due_soon   in: district int, id bytes, unit bytes, today int   out: 6
SELECT d.record, d.unit, NULL, NULL, d.due_on,
       CASE d.type WHEN 7 THEN 'handover' WHEN 10 THEN 'directive' WHEN 12 THEN 'notice_receipt' WHEN 13 THEN 'meeting_task' WHEN 14 THEN 'directive_reply' END
  FROM due d
 WHERE d.district = :district AND d.unit = :unit AND d.state = 0 AND d.record <> :id AND d.due_on <= :today + 60;

-- Other duties open at the unit, also those that rest: the date, if there is one, the type of the record.
-- query: handover_duties   in: district int, id bytes, unit bytes, today int   out: 6
SELECT d.record, d.unit, NULL, NULL, d.due_on,
       CASE d.type WHEN 7 THEN 'handover' WHEN 10 THEN 'directive' WHEN 12 THEN 'notice_receipt' WHEN 13 THEN 'meeting_task' WHEN 14 THEN 'directive_reply' END
  FROM due d
 WHERE d.district = :district AND d.unit = :unit AND d.record <> :id
   AND (d.state = 3 OR (d.state = 0 AND (d.due_on IS NULL OR d.due_on > :today + 60)));

-- Ledgers of the unit: type of record, name, rows.
-- query: handover_ledgers   in: district int, unit bytes   out: 7
SELECT NULL, NULL, NULL, NULL, 'department', '内设机构台账', count(*) FROM department
 WHERE district = :district AND unit = :unit AND void = 0 AND state = 0
UNION ALL
SELECT NULL, NULL, NULL, NULL, 'post', '岗位台账', count(*) FROM post
 WHERE district = :district AND unit = :unit AND void = 0 AND state = 0
UNION ALL
SELECT NULL, NULL, NULL, NULL, 'person', '人员台账', count(*) FROM person
 WHERE district = :district AND unit = :unit AND void = 0 AND state = 0
UNION ALL
SELECT NULL, NULL, NULL, NULL, 'assignment', '任职台账', count(*) FROM assignment
 WHERE district = :district AND unit = :unit AND void = 0 AND state = 0
UNION ALL
SELECT NULL, NULL, NULL, NULL, 'attachment', '附件台账', count(*) FROM attachment
 WHERE district = :district AND unit = :unit AND void = 0 AND state = 0;

-- Who holds the posts of the unit today: title of the post.
-- query: handover_contacts   in: district int, unit bytes, today int   out: 5
SELECT a.id, a.unit, a.department, a.person, p.title
  FROM assignment a JOIN post p ON p.district = a.district AND p.id = a.post
 WHERE a.district = :district AND a.unit = :unit AND a.void = 0
   AND a.since <= :today AND (a.until IS NULL OR a.until >= :today);

-- Items that the pack made and a new pack replaces.
-- query: handover_packed   in: district int, id bytes   out: 4
SELECT id, unit, NULL, NULL FROM handover_item
 WHERE district = :district AND parent = :id AND state = 0 AND void = 0
   AND kind IN ('duty', 'due_soon', 'ledger', 'contact');

-- query: handover_items   in: district int, id bytes   out: 4
SELECT id, unit, NULL, NULL FROM handover_item WHERE district = :district AND parent = :id AND state = 0 AND void = 0;

-- The assignment that ends, and a row when one must begin. Read after the row of the handover is written.
-- query: handover_outgoing   in: district int, id bytes   out: 4
SELECT a.id, a.unit, a.department, a.person
  FROM handover h JOIN assignment a ON a.district = h.district AND a.post = h.post AND a.person = h.outgoing
 WHERE h.district = :district AND h.id = :id AND a.state = 0 AND a.void = 0;

-- query: handover_incoming   in: district int, id bytes   out: 4
SELECT h.incoming, h.unit, h.department, h.incoming FROM handover h
 WHERE h.district = :district AND h.id = :id AND h.incoming IS NOT NULL
   AND NOT EXISTS (SELECT 1 FROM assignment a WHERE a.district = h.district AND a.post = h.post
                      AND a.person = h.incoming AND a.state = 0 AND a.void = 0);
