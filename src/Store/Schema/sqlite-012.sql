-- Events of form 2 carry where they come from and how it came out, inside their hash; those that are there keep form 1.
ALTER TABLE events ADD COLUMN form INTEGER NOT NULL DEFAULT 1;
ALTER TABLE events ADD COLUMN outcome TEXT NOT NULL DEFAULT '';
ALTER TABLE events ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE events ADD COLUMN session_id TEXT NOT NULL DEFAULT '';
ALTER TABLE events ADD COLUMN token_id TEXT NOT NULL DEFAULT '';
ALTER TABLE events ADD COLUMN correlation_id TEXT NOT NULL DEFAULT '';

-- A task keeps where it was asked for, for the events of its work, also after a restart.
ALTER TABLE tasks ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE tasks ADD COLUMN session_id TEXT NOT NULL DEFAULT '';
ALTER TABLE tasks ADD COLUMN correlation_id TEXT NOT NULL DEFAULT '';
