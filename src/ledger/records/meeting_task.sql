-- Facts for setting a task: meetings of this id that were not cancelled.
-- query: meeting_task_parent   in: district int, parent bytes   out: 1
SELECT count(*) FROM meeting m WHERE m.district = :district AND m.id = :parent AND m.state <> 2 AND m.void = 0;
