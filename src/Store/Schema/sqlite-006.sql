-- Tasks on objects of every kind; only VMs are limited to one unfinished task each.
ALTER TABLE tasks ADD COLUMN object_kind TEXT NOT NULL DEFAULT 'vm';
ALTER TABLE tasks ADD COLUMN object_id TEXT NOT NULL DEFAULT '';
DROP INDEX tasks_one_per_vm;
CREATE UNIQUE INDEX tasks_one_per_vm ON tasks (vm_id) WHERE state IN ('queued', 'running') AND vm_id <> '';

CREATE TABLE alarms (
    number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    alarm TEXT NOT NULL,
    object_kind TEXT NOT NULL,
    object_id TEXT NOT NULL,
    object_name TEXT NOT NULL,
    severity TEXT NOT NULL,
    message TEXT NOT NULL,
    raised_at INTEGER NOT NULL,
    cleared_at INTEGER
) STRICT;
CREATE UNIQUE INDEX alarms_one_raised ON alarms (alarm, object_id) WHERE cleared_at IS NULL;

-- Tasks: parts of others, cancelling, results.
ALTER TABLE tasks ADD COLUMN parent_id TEXT NOT NULL DEFAULT '';
ALTER TABLE tasks ADD COLUMN cancellable INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tasks ADD COLUMN cancel_by TEXT;
ALTER TABLE tasks ADD COLUMN result TEXT;
CREATE INDEX tasks_by_object ON tasks (object_id, started_at);
CREATE INDEX tasks_by_parent ON tasks (parent_id) WHERE parent_id <> '';

-- Events: what they are about, and the chain (docs/formats/event-log.md). The head stands apart: a cut tail shows.
ALTER TABLE events ADD COLUMN object_kind TEXT NOT NULL DEFAULT '';
ALTER TABLE events ADD COLUMN object_id TEXT NOT NULL DEFAULT '';
ALTER TABLE events ADD COLUMN hash BLOB NOT NULL DEFAULT x'';
CREATE INDEX events_by_object ON events (object_id, number);
CREATE INDEX events_by_id ON events (event_id, number);
CREATE TABLE event_head (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    number INTEGER NOT NULL,
    hash BLOB NOT NULL
) STRICT;
INSERT INTO event_head (id, number, hash) VALUES (1, 0, zeroblob(32));
CREATE TRIGGER events_never_change BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events are only appended'); END;
CREATE TRIGGER events_never_go BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events are only appended'); END;

-- Alarms: who has seen them.
ALTER TABLE alarms ADD COLUMN acknowledged_by TEXT;
ALTER TABLE alarms ADD COLUMN acknowledged_at INTEGER;
CREATE INDEX alarms_by_object ON alarms (object_id, number);

-- Creations that a client may repeat.
CREATE TABLE idempotency_keys (
    user_name TEXT NOT NULL,
    key TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    status INTEGER NOT NULL,
    content_type TEXT NOT NULL,
    body BLOB,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (user_name, key)
) STRICT;
CREATE INDEX idempotency_keys_by_time ON idempotency_keys (created_at);
