-- VMs: locks, outage policy.
-- VMs that were unregistered: their files may come back.
CREATE TABLE known_vms (
    vm_id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    host_id TEXT NOT NULL,
    path TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    left_at INTEGER NOT NULL
) STRICT;

-- A task that works on a second VM, the clone that it makes.
ALTER TABLE tasks ADD COLUMN other_vm_id TEXT NOT NULL DEFAULT '';
