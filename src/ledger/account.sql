-- Accounts, what is granted to them, their sessions, answers kept for repeated requests, and the reading side of the log.
-- Tables: migrations/0002_kernel.sql.

-- query: account_put   in: district int, id bytes, name text, display text, person bytes, hash text, must_change int, at int, by_account bytes, demo int   out: 0
INSERT INTO account (district, id, name, display, person, state, hash, must_change, failed, failed_at, created_at, created_by, changed_at, demo)
VALUES (:district, :id, :name, :display, :person, 0, :hash, :must_change, 0, 0, :at, :by_account, :at, :demo);

-- query: account_of_name   in: district int, name text   out: 10
SELECT id, name, display, person, state, hash, must_change, failed, failed_at, demo FROM account
 WHERE district = :district AND name = :name;

-- query: account_of_id   in: district int, id bytes   out: 10
SELECT id, name, display, person, state, hash, must_change, failed, failed_at, demo FROM account
 WHERE district = :district AND id = :id;

-- query: account_count   in: district int   out: 1
SELECT count(*) FROM account WHERE district = :district;

-- query: account_page   in: district int, after text, most int   out: 10
SELECT a.id, a.name, a.display, a.person, a.state, a.must_change, a.failed, a.failed_at, p.name, a.changed_at
  FROM account a LEFT JOIN person p ON p.district = a.district AND p.id = a.person
 WHERE a.district = :district AND a.name > :after ORDER BY a.name LIMIT :most;

-- query: account_row   in: district int, id bytes   out: 10
SELECT a.id, a.name, a.display, a.person, a.state, a.must_change, a.failed, a.failed_at, p.name, a.changed_at
  FROM account a LEFT JOIN person p ON p.district = a.district AND p.id = a.person
 WHERE a.district = :district AND a.id = :id;

-- query: account_state_set   in: district int, id bytes, state int   out: 0
UPDATE account SET state = :state WHERE district = :district AND id = :id;

-- query: account_hash_set   in: district int, id bytes, hash text, must_change int   out: 0
UPDATE account SET hash = :hash, must_change = :must_change WHERE district = :district AND id = :id;

-- query: account_person_set   in: district int, id bytes, person bytes   out: 0
UPDATE account SET person = :person WHERE district = :district AND id = :id;

-- query: account_failed_set   in: district int, id bytes, failed int, at int   out: 0
UPDATE account SET failed = :failed, failed_at = :at WHERE district = :district AND id = :id;

-- What is granted now.
-- query: account_grants   in: district int, account bytes, at int   out: 6
SELECT g.post, g.admin, p.title, p.role, p.unit, u.name FROM account_grant g
  LEFT JOIN post p ON p.district = g.district AND p.id = g.post
  LEFT JOIN unit u ON u.district = p.district AND u.id = p.unit
 WHERE g.district = :district AND g.account = :account AND g.since_at <= :at AND (g.until_at IS NULL OR g.until_at > :at)
 ORDER BY g.since_at, g.id;

-- Posts that a person holds today and that the account may not use.
-- query: account_waiting   in: district int, account bytes, person bytes, today int, at int   out: 5
SELECT p.id, p.title, p.role, p.unit, u.name FROM post p
  LEFT JOIN unit u ON u.district = p.district AND u.id = p.unit
 WHERE p.district = :district AND p.void = 0 AND p.id IN (
       SELECT a.post FROM assignment a JOIN person h ON h.district = a.district AND h.id = a.person
        WHERE a.district = :district AND a.person = :person AND a.void = 0 AND a.since <= :today
          AND (a.until IS NULL OR a.until >= :today) AND h.state = 0 AND h.void = 0)
   AND NOT EXISTS (SELECT 1 FROM account_grant g WHERE g.district = p.district AND g.account = :account AND g.post = p.id
                     AND g.since_at <= :at AND (g.until_at IS NULL OR g.until_at > :at))
 ORDER BY p.id LIMIT 32;

-- The post that may be granted to an account of no person: that of the bureau's leader before anybody held it.
-- query: account_first_post   in: district int   out: 5
SELECT p.id, p.title, p.role, p.unit, u.name FROM post p
  LEFT JOIN unit u ON u.district = p.district AND u.id = p.unit
 WHERE p.district = :district AND p.role = 'bureau_leader' AND p.void = 0 AND p.state = 0
   AND NOT EXISTS (SELECT 1 FROM assignment a JOIN post q ON q.district = a.district AND q.id = a.post
                    WHERE a.district = p.district AND q.role = p.role AND a.void = 0)
 ORDER BY p.id LIMIT 32;

-- query: account_grant_put   in: district int, id bytes, account bytes, post bytes, admin int, at int, by_account bytes   out: 0
INSERT INTO account_grant (district, id, account, post, admin, since_at, until_at, by_account)
VALUES (:district, :id, :account, :post, :admin, :at, NULL, :by_account);

-- query: account_grant_end   in: district int, account bytes, post bytes, at int   out: 0
UPDATE account_grant SET until_at = :at WHERE district = :district AND account = :account AND post = :post AND until_at IS NULL;

-- query: account_admin_end   in: district int, account bytes, admin int, at int   out: 0
UPDATE account_grant SET until_at = :at WHERE district = :district AND account = :account AND admin = :admin AND until_at IS NULL;

-- query: account_grants_end   in: district int, account bytes, at int   out: 0
UPDATE account_grant SET until_at = :at WHERE district = :district AND account = :account AND until_at IS NULL;

-- Administrator roles of every account of a person that is not closed.
-- query: person_admins   in: district int, person bytes   out: 1
SELECT g.admin FROM account a JOIN account_grant g ON g.district = a.district AND g.account = a.id
 WHERE a.district = :district AND a.person = :person AND a.state <> 2 AND g.admin <> 0 AND g.until_at IS NULL;

-- Active holders of an administrator's role besides one account.
-- query: admin_others   in: district int, admin int, account bytes   out: 1
SELECT count(DISTINCT a.id) FROM account_grant g JOIN account a ON a.district = g.district AND a.id = g.account
 WHERE g.district = :district AND g.admin = :admin AND g.until_at IS NULL AND a.state = 0 AND a.id <> :account;

-- query: person_state   in: district int, id bytes   out: 2
SELECT state, void FROM person WHERE district = :district AND id = :id;

-- The role and unit of an open post; whether somebody ever held it; whether the person holds it today or will.
-- query: grant_facts   in: district int, post bytes, person bytes, today int   out: 4
SELECT p.role, p.unit,
       (SELECT count(*) FROM assignment a JOIN post q ON q.district = a.district AND q.id = a.post
         WHERE a.district = :district AND q.role = p.role AND a.void = 0),
       (SELECT count(*) FROM assignment a WHERE a.district = :district AND a.post = :post AND a.person = :person
           AND a.void = 0 AND (a.until IS NULL OR a.until >= :today))
  FROM post p WHERE p.district = :district AND p.id = :post AND p.void = 0 AND p.state = 0;

-- query: session_put   in: district int, hash bytes, account bytes, at int   out: 0
INSERT INTO session (district, hash, account, created_at, seen_at) VALUES (:district, :hash, :account, :at, :at);

-- query: session_of   in: district int, hash bytes   out: 9
SELECT s.account, s.created_at, s.seen_at, a.name, a.display, a.must_change, a.demo, a.state, a.person
  FROM session s JOIN account a ON a.district = s.district AND a.id = s.account
 WHERE s.district = :district AND s.hash = :hash;

-- query: session_seen   in: district int, hash bytes, at int   out: 0
UPDATE session SET seen_at = :at WHERE district = :district AND hash = :hash AND seen_at < :at;

-- query: session_drop   in: district int, hash bytes   out: 0
DELETE FROM session WHERE district = :district AND hash = :hash;

-- Every session of the account but one; an empty hash spares none.
-- query: session_drop_all   in: district int, account bytes, spared bytes   out: 0
DELETE FROM session WHERE district = :district AND account = :account AND hash <> :spared;

-- query: session_drop_old   in: district int, seen_before int, created_before int, most int   out: 0
DELETE FROM session WHERE district = :district AND hash IN (
    SELECT o.hash FROM session o WHERE o.district = :district AND (o.seen_at < :seen_before OR o.created_at < :created_before)
     ORDER BY o.seen_at, o.hash LIMIT :most);

-- query: request_of   in: district int, account bytes, key text, after_at int   out: 3
SELECT body, status, answer FROM request WHERE district = :district AND account = :account AND key = :key AND at > :after_at;

-- query: request_put   in: district int, account bytes, key text, body bytes, status int, answer bytes, at int   out: 0
INSERT INTO request (district, account, key, body, status, answer, at) VALUES (:district, :account, :key, :body, :status, :answer, :at)
    ON CONFLICT DO NOTHING;

-- query: request_drop   in: district int, account bytes, key text, before_at int   out: 0
DELETE FROM request WHERE district = :district AND account = :account AND key = :key AND at <= :before_at;

-- query: request_old   in: district int, before_at int, most int   out: 2
SELECT account, key FROM request WHERE district = :district AND at <= :before_at ORDER BY at LIMIT :most;

-- query: audit_leaves_before   in: district int, before_seq int, most int   out: 3
SELECT seq, at, leaf FROM audit_leaf WHERE district = :district AND seq < :before_seq ORDER BY seq DESC LIMIT :most;

-- query: audit_leaf_of   in: district int, seq int   out: 1
SELECT leaf FROM audit_leaf WHERE district = :district AND seq = :seq;

-- query: audit_node_count   in: district int   out: 1
SELECT count(*) FROM audit_node WHERE district = :district;

-- query: audit_checkpoints   in: district int, after_size int, most int   out: 3
SELECT size, at, text FROM audit_checkpoint WHERE district = :district AND size > :after_size ORDER BY size LIMIT :most;

-- query: value_page   in: district int, after bytes, most int   out: 3
SELECT commitment, salt, bytes FROM value WHERE district = :district AND commitment > :after ORDER BY commitment LIMIT :most;

-- Every account with everything that an entry of the log about it may name.
-- query: account_objects   in: district int   out: 5
SELECT DISTINCT a.id, a.name, a.person, g.post, g.admin FROM account a
  LEFT JOIN account_grant g ON g.district = a.district AND g.account = a.id
 WHERE a.district = :district;

-- The instant of the last change is the version of an account: it always grows.
-- query: account_touch   in: district int, id bytes, at int   out: 0
UPDATE account SET changed_at = CASE WHEN changed_at >= :at THEN changed_at + 1 ELSE :at END
 WHERE district = :district AND id = :id;

-- query: account_version   in: district int, id bytes   out: 1
SELECT changed_at FROM account WHERE district = :district AND id = :id;

-- People at work whose name has the text in it, for choosing whose an account is: name and unit, nothing else.
-- query: account_persons   in: district int, wanted text, most int   out: 3
SELECT p.id, p.name, u.name FROM person p LEFT JOIN unit u ON u.district = p.district AND u.id = p.unit
 WHERE p.district = :district AND p.state = 0 AND p.void = 0 AND (:wanted = '' OR replace(p.name, :wanted, '') <> p.name)
 ORDER BY p.name, p.id LIMIT :most;
