-- Keys that the center knows apart from the records of objects: made ahead by hand, marked as removed, or looked at by the daily check.
-- Dates are Unix seconds, 0 when there is none; other times are Unix milliseconds.
CREATE TABLE keys (
    provider TEXT NOT NULL,
    key_id TEXT NOT NULL,
    kcv TEXT NOT NULL,
    generated INTEGER NOT NULL,
    state TEXT NOT NULL,
    name TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    kms_state TEXT NOT NULL,
    fault TEXT NOT NULL,
    detail TEXT NOT NULL,
    protect_stop INTEGER NOT NULL,
    deactivation INTEGER NOT NULL,
    destroy INTEGER NOT NULL,
    compromise INTEGER NOT NULL,
    checked_at INTEGER NOT NULL,
    removed_at INTEGER NOT NULL,
    removed_by TEXT NOT NULL,
    PRIMARY KEY (provider, key_id)
) STRICT;

-- When the center last did what it does once a day.
CREATE TABLE daily_checks (
    name TEXT NOT NULL PRIMARY KEY,
    done_at INTEGER NOT NULL
) STRICT;

-- User name at servers that want one; days before its end at which a certificate was last warned of, 0 when it was not.
ALTER TABLE providers ADD COLUMN user_name TEXT NOT NULL DEFAULT '';
ALTER TABLE providers ADD COLUMN client_warned INTEGER NOT NULL DEFAULT 0;
ALTER TABLE providers ADD COLUMN server_warned INTEGER NOT NULL DEFAULT 0;
