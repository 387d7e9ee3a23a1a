-- Storage policies; the built-in ones are in the program.
CREATE TABLE policies (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    encryption INTEGER NOT NULL,
    allow_cleartext_filters INTEGER NOT NULL,
    strict INTEGER NOT NULL,
    tags TEXT NOT NULL,
    outage_action TEXT NOT NULL,
    outage_after_seconds INTEGER NOT NULL,
    version INTEGER NOT NULL,
    rules_version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX policies_by_name ON policies (name COLLATE NOCASE);

-- Rules of the policy that were in force when it was applied: older ones make the object outOfDate.
ALTER TABLE policy_associations ADD COLUMN rules_version INTEGER NOT NULL DEFAULT 1;
CREATE INDEX policy_associations_by_policy ON policy_associations (policy_id);

-- A policy applied to many VMs: one row for each VM under its task.
CREATE TABLE policy_batch_items (
    task_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    vm_id TEXT NOT NULL,
    vm_name TEXT NOT NULL,
    state TEXT NOT NULL,
    action TEXT NOT NULL,
    child_task_id TEXT,
    fault TEXT,
    PRIMARY KEY (task_id, number)
) STRICT;

-- Settings of the center; VMs in which KMSs run.
CREATE TABLE center_settings (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
CREATE TABLE provider_guests (
    provider TEXT NOT NULL PRIMARY KEY,
    vm_id TEXT NOT NULL
) STRICT;

-- What outages of keys have led to.
CREATE TABLE outage_acts (
    vm_id TEXT NOT NULL PRIMARY KEY,
    action TEXT NOT NULL,
    provider TEXT NOT NULL,
    since INTEGER NOT NULL
) STRICT;

-- Tags of datastores, for placement.
CREATE TABLE datastore_tags (
    datastore TEXT NOT NULL,
    tag TEXT NOT NULL COLLATE NOCASE,
    PRIMARY KEY (datastore, tag)
) STRICT;
