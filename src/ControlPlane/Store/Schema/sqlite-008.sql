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
