-- Queries of the check of a ledger (src/ledger/check.c).

-- Every version of every record with its entry, and every value of it.
-- query: check_history   in: district int   out: 18
SELECT m.record, m.seq, m.type, m.event, m.from_state, m.to_state, m.happened_on, m.recorded_at,
       m.by_account, m.post, m.for_post, m.request, m.leaf, l.leaf, v.tag, v.commitment, a.salt, a.bytes
  FROM moved m
  LEFT JOIN audit_leaf l ON l.district = m.district AND l.seq = m.leaf
  LEFT JOIN version v ON v.district = m.district AND v.record = m.record AND v.n = m.seq
  LEFT JOIN value a ON a.district = v.district AND a.commitment = v.commitment
 WHERE m.district = :district ORDER BY m.record, m.seq, v.tag;

-- query: check_leaves   in: district int   out: 2
SELECT seq, leaf FROM audit_leaf WHERE district = :district ORDER BY seq;

-- query: check_version_strays   in: district int   out: 2
SELECT v.record, v.n FROM version v WHERE v.district = :district
   AND NOT EXISTS (SELECT 1 FROM moved m WHERE m.district = v.district AND m.record = v.record AND m.seq = v.n)
 ORDER BY v.record, v.n LIMIT 100;

-- query: check_value_count   in: district int   out: 1
SELECT count(*) FROM value WHERE district = :district;

-- query: check_due_count   in: district int   out: 1
SELECT count(*) FROM due WHERE district = :district;

-- Duties of no post (1), of no record (2).
-- query: check_due_strays   in: district int   out: 3
SELECT 1, d.type, d.record FROM due d WHERE d.district = :district
   AND NOT EXISTS (SELECT 1 FROM post p WHERE p.district = d.district AND p.id = d.post)
UNION ALL
SELECT 2, d.type, d.record FROM due d WHERE d.district = :district
   AND NOT EXISTS (SELECT 1 FROM moved m WHERE m.district = d.district AND m.record = d.record AND m.seq = 1);

-- query: check_due_posts   in: district int   out: 2
SELECT post, count(*) FROM due WHERE district = :district AND state = 0 GROUP BY post;

-- Attachments whose bytes must be there.
-- query: check_attachments   in: district int   out: 3
SELECT id, sha256, size FROM attachment WHERE district = :district AND state = 0 ORDER BY sha256, id;

-- query: check_attached   in: district int, sha256 bytes   out: 1
SELECT count(*) FROM attachment WHERE district = :district AND sha256 = :sha256 AND state = 0;
