-- Queries of file_hashes.c. Tables: migrations/0020_attachment.sql.

-- What the attachments say about the files beside the ledger: whether bytes must be there (any record is in state kept).
-- query: attachment_of_hash   in: district int, sha256 bytes   out: 2
SELECT count(*), CAST(coalesce(sum(CASE WHEN state = 0 THEN 1 ELSE 0 END), 0) AS {INT}) FROM attachment WHERE district = :district AND sha256 = :sha256;

-- query: attachment_hashes   in: district int, after bytes, most int   out: 3
SELECT sha256, CAST(sum(CASE WHEN state = 0 THEN 1 ELSE 0 END) AS {INT}), max(size) FROM attachment
 WHERE district = :district AND sha256 > :after GROUP BY sha256 ORDER BY sha256 LIMIT :most;
