-- Where the files of an object lay when it left: a disk there whose descriptor says plain was stripped.
ALTER TABLE key_records ADD COLUMN left_at TEXT NOT NULL DEFAULT '';
CREATE INDEX key_records_by_left_at ON key_records (left_at) WHERE left_at <> '';
