-- Queries of the kernel itself (src/ledger/*.c). Tables: migrations/0002_kernel.sql.

-- query: setting_of   in: district int, key text   out: 1
SELECT value FROM setting WHERE district = :district AND key = :key;

-- query: setting_put   in: district int, key text, value text   out: 0
INSERT INTO setting (district, key, value) VALUES (:district, :key, :value)
    ON CONFLICT (district, key) DO UPDATE SET value = excluded.value;

-- query: counter_lock   in: district int, key text   out: 1
SELECT next FROM counter WHERE district = :district AND key = :key {LOCK};

-- query: counter_put   in: district int, key text, next int   out: 0
INSERT INTO counter (district, key, next) VALUES (:district, :key, :next)
    ON CONFLICT (district, key) DO UPDATE SET next = excluded.next;

-- The head is locked first in every transaction, so changes of one district come one after another.
-- query: audit_head_lock   in: district int   out: 4
SELECT size, at, suite, log FROM audit_head WHERE district = :district {LOCK};

-- query: audit_head_read   in: district int   out: 4
SELECT size, at, suite, log FROM audit_head WHERE district = :district;

-- query: audit_head_new   in: district int, at int, suite int, log bytes   out: 0
INSERT INTO audit_head (district, size, at, suite, log) VALUES (:district, 0, :at, :suite, :log);

-- query: audit_head_set   in: district int, size int, at int   out: 0
UPDATE audit_head SET size = :size, at = :at WHERE district = :district;

-- query: audit_leaf_put   in: district int, seq int, at int, leaf bytes   out: 0
INSERT INTO audit_leaf (district, seq, at, leaf) VALUES (:district, :seq, :at, :leaf);

-- query: audit_leaves   in: district int, from_seq int, most int   out: 3
SELECT seq, at, leaf FROM audit_leaf WHERE district = :district AND seq >= :from_seq ORDER BY seq LIMIT :most;

-- query: audit_node_put   in: district int, level int, idx int, hash bytes   out: 0
INSERT INTO audit_node (district, level, idx, hash) VALUES (:district, :level, :idx, :hash);

-- query: audit_node_of   in: district int, level int, idx int   out: 1
SELECT hash FROM audit_node WHERE district = :district AND level = :level AND idx = :idx;

-- query: audit_checkpoint_put   in: district int, size int, at int, text text   out: 0
INSERT INTO audit_checkpoint (district, size, at, text) VALUES (:district, :size, :at, :text)
    ON CONFLICT (district, size) DO UPDATE SET at = excluded.at, text = excluded.text;

-- query: moved_put   in: district int, record bytes, seq int, type int, event int, from_state int, to_state int, happened_on int, recorded_at int, by_account bytes, post bytes, for_post bytes, reason text, request bytes, leaf int   out: 0
INSERT INTO moved (district, record, seq, type, event, from_state, to_state, happened_on, recorded_at, by_account, post, for_post, reason, request, leaf)
VALUES (:district, :record, :seq, :type, :event, :from_state, :to_state, :happened_on, :recorded_at, :by_account, :post, :for_post, :reason, :request, :leaf);

-- query: moved_of   in: district int, record bytes   out: 11
SELECT seq, event, from_state, to_state, happened_on, recorded_at, by_account, post, for_post, reason, leaf
  FROM moved WHERE district = :district AND record = :record ORDER BY seq;

-- query: version_put   in: district int, record bytes, n int, tag int, commitment bytes   out: 0
INSERT INTO version (district, record, n, tag, commitment) VALUES (:district, :record, :n, :tag, :commitment);

-- query: value_put   in: district int, commitment bytes, salt bytes, bytes bytes   out: 0
INSERT INTO value (district, commitment, salt, bytes) VALUES (:district, :commitment, :salt, :bytes);

-- Values that were erased are null.
-- query: version_of   in: district int, record bytes   out: 3
SELECT v.n, v.tag, a.bytes FROM version v
  LEFT JOIN value a ON a.district = v.district AND a.commitment = v.commitment
 WHERE v.district = :district AND v.record = :record ORDER BY v.n, v.tag;

-- query: value_of_tag   in: district int, record bytes, tag int, most int   out: 1
SELECT v.commitment FROM version v JOIN value a ON a.district = v.district AND a.commitment = v.commitment
 WHERE v.district = :district AND v.record = :record AND v.tag = :tag ORDER BY v.n LIMIT :most;

-- query: value_drop   in: district int, commitment bytes   out: 0
DELETE FROM value WHERE district = :district AND commitment = :commitment;

-- query: value_all   in: district int   out: 3
SELECT commitment, salt, bytes FROM value WHERE district = :district ORDER BY commitment;

-- query: signed_put   in: district int, id bytes, record bytes, type int, event int, seen int, role int, person bytes, account bytes, mode int, proof bytes, place text, at int   out: 0
INSERT INTO signed (district, id, record, type, event, seen, role, person, account, mode, proof, place, at, seq)
VALUES (:district, :id, :record, :type, :event, :seen, :role, :person, :account, :mode, :proof, :place, :at, NULL);

-- query: signed_open   in: district int, record bytes, event int, seen int   out: 2
SELECT role, person FROM signed WHERE district = :district AND record = :record AND event = :event AND seen = :seen AND seq IS NULL;

-- query: signed_use   in: district int, record bytes, event int, seen int, seq int   out: 0
UPDATE signed SET seq = :seq WHERE district = :district AND record = :record AND event = :event AND seen = :seen AND seq IS NULL;

-- query: signed_of   in: district int, record bytes   out: 8
SELECT event, role, person, mode, at, place, seen, seq FROM signed WHERE district = :district AND record = :record ORDER BY at, id;

-- query: due_put   in: district int, id bytes, record bytes, type int, rule text, post bytes, unit bytes, due_on int, started_on int, minutes int, data_version text   out: 0
INSERT INTO due (district, id, record, type, rule, state, post, unit, due_on, first_due_on, extended, started_on, stopped_on, minutes, data_version)
VALUES (:district, :id, :record, :type, :rule, 0, :post, :unit, :due_on, :due_on, 0, :started_on, NULL, :minutes, :data_version);

-- query: due_stop   in: district int, record bytes, rule text, state int, on_day int   out: 0
UPDATE due SET state = :state, stopped_on = :on_day WHERE district = :district AND record = :record AND rule = :rule AND state IN (0, 3);

-- query: due_stop_all   in: district int, record bytes, state int, on_day int   out: 0
UPDATE due SET state = :state, stopped_on = :on_day WHERE district = :district AND record = :record AND state IN (0, 3);

-- query: due_of_post   in: district int, post bytes, after_on int, after_id bytes, most int   out: 9
SELECT id, record, type, rule, post, unit, due_on, minutes, started_on FROM due
 WHERE district = :district AND post = :post AND state = 0 AND (due_on, id) > (:after_on, :after_id)
 ORDER BY due_on, id LIMIT :most;

-- query: due_of_district   in: district int, after_on int, after_id bytes, most int   out: 9
SELECT id, record, type, rule, post, unit, due_on, minutes, started_on FROM due
 WHERE district = :district AND state = 0 AND (due_on, id) > (:after_on, :after_id)
 ORDER BY due_on, id LIMIT :most;

-- query: due_of_unit   in: district int, unit bytes, after_on int, after_id bytes, most int   out: 9
SELECT id, record, type, rule, post, unit, due_on, minutes, started_on FROM due
 WHERE district = :district AND unit = :unit AND state = 0 AND (due_on, id) > (:after_on, :after_id)
 ORDER BY due_on, id LIMIT :most;

-- query: due_count   in: district int, before_on int   out: 2
SELECT count(*), count(DISTINCT unit) FROM due WHERE district = :district AND state = 0 AND due_on < :before_on;

-- query: due_done   in: district int, post bytes, since_on int   out: 1
SELECT count(*) FROM due WHERE district = :district AND post = :post AND state = 1 AND stopped_on >= :since_on;

-- Posts that owe something and that nobody holds today.
-- query: due_unheld   in: district int, today int   out: 1
SELECT r.id FROM post r WHERE r.district = :district
   AND EXISTS (SELECT 1 FROM due d WHERE d.district = r.district AND d.post = r.id AND d.state = 0)
   AND NOT EXISTS (
    SELECT 1 FROM assignment a JOIN person p ON p.district = a.district AND p.id = a.person
     WHERE a.district = r.district AND a.post = r.id AND a.void = 0 AND a.since <= :today
       AND (a.until IS NULL OR a.until >= :today) AND p.state = 0 AND p.void = 0);

-- query: link_put   in: district int, kind text, a bytes, b bytes, since int   out: 0
INSERT INTO link (district, kind, a, b, since, until) VALUES (:district, :kind, :a, :b, :since, NULL)
    ON CONFLICT DO NOTHING;

-- query: grant_put   in: district int, record bytes, post bytes, since int, until int, by_move int   out: 0
INSERT INTO granted (district, record, post, since, until, by_move) VALUES (:district, :record, :post, :since, :until, :by_move)
    ON CONFLICT DO NOTHING;

-- query: grant_has   in: district int, record bytes, unit bytes, post bytes, today int   out: 1
SELECT 1 FROM granted WHERE district = :district AND post = :post AND (record = :record OR record = :unit)
   AND since <= :today AND (until IS NULL OR until >= :today) LIMIT 1;

-- query: search_put   in: district int, type int, gram int, id bytes   out: 0
INSERT INTO search (district, type, gram, id) VALUES (:district, :type, :gram, :id) ON CONFLICT DO NOTHING;

-- query: search_drop   in: district int, type int, gram int, id bytes   out: 0
DELETE FROM search WHERE district = :district AND type = :type AND gram = :gram AND id = :id;

-- query: tally_add   in: district int, type int, unit bytes, state int, amount int   out: 0
INSERT INTO tally (district, type, unit, state, n) VALUES (:district, :type, :unit, :state, :amount)
    ON CONFLICT (district, type, unit, state) DO UPDATE SET n = tally.n + excluded.n;

-- query: post_of_role   in: district int, unit bytes, role text   out: 2
SELECT id, unit FROM post WHERE district = :district AND unit = :unit AND role = :role AND state = 0 AND void = 0
 ORDER BY created_at, id LIMIT 1;

-- query: post_of_department   in: district int, department bytes, role text   out: 2
SELECT id, unit FROM post WHERE district = :district AND department = :department AND role = :role AND state = 0 AND void = 0
 ORDER BY created_at, id LIMIT 1;

-- query: post_of_district   in: district int, role text   out: 2
SELECT id, unit FROM post WHERE district = :district AND role = :role AND state = 0 AND void = 0
 ORDER BY created_at, id LIMIT 1;

-- query: post_facts   in: district int, id bytes   out: 3
SELECT role, unit, department FROM post WHERE district = :district AND id = :id;

-- query: posts_of_unit   in: district int, unit bytes   out: 2
SELECT id, role FROM post WHERE district = :district AND unit = :unit AND void = 0;

-- Who holds a post on a day: a stand-in answers while there is one.
-- query: post_holder   in: district int, post bytes, today int   out: 3
SELECT a.person, a.stand_in, a.post FROM assignment a JOIN person p ON p.district = a.district AND p.id = a.person
 WHERE a.district = :district AND a.post = :post AND a.void = 0 AND a.since <= :today
   AND (a.until IS NULL OR a.until >= :today) AND p.state = 0 AND p.void = 0
 ORDER BY coalesce(a.stand_in, 0) DESC, a.since DESC, a.id LIMIT 1;

-- Who holds a post of the role at the unit on a day.
-- query: role_holder   in: district int, unit bytes, role text, today int   out: 3
SELECT a.person, a.stand_in, a.post
  FROM post r JOIN assignment a ON a.district = r.district AND a.post = r.id
  JOIN person p ON p.district = a.district AND p.id = a.person
 WHERE r.district = :district AND r.unit = :unit AND r.role = :role AND r.state = 0 AND r.void = 0
   AND a.void = 0 AND a.since <= :today AND (a.until IS NULL OR a.until >= :today) AND p.state = 0 AND p.void = 0
 ORDER BY r.created_at, r.id, coalesce(a.stand_in, 0) DESC, a.since DESC, a.id LIMIT 1;

-- The end of the chain: who leads the bureau on a day.
-- query: leader_now   in: district int, today int   out: 3
SELECT a.person, a.stand_in, a.post
  FROM post r JOIN assignment a ON a.district = r.district AND a.post = r.id
  JOIN person p ON p.district = a.district AND p.id = a.person
 WHERE r.district = :district AND r.role = 'bureau_leader' AND r.state = 0 AND r.void = 0
   AND a.void = 0 AND a.since <= :today AND (a.until IS NULL OR a.until >= :today) AND p.state = 0 AND p.void = 0
 ORDER BY r.created_at, r.id, coalesce(a.stand_in, 0) DESC, a.since DESC, a.id LIMIT 1;

-- Who led it last; when nobody had begun by then, who begins next. What was voided counts when there is nothing else.
-- query: leader_last   in: district int, today int   out: 3
SELECT a.person, a.stand_in, a.post
  FROM post r JOIN assignment a ON a.district = r.district AND a.post = r.id
 WHERE r.district = :district AND r.role = 'bureau_leader'
 ORDER BY a.void, CASE WHEN a.since <= :today THEN 0 ELSE 1 END, a.since DESC, a.id DESC LIMIT 1;

-- The unit that a merged (state 2) or split one lives on in.
-- query: unit_follows   in: district int, id bytes   out: 1
SELECT coalesce(u.successor, (SELECT n.id FROM unit n WHERE n.district = u.district AND n.split_from = u.id AND n.void = 0 ORDER BY n.id LIMIT 1))
  FROM unit u WHERE u.district = :district AND u.id = :id AND u.state = 2;

-- What an account may use today: assignments of its person to posts that were granted to it.
-- query: actor_posts   in: district int, account bytes, person bytes, today int, at int   out: 5
SELECT p.id, p.unit, p.department, p.role, coalesce(a.stand_in, 0)
  FROM assignment a
  JOIN post p ON p.district = a.district AND p.id = a.post
  JOIN person h ON h.district = a.district AND h.id = a.person
 WHERE a.district = :district AND a.person = :person AND a.void = 0 AND a.since <= :today
   AND (a.until IS NULL OR a.until >= :today) AND p.void = 0 AND h.state = 0 AND h.void = 0
   AND EXISTS (SELECT 1 FROM account_grant g WHERE g.district = a.district AND g.account = :account AND g.post = p.id
                 AND g.since_at <= :at AND (g.until_at IS NULL OR g.until_at > :at))
 ORDER BY p.id LIMIT 16;

-- Whether a person may sign in a role: a post of one of the kinds, held on the day.
-- query: person_posts   in: district int, person bytes, today int   out: 4
SELECT p.role, p.unit, p.department, p.id FROM assignment a JOIN post p ON p.district = a.district AND p.id = a.post
  JOIN person h ON h.district = a.district AND h.id = a.person
 WHERE a.district = :district AND a.person = :person AND a.void = 0 AND a.since <= :today
   AND (a.until IS NULL OR a.until >= :today) AND p.void = 0 AND h.state = 0 AND h.void = 0 LIMIT 32;

-- query: account_person   in: district int, id bytes   out: 1
SELECT person FROM account WHERE district = :district AND id = :id AND state = 0;

-- query: account_admin   in: district int, account bytes, at int   out: 1
SELECT admin FROM account_grant WHERE district = :district AND account = :account AND admin <> 0
   AND since_at <= :at AND (until_at IS NULL OR until_at > :at);

-- query: account_title   in: district int, id bytes   out: 1
SELECT display FROM account WHERE district = :district AND id = :id;
