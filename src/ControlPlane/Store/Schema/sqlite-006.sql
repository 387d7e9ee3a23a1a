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
