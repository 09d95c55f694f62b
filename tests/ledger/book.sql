-- What tests look at behind the kernel's back.

-- query: book_dues   in: district int, record bytes, state int   out: 1
SELECT count(*) FROM due WHERE district = :district AND record = :record AND state = :state;

-- query: book_due_on   in: district int, record bytes   out: 1
SELECT due_on FROM due WHERE district = :district AND record = :record ORDER BY started_on DESC, id DESC LIMIT 1;

-- query: book_due_post   in: district int, record bytes   out: 1
SELECT post FROM due WHERE district = :district AND record = :record ORDER BY started_on DESC, id DESC LIMIT 1;

-- query: book_dues_open   in: district int   out: 2
SELECT id, post FROM due WHERE district = :district AND state = 0 ORDER BY id;

-- query: book_signed   in: district int, record bytes, used int   out: 1
SELECT count(*) FROM signed WHERE district = :district AND record = :record
   AND CASE WHEN seq IS NULL THEN 0 ELSE 1 END = :used;

-- query: book_values   in: district int, record bytes   out: 1
SELECT count(*) FROM version v JOIN value a ON a.district = v.district AND a.commitment = v.commitment
 WHERE v.district = :district AND v.record = :record;

-- query: book_versions   in: district int, record bytes   out: 1
SELECT count(*) FROM version WHERE district = :district AND record = :record;

-- query: book_links   in: district int, kind text, a bytes, b bytes   out: 1
SELECT count(*) FROM link WHERE district = :district AND kind = :kind AND a = :a AND b = :b;

-- query: book_grants   in: district int, record bytes   out: 1
SELECT count(*) FROM granted WHERE district = :district AND record = :record;

-- query: book_grams   in: district int, id bytes   out: 1
SELECT count(*) FROM search WHERE district = :district AND id = :id;

-- query: book_items   in: district int, parent bytes, state int   out: 1
SELECT count(*) FROM handover_item WHERE district = :district AND parent = :parent AND state = :state AND void = 0;

-- query: book_receipts   in: district int, parent bytes, state int   out: 1
SELECT count(*) FROM notice_receipt WHERE district = :district AND parent = :parent AND state = :state AND void = 0;

-- query: book_moved_now   in: district int   out: 1
SELECT count(*) FROM moved WHERE district = :district;

-- query: book_numbers   in: district int   out: 2
SELECT count(number), count(DISTINCT number) FROM unit WHERE district = :district;

-- query: book_nodes   in: district int   out: 1
SELECT count(*) FROM audit_node WHERE district = :district;

-- query: book_account   in: district int, id bytes, name text, person bytes   out: 0
INSERT INTO account (district, id, name, display, person, state, hash, must_change, failed, failed_at, created_at, created_by,
                     changed_at, demo)
VALUES (:district, :id, :name, :name, :person, 0, '-', 0, 0, 0, 0, NULL, 0, 0);

-- query: book_account_grant   in: district int, id bytes, account bytes, post bytes, since_at int   out: 0
INSERT INTO account_grant (district, id, account, post, admin, since_at, until_at, by_account)
VALUES (:district, :id, :account, :post, 0, :since_at, NULL, NULL);

-- query: book_account_admin   in: district int, id bytes, account bytes, admin int, since_at int   out: 0
INSERT INTO account_grant (district, id, account, post, admin, since_at, until_at, by_account)
VALUES (:district, :id, :account, NULL, :admin, :since_at, NULL, NULL);

-- query: book_records   in: district int, type int   out: 1
SELECT DISTINCT record FROM moved WHERE district = :district AND type = :type;

-- query: book_grant   in: district int, record bytes, post bytes, since int, until int   out: 0
INSERT INTO granted (district, record, post, since, until, by_move) VALUES (:district, :record, :post, :since, :until, 0);

-- query: book_due_data   in: district int, record bytes   out: 1
SELECT data_version FROM due WHERE district = :district AND record = :record LIMIT 1;

-- query: book_commitments   in: district int, record bytes   out: 4
SELECT v.tag, v.commitment, a.salt, a.bytes FROM version v JOIN value a ON a.district = v.district AND a.commitment = v.commitment
 WHERE v.district = :district AND v.record = :record ORDER BY v.n, v.tag;
