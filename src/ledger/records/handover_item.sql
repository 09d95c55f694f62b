-- Facts for adding an item: open handovers of this id at this unit.
-- query: handover_item_parent   in: district int, unit bytes, parent bytes   out: 1
SELECT count(*) FROM handover h
 WHERE h.district = :district AND h.id = :parent AND h.unit = :unit AND h.state = 0 AND h.void = 0;
